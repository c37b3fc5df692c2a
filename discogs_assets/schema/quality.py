"""Data-quality rules: name, entities, severity, meaning and condition of each.

A rule marks a record as doubtful and changes nothing: Parquet and `data` keep the record as the dump has it.
"""

import dataclasses
from enum import Enum

import polars as pl

from discogs_assets.schema import conditions as when
from discogs_assets.schema.discogs import ARTISTS, ENTITIES, LABELS, MASTERS, RELEASES
from discogs_assets.schema.model import Entity


class Severity(Enum):
    """Severity of a finding."""

    ERROR = "error"
    """The record cannot mean what it states, or lacks a value that every record has."""
    WARNING = "warning"
    """Most likely a mistake, or a record that is not to be used."""
    INFO = "info"
    """Unusual or incomplete, often as printed."""


@dataclasses.dataclass(frozen=True, slots=True)
class QualityRule:
    """One thing that may be doubtful about a record.

    `field` is its place in the record, as the data dictionary names it. `found` gives the offending text of each
    record: null if it has no finding, empty if a value is missing.
    """

    name: str
    severity: Severity
    entities: tuple[Entity, ...]
    field: str
    doc: str
    found: pl.Expr = dataclasses.field(compare=False)


ERROR, WARNING, INFO = Severity

DOUBTFUL = {ERROR: 0.01, WARNING: 0.1}
"""Share of all records above which the dump, its parsing or the rule is in doubt rather than the records: an element
removed from the format is missing everywhere."""

GENRES = (
    "Blues",
    "Brass & Military",
    "Children's",
    "Classical",
    "Electronic",
    "Folk, World, & Country",
    "Funk / Soul",
    "Hip Hop",
    "Jazz",
    "Latin",
    "Non-Music",
    "Pop",
    "Reggae",
    "Rock",
    "Stage & Screen",
)
"""Genres of Discogs; there are no others."""

VOTES = (
    "Needs Vote",
    "Complete and Correct",
    "Correct",
    "Needs Minor Changes",
    "Needs Major Changes",
    "Entirely Incorrect",
    "Entirely Incorrect Edit",
)
"""Values of `data_quality`."""

FIRST_SOLD = {
    "Cassette": 1963,
    "8-Track Cartridge": 1964,
    "Betamax": 1975,
    "VHS": 1976,
    "Laserdisc": 1978,
    "CD": 1982,
    "DAT": 1987,
    "CDr": 1988,
    "DCC": 1992,
    "Minidisc": 1992,
    "DVD": 1996,
    "DVDr": 1997,
    "SACD": 1999,
    "Blu-ray": 2006,
    "HD DVD": 2006,
}
"""Year in which each carrier came to market."""

NUMBER = r"^[0-9]+$"
GARBLED = "\ufffd|[ÃÂ][\u0080-\u00bf]"
"""Pattern of the replacement character, and of UTF-8 that was read as Latin-1."""
PADDED = "^[\\s\u200b\ufeff]|[\\s\u200b\ufeff]$"
NO_ADDRESS = r"^[^.]*$|\S\s+\S"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
PARTIAL_DATE = r"^[0-9]{4}(-00-00|-(0[1-9]|1[0-2])(-00)?)?$"
DURATION = r"^([0-9]+:)?[0-9]+:[0-5][0-9]$"
QUANTITY = r"^[1-9][0-9]{0,3}$"
"""The largest boxes hold several hundred carriers."""
LABEL_CODE = r"(?i)^\s*\(?\s*LC\s*\)?[\s:-]*[0-9]{4,5}\s*\)?\s*$"
ISRC = r"(?i)^\s*(ISRC)?[\s:]*[A-Z]{2}[\s-]*[A-Z0-9]{3}[\s-]*[0-9]{2}[\s-]*[0-9]{5}\s*$"


def _of_type(name: str) -> pl.Expr:
    """Return True if an identifier is of this type."""
    return when.item("type") == name


def _unsound_date() -> pl.Expr:
    """Flag a date of a plausible year that is not in the calendar; month and day may be 00."""
    text = pl.col("released")
    day = when.where(text, text.str.contains(DATE)).str.to_date("%Y-%m-%d", strict=False)
    return when.where(text, pl.col("year").is_not_null() & ~text.str.contains(PARTIAL_DATE) & day.is_null())


def _unbalanced() -> pl.Expr:
    """Flag roles with unbalanced brackets, since these cannot be split at their commas."""
    role = when.item("role")
    opened, closed = (role.str.count_matches(sign, literal=True) for sign in "[]")
    return when.each("extraartists", when.where(role, opened != closed))


RULES = (
    QualityRule("name_missing", ERROR, (ARTISTS, LABELS), "name", "It has no name.", when.missing("name")),
    QualityRule("title_missing", ERROR, (MASTERS, RELEASES), "title", "It has no title.", when.missing("title")),
    QualityRule(
        "artists_missing", ERROR, (MASTERS, RELEASES), "artists", "It names no main artist.", when.empty("artists")
    ),
    QualityRule(
        "labels_missing",
        WARNING,
        (RELEASES,),
        "labels",
        "It names no label, not even Not On Label.",
        when.empty("labels"),
    ),
    QualityRule("formats_missing", WARNING, (RELEASES,), "formats", "It has no format.", when.empty("formats")),
    QualityRule("tracks_missing", WARNING, (RELEASES,), "tracklist", "It has no track.", when.empty("tracklist")),
    QualityRule("genres_missing", WARNING, (MASTERS, RELEASES), "genres", "It has no genre.", when.empty("genres")),
    QualityRule(
        "main_release_missing",
        ERROR,
        (MASTERS,),
        "main_release",
        "No release stands for it.",
        when.nothing(pl.col("main_release").fill_null(0) == 0),
    ),
    QualityRule(
        "do_not_use",
        WARNING,
        (ARTISTS, LABELS),
        "profile",
        "The profile says DO NOT USE: the record is a duplicate or a mistake.",
        when.matching("profile", "(?i)do not use"),
    ),
    *(
        QualityRule(
            f"{column}_garbled",
            WARNING,
            entities,
            column,
            "It holds what comes of a wrong decoding, such as Ã© for é.",
            when.matching(column, GARBLED),
        )
        for column, entities in (("name", (ARTISTS, LABELS)), ("title", (MASTERS, RELEASES)))
    ),
    *(
        QualityRule(
            f"{column}_padded",
            INFO,
            entities,
            column,
            "White space stands before or after it.",
            when.matching(column, PADDED),
        )
        for column, entities in (("name", (ARTISTS, LABELS)), ("title", (MASTERS, RELEASES)))
    ),
    QualityRule(
        "data_quality_unknown",
        WARNING,
        ENTITIES,
        "data_quality",
        f"It is none of: {', '.join(VOTES)}.",
        when.none_of("data_quality", VOTES),
    ),
    QualityRule(
        "value_odd",
        WARNING,
        ENTITIES,
        "raw",
        "A number or boolean is written as no other is: an id of `007`, a width of `x`.",
        when.each("raw", pl.concat_str(when.item("path"), pl.lit(" = "), when.item("text"))),
    ),
    QualityRule(
        "url_odd",
        INFO,
        (ARTISTS, LABELS),
        "urls",
        "It has no dot, or has words around it.",
        when.each("urls", when.where(when.item(), when.item().str.contains(NO_ADDRESS))),
    ),
    *(
        QualityRule(
            f"own_{noun}",
            ERROR,
            (entity,),
            f"{rows}[].id",
            f"It names itself as {noun}.",
            when.refers_to_itself(rows),
        )
        for entity, rows, noun in (
            (ARTISTS, "aliases", "alias"),
            (ARTISTS, "members", "member"),
            (ARTISTS, "groups", "group"),
            (LABELS, "sublabels", "sublabel"),
        )
    ),
    QualityRule(
        "own_parent",
        ERROR,
        (LABELS,),
        "parentLabel.id",
        "It names itself as parent.",
        when.where(pl.col("id").cast(pl.String), pl.col("parentLabel").struct.field("id") == pl.col("id")),
    ),
    QualityRule(
        "member_and_group",
        WARNING,
        (ARTISTS,),
        "members[].id",
        "It names the same artist as member and as group.",
        when.refers_twice("members", "groups"),
    ),
    *(
        QualityRule(
            f"{noun}_repeated",
            WARNING,
            (entity,),
            f"{rows}[].id",
            f"It names the same {noun} twice.",
            when.each_again(rows, "id", "name"),
        )
        for entity, rows, noun in (
            (ARTISTS, "aliases", "alias"),
            (ARTISTS, "members", "member"),
            (ARTISTS, "groups", "group"),
            (LABELS, "sublabels", "sublabel"),
        )
    ),
    *(
        QualityRule(
            f"{noun}_unlinked",
            INFO,
            entities,
            f"{rows}[].id",
            f"The {noun} is named without an id, or with id 0; old dumps lack ids.",
            when.each_unlinked(rows),
        )
        for entities, rows, noun in (
            ((ARTISTS,), "aliases", "alias"),
            ((ARTISTS,), "members", "member"),
            ((ARTISTS,), "groups", "group"),
            ((LABELS,), "sublabels", "sublabel"),
            ((MASTERS, RELEASES), "artists", "artist"),
            ((RELEASES,), "labels", "label"),
            ((RELEASES,), "companies", "company"),
        )
    ),
    QualityRule(
        "genre_numeric",
        ERROR,
        (MASTERS, RELEASES),
        "genres",
        "The number of a genre stands for its name, as in old records.",
        when.each("genres", when.where(when.item(), when.item().str.contains(NUMBER))),
    ),
    QualityRule(
        "genre_unknown",
        WARNING,
        (MASTERS, RELEASES),
        "genres",
        f"It is none of: {'; '.join(GENRES)}.",
        when.each("genres", when.where(when.item(), ~when.item().is_in(GENRES) & ~when.item().str.contains(NUMBER))),
    ),
    *(
        QualityRule(
            f"{noun}_repeated", INFO, (MASTERS, RELEASES), rows, f"It names the {noun} twice.", when.each_again(rows)
        )
        for rows, noun in (("genres", "genre"), ("styles", "style"))
    ),
    QualityRule(
        "year_unsound",
        WARNING,
        (MASTERS,),
        "year_raw",
        "It is neither 0 nor a year from 1860 to the one after the dump's.",
        when.where(pl.col("year_raw"), pl.col("year").is_null() & (pl.col("year_raw") != "0")),
    ),
    QualityRule(
        "released_unsound",
        WARNING,
        (RELEASES,),
        "released",
        "It begins with no year from 1860 to the one after the dump's.",
        when.where(pl.col("released"), pl.col("year").is_null()),
    ),
    QualityRule(
        "released_impossible",
        WARNING,
        (RELEASES,),
        "released",
        "It begins with a year and ends with what no calendar has; month and day may be 00.",
        _unsound_date(),
    ),
    QualityRule(
        "format_before_its_time",
        WARNING,
        (RELEASES,),
        "formats[].name",
        f"It is older than its carrier: {', '.join(f'{name} {year}' for name, year in FIRST_SOLD.items())}.",
        when.before_its_time("formats", "name", "year", FIRST_SOLD),
    ),
    QualityRule(
        "quantity_odd",
        WARNING,
        (RELEASES,),
        "formats[].qty",
        "It is no number from 1 to 9999.",
        when.each_not_matching("formats", "qty", QUANTITY),
    ),
    QualityRule(
        "barcode_check_digit",
        WARNING,
        (RELEASES,),
        "identifiers[].value",
        "A barcode of 12 or 13 digits (UPC-A, EAN-13) whose last is not the check digit of the others.",
        when.wrong_check_digit("identifiers", "value", _of_type("Barcode")),
    ),
    QualityRule(
        "isrc_malformed",
        INFO,
        (RELEASES,),
        "identifiers[].value",
        "An ISRC that is not country, registrant, year and number, as in GB-AYE-69-00531.",
        when.each_not_matching("identifiers", "value", ISRC, _of_type("ISRC")),
    ),
    QualityRule(
        "label_code_malformed",
        INFO,
        (RELEASES,),
        "identifiers[].value",
        "A label code that is not LC and four or five digits.",
        when.each_not_matching("identifiers", "value", LABEL_CODE, _of_type("Label Code")),
    ),
    QualityRule(
        "identifier_empty",
        INFO,
        (RELEASES,),
        "identifiers[].value",
        "An identifier without a value; the type is what is found.",
        when.each("identifiers", when.where(when.item("type").fill_null(""), when.item("value").is_null())),
    ),
    QualityRule(
        "catno_repeated",
        INFO,
        (RELEASES,),
        "labels[].catno",
        "The same label stands there twice with the same catalogue number.",
        when.each_again("labels", "id", "name", "catno"),
    ),
    QualityRule(
        "credit_repeated",
        INFO,
        (RELEASES,),
        "extraartists",
        "The same artist is credited twice with the same role and tracks.",
        when.each_again("extraartists", "id", "name", "role", "tracks"),
    ),
    QualityRule(
        "role_unbalanced",
        INFO,
        (RELEASES,),
        "extraartists[].role",
        "Its brackets do not pair, so that it cannot be split at its commas.",
        _unbalanced(),
    ),
    QualityRule(
        "position_repeated",
        INFO,
        (RELEASES,),
        "tracklist[].position",
        "Two tracks stand in the same place.",
        when.each_again("tracklist", "position"),
    ),
    QualityRule(
        "track_untitled",
        INFO,
        (RELEASES,),
        "tracklist[].title",
        "A track without a title; its position is what is found.",
        when.each("tracklist", when.where(when.item("position").fill_null(""), when.item("title").is_null())),
    ),
    QualityRule(
        "duration_odd",
        INFO,
        (RELEASES,),
        "tracklist[].duration",
        "It is not written as m:ss or h:mm:ss.",
        when.each_not_matching("tracklist", "duration", DURATION),
    ),
    QualityRule(
        "main_of_no_master",
        ERROR,
        (RELEASES,),
        "is_main_release",
        "It stands for its master, and names none.",
        when.where(pl.lit("true"), pl.col("is_main_release") & (pl.col("master_id").fill_null(0) == 0)),
    ),
)
"""All rules, in the order of reports. They check single records: dangling references are counted when the graph is
built, and missing dates or countries are a matter of completeness."""


def rules(entity: Entity) -> tuple[QualityRule, ...]:
    """Return the rules of an entity, in order."""
    return tuple(rule for rule in RULES if entity in rule.entities)
