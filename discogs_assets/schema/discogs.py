"""The four entities of the Discogs dumps: every element and attribute, declared once under the dump's own name.

The classic (2020), 2025 and modern (2026) layouts are covered; an element that a layout lacks is simply absent.
"""

from discogs_assets.schema.model import (
    Derived,
    Entity,
    Field,
    Index,
    Link,
    One,
    Rows,
    Rule,
    Texts,
    Type,
)

# Absent, empty and blank are the same: no value. An id of 0 means unlinked, a `master_id` of 0 no master.

SOURCE = "discogs"
"""Source name of the Discogs dumps; the default of `Entity.source`."""

PLACEHOLDERS = {194: "Various", 355: "Unknown Artist", 118760: "No Artist"}
"""Artist ids that stand for nobody in particular. They are credited on millions of records and would connect everything
with everything, so the graph leaves them out."""

QUALITY = Field(
    "data_quality",
    "data_quality",
    "How far the community has checked the record, from Needs Vote to Complete and Correct.",
    column="data_quality",
    prop="data_quality",
)

IMAGES = Rows(
    "images",
    "images/image",
    "Pictures of the record; gone from the dumps since December 2024.",
    (
        Field("type", "@type", "primary or secondary."),
        Field("uri", "@uri", "Address of the picture; blank since March 2015."),
        Field("uri150", "@uri150", "Address of its 150 pixel preview; blank since March 2015."),
        Field("width", "@width", "Width in pixels.", Type.INTEGER),
        Field("height", "@height", "Height in pixels.", Type.INTEGER),
    ),
)

VIDEOS = Rows(
    "videos",
    "videos/video",
    "Videos of the record's music, as members linked them.",
    (
        Field("src", "@src", "Address of the video."),
        Field("duration", "@duration", "Length in seconds.", Type.INTEGER),
        Field("embed", "@embed", "Whether it may be shown on other sites.", Type.BOOLEAN),
        Field("title", "title", "Title at the video site."),
        Field("description", "description", "Description at the video site, cut at 255 characters."),
    ),
)

GENRES = Texts("genres", "genres/genre", "Genres, of 15 official ones.", column="genre", index=Index.EXACT)
STYLES = Texts("styles", "styles/style", "Styles, of some 750.", column="style", index=Index.EXACT)


def _named(name: str, path: str, doc: str, column: str, preceding: str = "") -> Rows:
    """Return a part for references with an id (since about 2017-2020) and, as text, the name at the time.

    From 2015-02 to 2024-11 the id of a member is a separate element before the name.
    """
    return Rows(
        name,
        path,
        doc,
        (
            Field(
                "id",
                "@id",
                "Id of the record referred to; absent in old dumps.",
                Type.REFERENCE,
                column=column,
                preceding=preceding,
            ),
            Field("name", ".", "Its name on the day the record was last saved."),
        ),
    )


def _artists(name: str, path: str, doc: str, table: str = "") -> Rows:
    """Return a part for credited artists: main artists and extra artists of a master, a release or a track."""
    return Rows(
        name,
        path,
        doc,
        (
            Field("id", "id", "Artist id; 0 or none if unlinked.", Type.REFERENCE, column="artist_id"),
            Field("name", "name", "Name of the artist, with its number if another bears the same name."),
            Field("anv", "anv", "Name variation as printed on the record."),
            Field("join", "join", "Text between this artist and the next.", column="join_string"),
            Field("role", "role", "Credited roles, a comma list with details in brackets."),
            Field("tracks", "tracks", "Tracks the credit is for, in free text."),
        ),
        table,
    )


def _tracks(name: str, path: str, doc: str, ordinal: str, *inner: Rows) -> Rows:
    return Rows(
        name,
        path,
        doc,
        (
            Field("position", "position", "Position as printed, in free text; headings have none."),
            Field("title", "title", "Title of the track, or a heading."),
            Field("duration", "duration", "Length as printed, mostly m:ss."),
            _artists("artists", "artists/artist", "Artists of this track, where they differ from the release's."),
            _artists("extraartists", "extraartists/artist", "Credits of this track.", "credits"),
            *inner,
        ),
        "tracks",
        ordinal,
    )


CREDIT = Derived(
    "artist",
    Rule.CREDIT,
    "artists",
    "The main artists as one line, for reading and searching.",
    column="artist",
    index=Index.TEXT,
    prop="artist",
)

BY = Link("BY", "Artist", "id", rows=("artists",), properties=(("anv", "anv"), ("join", "join")), position=True)
IS_GENRE = Link("IS", "Genre", "", rows=("genres",))
IS_STYLE = Link("IS", "Style", "", rows=("styles",))

ARTISTS = Entity(
    "artists",
    "artist",
    "Artist",
    "A person, a group or an alias that is credited on records.",
    (
        Field("id", "id", "Discogs id of the artist.", Type.INTEGER, column="id", prop="id"),
        Field(
            "name",
            "name",
            "Name, with a number such as (2) if another artist bears it too.",
            column="name",
            index=Index.TEXT,
            prop="name",
        ),
        Field("realname", "realname", "Real name, in free text.", column="realname", prop="realname"),
        Field("profile", "profile", "Biography with Discogs markup.", column="profile"),
        QUALITY,
        Texts("urls", "urls/url", "Web addresses, not always with a scheme.", column="url"),
        Texts("namevariations", "namevariations/name", "Other spellings (ANVs).", prop="namevariations"),
        _named("aliases", "aliases/name", "Other artists that are the same person or group.", "alias_id"),
        _named("members", "members/name", "Members, if the artist is a group.", "member_id", preceding="id"),
        _named("groups", "groups/name", "Groups the artist is a member of.", "group_id"),
        IMAGES,
    ),
    links=(
        Link("MEMBER_OF", "Artist", "id", rows=("members",), outward=False),
        Link("MEMBER_OF", "Artist", "id", rows=("groups",)),
        Link("ALIAS_OF", "Artist", "id", rows=("aliases",), outward=False),
    ),
)

LABELS = Entity(
    "labels",
    "label",
    "Label",
    "A record label, a series or a company.",
    (
        Field("id", "id", "Discogs id of the label.", Type.INTEGER, column="id", prop="id"),
        Field(
            "name",
            "name",
            "Name, with a number such as (2) if another label bears it too.",
            column="name",
            index=Index.TEXT,
            prop="name",
        ),
        Field("contactinfo", "contactinfo", "Postal and electronic addresses, several lines.", column="contactinfo"),
        Field("profile", "profile", "History with Discogs markup.", column="profile"),
        QUALITY,
        One(
            "parentLabel",
            "parentLabel",
            "The label this one belongs to.",
            (
                Field(
                    "id",
                    "@id",
                    "Id of the parent; absent in old dumps.",
                    Type.REFERENCE,
                    column="parent_label_id",
                    index=Index.EXACT,
                ),
                Field("name", ".", "Its name on the day the record was last saved.", column="parent_label_name"),
            ),
        ),
        Texts("urls", "urls/url", "Web addresses; always empty in modern dumps.", column="url"),
        _named("sublabels", "sublabels/label", "Labels that belong to this one.", "sublabel_id"),
        IMAGES,
    ),
    links=(
        Link("SUBLABEL_OF", "Label", "id", rows=("parentLabel",)),
        Link("SUBLABEL_OF", "Label", "id", rows=("sublabels",), outward=False),
    ),
)

MASTERS = Entity(
    "masters",
    "master",
    "Master",
    "What the versions of one recording (pressings, reissues) have in common.",
    (
        Field("id", "@id", "Discogs id of the master.", Type.INTEGER, column="id", prop="id"),
        Field(
            "main_release",
            "main_release",
            "Id of the release that stands for all.",
            Type.REFERENCE,
            column="main_release_id",
            prop="main_release",
        ),
        _artists("artists", "artists/artist", "Main artists, in order."),
        CREDIT,
        GENRES,
        STYLES,
        Field("notes", "notes", "Notes with Discogs markup.", column="notes"),
        Derived(
            "year",
            Rule.YEAR,
            "year_raw",
            "Year of the first release; none if unknown.",
            Type.INTEGER,
            column="year",
            index=Index.EXACT,
            prop="year",
        ),
        Field("year_raw", "year", "The year as written; 0 if unknown."),
        Field("title", "title", "Title.", column="title", index=Index.TEXT, prop="title"),
        QUALITY,
        VIDEOS,
        IMAGES,
    ),
    links=(BY, IS_GENRE, IS_STYLE),
)

RELEASES = Entity(
    "releases",
    "release",
    "Release",
    "One edition of a recording: a pressing, an issue, a digital publication.",
    (
        Field("id", "@id", "Discogs id of the release.", Type.INTEGER, column="id", prop="id"),
        Field("status", "@status", "Always Accepted; gone from the dumps by 2026.", column="status"),
        _artists("artists", "artists/artist", "Main artists, in order."),
        CREDIT,
        Field("title", "title", "Title.", column="title", index=Index.TEXT, prop="title"),
        Rows(
            "labels",
            "labels/label",
            "Labels with catalogue numbers, in order; the same label may come with several numbers.",
            (
                Field("id", "@id", "Label id; 0 or none if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "@name", "Name of the label."),
                Field("catno", "@catno", "Catalogue number as printed; none if there is none.", index=Index.CODE),
            ),
        ),
        Rows(
            "series",
            "series/series",
            "Series the release belongs to; a series is a label record.",
            (
                Field("id", "@id", "Label id of the series; 0 or none if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "@name", "Name of the series."),
                Field("catno", "@catno", "Number within the series."),
            ),
        ),
        _artists("extraartists", "extraartists/artist", "Credits beyond the main artists.", "credits"),
        Rows(
            "formats",
            "formats/format",
            "What the release consists of.",
            (
                Field("name", "@name", "Kind of carrier: Vinyl, CD, File."),
                Field("qty", "@qty", "Number of carriers, as written; up to 64 digits occur."),
                Field("text", "@text", "Free text, such as a colour."),
                Texts(
                    "descriptions",
                    "descriptions/description",
                    "Size, speed, kind: LP, Album, Reissue.",
                    column="description",
                ),
            ),
            ordinal="format",
        ),
        GENRES,
        STYLES,
        Field(
            "country",
            "country",
            "Country or region of the edition.",
            column="country",
            index=Index.EXACT,
            prop="country",
        ),
        Derived(
            "year",
            Rule.YEAR,
            "released",
            "Year of the edition; none if unknown.",
            Type.INTEGER,
            column="year",
            index=Index.EXACT,
            prop="year",
        ),
        Field(
            "released",
            "released",
            "Date as written: 1999, 1999-03-00, 1999-03-22 or anything else.",
            column="released",
            prop="released",
        ),
        Field("notes", "notes", "Notes with Discogs markup.", column="notes"),
        QUALITY,
        Field(
            "master_id",
            "master_id",
            "Id of the master; 0 or none if there is none.",
            Type.REFERENCE,
            column="master_id",
            index=Index.EXACT,
        ),
        Field(
            "is_main_release",
            "master_id/@is_main_release",
            "Whether this edition stands for its master; since December 2017.",
            Type.BOOLEAN,
            column="is_main_release",
        ),
        _tracks(
            "tracklist",
            "tracklist/track",
            "Tracks, headings and index tracks, in order.",
            "track",
            _tracks("sub_tracks", "sub_tracks/track", "Parts of an index track.", "sub_track"),
        ),
        Rows(
            "identifiers",
            "identifiers/identifier",
            "Barcodes, matrix numbers, label codes and the like.",
            (
                Field("type", "@type", "Kind: Barcode, Matrix / Runout."),
                Field("description", "@description", "Where it stands or what it means."),
                Field("value", "@value", "The identifier as printed; up to 1,351 characters occur.", index=Index.CODE),
            ),
        ),
        VIDEOS,
        Rows(
            "companies",
            "companies/company",
            "Companies credited on the release; a company is a label record.",
            (
                Field("id", "id", "Label id of the company; 0 or none if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "name", "Name of the company."),
                Field("catno", "catno", "Number the company gave."),
                Field("entity_type", "entity_type", "Code of what the company did."),
                Field("entity_type_name", "entity_type_name", "What the company did: Pressed By, Recorded At."),
                Field("resource_url", "resource_url", "Address in the API; gone from the dumps by 2026."),
            ),
        ),
        IMAGES,
    ),
    links=(
        BY,
        Link(
            "ON",
            "Label",
            "id",
            rows=("labels",),
            properties=(("catno", "catno"),),
            lists=(("catnos", "catno"),),
        ),
        Link("IN_SERIES", "Label", "id", rows=("series",), properties=(("catno", "catno"),)),
        Link("DERIVED_FROM", "Master", "master_id", properties=(("main_release", "is_main_release"),)),
        IS_GENRE,
        IS_STYLE,
        Link(
            "APPEARS_ON",
            "Artist",
            "id",
            rows=("tracklist.artists", "tracklist.sub_tracks.artists"),
            outward=False,
            properties=(("anv", "anv"),),
            joined=(("tracks", "tracks"),),
        ),
        Link(
            "CREDITED_ON",
            "Artist",
            "id",
            rows=("extraartists", "tracklist.extraartists", "tracklist.sub_tracks.extraartists"),
            outward=False,
            per="role",
            roles=True,
            properties=(("anv", "anv"),),
            joined=(("tracks", "tracks"),),
        ),
        Link(
            "WORKED_ON",
            "Label",
            "id",
            rows=("companies",),
            outward=False,
            per="entity_type_name",
            properties=(("code", "entity_type"), ("catno", "catno")),
        ),
    ),
)

ENTITIES = (ARTISTS, LABELS, MASTERS, RELEASES)
"""Entities in the order in which the dumps are read."""


def entity(name: str) -> Entity:
    """Return the entity with this plural tag. Raises KeyError if there is none."""
    return {each.name: each for each in ENTITIES}[name]
