"""The vocabulary in which a source is declared: entities, their values, their repeated parts, their place in the graph.

What belongs here: frozen declarations that validate themselves, and the walks over them that every backend needs.
What doesn't: any particular source (see `discogs`) and any particular backend (see `arrow`, `xml`, `sql`, `cypher`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Type(Enum):
    """What a value is, beside its text."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    REFERENCE = "reference"
    """The id of another record. 0 stays 0 in Parquet and `data`; in typed columns and the graph it is no value."""
    REAL = "real number"
    UUID = "UUID"
    """An MBID, as text of 36 characters in Parquet."""
    JSON = "JSON"
    """A text that is JSON: what has a form of its own in each record, or a list in a flat table."""
    REFERENCES = "list of references"
    """The ids of other records."""


class Rule(Enum):
    """How a derived value comes from its sources; `streams.values` holds the computations."""

    YEAR = "the first four digits, if they are a year from 1860 to the one after the dump's"
    CREDIT = "the artists as one line: name variation or else name without its number, with the join texts between"
    DISCOGS_ID = "the id of the record of the same kind that a URL at Discogs names"
    DISCOGS_IDS = "the distinct ids, those of links that have not ended first, then ascending"


class Kind(Enum):
    """Which of the relations of a MusicBrainz record are meant."""

    RECORD = "to another record of MusicBrainz"
    URL = "to a URL, other than as a link to Discogs"
    DISCOGS = "to a URL, as a link to Discogs"


class Index(Enum):
    """What a column of a table is searched by."""

    EXACT = "exact"
    """Equality and order of a number or of a text that is always short."""
    TEXT = "text"
    """Equality, prefix and ILIKE on text of any length."""
    CODE = "code"
    """Equality and prefix of a number as printed, whatever its spaces, dashes and case: catalogue numbers, barcodes."""


OR = " or "
"""What stands between alternative paths."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record: the text of an element, or an attribute.

    `name` is the Parquet column and the key in `data`. `path` is relative to the element that holds it: `title`,
    `@id`, `parentLabel/@id`, or `.` for the element's own text. `column` is the typed column of the entity's table,
    empty if there is none, or what the column of a repeated part's table is called where that is not `name`. `prop` is
    the property of its node, empty if there is none. `preceding` is the tag of a sibling that stands before the element
    and holds the value where the path does not.

    In JSON the path has the keys that lead to the value, `life-span/begin`; of alternatives, `OR` between them, the
    first with a value counts. `{target}` stands for the key that the relation's `target-type` names.
    """

    name: str
    path: str
    doc: str
    type: Type = Type.TEXT
    column: str = ""
    index: Index | None = None
    prop: str = ""
    preceding: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value computed from others of the same record, which stay beside it untouched."""

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
    """An element that repeats and holds nothing but text: a list of texts.

    `table` is what its table is called after the record's name, by default `name`; `column` is the text's column there.
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
    """An element with several values of its own that occurs at most once: a struct."""

    name: str
    path: str
    doc: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """An element with several values of its own that repeats: a list of structs, in the order of the dump.

    `table` is what its table is called after the record's name, by default `name`; a part of a part that has the name
    of the table above it adds rows to that one. `ordinal` is the column that counts the element within its parent.
    `only` is the kind of relations that are meant, where these are.
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
    """Relationships that a record states: from its own node to the one that `to` names, or the other way round.

    `rows` are the repeated parts (or the one struct) that hold the other end, dotted where they are nested, empty for
    the record itself. `key` is the value that identifies the other end: an id, or empty where it is the text itself.
    `outward` is False where the other end is the start.

    A pair has one relationship, or one for each value of `per`; `roles` says that this is a role text, each of whose
    roles counts by itself and has a category. Of what is said several times, `properties` keep the first value,
    `lists` all distinct ones if there are several, `joined` all distinct ones as one text, and `position` the first
    place in the list. Each maps the relationship's property to the value beside the key; where a row within a track
    leaves a joined value open, the track's position stands in.
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
    """One kind of record, as one dump file holds it.

    `name` is the plural tag of the file's root element, `record` the tag of a record, `node` the label in the graph;
    where `source` is not Discogs, `name` is what its file is called.
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
        """The name: a declaration in full would fill pages of every message."""
        return f"Entity({self.name})"

    def __post_init__(self) -> None:
        """Refuse a declaration that no backend could carry."""
        names = [part.name for part in self.parts]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a name occurs twice among {names}")
        if not any(isinstance(part, Field) and part.name == self.key for part in self.parts):
            raise ValueError(f"{self.name}: no field is called {self.key!r}, which identifies a record")
        for link in self.links:
            if strange := [rows for rows in link.rows if rows.partition(".")[0] not in names]:
                raise ValueError(f"{self.name}: {link.type} reads {strange}, which are no parts")

    def part(self, name: str) -> Part:
        """The part of this name, dotted if it lies in another; KeyError if there is none."""
        outer, _, inner = name.partition(".")
        found = {part.name: part for part in self.parts}[outer]
        for each in inner.split(".") if inner else ():
            found = {part.name: part for part in getattr(found, "fields", ())}[each]
        return found

    @property
    def title(self) -> str:
        """What tells it from the entities of other sources: `artists`, `musicbrainz/artist`."""
        return self.name if self.source == "discogs" else f"{self.source}/{self.name}"

    @property
    def columns(self) -> tuple[tuple[tuple[str, ...], Field | Derived], ...]:
        """The values that are columns of the entity's table, each with its keys in `data`, in order of declaration."""
        return tuple((keys, value) for keys, value in values(self.parts) if value.column)

    @property
    def properties(self) -> tuple[Field | Derived | Texts, ...]:
        """The parts that are properties of the entity's node, in order of declaration."""
        return tuple(p for p in self.parts if isinstance(p, (Field, Derived, Texts)) and p.prop)


@dataclass(frozen=True, slots=True)
class Table:
    """One element kind of an entity, seen flat: the record itself or a part that repeats.

    `name` is dotted (`tracklist.artists`), empty for the record. `path` is the absolute XML path of the element,
    `depth` the number of repeated elements it lies in, itself included.
    """

    name: str
    path: str
    fields: tuple[Field, ...]
    children: "tuple[Table, ...]"
    part: Entity | Repeated
    depth: int

    def walk(self) -> "Iterator[Table]":
        """The table itself and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def values(parts: tuple[Part, ...]) -> Iterator[tuple[tuple[str, ...], Field | Derived]]:
    """The single values among the parts with their keys, those of a struct included, those of repeated parts not."""
    for part in parts:
        if isinstance(part, (Field, Derived)):
            yield (part.name,), part
        elif isinstance(part, One):
            yield from (((part.name, inner.name), inner) for inner in part.fields)


def tables(entity: Entity) -> Table:
    """The entity as a tree of flat tables, the record's at the root."""
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
    """The fields of an element's own row; those of a struct are addressed `struct.field`."""
    for part in parts:
        if isinstance(part, Field):
            yield part
        elif isinstance(part, One):
            for inner in part.fields:
                path = part.path if inner.path == "." else f"{part.path}/{inner.path}"
                yield Field(f"{part.name}.{inner.name}", path, inner.doc, inner.type)
