"""Column lineage: the columns of Parquet that each column of a table's view is made from."""

from collections.abc import Iterator

from discogs_assets.schema import musicbrainz_tables
from discogs_assets.schema.backends import sql
from discogs_assets.schema.child_tables import Relation, Table
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Entity


def read_columns(of: Table) -> dict[str, tuple[str, ...]]:
    """Return the top-level columns of the table's Parquet, by column of its view."""
    if isinstance(of, Entity):
        return dict(_document(of))
    return dict(_relational(of) if isinstance(of, Relation) else _flat(of))


def _document(entity: Entity) -> Iterator[tuple[str, tuple[str, ...]]]:
    key, *values = entity.columns
    yield from ((name, key[0][:1]) for name in (key[1].column, "data_id"))
    yield from ((value.column, keys[:1]) for keys, value in values)
    yield sql.DATA, tuple(part.name for part in entity.parts)


def _relational(relation: Relation) -> Iterator[tuple[str, tuple[str, ...]]]:
    parts = tuple(dict.fromkeys(source.part.partition(".")[0] for source in relation.sources))
    yield relation.owner, (relation.entity.key,)
    yield from ((column.name, parts) for column in sql.columns(relation)[1:])


def _flat(sheet: Sheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    whole = {name: entity for entity, name in musicbrainz_tables.NAMES.items()}
    sources: dict[str, tuple[str, ...]] = {field.name: (field.path or field.name,) for field in sheet.fields}
    for column in sql.columns(sheet):
        found = sources.get(column.name) or sources[column.name.removesuffix("_code")]
        if found == (musicbrainz_tables.WHOLE,):
            found = tuple(part.name for part in whole[sheet.name].parts)
        yield column.name, found
