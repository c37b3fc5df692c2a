"""Insights computed from a month's records and graph: a flat table for each question, and its parameters."""

from discogs_assets.schema import rarity
from discogs_assets.schema.flat_table import Sheet, column
from discogs_assets.schema.model import Field, Index, Type

SOURCE = "insights"

CROWD = 50
"""Maximum number of main artists of a collaboration; releases with more are samplers that name everybody."""

DAMPING = 0.85
"""PageRank's damping factor."""

MILESTONES = (25, 30, 40, 50, 75, 100)
"""Ages in years that count as anniversaries, unless DISCOGS_ANNIVERSARIES names others."""

LEADERS = 1_000
"""Artists, and labels, that are listed for each genre and style."""

ACTIVE_YEARS = 2
"""Years without a release after which a label is no longer active."""

LABEL_RELEASES = 5
"""Minimum number of releases of a label with a DNA."""

LABEL_SHARES = 50
"""Maximum number of genres, styles or formats that a label's DNA lists."""

LABEL_STYLES = 5
"""Number of a label's most frequent styles; labels are compared if they have one of them in common."""

RANKED_LABELS = 50
"""Maximum number of labels similar to one."""


SIMILARITY = {"genre": 0.35, "style": 0.25, "label": 0.25, "collaborator": 0.15}
"""Weights of the criteria of similar artists."""

LEAST_RELEASES = 3
"""Minimum number of releases of an artist that has similar ones, or is one."""

SIMILAR = 50
"""Maximum number of similar artists of an artist."""

CHOSEN = {"style": 5, "label": 10, "collaborator": 10}
OFFERED = 50
"""Candidates for an artist: `OFFERED` artists from each of its most frequent values, `CHOSEN` of them per criterion."""

SHARED = 5
"""Maximum number of shared genres and labels named for a pair of similar artists."""


def _exact(name: str, doc: str, kind: Type = Type.INTEGER) -> Field:
    """Return a column that users filter or order by."""
    return column(name, doc, kind, Index.EXACT)


def _trends(name: str, subject: str) -> Sheet:
    return Sheet(
        SOURCE,
        name,
        f"Number of releases of each {subject}, by year and by decade. A release counts once for each of its "
        f"{subject}s; releases without a year are not counted. The share is that of all releases of the period.",
        (subject, "period", "start"),
        (
            column(subject, f"The {subject}."),
            column("period", "Kind of period: year or decade."),
            _exact("start", "The year, or the first year of the decade."),
            column("releases", f"Number of releases of the period with the {subject}.", Type.INTEGER),
            column("share", "Their share of all releases of the period, from 0 to 1.", Type.REAL),
            column(
                "peak",
                f"True for the year and the decade with the most releases of the {subject}; on a tie, for the first.",
                Type.BOOLEAN,
            ),
        ),
    )


ARTIST_CENTRALITY = Sheet(
    SOURCE,
    "artist_centrality",
    "Centrality of artists in the collaboration graph. Two artists collaborate if they are main artists of the same "
    f"release; the weight is the number of such releases. Releases with more than {CROWD} main artists and "
    f"placeholder artists are ignored. PageRank is weighted and undirected, with a damping factor of {DAMPING}. There "
    "is a row for every artist with a collaborator.",
    ("artist_id",),
    (
        _exact("rank", "Rank by PageRank, from 1; ties are ordered by degree, then by id."),
        column("artist_id", "Discogs id of the artist.", Type.INTEGER),
        column("name", "Name of the artist."),
        column("pagerank", "PageRank; the sum over all artists is 1.", Type.REAL),
        _exact("degree", "Number of distinct collaborators."),
        column("releases", "Number of releases with it as a main artist, alone or with others.", Type.INTEGER),
    ),
)

GENRE_TRENDS = _trends("genre_trends", "genre")
STYLE_TRENDS = _trends("style_trends", "style")

LABEL_LONGEVITY = Sheet(
    SOURCE,
    "label_longevity",
    "Years of the first and the last release of each label, the longest-lived labels first. Labels without a dated "
    "release are left out.",
    ("label_id",),
    (
        column("label_id", "Discogs id of the label.", Type.INTEGER),
        column("name", "Name of the label."),
        column("first_year", "Year of its earliest release.", Type.INTEGER),
        column("last_year", "Year of its latest release.", Type.INTEGER),
        _exact("years_active", "Number of years from the first to the last, both included."),
        _exact("releases", "Number of its releases, with or without a year."),
        column(
            "peak_decade", "First year of the decade with the most releases; on a tie, of the earliest.", Type.INTEGER
        ),
        column(
            "still_active",
            f"True if the last release is of the year of the month or of one of the {ACTIVE_YEARS} years before.",
            Type.BOOLEAN,
        ),
    ),
)

GENRE_LEADERS = Sheet(
    SOURCE,
    "genre_leaders",
    f"Artists and labels with the most releases of each genre and style, {LEADERS:,} of each. A release counts for all "
    "of its main artists and labels; placeholder artists are left out.",
    ("kind", "category", "member", "rank"),
    (
        column("kind", "Kind of category: genre or style."),
        column("category", "The genre or style."),
        column("member", "Kind of member: artist or label."),
        column("rank", "Rank by the number of releases, from 1; ties are ordered by id.", Type.INTEGER),
        column("id", "Discogs id of the artist or label.", Type.INTEGER),
        column("name", "Its name."),
        column("releases", "Number of its releases of the genre or style.", Type.INTEGER),
    ),
)


def _shares(part: str, doc: str) -> Field:
    """Return a column with numbers of a label's releases as JSON."""
    return column(
        part,
        f"{doc}, as a list of objects with `{'decade' if part == 'decades' else 'name'}`, `count`, the number of "
        "releases, and `percentage`, their percentage of all its releases.",
        Type.JSON,
    )


LABEL_DNA = Sheet(
    SOURCE,
    "label_dna",
    f"Profile of each label with at least {LABEL_RELEASES} releases: genres, styles, formats and decades of its "
    "releases. A release counts once for each of its genres, styles and formats, so their percentages can add up to "
    f"more than 100. Of genres, styles and formats, the {LABEL_SHARES} most frequent are listed, ties by name.",
    ("label_id",),
    (
        column("label_id", "Discogs id of the label.", Type.INTEGER),
        column("name", "Name of the label."),
        _exact("release_count", "Number of its releases, with or without a year."),
        column("artist_count", "Number of their main artists, without placeholder artists.", Type.INTEGER),
        column("artist_diversity", "Main artists per release: `artist_count / release_count`.", Type.REAL),
        column("active_years", "Years with a release, ascending, as a list.", Type.JSON),
        column(
            "peak_decade", "First year of the decade with the most releases; on a tie, of the earliest.", Type.INTEGER
        ),
        column("prolificacy", "Number of dated releases per active year.", Type.REAL),
        _shares("genres", "Genres, the most frequent first"),
        _shares("styles", "Styles, the most frequent first"),
        _shares("formats", "Names of formats, the most frequent first"),
        _shares("decades", "Decades by their first year, ascending"),
    ),
)

SIMILAR_LABELS = Sheet(
    SOURCE,
    "similar_labels",
    f"The {RANKED_LABELS} labels most similar to each label with at least {LABEL_RELEASES} releases. The similarity "
    "is the mean of two cosines: that of the vectors of the numbers of releases by genre, and that by style; without "
    "genres or styles a cosine is 0. Labels are compared only if they have one of their "
    f"{LABEL_STYLES} most frequent styles in common, ties by name; labels without styles are compared with each other, "
    "by genres in the same way.",
    ("label_id", "rank"),
    (
        column("label_id", "Discogs id of the label.", Type.INTEGER),
        column(
            "rank",
            "Rank of the similar label, from 1; ties are ordered by the number of releases, the largest first, then by "
            "id.",
            Type.INTEGER,
        ),
        column("similar_id", "Discogs id of the similar label.", Type.INTEGER),
        column("similarity", "Similarity from 0 to 1, rounded to four places.", Type.REAL),
    ),
)

MONTHLY_ANNIVERSARIES = Sheet(
    SOURCE,
    "monthly_anniversaries",
    "Masters with an anniversary in this month: those of the ages that DISCOGS_ANNIVERSARIES names, by default "
    f"{', '.join(map(str, MILESTONES[:-1]))} and {MILESTONES[-1]} years. The year is that of the master; the month is "
    "that of its main release, if this is of the same year and its date has a month. Masters of such a year with an "
    "unknown month are included at the end, with month_known false.",
    ("master_id",),
    (
        column("master_id", "Discogs id of the master.", Type.INTEGER),
        column("title", "Title."),
        column("artist", "Main artists as one line."),
        column("year", "Year of the master.", Type.INTEGER),
        column("released", "Date of the main release as written, if it is of that year."),
        _exact("anniversary", "Age in years."),
        column("month_known", "True if the month is known.", Type.BOOLEAN),
    ),
)

CREDIT_TOTALS = Sheet(
    SOURCE,
    "credit_totals",
    "Number of credits of each person, by category of role. A person is an artist, or a name that credits link to no "
    "artist. A role counts once per release, on however many of its tracks. Placeholder artists are left out.",
    ("artist_id", "name", "category"),
    (
        _exact("artist_id", "Discogs id of the artist; 0 for a name that is linked to no artist."),
        _exact(
            "name",
            "Name of the artist; of one that the month does not have, and without an id, as credited.",
            Type.TEXT,
        ),
        column("category", "Category of the roles."),
        _exact("rank", "Rank in the category by number of credits, from 1; ties are ordered by id and name."),
        column("credits", "Number of credits.", Type.INTEGER),
        column("releases", "Number of releases with such a credit.", Type.INTEGER),
        column("first_year", "Year of the earliest of these releases.", Type.INTEGER),
        column("last_year", "Year of the latest of these releases.", Type.INTEGER),
        column("years", "Number of credits by year, without undated ones: an object.", Type.JSON),
    ),
)

DATA_COMPLETENESS = Sheet(
    SOURCE,
    "data_completeness",
    "Number of records of an entity with a value in each part. A repeated part has a value if it has an item, a part "
    "within it if any item has a value there. An id of 0 is no value.",
    ("entity", "field"),
    (
        column("entity", "The entity."),
        column("field", "Name of the part in Parquet; dotted if it is within another."),
        column("records", "Number of records of the entity.", Type.INTEGER),
        column("present", "Number of records with a value.", Type.INTEGER),
        _exact("share", "Their share, from 0 to 1.", Type.REAL),
    ),
)


def _weight(name: str) -> str:
    return f"{rarity.WEIGHTS[name]:.2%}"


def _steps(steps: rarity.Steps) -> str:
    """Return the steps as text for a sentence."""
    values = (f"{worth} up to {limit:,}" for limit, worth in steps.steps)
    return f"{', '.join(values)}, else {steps.beyond}"


RELEASE_RARITY = Sheet(
    SOURCE,
    "release_rarity",
    "Rarity of a release, from 0 to 100: the weighted mean of signals from the catalogue itself. The number of people "
    "who own it is not in the dumps. A hidden gem is rare although its artist, label and genre are well known.",
    ("release_id",),
    (
        column("release_id", "Discogs id of the release.", Type.INTEGER),
        column("title", "Title."),
        column("artist", "Main artists as one line."),
        column("year", "Year of the release.", Type.INTEGER),
        column("rarity_score", "Weighted mean of the five signals.", Type.REAL, Index.ORDER),
        _exact("tier", ", ".join(f"{name} from {least}" for name, least in rarity.TIERS.items()) + ".", Type.TEXT),
        column(
            "hidden_gem_score",
            "Rarity score times fame. Fame is the sum of "
            f"{rarity.KNOWN['artist']} times the percentile of its main artist with the most relationships, "
            f"{rarity.KNOWN['label']} times that of its label and {rarity.KNOWN['genre']} times that of its genre with "
            "the most releases. A percentile is the share of all others of the kind with a smaller number.",
            Type.REAL,
            Index.ORDER,
        ),
        column(
            "pressing_scarcity",
            f"{_weight('pressing_scarcity')}: by the number of releases of its master, itself included: "
            f"{_steps(rarity.PRESSINGS)}; {rarity.UNIQUE} without a master.",
            Type.INTEGER,
        ),
        column(
            "label_catalog",
            f"{_weight('label_catalog')}: by the number of releases of its smallest label: {_steps(rarity.CATALOGUE)}; "
            f"{rarity.UNKNOWN} without a label.",
            Type.INTEGER,
        ),
        column(
            "format_rarity",
            f"{_weight('format_rarity')}: the highest value of its formats and their descriptions: "
            f"{', '.join(f'{name} {worth}' for name, worth in rarity.FORMATS.items())}; {rarity.UNKNOWN} without any.",
            Type.INTEGER,
        ),
        column(
            "temporal_scarcity",
            f"{_weight('temporal_scarcity')}: {rarity.YEARLY} per year of age, up to 100, less {rarity.REISSUE} but at "
            f"least 0 if its master has another release of the last {rarity.REISSUE_YEARS} years; {rarity.UNKNOWN} "
            "without a year.",
            Type.REAL,
        ),
        column(
            "graph_isolation",
            f"{_weight('graph_isolation')}: by the number of its relationships in the graph: {_steps(rarity.DEGREE)}.",
            Type.INTEGER,
        ),
    ),
)

_SIMILARITY = ", ".join(f"{name} {weight:.0%}" for name, weight in SIMILARITY.items())

SIMILAR_ARTISTS = Sheet(
    SOURCE,
    "similar_artists",
    f"The at most {SIMILAR} artists most similar to each artist, among artists with at least {LEAST_RELEASES} releases "
    f"as a main artist. The similarity is the weighted mean of four criteria ({_SIMILARITY}). Each is the cosine of "
    "the two artists' numbers of releases by genre, style, label (without Not On Label) or main artist (itself "
    f"included; without releases with more than {CROWD}); 0 if an artist has none. Only candidates are compared: the "
    f"{OFFERED} artists with the most releases of each of the {CHOSEN['style']} styles, {CHOSEN['label']} labels and "
    f"{CHOSEN['collaborator']} main artists (itself included) with most of the artist's releases; on ties, by id or "
    "name.",
    ("artist_id", "rank"),
    (
        column("artist_id", "Discogs id of the artist.", Type.INTEGER),
        column(
            "rank",
            f"Rank of the similar artist, 1 to {SIMILAR}; on ties, by number of releases, then id.",
            Type.INTEGER,
        ),
        column("similar_id", "Discogs id of the similar artist.", Type.INTEGER),
        column("name", "Name of the similar artist."),
        column("releases", "Number of releases with the similar artist as a main artist.", Type.INTEGER),
        column("similarity", "Weighted mean of the criteria, from 0 to 1.", Type.REAL),
        *(column(name, f"Similarity by {name}s, from 0 to 1.", Type.REAL) for name in SIMILARITY),
        column("shared_genres", f"List of at most {SHARED} common genres; the most similar counts first.", Type.JSON),
        column("shared_labels", f"List of the names of at most {SHARED} common labels, likewise.", Type.JSON),
    ),
)

ARTIST_COLLABORATIONS = Sheet(
    SOURCE,
    "artist_collaborations",
    "Collaborators of each artist, in both directions: other main artists of the same releases. Releases with more "
    f"than {CROWD} main artists and placeholder artists are ignored.",
    ("artist_id", "rank"),
    (
        column("artist_id", "Discogs id of the artist.", Type.INTEGER),
        column("rank", "Rank of the collaborator by releases together; on ties, by id.", Type.INTEGER),
        column("collaborator_id", "Discogs id of the collaborator.", Type.INTEGER),
        column("name", "Name of the collaborator."),
        column("releases", "Number of releases together.", Type.INTEGER),
        column("first_year", "Year of the earliest of them.", Type.INTEGER),
        column("last_year", "Year of the latest of them.", Type.INTEGER),
        column("years", "Number of them by year; those without a year are left out.", Type.JSON),
    ),
)

ARTIST_COMMUNITIES = Sheet(
    SOURCE,
    "artist_communities",
    "Communities of artists in the collaboration graph, as in artist_centrality: connected groups found by maximising "
    "modularity (Louvain's method; unconnected parts are separated). A community is named after its hub, the artist "
    "with the most collaborators inside it; on ties, with the most collaborators, then the smallest id. There is a row "
    "for every artist with a collaborator.",
    ("artist_id",),
    (
        column("artist_id", "Discogs id of the artist.", Type.INTEGER),
        column("name", "Name of the artist."),
        _exact("community_id", "Discogs id of the hub."),
        column("community", "Name of the hub."),
        column("size", "Number of artists of the community.", Type.INTEGER),
        column("collaborators", "Number of the artist's collaborators.", Type.INTEGER),
        column("inside", "Number of its collaborators in the same community.", Type.INTEGER),
    ),
)

COMPUTATION_LOG = Sheet(
    SOURCE,
    "computation_log",
    "Computations of the month's insights as recorded by the orchestrator: a row for each insight and run, the newest "
    "first.",
    ("insight", "run_id"),
    (
        column("insight", "Name of the insight."),
        column("run_id", "Id of the run."),
        column("status", "Status: SUCCESS, FAILURE, SKIPPED or IN_PROGRESS."),
        column("started", "Start of the step, in UTC: 2026-11-21T22:05:09.123Z."),
        column("ended", "End of the step, in UTC."),
        column("seconds", "Duration of the step in seconds.", Type.REAL),
        column("rows", "Number of rows written, if it succeeded.", Type.INTEGER),
        column("code_version", "Version of the code that wrote them."),
    ),
)

INSIGHTS = (
    ARTIST_CENTRALITY,
    GENRE_TRENDS,
    STYLE_TRENDS,
    LABEL_LONGEVITY,
    GENRE_LEADERS,
    LABEL_DNA,
    SIMILAR_LABELS,
    MONTHLY_ANNIVERSARIES,
    DATA_COMPLETENESS,
    RELEASE_RARITY,
    CREDIT_TOTALS,
    SIMILAR_ARTISTS,
    ARTIST_COLLABORATIONS,
    ARTIST_COMMUNITIES,
    COMPUTATION_LOG,
)
"""All insights, the log of their computation last."""
