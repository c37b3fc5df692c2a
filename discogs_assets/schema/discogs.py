"""The four entities of the Discogs dumps: every element and attribute, declared once under the dump's own name.

The classic (2020), 2025 and modern (2026) layouts are covered; an element that a layout lacks is simply absent.
"""

from discogs_assets.schema.model import Derived, Entity, Field, Index, Link, One, Rows, Rule, Texts, Type

# Absent, empty and blank are the same: no value. An id of 0 means unlinked, a `master_id` of 0 no master.

SOURCE = "discogs"
"""Source name of the Discogs dumps; the default of `Entity.source`."""

PLACEHOLDERS = {194: "Various", 355: "Unknown Artist", 118760: "No Artist"}
"""Ids of placeholder artists. They are credited on millions of records and would connect everything with everything,
so the graph omits them."""

PLACEHOLDER_LABELS = {1818: "Not On Label"}
"""Ids of labels that stand for no label; they are nodes of the graph, and no path passes them."""

QUALITY = Field(
    "data_quality",
    "data_quality",
    "Review state by the community, from Needs Vote to Complete and Correct.",
    column="data_quality",
    prop="data_quality",
)

NAME = Field(
    "name", "name", "Name, with a number such as (2) if it is not unique.", column="name", index=Index.TEXT, prop="name"
)
TITLE = Field("title", "title", "Title.", column="title", index=Index.TEXT, prop="title")

IMAGES = Rows(
    "images",
    "images/image",
    "Images of the record; absent from the dumps since December 2024.",
    (
        Field("type", "@type", "primary or secondary."),
        Field("uri", "@uri", "URL of the image; blank since March 2015."),
        Field("uri150", "@uri150", "URL of its preview of 150 pixels; blank since March 2015."),
        Field("width", "@width", "Width in pixels.", Type.INTEGER),
        Field("height", "@height", "Height in pixels.", Type.INTEGER),
    ),
)

VIDEOS = Rows(
    "videos",
    "videos/video",
    "Videos of the music, linked by users.",
    (
        Field("src", "@src", "URL of the video."),
        Field("duration", "@duration", "Length in seconds.", Type.INTEGER),
        Field("embed", "@embed", "True if other sites may embed it.", Type.BOOLEAN),
        Field("title", "title", "Title on the video site."),
        Field("description", "description", "Description on the video site, truncated to 255 characters."),
    ),
)

GENRES = Texts("genres", "genres/genre", "Genres, from a fixed list of 15.", column="genre", index=Index.EXACT)
STYLES = Texts("styles", "styles/style", "Styles, from a list of about 750.", column="style", index=Index.EXACT)


def _references(name: str, path: str, doc: str, column: str, preceding: str = "") -> Rows:
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
                "Id of the referenced record; absent in old dumps.",
                Type.REFERENCE,
                column=column,
                preceding=preceding,
            ),
            Field("name", ".", "Its name when this record was last saved."),
        ),
    )


def _year(source: str, doc: str) -> Derived:
    return Derived("year", Rule.YEAR, source, doc, Type.INTEGER, column="year", index=Index.EXACT, prop="year")


def _artists(name: str, path: str, doc: str, table: str = "") -> Rows:
    """Return a part for credited artists: main artists and extra artists of a master, a release or a track."""
    return Rows(
        name,
        path,
        doc,
        (
            Field("id", "id", "Artist id; 0 or null if unlinked.", Type.REFERENCE, column="artist_id"),
            Field("name", "name", "Name of the artist, with a number if it is not unique."),
            Field("anv", "anv", "Artist name variation (ANV), as printed."),
            Field("join", "join", "Text between this artist and the next.", column="join_string"),
            Field("role", "role", "Credited roles: a comma-separated list, with details in brackets."),
            Field("tracks", "tracks", "Tracks that the credit applies to, in free text."),
        ),
        table,
    )


def _tracks(name: str, path: str, doc: str, ordinal: str, *inner: Rows) -> Rows:
    return Rows(
        name,
        path,
        doc,
        (
            Field("position", "position", "Position as printed, in free text; null for headings."),
            Field("title", "title", "Title of the track, or text of the heading.", index=Index.WORDS),
            Field("duration", "duration", "Duration as printed, mostly m:ss.", seconds="duration_seconds"),
            _artists("artists", "artists/artist", "Artists of the track, if they differ from the release's."),
            _artists("extraartists", "extraartists/artist", "Credits of the track.", "credits"),
            *inner,
        ),
        "tracks",
        ordinal,
    )


CREDIT = Derived(
    "artist",
    Rule.CREDIT,
    "artists",
    "Main artists as one line of text, for display and search.",
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
    "A person, group or alias credited on releases.",
    (
        Field("id", "id", "Discogs id of the artist.", Type.INTEGER, column="id", prop="id"),
        NAME,
        Field("realname", "realname", "Real name, in free text.", column="realname", prop="realname"),
        Field("profile", "profile", "Biography with Discogs markup.", column="profile"),
        QUALITY,
        Texts("urls", "urls/url", "URLs, some without a scheme.", column="url"),
        Texts(
            "namevariations",
            "namevariations/name",
            "Name variations (ANVs).",
            prop="namevariations",
            index=Index.TEXT,
        ),
        _references("aliases", "aliases/name", "Other artist records of the same person or group.", "alias_id"),
        _references("members", "members/name", "Members, if the artist is a group.", "member_id", preceding="id"),
        _references("groups", "groups/name", "Groups that the artist is a member of.", "group_id"),
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
        NAME,
        Field("contactinfo", "contactinfo", "Contact details, in several lines.", column="contactinfo"),
        Field("profile", "profile", "History with Discogs markup.", column="profile"),
        QUALITY,
        One(
            "parentLabel",
            "parentLabel",
            "Parent label.",
            (
                Field(
                    "id",
                    "@id",
                    "Id of the parent; absent in old dumps.",
                    Type.REFERENCE,
                    column="parent_label_id",
                    index=Index.EXACT,
                ),
                Field("name", ".", "Its name when this record was last saved.", column="parent_label_name"),
            ),
        ),
        Texts("urls", "urls/url", "URLs; always empty in modern dumps.", column="url"),
        _references("sublabels", "sublabels/label", "Sublabels.", "sublabel_id"),
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
    "A group of releases of the same recording, such as pressings and reissues.",
    (
        Field("id", "@id", "Discogs id of the master.", Type.INTEGER, column="id", prop="id"),
        Field(
            "main_release",
            "main_release",
            "Id of the main release, which represents the master.",
            Type.REFERENCE,
            column="main_release_id",
            prop="main_release",
        ),
        _artists("artists", "artists/artist", "Main artists, in order."),
        CREDIT,
        GENRES,
        STYLES,
        Field("notes", "notes", "Notes with Discogs markup.", column="notes"),
        _year("year_raw", "Year of the first release; null if unknown."),
        Field("year_raw", "year", "Year as written; 0 if unknown."),
        TITLE,
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
    "One edition of a recording: a pressing, a reissue or a digital release.",
    (
        Field("id", "@id", "Discogs id of the release.", Type.INTEGER, column="id", prop="id"),
        Field("status", "@status", "Always Accepted; absent from the dumps of 2026.", column="status"),
        _artists("artists", "artists/artist", "Main artists, in order."),
        CREDIT,
        TITLE,
        Rows(
            "labels",
            "labels/label",
            "Labels with catalogue numbers, in order; a label may occur with several numbers.",
            (
                Field("id", "@id", "Label id; 0 or null if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "@name", "Name of the label."),
                Field("catno", "@catno", "Catalogue number as printed; `none` if there is none.", index=Index.CODE),
            ),
        ),
        Rows(
            "series",
            "series/series",
            "Series of the release; a series is a label record.",
            (
                Field("id", "@id", "Label id of the series; 0 or null if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "@name", "Name of the series."),
                Field("catno", "@catno", "Number within the series."),
            ),
        ),
        _artists("extraartists", "extraartists/artist", "Credits other than the main artists.", "credits"),
        Rows(
            "formats",
            "formats/format",
            "Physical or digital carriers of the release.",
            (
                Field("name", "@name", "Carrier: Vinyl, CD, File."),
                Field("qty", "@qty", "Number of carriers, as written; values of up to 64 digits occur."),
                Field("text", "@text", "Free text, such as a colour."),
                Texts(
                    "descriptions",
                    "descriptions/description",
                    "Size, speed or kind: LP, Album, Reissue.",
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
        _year("released", "Year of the edition; null if unknown."),
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
            "Id of the master; 0 or null if there is none.",
            Type.REFERENCE,
            column="master_id",
            index=Index.EXACT,
        ),
        Field(
            "is_main_release",
            "master_id/@is_main_release",
            "True if this is the main release of its master; since December 2017.",
            Type.BOOLEAN,
            column="is_main_release",
        ),
        _tracks(
            "tracklist",
            "tracklist/track",
            "Tracks, headings and index tracks, in order.",
            "track",
            _tracks("sub_tracks", "sub_tracks/track", "Sub-tracks of an index track.", "sub_track"),
        ),
        Rows(
            "identifiers",
            "identifiers/identifier",
            "Barcodes, matrix numbers, label codes and the like.",
            (
                Field("type", "@type", "Kind: Barcode, Matrix / Runout."),
                Field("description", "@description", "Location or meaning of the identifier."),
                Field(
                    "value",
                    "@value",
                    "Identifier as printed; values of up to 1,351 characters occur.",
                    index=Index.CODE,
                ),
            ),
        ),
        VIDEOS,
        Rows(
            "companies",
            "companies/company",
            "Companies credited on the release; a company is a label record.",
            (
                Field("id", "id", "Label id of the company; 0 or null if unlinked.", Type.REFERENCE, column="label_id"),
                Field("name", "name", "Name of the company."),
                Field("catno", "catno", "Number assigned by the company."),
                Field("entity_type", "entity_type", "Code of the company's role."),
                Field("entity_type_name", "entity_type_name", "Role of the company: Pressed By, Recorded At."),
                Field("resource_url", "resource_url", "URL in the API; absent from the dumps of 2026."),
            ),
        ),
        IMAGES,
    ),
    links=(
        BY,
        Link("ON", "Label", "id", rows=("labels",), properties=(("catno", "catno"),), lists=(("catnos", "catno"),)),
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
