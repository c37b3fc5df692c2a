"""Insights computed from a month's records and graph: a flat table for each question, and its parameters."""

from discogs_assets.schema import rarity
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Field, Index, Type

SOURCE = "insights"

CROWD = 50
"""Maximum number of main artists of a collaboration; releases with more are samplers that name everybody."""

DAMPING = 0.85
"""PageRank's damping factor."""

MILESTONES = (25, 30, 40, 50, 60, 70, 75, 80, 90, 100)
"""Ages in years that count as anniversaries."""

ACTIVE_YEARS = 2
"""Years without a release after which a label is no longer active."""


def _exact(name: str, doc: str, type_: Type = Type.INTEGER) -> Field:
    """Return a column that users filter or order by."""
    return Field(name, "", doc, type_, index=Index.EXACT)


def _trends(name: str, subject: str) -> Sheet:
    return Sheet(
        SOURCE,
        name,
        f"How many releases of a year, and of a decade, name a {subject}. A release counts once for each {subject} "
        "that it names, and in no period if it has no year. The share is that of all releases of the period.",
        (subject, "period", "start"),
        (
            Field(subject, "", f"The {subject}."),
            Field("period", "", "year or decade."),
            _exact("start", "The year, or the first of the decade."),
            Field("releases", "", f"Releases of the period that name the {subject}.", Type.INTEGER),
            Field("share", "", "Their part of all releases of the period, from 0 to 1.", Type.REAL),
            Field(
                "peak",
                "",
                f"True for the {subject}'s year and for its decade with most releases, of equals for the first.",
                Type.BOOLEAN,
            ),
        ),
    )


ARTIST_CENTRALITY = Sheet(
    SOURCE,
    "artist_centrality",
    "Which artists hold the collaborations together. Two artists collaborate where they are main artists of the same "
    f"release, and the more releases, the heavier; releases with more than {CROWD} main artists do not count, and "
    "artists that stand for nobody are no artists. PageRank is weighted and undirected, with a damping factor of "
    f"{DAMPING}. There is a row for every artist with a collaborator.",
    ("artist_id",),
    (
        _exact("rank", "Place by PageRank, from 1; of equals by degree, then by id."),
        Field("artist_id", "", "Discogs id of the artist.", Type.INTEGER),
        Field("name", "", "Name of the artist."),
        Field("pagerank", "", "PageRank; those of all artists make 1.", Type.REAL),
        _exact("degree", "Distinct artists that it collaborates with."),
        Field("releases", "", "Releases that it is a main artist of, alone or with others.", Type.INTEGER),
    ),
)

GENRE_TRENDS = _trends("genre_trends", "genre")
STYLE_TRENDS = _trends("style_trends", "style")

LABEL_LONGEVITY = Sheet(
    SOURCE,
    "label_longevity",
    "From when to when labels have had releases, by the years of these. Labels without a release that has a year are "
    "left out. Those that lasted longest come first.",
    ("label_id",),
    (
        Field("label_id", "", "Discogs id of the label.", Type.INTEGER),
        Field("name", "", "Name of the label."),
        Field("first_year", "", "Year of its earliest release.", Type.INTEGER),
        Field("last_year", "", "Year of its latest release.", Type.INTEGER),
        _exact("years_active", "Years from the first to the last, both included."),
        _exact("releases", "Its releases, those without a year included."),
        Field("peak_decade", "", "First year of the decade with most of them, of equals the earliest.", Type.INTEGER),
        Field(
            "still_active",
            "",
            f"Whether the latest is of the month's year or of one of the {ACTIVE_YEARS} before.",
            Type.BOOLEAN,
        ),
    ),
)

MONTHLY_ANNIVERSARIES = Sheet(
    SOURCE,
    "monthly_anniversaries",
    f"Masters that are {', '.join(map(str, MILESTONES[:-1]))} or {MILESTONES[-1]} years old in this month. The year is "
    "the master's, the month that of its main release, if this is of the master's year and its date says one. Masters "
    "of such a year whose month is unknown are there, too, and flagged: they come after all others.",
    ("master_id",),
    (
        Field("master_id", "", "Discogs id of the master.", Type.INTEGER),
        Field("title", "", "Title."),
        Field("artist", "", "Main artists as one line."),
        Field("year", "", "Year of the master.", Type.INTEGER),
        Field("released", "", "Date of the main release as written, if it is of that year."),
        _exact("anniversary", "Age in years."),
        Field("month_known", "", "Whether it is known to be of this month.", Type.BOOLEAN),
    ),
)

DATA_COMPLETENESS = Sheet(
    SOURCE,
    "data_completeness",
    "How many records of an entity have a value in each of their parts. A part that repeats has one if it has an item, "
    "a part of it if any item has one; an id of 0 is none.",
    ("entity", "field"),
    (
        Field("entity", "", "The entity."),
        Field("field", "", "The part, by its name in the records' Parquet; dotted if it lies in another."),
        Field("records", "", "Records of the entity.", Type.INTEGER),
        Field("present", "", "Those of them that have a value.", Type.INTEGER),
        _exact("share", "Their share, from 0 to 1.", Type.REAL),
    ),
)


def _weight(name: str) -> str:
    return f"{rarity.WEIGHTS[name]:.2%}"


def _steps(steps: rarity.Steps) -> str:
    """Return the steps as text for a sentence."""
    said = (f"{worth} up to {limit:,}" for limit, worth in steps.steps)
    return f"{', '.join(said)}, else {steps.beyond}"


RELEASE_RARITY = Sheet(
    SOURCE,
    "release_rarity",
    "How rare a release is, from 0 to 100: a weighted mean of signals that the catalogue itself gives. How many people "
    "have it is not in the dumps and is no signal. A hidden gem is rare though its artist, label and genre are not.",
    ("release_id",),
    (
        Field("release_id", "", "Discogs id of the release.", Type.INTEGER),
        Field("title", "", "Title."),
        Field("artist", "", "Main artists as one line."),
        Field("year", "", "Year of the release.", Type.INTEGER),
        _exact("rarity_score", "Mean of the five signals by their weights.", Type.REAL),
        _exact("tier", ", ".join(f"{name} from {least}" for name, least in rarity.TIERS.items()) + ".", Type.TEXT),
        _exact(
            "hidden_gem_score",
            "The score times what it is known by: "
            f"{rarity.KNOWN['artist']} of the percentile of its main artist with most relationships, "
            f"{rarity.KNOWN['label']} of that of its label and {rarity.KNOWN['genre']} of that of its genre with most "
            "releases. A percentile is the share of all others of the kind that have less.",
            Type.REAL,
        ),
        Field(
            "pressing_scarcity",
            "",
            f"{_weight('pressing_scarcity')}: by the releases of its master, itself included: "
            f"{_steps(rarity.PRESSINGS)}; {rarity.UNIQUE} without a master.",
            Type.INTEGER,
        ),
        Field(
            "label_catalog",
            "",
            f"{_weight('label_catalog')}: by the releases of its smallest label: {_steps(rarity.CATALOGUE)}; "
            f"{rarity.UNKNOWN} without a label.",
            Type.INTEGER,
        ),
        Field(
            "format_rarity",
            "",
            f"{_weight('format_rarity')}: the highest of its formats and their descriptions: "
            f"{', '.join(f'{name} {worth}' for name, worth in rarity.FORMATS.items())}; {rarity.UNKNOWN} without any.",
            Type.INTEGER,
        ),
        Field(
            "temporal_scarcity",
            "",
            f"{_weight('temporal_scarcity')}: {rarity.YEARLY} a year of age, up to 100; {rarity.REISSUE} less, but not "
            f"under 0, if its master has another release of the last {rarity.REISSUE_YEARS} years; {rarity.UNKNOWN} "
            "without a year.",
            Type.REAL,
        ),
        Field(
            "graph_isolation",
            "",
            f"{_weight('graph_isolation')}: by its relationships in the graph: {_steps(rarity.DEGREE)}.",
            Type.INTEGER,
        ),
    ),
)

COMPUTATION_LOG = Sheet(
    SOURCE,
    "computation_log",
    "When the insights of the month were computed: a row for each run that has tried to, by what the orchestrator has "
    "recorded, the newest first.",
    ("insight", "run_id"),
    (
        Field("insight", "", "The insight."),
        Field("run_id", "", "The run."),
        Field("status", "", "SUCCESS, FAILURE, SKIPPED or IN_PROGRESS."),
        Field("started", "", "When its step began, in UTC: 2026-11-21T22:05:09.123Z."),
        Field("ended", "", "When its step ended, in UTC."),
        Field("seconds", "", "Time between the two.", Type.REAL),
        Field("rows", "", "Rows written, if it succeeded.", Type.INTEGER),
        Field("code_version", "", "Version of the code that wrote them."),
    ),
)

INSIGHTS = (
    ARTIST_CENTRALITY,
    GENRE_TRENDS,
    STYLE_TRENDS,
    LABEL_LONGEVITY,
    MONTHLY_ANNIVERSARIES,
    DATA_COMPLETENESS,
    RELEASE_RARITY,
    COMPUTATION_LOG,
)
"""All insights, the log of their computation last."""
