"""Data-quality rules: name, entities, severity, meaning and condition of each.

A rule marks a record as doubtful and changes nothing: Parquet and `data` keep the record as the dump has it.
"""

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import Any

from discogs_assets.schema.discogs import ARTISTS, ENTITIES, LABELS, MASTERS, RELEASES
from discogs_assets.schema.model import Entity


class Severity(Enum):
    """Severity of a finding."""

    ERROR = "error"
    """The record contradicts itself, or lacks a value that every record has."""
    WARNING = "warning"
    """Most likely a mistake, or a record that must not be used."""
    INFO = "info"
    """Unusual or incomplete, often as printed."""


class Test(Enum):
    """Condition on a field, with its arguments in brackets; implemented in `streams.conditions`.

    The finding is the offending text unless stated otherwise. `EACH` tests the items of a repeated part.
    """

    MISSING = "has no value; the finding is empty"
    EMPTY = "has no item; the finding is empty"
    UNLINKED = "is null or 0; the finding is empty"
    MATCHING = "matches (pattern)"
    UNKNOWN = "is none of (values)"
    UNSOUND_YEAR = "gives no year, and is none of (*values)"
    UNSOUND_DATE = "gives a year, but is not a date of the calendar; month and day may be 00"
    MAIN_WITHOUT_MASTER = "is true without a master_id"
    OWN_ID = "is the id of the record"
    ALSO_IN = "is an id in the part (name), too"
    REPRODUCED_OTHERWISE = "is not reproduced by its typed value; the finding names the path"
    EACH_MATCHING = "matches (pattern), in each item"
    EACH_NOT_MATCHING = "does not match (pattern), in items of (type) if given"
    EACH_UNKNOWN = "is none of (values) and does not match (pattern)"
    EACH_EMPTY = "is missing; the finding is the item's value of (name)"
    EACH_UNLINKED = "is null or 0; the finding is the item's name"
    EACH_AGAIN = "equals an earlier item: in the values of (*names), or as a text"
    EACH_UNBALANCED = "has unequal numbers of opening and closing square brackets"
    WRONG_CHECK_DIGIT = "has 12 or 13 digits of which the last is not the check digit, in items of (type)"
    BEFORE_FIRST = "is a key of (years by name) with a year after the record's"


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A condition that makes a record doubtful.

    `field` is its place in the record, as the data dictionary names it; `test` and `arguments` are the condition on it.
    """

    name: str
    severity: Severity
    entities: tuple[Entity, ...]
    field: str
    doc: str
    test: Test
    arguments: tuple[Any, ...] = dataclasses.field(default=(), hash=False)


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
DURATION = r"^([0-9]+:)?[0-9]+:[0-5][0-9]$"
QUANTITY = r"^[1-9][0-9]{0,3}$"
"""The largest boxes hold several hundred carriers."""
LABEL_CODE = r"(?i)^\s*\(?\s*LC\s*\)?[\s:-]*[0-9]{4,5}\s*\)?\s*$"
ISRC = r"(?i)^\s*(ISRC)?[\s:]*[A-Z]{2}[\s-]*[A-Z0-9]{3}[\s-]*[0-9]{2}[\s-]*[0-9]{5}\s*$"


NAMED = (("name", (ARTISTS, LABELS)), ("title", (MASTERS, RELEASES)))
"""Column with the name of a record, and its entities."""

RELATED = (
    ("alias", "aliases", ARTISTS),
    ("member", "members", ARTISTS),
    ("group", "groups", ARTISTS),
    ("sublabel", "sublabels", LABELS),
)
"""Parts with references to records of the same entity."""

REFERRING = (
    *((noun, part, (entity,)) for noun, part, entity in RELATED),
    ("artist", "artists", (MASTERS, RELEASES)),
    ("label", "labels", (RELEASES,)),
    ("company", "companies", (RELEASES,)),
)
"""Parts with references to any records."""

RULES = (
    QualityRule("name_missing", ERROR, (ARTISTS, LABELS), "name", "It has no name.", Test.MISSING),
    QualityRule("title_missing", ERROR, (MASTERS, RELEASES), "title", "It has no title.", Test.MISSING),
    QualityRule("artists_missing", ERROR, (MASTERS, RELEASES), "artists", "It has no main artist.", Test.EMPTY),
    QualityRule("labels_missing", WARNING, (RELEASES,), "labels", "It has no label, nor Not On Label.", Test.EMPTY),
    QualityRule("formats_missing", WARNING, (RELEASES,), "formats", "It has no format.", Test.EMPTY),
    QualityRule("tracks_missing", WARNING, (RELEASES,), "tracklist", "It has no track.", Test.EMPTY),
    QualityRule("genres_missing", WARNING, (MASTERS, RELEASES), "genres", "It has no genre.", Test.EMPTY),
    QualityRule("main_release_missing", ERROR, (MASTERS,), "main_release", "It has no main release.", Test.UNLINKED),
    QualityRule(
        "do_not_use", WARNING, (ARTISTS, LABELS), "profile",
        "The profile says DO NOT USE: the record is a duplicate or a mistake.", Test.MATCHING, ("(?i)do not use",),
    ),
    *(
        QualityRule(
            f"{column}_garbled", WARNING, entities, column,
            "It was decoded with the wrong character set, such as Ã© for é.", Test.MATCHING, (GARBLED,),
        )
        for column, entities in NAMED
    ),
    *(
        QualityRule(
            f"{column}_padded", INFO, entities, column, "It has leading or trailing white space.",
            Test.MATCHING, (PADDED,),
        )
        for column, entities in NAMED
    ),
    QualityRule(
        "data_quality_unknown", WARNING, ENTITIES, "data_quality", f"It is none of: {', '.join(VOTES)}.",
        Test.UNKNOWN, (VOTES,),
    ),
    QualityRule(
        "value_odd", WARNING, ENTITIES, "raw",
        "A number or boolean has an unusual form: an id of `007`, a width of `x`.", Test.REPRODUCED_OTHERWISE,
    ),
    QualityRule(
        "url_odd", INFO, (ARTISTS, LABELS), "urls", "It has no dot, or words around it.",
        Test.EACH_MATCHING, (NO_ADDRESS,),
    ),
    *(
        QualityRule(f"own_{noun}", ERROR, (entity,), f"{part}[].id", f"It lists itself as {noun}.", Test.OWN_ID)
        for noun, part, entity in RELATED
    ),
    QualityRule("own_parent", ERROR, (LABELS,), "parentLabel.id", "It names itself as its parent.", Test.OWN_ID),
    QualityRule(
        "member_and_group", WARNING, (ARTISTS,), "members[].id",
        "It lists the same artist as a member and as a group.", Test.ALSO_IN, ("groups",),
    ),
    *(
        QualityRule(
            f"{noun}_repeated", WARNING, (entity,), f"{part}[].id", f"It lists the same {noun} twice.",
            Test.EACH_AGAIN, ("id", "name"),
        )
        for noun, part, entity in RELATED
    ),
    *(
        QualityRule(
            f"{noun}_unlinked", INFO, entities, f"{part}[].id",
            f"The {noun} has no id, or the id 0; old dumps lack ids.", Test.EACH_UNLINKED,
        )
        for noun, part, entities in REFERRING
    ),
    QualityRule(
        "genre_numeric", ERROR, (MASTERS, RELEASES), "genres",
        "It is the number of a genre instead of its name, as in old records.", Test.EACH_MATCHING, (NUMBER,),
    ),
    QualityRule(
        "genre_unknown", WARNING, (MASTERS, RELEASES), "genres", f"It is none of: {'; '.join(GENRES)}.",
        Test.EACH_UNKNOWN, (GENRES, NUMBER),
    ),
    *(
        QualityRule(
            f"{noun}_repeated", INFO, (MASTERS, RELEASES), part, f"It has the same {noun} twice.", Test.EACH_AGAIN
        )
        for part, noun in (("genres", "genre"), ("styles", "style"))
    ),
    QualityRule(
        "year_unsound", WARNING, (MASTERS,), "year_raw",
        "It is neither 0 nor a year from 1860 to the one after the dump's.", Test.UNSOUND_YEAR, ("0",),
    ),
    QualityRule(
        "released_unsound", WARNING, (RELEASES,), "released",
        "It does not begin with a year from 1860 to the one after the dump's.", Test.UNSOUND_YEAR,
    ),
    QualityRule(
        "released_impossible", WARNING, (RELEASES,), "released",
        "It begins with a year but is not a date of the calendar; month and day may be 00.", Test.UNSOUND_DATE,
    ),
    QualityRule(
        "format_before_its_time", WARNING, (RELEASES,), "formats[].name",
        f"It is older than its carrier: {', '.join(f'{name} {year}' for name, year in FIRST_SOLD.items())}.",
        Test.BEFORE_FIRST, (FIRST_SOLD,),
    ),
    QualityRule(
        "quantity_odd", WARNING, (RELEASES,), "formats[].qty", "It is not a number from 1 to 9999.",
        Test.EACH_NOT_MATCHING, (QUANTITY,),
    ),
    QualityRule(
        "barcode_check_digit", WARNING, (RELEASES,), "identifiers[].value",
        "The last of the 12 or 13 digits of a barcode (UPC-A, EAN-13) is not the check digit of the others.",
        Test.WRONG_CHECK_DIGIT, ("Barcode",),
    ),
    QualityRule(
        "isrc_malformed", INFO, (RELEASES,), "identifiers[].value",
        "An ISRC is not country, registrant, year and number, as in GB-AYE-69-00531.",
        Test.EACH_NOT_MATCHING, (ISRC, "ISRC"),
    ),
    QualityRule(
        "label_code_malformed", INFO, (RELEASES,), "identifiers[].value",
        "A label code is not LC and four or five digits.", Test.EACH_NOT_MATCHING, (LABEL_CODE, "Label Code"),
    ),
    QualityRule(
        "identifier_empty", INFO, (RELEASES,), "identifiers[].value",
        "An identifier has no value; the finding is its type.", Test.EACH_EMPTY, ("type",),
    ),
    QualityRule(
        "catno_repeated", INFO, (RELEASES,), "labels[].catno",
        "It lists the same label twice with the same catalogue number.", Test.EACH_AGAIN, ("id", "name", "catno"),
    ),
    QualityRule(
        "credit_repeated", INFO, (RELEASES,), "extraartists",
        "It credits the same artist twice with the same role and tracks.",
        Test.EACH_AGAIN, ("id", "name", "role", "tracks"),
    ),
    QualityRule(
        "role_unbalanced", INFO, (RELEASES,), "extraartists[].role",
        "Its brackets are unbalanced, so that it cannot be split at its commas.", Test.EACH_UNBALANCED,
    ),
    QualityRule(
        "position_repeated", INFO, (RELEASES,), "tracklist[].position", "Two tracks have the same position.",
        Test.EACH_AGAIN, ("position",),
    ),
    QualityRule(
        "track_untitled", INFO, (RELEASES,), "tracklist[].title",
        "A track has no title; the finding is its position.", Test.EACH_EMPTY, ("position",),
    ),
    QualityRule(
        "duration_odd", INFO, (RELEASES,), "tracklist[].duration", "Its form is neither m:ss nor h:mm:ss.",
        Test.EACH_NOT_MATCHING, (DURATION,),
    ),
    QualityRule(
        "main_of_no_master", ERROR, (RELEASES,), "is_main_release",
        "It is the main release of its master, but has no master.", Test.MAIN_WITHOUT_MASTER,
    ),
)  # fmt: skip
"""All rules, in the order of reports. They check single records: dangling references are counted when the graph is
built, and missing dates or countries are a matter of completeness."""


def rules(entity: Entity) -> tuple[QualityRule, ...]:
    """Return the rules of an entity, in order."""
    return tuple(rule for rule in RULES if entity in rule.entities)
