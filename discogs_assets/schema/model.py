"""Declarations of a source: entities, their values, their repeated parts and their place in the graph."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Type(Enum):
    """Type of a value."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    REFERENCE = "reference"
    """The id of another record. 0 stays 0 in Parquet and `data`; in typed columns and the graph it is no value."""
    REAL = "real number"
    UUID = "UUID"
    """An MBID, as text of 36 characters in Parquet."""
    JSON = "JSON"
    """A text that is JSON: an object of no fixed form, or a list in a flat table."""
    REFERENCES = "list of references"
    """Ids of other records."""


class Rule(Enum):
    """Computation of a derived value from its sources, implemented in `streams.discogs.coercion`."""

    YEAR = "the first four digits, if they are a year from 1860 to the year after the dump"
    CREDIT = "the artists as one line of text: name variations, or else names without their number, and join texts"
    DISCOGS_ID = "the id in a Discogs URL of a record of the same kind"
    DISCOGS_IDS = "the distinct ids, first of links that have not ended, then ascending"


class Kind(Enum):
    """The relations of a MusicBrainz record that a part holds."""

    RECORD = "to another record of MusicBrainz"
    URL = "to a URL, other than as a link to Discogs"
    DISCOGS = "to a URL, as a link to Discogs"


class Index(Enum):
    """Searches that a column's index serves.

    A field with `prop` has the index in Neo4j as well. References of repeated parts are always indexed. A field of a
    record needs `column` to be indexed in PostgreSQL.
    """

    EXACT = "exact"
    """Equality and order, for numbers and texts that are always short."""
    ORDER = "order"
    """Range and order of a number; rows of one value are in the order of the key, so that pages never overlap."""
    TEXT = "text"
    """Equality, prefix and ILIKE, for text of any length."""
    CODE = "code"
    """Equality and prefix of a printed number, ignoring spaces, dashes and case: catalogue numbers, barcodes."""
    WORDS = "words"
    """Words alone, for texts of the largest tables: a fraction of the size and build time of TEXT."""
    ORDERED = "ordered"
    """Equality, with the rows of a value in the order that their table declares: a page of them needs no sort."""
    UNLINKED = "unlinked"
    """Equality, in rows without a reference."""


OR = " or "
"""Separator between alternative paths."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record: the text of an element, or an attribute.

    `name` is the Parquet column and the key in `data`. `path` is relative to the enclosing element: `title`, `@id`,
    `parentLabel/@id`, or `.` for the element's own text. `column` is the typed column of the entity's table (empty:
    none); in the table of a repeated part, it is the column's name if that differs from `name`. `prop` is the property
    of the entity's node (empty: none). `preceding` is the tag of a sibling before the element, with the value if the
    path has none.

    In JSON the path lists the keys that lead to the value, `life-span/begin`. Of alternatives separated by `OR`, the
    first with a value counts. `{target}` stands for the key that the relation's `target-type` names. In the table of a
    repeated part, `seconds` is the column with the seconds of a printed duration (empty: none).
    """

    name: str
    path: str
    doc: str
    type: Type = Type.TEXT
    column: str = ""
    index: Index | None = None
    prop: str = ""
    preceding: str = ""
    seconds: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value computed from other values of the same record; these are kept unchanged."""

    name: str
    rule: Rule
    source: str
    doc: str
    type: Type = Type.TEXT
    column: str = ""
    index: Index | None = None
    prop: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """A repeated element with no content but text: a list of texts.

    `table` is the table's name after the record's name, by default `name`; `column` is the text's column in it.
    """

    name: str
    path: str
    doc: str
    prop: str = ""
    table: str = ""
    column: str = "name"
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class One:
    """An element with several values that occurs at most once: a struct."""

    name: str
    path: str
    doc: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A repeated element with several values: a list of structs, in the order of the dump.

    `table` is the table's name after the record's name, by default `name`; a nested part with the name of the table
    above it adds rows to that table. `ordinal` is the column with the element's position in its parent. `only` is the
    kind of relations to keep, for parts that hold relations.
    """

    name: str
    path: str
    doc: str
    fields: "tuple[Part, ...]"
    table: str = ""
    ordinal: str = "ordinal"
    only: Kind | None = None


Part = Field | Derived | Texts | One | Rows
Repeated = Texts | Rows


@dataclass(frozen=True, slots=True)
class Link:
    """Relationships stated by a record: from its own node to the one that `to` names, or in reverse.

    `rows` are the repeated parts (or the one struct) that hold the other end, dotted if nested, empty for the record
    itself. `key` is the value that identifies the other end: an id, or empty if the text itself does. `outward` is
    False if the other end is the start.

    A pair has one relationship, or one for each value of `per`. With `roles`, `per` is a role text; each of its roles
    counts by itself and has a category. If several rows state the same relationship, `properties` keep the first value,
    `lists` all distinct values if there are several, `joined` all distinct values as one text, and `position` the first
    place in the list. Each maps a property of the relationship to the value next to the key. If a row within a track
    lacks a joined value, the track's position replaces it.
    """

    type: str
    to: str
    key: str
    rows: tuple[str, ...] = ()
    outward: bool = True
    per: str = ""
    roles: bool = False
    properties: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    position: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Entity:
    """One kind of record, corresponding to one dump file.

    `name` is the plural tag of the file's root element, `record` the tag of a record, `node` the label in the graph. If
    `source` is not Discogs, `name` is the name of its file.
    """

    name: str
    record: str
    node: str
    doc: str
    parts: tuple[Part, ...]
    links: tuple[Link, ...] = ()
    key: str = field(default="id")
    source: str = "discogs"

    def __repr__(self) -> str:
        """Return the name alone: a full declaration would fill pages of every message."""
        return f"Entity({self.name})"

    def __post_init__(self) -> None:
        """Reject a declaration that no backend can represent. Raises ValueError."""
        names = [part.name for part in self.parts]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a name occurs twice among {names}")
        if not any(isinstance(part, Field) and part.name == self.key for part in self.parts):
            raise ValueError(f"{self.name}: the key {self.key!r} is not a field")
        for link in self.links:
            if strange := [rows for rows in link.rows if rows.partition(".")[0] not in names]:
                raise ValueError(f"{self.name}: {link.type} reads {strange}, expected names of parts")

    def part(self, name: str) -> Part:
        """Return the part of this name, dotted if it lies within another. Raises KeyError if there is none."""
        outer, _, inner = name.partition(".")
        found = {part.name: part for part in self.parts}[outer]
        for each in inner.split(".") if inner else ():
            found = {part.name: part for part in getattr(found, "fields", ())}[each]
        return found

    @property
    def title(self) -> str:
        """Name that is unique across sources: `artists`, `musicbrainz/artist`."""
        return self.name if self.source == "discogs" else f"{self.source}/{self.name}"

    @property
    def columns(self) -> tuple[tuple[tuple[str, ...], Field | Derived], ...]:
        """Values that are columns of the entity's table, each with its keys in `data`, in order of declaration."""
        return tuple((keys, value) for keys, value in values(self.parts) if value.column)

    @property
    def properties(self) -> tuple[Field | Derived | Texts, ...]:
        """Parts that are properties of the entity's node, in order of declaration."""
        return tuple(p for p in self.parts if isinstance(p, (Field, Derived, Texts)) and p.prop)


@dataclass(frozen=True, slots=True)
class Table:
    """One element kind of an entity as a flat table: the record itself or a part that repeats.

    `name` is dotted (`tracklist.artists`), empty for the record. `path` is the absolute XML path of the element,
    `depth` the number of repeated elements it lies within, itself included.
    """

    name: str
    path: str
    fields: tuple[Field, ...]
    children: "tuple[Table, ...]"
    part: Entity | Repeated
    depth: int

    def walk(self) -> "Iterator[Table]":
        """Yield the table and all tables below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def values(parts: tuple[Part, ...]) -> Iterator[tuple[tuple[str, ...], Field | Derived]]:
    """Yield the single values of the parts with their keys, including values of a struct, excluding repeated parts."""
    for part in parts:
        if isinstance(part, (Field, Derived)):
            yield (part.name,), part
        elif isinstance(part, One):
            yield from (((part.name, inner.name), inner) for inner in part.fields)


def tables(entity: Entity) -> Table:
    """Return the entity as a tree of flat tables, the record's at the root."""
    return _table("", f"/{entity.name}/{entity.record}", entity, entity.parts, 1)


def _table(name: str, path: str, part: Entity | Repeated, parts: tuple[Part, ...], depth: int) -> Table:
    children = tuple(
        _table(
            f"{name}.{child.name}" if name else child.name,
            f"{path}/{child.path}",
            child,
            child.fields if isinstance(child, Rows) else (),
            depth + 1,
        )
        for child in parts
        if isinstance(child, (Texts, Rows))
    )
    return Table(name, path, tuple(_flat(parts)), children, part, depth)


def _flat(parts: tuple[Part, ...]) -> Iterator[Field]:
    """Yield the fields of an element's own row; fields of a struct are named `struct.field`."""
    for part in parts:
        if isinstance(part, Field):
            yield part
        elif isinstance(part, One):
            for inner in part.fields:
                path = part.path if inner.path == "." else f"{part.path}/{inner.path}"
                yield Field(f"{part.name}.{inner.name}", path, inner.doc, inner.type)
