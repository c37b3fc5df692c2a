"""The search index: its entities, the rows to index, and the fields of their documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import msgspec

from discogs_assets.schema import discogs, graph


class Kind(Enum):
    """Treatment of a field's values in the index."""

    WORDS = "words"
    """Runs of letters and digits, in lower case and without accents."""
    WHOLE = "whole text"
    """The whole text, in lower case and without accents."""
    RAW = "raw text"
    """The text as it is."""
    INTEGER = "integer"
    STORED = "stored"
    """Returned with the document, not searched."""


@dataclass(frozen=True, slots=True)
class IndexField:
    """A field of the documents. `fast` values can be counted or sorted by; others can only be searched."""

    name: str
    kind: Kind
    doc: str
    fast: bool = False


NAME = IndexField("name", Kind.WORDS, "Name or title; for artists, also their name variations.")
ALSO = IndexField("also", Kind.WORDS, "Words of the subtitle and, of releases and masters, of the artists' names.")
WHOLE_NAME = IndexField("whole_name", Kind.WHOLE, "Name or title without its words being split: `!!!`, `the the`.")
CODE = IndexField("code", Kind.WHOLE, "Letters and digits alone: of the name, and of a release's catalogue numbers.")
STARTS = IndexField("starts", Kind.WORDS, "First letters of the words of `name`, up to three.")
GENRE = IndexField("genre", Kind.RAW, "Genres of a release or master.", fast=True)
STYLE = IndexField("style", Kind.RAW, "Styles of a release or master.", fast=True)
YEAR = IndexField("year", Kind.INTEGER, "Year of a release or master, absent if unknown.", fast=True)
POPULARITY = IndexField("popularity", Kind.INTEGER, "Number of releases; see the entity.", fast=True)
OLDEST = IndexField("oldest", Kind.INTEGER, "Sort key: year, then id, ascending; unknown years last.", fast=True)
NEWEST = IndexField("newest", Kind.INTEGER, "Sort key: year descending, then id ascending; unknown last.", fast=True)
ARTIST_ID = IndexField("artist_id", Kind.INTEGER, "Ids of the main artists of a release or master.")
LABEL_ID = IndexField("label_id", Kind.INTEGER, "Ids of the labels of a release.")
MASTER_ID = IndexField("master_id", Kind.INTEGER, "Id of the master of a release.")
RECORD = IndexField("record", Kind.STORED, "Id, name, year, popularity, genres, styles and subtitle, as JSON.")

FIELDS = (
    *(NAME, ALSO, WHOLE_NAME, CODE, STARTS, GENRE, STYLE, YEAR, POPULARITY),
    *(OLDEST, NEWEST, ARTIST_ID, LABEL_ID, MASTER_ID, RECORD),
)
"""All fields; an entity without a value for one leaves it out."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row to index, of any entity: its fields are computed from these values.

    `subtitle` is the real name of an artist, the parent of a label, or the artists of a release or master. `variations`
    are other names, `also` texts with more words, `codes` printed numbers.
    """

    id: int | None = None
    name: str | None = None
    subtitle: str | None = None
    year: int | None = None
    popularity: int = 0
    genres: Sequence[str] = ()
    styles: Sequence[str] = ()
    variations: Sequence[str] = ()
    also: Sequence[str] = ()
    codes: Sequence[str] = ()
    artist_ids: Sequence[int] = ()
    label_ids: Sequence[int] = ()
    master_id: int | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """An entity of the index: a document for each node of the label; `popularity` is the meaning of that field."""

    name: str
    label: str
    doc: str
    popularity: str


INDEXED = (
    Indexed("artists", "Artist", discogs.ARTISTS.doc, "releases with it as a main artist"),
    Indexed("labels", "Label", discogs.LABELS.doc, "releases of the label"),
    Indexed("masters", "Master", discogs.MASTERS.doc, "releases of the master"),
    Indexed("releases", "Release", discogs.RELEASES.doc, "releases of its master, itself included"),
    Indexed("genres", "Genre", graph.node("Genre").doc, "releases of the genre"),
    Indexed("styles", "Style", graph.node("Style").doc, "releases of the style"),
)

ENTITIES = tuple(each.name for each in INDEXED)
"""Names of the entities, in the order that equal scores are shown in."""
