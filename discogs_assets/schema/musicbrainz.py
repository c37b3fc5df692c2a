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
    """Return the fields for the period in which something holds."""
    return (
        Field("begin_date", "begin", f"Since when {what}."),
        Field("end_date", "end", f"Until when {what}."),
        Field("ended", "ended", f"Whether {what} no more.", Type.BOOLEAN),
    )


ALIASES = Rows(
    "aliases",
    "aliases",
    "Other names of the record.",
    (
        Field("name", "name", "The other name."),
        Field("sort_name", "sort-name", "The other name as it is sorted by."),
        Field("locale", "locale", "Language, and where need be country, in which the record is called so."),
        Field("type", "type", "Such as Legal name or Search hint."),
        Field("primary", "primary", "Whether it is the first name in its locale.", Type.BOOLEAN),
        *_span("it is called so"),
    ),
)

TYPE = Field("type", "type", "What the relation says, such as member of band.")
DIRECTION = Field(
    "direction", "direction", "forward if this record is the relation's source, backward if it is its target."
)
RESOURCE = Field("url", "url/resource", "The URL.")
SPAN = _span("the relation holds")

RELATIONS = Rows(
    "relations",
    "relations",
    "Relations to other records of MusicBrainz; both records have them.",
    (
        TYPE,
        Field("type_id", "type-id", "MusicBrainz' id of the type.", Type.UUID),
        DIRECTION,
        Field("target_type", TARGET_TYPE, "What the other record is, such as artist or release-group."),
        Field("target", f"{TARGET}/id", "The other record's id.", Type.UUID),
        Field("target_name", f"{TARGET}/name or {TARGET}/title", "The other record's name or title."),
        Texts("attributes", "attributes", "What qualifies the relation, such as lead vocals or eponymous."),
        Field("attribute_values", "attribute-values", "The attributes that have a value, with it.", Type.JSON),
        *SPAN,
        Field("source_credit", "source-credit", "How the source is called in this relation."),
        Field("target_credit", "target-credit", "How the target is called in this relation."),
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
            "The id that the URL names; none where it is no record of the same kind at Discogs.",
            Type.REFERENCE,
        ),
        Field("ended", "ended", "Whether the link holds no more.", Type.BOOLEAN),
    ),
    only=Kind.DISCOGS,
)

DISCOGS_IDS = Derived(
    "discogs_ids",
    Rule.DISCOGS_IDS,
    "discogs",
    "The ids at Discogs, those of links that have not ended first, then ascending: the first speaks for the record.",
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
    "The artists as they are credited, in order.",
    (
        Field("mbid", "artist/id", "The artist's id.", Type.UUID),
        Field("name", "name", "How the artist is called here."),
        Field("joinphrase", "joinphrase", "What stands between this artist and the next."),
    ),
)


def _entity(name: str, node: str, doc: str, *parts: Part, title: str = "name") -> Entity:
    mbid = Field("mbid", "id", "MusicBrainz' id.", Type.UUID, column="mbid", prop="mbid")
    named = Field("name", title, "The name." if title == "name" else "The title.")
    told = {"Artist", "Master"}
    apart = Field(
        "disambiguation",
        "disambiguation",
        "What tells the record from others of the same name.",
        prop="mb_disambiguation" if node in told else "",
    )
    common = (ALIASES, RELATIONS, URLS, DISCOGS, DISCOGS_IDS)
    return Entity(name, name, node, doc, (mbid, named, apart, *parts, *common), key="mbid", source=SOURCE)


ARTISTS = _entity(
    "artist",
    "Artist",
    "A person, a group or another artist of MusicBrainz.",
    Field("sort_name", "sort-name", "The name as it is sorted by."),
    Field("type", "type", "Person, Group, Orchestra, Choir, Character or Other.", prop="mb_type"),
    Field("gender", "gender", "Gender of a person.", prop="mb_gender"),
    _date("begin", "Birth of a person, foundation of a group.", "mb_begin_date"),
    _date("end", "Death of a person, dissolution of a group.", "mb_end_date"),
    Field("ended", "life-span/ended", "Whether the person has died or the group is no more.", Type.BOOLEAN),
    Field("area", "area/name", "Where the artist is mostly seen to belong.", prop="mb_area"),
    Field("begin_area", "begin-area/name or begin_area/name", "Where it began.", prop="mb_begin_area"),
    Field("end_area", "end-area/name or end_area/name", "Where it ended.", prop="mb_end_area"),
    COUNTRY,
    *CODES,
)

LABELS = _entity(
    "label",
    "Label",
    "A label of MusicBrainz.",
    Field("sort_name", "sort-name", "The name as it is sorted by."),
    Field("type", "type", "Such as Original Production or Imprint.", prop="mb_type"),
    Field("label_code", "label-code", "The LC code.", Type.INTEGER, prop="mb_label_code"),
    _date("begin", "Foundation of the label.", "mb_begin_date"),
    _date("end", "End of the label.", "mb_end_date"),
    Field("ended", "life-span/ended", "Whether the label is no more.", Type.BOOLEAN),
    Field("area", "area/name", "Where the label is.", prop="mb_area"),
    COUNTRY,
    *CODES,
)

RELEASE_GROUPS = _entity(
    "release-group",
    "Master",
    "A release group of MusicBrainz: all editions of an album.",
    Field("type", "primary-type", "Album, Single, EP, Broadcast or Other.", prop="mb_type"),
    Texts("secondary_types", "secondary-types", "Such as Compilation or Live.", prop="mb_secondary_types"),
    Field("first_release_date", "first-release-date", "Date of the first edition.", prop="mb_first_release_date"),
    CREDIT,
    title="title",
)

RELEASES = _entity(
    "release",
    "Release",
    "A release of MusicBrainz: one edition.",
    Field("barcode", "barcode", "The barcode.", prop="mb_barcode"),
    Field("status", "status", "Such as Official or Bootleg.", prop="mb_status"),
    Field("release_group", "release-group/id", "Its release group's id.", Type.UUID, prop="mb_release_group_mbid"),
    Field("date", "date", "Date of the edition."),
    COUNTRY,
    Field("packaging", "packaging", "Such as Jewel Case."),
    Field("asin", "asin", "Amazon's number."),
    Field("quality", "quality", "How good the data is held to be: low, normal or high."),
    Field("language", "text-representation/language", "ISO 639-3 code of the language of the titles."),
    Field("script", "text-representation/script", "ISO 15924 code of the script of the titles."),
    CREDIT,
    Rows(
        "labels",
        "label-info",
        "The labels with their catalogue numbers.",
        (
            Field("catalog_number", "catalog-number", "The catalogue number."),
            Field("mbid", "label/id", "The label's id.", Type.UUID),
            Field("name", "label/name", "The label's name."),
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
    raise SettingError(f"entity {name!r} is none of {', '.join(each.name for each in ENTITIES)}")


OWN_RECORD = "Stands in the record of its own."
TYPE_IDS = "The id of what a text beside it says."
NOT_CORE = "No core data: CC BY-NC-SA."
RECORDINGS = "Media, tracks and recordings, which are most of the file."

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
    "cover-art-archive": "Counts of pictures that lie elsewhere.",
    "release-events": "Dates and countries of the edition, the first of which are `date` and `country`.",
    "area": OWN_RECORD,
    "begin-area": OWN_RECORD,
    "begin_area": OWN_RECORD,
    "end-area": OWN_RECORD,
    "end_area": OWN_RECORD,
    "release-group": OWN_RECORD,
    "artist-credit/artist": OWN_RECORD,
    "label-info/label": OWN_RECORD,
    "relations/url/id": "MusicBrainz' id of the URL.",
    "relations/attribute-ids": TYPE_IDS,
    "relations/ordering-key": "The place in the order of a series, which is the series' own.",
    **{f"relations/{target}": OWN_RECORD for target in TARGETS},
    **dict.fromkeys(TYPED, TYPE_IDS),
}
"""Keys of a record, as paths, that are not read, with the reason; each covers everything below it that is not
declared."""
