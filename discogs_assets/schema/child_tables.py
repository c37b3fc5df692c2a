"""Relational tables derived from entities: one for every part of a record that repeats.

The key is the record's id and the positions, from 1, of the element and its parents within their parents.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Entity, Field, Index, Link, Part, Repeated, Rows, Texts, Type
from discogs_assets.schema.roles import CATEGORIES, OTHER

ROLE_NUMBER = "role_number"
"""Key column of the tables of roles: position in the role text, from 1."""


@dataclass(frozen=True, slots=True)
class Value:
    """A column for a value of the element: its names in the table and in Parquet (empty: the text itself)."""

    name: str
    source: str
    type: Type
    doc: str
    index: Index | None
    seconds: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A repeated part that provides the rows of a relation.

    `part` is its dotted name in Parquet, `ordinals` the position columns of the lists from the outermost to its own:
    `format` and `ordinal` for `formats.descriptions`.
    """

    part: str
    ordinals: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Relation:
    """A table of the rows that a part of an entity's records repeats; `key` begins with the record's id.

    With `roles`, a row is one role of a credit: `role` is split, `role_number` ends the key, `category` and the
    record's `year` are added.
    """

    name: str
    entity: Entity
    doc: str
    key: tuple[str, ...]
    values: tuple[Value, ...]
    sources: tuple[Source, ...]
    roles: bool = False

    def __repr__(self) -> str:
        """Return the name alone: a full declaration would fill pages of every message."""
        return f"Relation({self.name})"

    @property
    def owner(self) -> str:
        """Column with the record's id."""
        return self.key[0]

    @property
    def computed(self) -> tuple[Value, ...]:
        """Values computed from the others or taken from the record, the last columns."""
        return (CATEGORY, YEAR) if self.roles else ()

    @property
    def order(self) -> tuple[str, ...]:
        """Columns of an ordered index, after the indexed one."""
        return (YEAR.name, self.owner)


CATEGORY = Value("category", "", Type.TEXT, f"Category of the role: {', '.join((*CATEGORIES, OTHER))}.", Index.EXACT)
YEAR = Value("year", "year", Type.INTEGER, "Year of the record; null if unknown.", None)
ROLES_DOC = "Roles of the credits, each with its category, as in the graph."


def relations(entity: Entity) -> tuple[Relation, ...]:
    """Return the relations of an entity in the order of declaration."""
    found: dict[str, Relation] = {}
    for name, part, source in _find_repeated(entity, entity.parts, "", "", ()):
        if name in found:
            found[name] = _merge(found[name], source)
        else:
            key = (f"{entity.record}_id", *source.ordinals)
            found[name] = Relation(name, entity, part.doc, key, tuple(_values(part)), (source,))
    split = (_role_table(entity, link, found) for link in entity.links if link.roles)
    return (*found.values(), *split)


def _role_table(entity: Entity, link: Link, found: Mapping[str, Relation]) -> Relation:
    """Return the table of a link's credits by role; credits of all depths share the key of the deepest."""
    whole = [relation for relation in found.values() if any(source.part in link.rows for source in relation.sources)]
    sources = tuple(source for relation in whole for source in relation.sources if source.part in link.rows)
    key = max((relation.key for relation in whole), key=len)
    kept = (link.key, "name", *(source for _, source in link.properties))
    forms = {link.key: Index.ORDERED, "name": Index.UNLINKED, link.per: Index.EXACT}
    indexed = [replace(value, index=forms.get(value.source)) for value in whole[0].values]
    values = tuple(value for value in indexed if value.source in kept)
    (role,) = (value for value in indexed if value.source == link.per)
    name = _table_name(entity, "credit_roles")
    return Relation(name, entity, ROLES_DOC, (*key, ROLE_NUMBER), (*values, role), sources, roles=True)


def _find_repeated(
    entity: Entity, parts: tuple[Part, ...], table: str, above: str, ordinals: tuple[str, ...]
) -> Iterator[tuple[str, Repeated, Source]]:
    """Yield every repeated part with the name of its table, outermost first."""
    for part in parts:
        if isinstance(part, (Texts, Rows)):
            called = part.table or part.name
            name = table if called == table else f"{ordinals[0]}_{called}" if ordinals else _table_name(entity, called)
            ordinal = part.ordinal if isinstance(part, Rows) else "ordinal"
            source = Source(f"{above}{part.name}", (*ordinals, ordinal))
            yield name, part, source
            if isinstance(part, Rows):
                yield from _find_repeated(entity, part.fields, name, f"{source.part}.", source.ordinals)


def _table_name(entity: Entity, name: str) -> str:
    """Return a table's name, prefixed by the record's; a release's tables need no prefix unless the name is taken."""
    plain = entity is RELEASES and name not in {each.name for each in ENTITIES} | {"images"}
    return name if plain else f"{entity.record}_{name}"


def _merge(relation: Relation, deeper: Source) -> Relation:
    """Return the relation with the rows of a part one list deeper: a track outside an index track is sub-track 0."""
    key = (relation.owner, *deeper.ordinals)
    return Relation(relation.name, relation.entity, relation.doc, key, relation.values, (*relation.sources, deeper))


def _values(part: Repeated) -> Iterator[Value]:
    if isinstance(part, Texts):
        yield Value(part.column, "", Type.TEXT, part.doc, part.index)
        return
    for each in part.fields:
        if isinstance(each, Field):
            index = Index.EXACT if each.type is Type.REFERENCE else each.index
            yield Value(each.column or each.name, each.name, each.type, each.doc, index, each.seconds)


RELATIONS = {relation.name: relation for entity in ENTITIES for relation in relations(entity)}
"""All relations by name."""

Made = Entity | Relation
"""Table derived from an entity: its records as they are, or the rows of a repeated part."""

Table = Made | Sheet
"""Table in PostgreSQL."""


def tables(entity: Entity) -> tuple[Made, ...]:
    """Return the tables derived from an entity, the one of its records first."""
    return (entity, *(relation for relation in RELATIONS.values() if relation.entity is entity))


TABLES = {table.name: table for entity in ENTITIES for table in tables(entity)}
"""All tables derived from Discogs' records, by name."""


def entity_of(table: Made) -> Entity:
    """Return the entity that the table is derived from."""
    return table.entity if isinstance(table, Relation) else table


def source_of(table: Table) -> str:
    """Return the source of the table's rows; it names the schema of its view."""
    return table.source if isinstance(table, Sheet) else entity_of(table).source
