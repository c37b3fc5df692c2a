"""Entity → relations: a table of its own for every part of a record that repeats.

What belongs here: names, keys and columns of these tables, as the declarations give them. What doesn't: statements (see
`sql`), and how rows come about (see `streams.rows`).

A row is told by the record's id and by counts, from 1, of the element within its parent. Parts that say the same on two
levels are one table: a track that is no part of another is sub-track 0 of itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity, Field, Index, Part, Repeated, Rows, Texts, Type
from discogs_assets.schema.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Value:
    """A column that holds a value of the element: what it is called there and in Parquet (empty: the text itself)."""

    name: str
    source: str
    type: Type
    doc: str
    index: Index | None


@dataclass(frozen=True, slots=True)
class Source:
    """A repeated part whose rows are a relation's: its dotted name in Parquet, and the ordinal of each list on the way.

    `formats.descriptions` is counted by `format` and `ordinal`.
    """

    part: str
    ordinals: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Relation:
    """A table of the rows that a part of an entity's records repeats; `key` begins with the record's id."""

    name: str
    entity: Entity
    doc: str
    key: tuple[str, ...]
    values: tuple[Value, ...]
    sources: tuple[Source, ...]

    def __repr__(self) -> str:
        """The name: a declaration in full would fill pages of every message."""
        return f"Relation({self.name})"

    @property
    def owner(self) -> str:
        """The column with the record's id."""
        return self.key[0]


def relations(entity: Entity) -> tuple[Relation, ...]:
    """The relations of an entity in the order of declaration."""
    found: dict[str, Relation] = {}
    for name, part, source in _repeated(entity, entity.parts, "", "", ()):
        if name in found:
            found[name] = _merged(found[name], source)
        else:
            key = (f"{entity.record}_id", *source.ordinals)
            found[name] = Relation(name, entity, part.doc, key, tuple(_values(part)), (source,))
    return tuple(found.values())


def _repeated(
    entity: Entity, parts: tuple[Part, ...], table: str, above: str, ordinals: tuple[str, ...]
) -> Iterator[tuple[str, Repeated, Source]]:
    """Every repeated part with the name of its table, outermost first."""
    for part in parts:
        if isinstance(part, (Texts, Rows)):
            called = part.table or part.name
            name = table if called == table else f"{ordinals[0]}_{called}" if ordinals else _first(entity, called)
            ordinal = part.ordinal if isinstance(part, Rows) else "ordinal"
            source = Source(f"{above}{part.name}", (*ordinals, ordinal))
            yield name, part, source
            if isinstance(part, Rows):
                yield from _repeated(entity, part.fields, name, f"{source.part}.", source.ordinals)


def _first(entity: Entity, name: str) -> str:
    """A release's parts are called as they are, unless an entity is; those of others have its record's name first."""
    plain = entity is RELEASES and name not in {each.name for each in ENTITIES} | {"images"}
    return name if plain else f"{entity.record}_{name}"


def _merged(relation: Relation, deeper: Source) -> Relation:
    """The relation with the rows of a part that lies one list deeper."""
    key = (relation.owner, *deeper.ordinals)
    return Relation(relation.name, relation.entity, relation.doc, key, relation.values, (*relation.sources, deeper))


def _values(part: Repeated) -> Iterator[Value]:
    if isinstance(part, Texts):
        yield Value(part.column, "", Type.TEXT, part.doc, part.index)
        return
    for each in part.fields:
        if isinstance(each, Field):
            index = Index.EXACT if each.type is Type.REFERENCE else each.index
            yield Value(each.column or each.name, each.name, each.type, each.doc, index)


RELATIONS = {relation.name: relation for entity in ENTITIES for relation in relations(entity)}
"""All relations by name."""

Made = Entity | Relation
"""A table made of an entity's records: the records as they are, or the rows of a repeated part."""

Table = Made | Sheet
"""What PostgreSQL has a table for."""


def tables(entity: Entity) -> tuple[Made, ...]:
    """The tables made of an entity's records: the records first."""
    return (entity, *(relation for relation in RELATIONS.values() if relation.entity is entity))


TABLES = {table.name: table for entity in ENTITIES for table in tables(entity)}
"""All tables made of Discogs' records, by name."""


def entity_of(table: Made) -> Entity:
    """The entity of whose records the table is made."""
    return table.entity if isinstance(table, Relation) else table


def source_of(table: Table) -> str:
    """The source of the table's rows, which names the schema of its view."""
    return table.source if isinstance(table, Sheet) else entity_of(table).source
