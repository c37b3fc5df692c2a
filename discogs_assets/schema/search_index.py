"""The search index: its entities, the rows to index, and the fields of their documents."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import msgspec

from discogs_assets.schema import discogs, graph

DECADE_YEARS = 10
"""Years of a decade."""


class Kind(Enum):
    """Treatment of a field's values in the index."""

    WORDS = "words"
    """Runs of letters and digits, in lower case and without accents."""
    WHOLE = "whole text"
    """The whole text, in lower case and without accents."""
    TERMS = "terms"
    """Terms as they are, separated by spaces."""
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
CODE = IndexField("code", Kind.WHOLE, "Letters and digits alone of the name.")
CATNO = IndexField("catno", Kind.WHOLE, "Letters and digits alone of a release's catalogue numbers.")
STARTS = IndexField("starts", Kind.WORDS, "First letters of the words of `name`, up to three.")
GENRE = IndexField("genre", Kind.WHOLE, "Genres of a release or master.", fast=True)
STYLE = IndexField("style", Kind.WHOLE, "Styles of a release or master.", fast=True)
FORMAT = IndexField("format", Kind.WHOLE, "Carriers of a release: Vinyl, CD.", fast=True)
DESCRIPTION = IndexField("description", Kind.WHOLE, "Sizes, speeds and kinds of a release's carriers.", fast=True)
COUNTRY = IndexField("country", Kind.WHOLE, "Country or region of a release.", fast=True)
YEAR = IndexField("year", Kind.INTEGER, "Year of a release or master, absent if unknown.", fast=True)
DECADE = IndexField("decade", Kind.INTEGER, "First year of the decade of a release or master.")
POPULARITY = IndexField("popularity", Kind.INTEGER, "Number of releases; see the entity.", fast=True)
LEVEL = IndexField("level", Kind.INTEGER, "Levels that the popularity reaches: a search of the popular ones is short.")
POPULAR = IndexField("popular", Kind.INTEGER, "Sort key: popularity descending, then id ascending.", fast=True)
OLDEST = IndexField("oldest", Kind.INTEGER, "Sort key: year, then id, ascending; unknown years last.", fast=True)
NEWEST = IndexField("newest", Kind.INTEGER, "Sort key: year descending, then id ascending; unknown last.", fast=True)
ARTIST_ID = IndexField("artist_id", Kind.INTEGER, "Ids of the main artists of a release or master.")
LABEL_ID = IndexField("label_id", Kind.INTEGER, "Ids of the labels of a release.")
MASTER_ID = IndexField("master_id", Kind.INTEGER, "Id of the master of a release.")
CREDIT = IndexField(
    "credit", Kind.TERMS, "Of a release: `{id}/` of each person credited, `/{role}`, and `{id}/{role}`."
)
HAS = IndexField("has", Kind.TERMS, "`video` and `master`, of a release with one.")
RECORD = IndexField("record", Kind.STORED, "Values that a hit shows, as JSON.")

FIELDS = (
    *(NAME, ALSO, WHOLE_NAME, CODE, CATNO, STARTS, GENRE, STYLE, FORMAT, DESCRIPTION, COUNTRY, YEAR, DECADE),
    *(POPULARITY, LEVEL, POPULAR, OLDEST, NEWEST, ARTIST_ID, LABEL_ID, MASTER_ID, CREDIT, HAS, RECORD),
)
"""All fields; an entity without a value for one leaves it out."""


class Part(msgspec.Struct, frozen=True, gc=False):
    """A part of a record: an artist, or a label with a catalogue number."""

    id: int | None = None
    name: str | None = None
    catno: str | None = None


def digest_name(text: str) -> str:
    """Return the term of a credited name without an id; case, accents and repeated blanks do not matter."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split())).casefold()
    folded = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return f"={hashlib.blake2b(folded.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


NO_NUMBER = "none"
"""Catalogue number of a release that has none."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row to index, of any entity: its fields are computed from these values.

    `subtitle` is the real name of an artist, the parent of a label, or the artists of a release or master. `variations`
    are other names. Artists and labels are parts of the record: their `id` is 0 or None if they are not linked.
    `credits` are terms of the field, separated by spaces.
    """

    id: int | None = None
    name: str | None = None
    subtitle: str | None = None
    year: int | None = None
    popularity: int = 0
    genres: Sequence[str] = ()
    styles: Sequence[str] = ()
    variations: Sequence[str] = ()
    artists: Sequence[Part] = ()
    labels: Sequence[Part] = ()
    credits: str | None = None
    master_id: int | None = None
    formats: Sequence[str] = ()
    descriptions: Sequence[str] = ()
    country: str | None = None
    video: bool = False


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
