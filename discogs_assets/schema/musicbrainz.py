"""The four entities read from the MusicBrainz JSON dumps: every value, declared once.

Only core data, licensed under CC0. An empty text is no value. Dates are texts: `1969`, `1969-09` or `1969-09-26`.
"""

from collections.abc import Mapping

from discogs_assets.errors import SettingError
from discogs_assets.schema.model import Derived, Entity, Field, Kind, Part, Rows, Rule, Texts, Type

SOURCE = "musicbrainz"

UNAVAILABLE = "unavailable"
"""Placeholder for the sha256 of a dump that could not be downloaded."""

TARGET = "{target}"
"""Path segment that stands for the key named by the relation's `target-type`, with a hyphen or with an underscore."""

TARGET_TYPE = "target-type"
"""Key of a relation's target type; an underscore in its value is read as a hyphen."""

TARGETS = (
    "area", "artist", "event", "genre", "instrument", "label", "place", "recording", "release", "release-group",
    "release_group", "series", "work",
)  # fmt: skip
"""Keys of the record at the other end of a relation."""


def _date(name: str, doc: str, prop: str = "") -> Field:
    return Field(f"{name}_date", f"life-span/{name}", doc, prop=prop)


def _span(what: str) -> tuple[Field, ...]:
    """Return the fields for the period of something."""
    return (
        Field("begin_date", "begin", f"Begin date of {what}."),
        Field("end_date", "end", f"End date of {what}."),
        Field("ended", "ended", f"True if {what} has ended.", Type.BOOLEAN),
    )


ALIASES = Rows(
    "aliases",
    "aliases",
    "Aliases of the record.",
    (
        Field("name", "name", "The alias."),
        Field("sort_name", "sort-name", "Sort name of the alias."),
        Field("locale", "locale", "Locale of the alias: a language, in some cases with a country."),
        Field("type", "type", "Type, such as Legal name or Search hint."),
        Field("primary", "primary", "True if it is the primary alias of its locale.", Type.BOOLEAN),
        *_span("the use of the name"),
    ),
)

TYPE = Field("type", "type", "Type of the relation, such as member of band.")
DIRECTION = Field(
    "direction", "direction", "forward if this record is the relation's source, backward if it is its target."
)
RESOURCE = Field("url", "url/resource", "The URL.")
SPAN = _span("the relation")

RELATIONS = Rows(
    "relations",
    "relations",
    "Relations to other records of MusicBrainz; listed in the records of both ends.",
    (
        TYPE,
        Field("type_id", "type-id", "MBID of the type.", Type.UUID),
        DIRECTION,
        Field("target_type", TARGET_TYPE, "Entity of the other record, such as artist or release-group."),
        Field("target", f"{TARGET}/id", "MBID of the other record.", Type.UUID),
        Field("target_name", f"{TARGET}/name or {TARGET}/title", "Name or title of the other record."),
        Texts("attributes", "attributes", "Attributes of the relation, such as lead vocals or eponymous."),
        Field("attribute_values", "attribute-values", "Values of attributes, by attribute.", Type.JSON),
        *SPAN,
        Field("source_credit", "source-credit", "Credited name of the source."),
        Field("target_credit", "target-credit", "Credited name of the target."),
    ),
    only=Kind.RECORD,
)

URLS = Rows(
    "urls",
    "relations",
    "Relations to URLs other than links to Discogs.",
    (TYPE, RESOURCE, DIRECTION, *SPAN),
    only=Kind.URL,
)

DISCOGS = Rows(
    "discogs",
    "relations",
    "Links to Discogs.",
    (
        RESOURCE,
        Derived(
            "id",
            Rule.DISCOGS_ID,
            "url",
            "Discogs id in the URL; null unless it is of a record of the same kind.",
            Type.REFERENCE,
        ),
        Field("ended", "ended", "True if the link has ended.", Type.BOOLEAN),
    ),
    only=Kind.DISCOGS,
)

DISCOGS_IDS = Derived(
    "discogs_ids",
    Rule.DISCOGS_IDS,
    "discogs",
    "Discogs ids, first of links that have not ended, then ascending; the first one identifies the record.",
    Type.REFERENCES,
)

COUNTRY = Field("country", "country", "ISO 3166-1 code of the country.")
CODES = (
    Texts("ipis", "ipis", "Interested party codes."),
    Texts("isnis", "isnis", "International standard name identifiers."),
)

CREDIT = Rows(
    "artist_credit",
    "artist-credit",
    "Credited artists, in order.",
    (
        Field("mbid", "artist/id", "MBID of the artist.", Type.UUID),
        Field("name", "name", "Credited name of the artist."),
        Field("joinphrase", "joinphrase", "Text between this artist and the next."),
    ),
)


def _entity(name: str, node: str, doc: str, *parts: Part, title: str = "name") -> Entity:
    mbid = Field("mbid", "id", "MBID of the record.", Type.UUID, column="mbid", prop="mbid")
    named = Field("name", title, "Name." if title == "name" else "Title.")
    disambiguation = Field(
        "disambiguation",
        "disambiguation",
        "Comment that distinguishes the record from others of the same name.",
        prop="mb_disambiguation" if node in {"Artist", "Master"} else "",
    )
    common = (ALIASES, RELATIONS, URLS, DISCOGS, DISCOGS_IDS)
    return Entity(name, name, node, doc, (mbid, named, disambiguation, *parts, *common), key="mbid", source=SOURCE)


ARTISTS = _entity(
    "artist",
    "Artist",
    "An artist of MusicBrainz: a person, a group or another one.",
    Field("sort_name", "sort-name", "Sort name."),
    Field("type", "type", "Type: Person, Group, Orchestra, Choir, Character or Other.", prop="mb_type"),
    Field("gender", "gender", "Gender of a person.", prop="mb_gender"),
    _date("begin", "Date of birth of a person or foundation of a group.", "mb_begin_date"),
    _date("end", "Date of death of a person or dissolution of a group.", "mb_end_date"),
    Field("ended", "life-span/ended", "True if the person has died or the group has dissolved.", Type.BOOLEAN),
    Field("area", "area/name", "Area that the artist is associated with.", prop="mb_area"),
    Field("begin_area", "begin-area/name or begin_area/name", "Area of birth or foundation.", prop="mb_begin_area"),
    Field("end_area", "end-area/name or end_area/name", "Area of death or dissolution.", prop="mb_end_area"),
    COUNTRY,
    *CODES,
)

LABELS = _entity(
    "label",
    "Label",
    "A label of MusicBrainz.",
    Field("sort_name", "sort-name", "Sort name."),
    Field("type", "type", "Type, such as Original Production or Imprint.", prop="mb_type"),
    Field("label_code", "label-code", "Label code (LC).", Type.INTEGER, prop="mb_label_code"),
    _date("begin", "Date of the label's foundation.", "mb_begin_date"),
    _date("end", "Date of the label's end.", "mb_end_date"),
    Field("ended", "life-span/ended", "True if the label no longer exists.", Type.BOOLEAN),
    Field("area", "area/name", "Area of the label.", prop="mb_area"),
    COUNTRY,
    *CODES,
)

RELEASE_GROUPS = _entity(
    "release-group",
    "Master",
    "A release group of MusicBrainz: all editions of an album.",
    Field("type", "primary-type", "Primary type: Album, Single, EP, Broadcast or Other.", prop="mb_type"),
    Texts(
        "secondary_types", "secondary-types", "Secondary types, such as Compilation or Live.", prop="mb_secondary_types"
    ),
    Field("first_release_date", "first-release-date", "Date of the first edition.", prop="mb_first_release_date"),
    CREDIT,
    title="title",
)

RELEASES = _entity(
    "release",
    "Release",
    "A release of MusicBrainz: one edition.",
    Field("barcode", "barcode", "Barcode.", prop="mb_barcode"),
    Field("status", "status", "Status, such as Official or Bootleg.", prop="mb_status"),
    Field("release_group", "release-group/id", "MBID of the release group.", Type.UUID, prop="mb_release_group_mbid"),
    Field("date", "date", "Date of the edition."),
    COUNTRY,
    Field("packaging", "packaging", "Packaging, such as Jewel Case."),
    Field("asin", "asin", "Amazon Standard Identification Number (ASIN)."),
    Field("quality", "quality", "Data quality: low, normal or high."),
    Field("language", "text-representation/language", "ISO 639-3 code of the language of the titles."),
    Field("script", "text-representation/script", "ISO 15924 code of the script of the titles."),
    CREDIT,
    Rows(
        "labels",
        "label-info",
        "Labels with catalogue numbers.",
        (
            Field("catalog_number", "catalog-number", "Catalogue number."),
            Field("mbid", "label/id", "MBID of the label.", Type.UUID),
            Field("name", "label/name", "Name of the label."),
        ),
    ),
    title="title",
)

ENTITIES = (ARTISTS, LABELS, RELEASE_GROUPS, RELEASES)
"""Entities; the file of an export that holds each is `{name}.tar.xz`."""


def entity(name: str) -> Entity:
    """Return the entity of this name. Raises SettingError if there is none."""
    for each in ENTITIES:
        if each.name == name:
            return each
    raise SettingError(f"entity {name!r} is unknown, expected one of {', '.join(each.name for each in ENTITIES)}")


OWN_RECORD = "Described in a separate record."
TYPE_IDS = "Id of a value that is read as text."
NOT_CORE = "Not core data: CC BY-NC-SA."
RECORDINGS = "Media, tracks and recordings: most of the file."

TYPED = (
    "type-id", "gender-id", "primary-type-id", "secondary-type-ids", "status-id", "packaging-id", "aliases/type-id",
)  # fmt: skip

LEFT_OUT: Mapping[str, str] = {
    "annotation": NOT_CORE,
    "genres": NOT_CORE,
    "rating": NOT_CORE,
    "tags": NOT_CORE,
    "media": RECORDINGS,
    "track-count": RECORDINGS,
    "cover-art-archive": "Counts of images that are stored elsewhere.",
    "release-events": "Dates and countries of the edition; `date` and `country` are the first ones.",
    "area": OWN_RECORD,
    "begin-area": OWN_RECORD,
    "begin_area": OWN_RECORD,
    "end-area": OWN_RECORD,
    "end_area": OWN_RECORD,
    "release-group": OWN_RECORD,
    "artist-credit/artist": OWN_RECORD,
    "label-info/label": OWN_RECORD,
    "relations/url/id": "MBID of the URL.",
    "relations/attribute-ids": TYPE_IDS,
    "relations/ordering-key": "Position in a series, defined by the series.",
    **{f"relations/{target}": OWN_RECORD for target in TARGETS},
    **dict.fromkeys(TYPED, TYPE_IDS),
}
"""Keys of a record, as paths, that are not read, with the reason; each covers everything below it that is not
declared."""
