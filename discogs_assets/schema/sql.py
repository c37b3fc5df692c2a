"""Entity → SQL: the table of a load, its indexes and comments, and the view that readers see.

What belongs here: statements as text. What doesn't: running them, and choosing names of loads (see `stores.postgres`).

A table holds the whole record in `data` and, as columns of their own, its numbers and booleans. Texts are columns of
the view alone, computed from `data`: stored once, and one index serves `title` and `data->>'title'` alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from discogs_assets.schema.model import Derived, Entity, Field, Index, Type

TYPES = {Type.TEXT: "text", Type.INTEGER: "bigint", Type.REFERENCE: "bigint", Type.BOOLEAN: "boolean"}

DATA = "data"
DATA_DOC = "The whole record as the dump has it; what has no value is left out."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the view; `expression` is how the view computes it from the table's own columns."""

    name: str
    type: str
    doc: str
    expression: str
    index: Index | None = None
    derived: bool = False

    @property
    def stored(self) -> bool:
        """Whether the table itself has the column."""
        return self.expression == self.name


def columns(entity: Entity) -> tuple[Column, ...]:
    """The view's columns in order: the id, the id as text, the typed values, `data`."""
    values = [_column(keys, value) for keys, value in entity.columns]
    data_id = Column("data_id", "text", "The id as text.", f"{entity.key}::text")
    return (values[0], data_id, *values[1:], Column(DATA, "jsonb", DATA_DOC, DATA))


def _column(keys: tuple[str, ...], value: Field | Derived) -> Column:
    expression = in_data(keys) if value.type is Type.TEXT else value.column
    return Column(value.column, TYPES[value.type], value.doc, expression, value.index, isinstance(value, Derived))


def in_data(keys: tuple[str, ...]) -> str:
    """The text at these keys of `data`."""
    *outer, last = keys
    way = "".join(f"->'{key}'" for key in outer)
    return f"({DATA}{way}->>'{last}')"


def stored(entity: Entity) -> tuple[Column, ...]:
    """The table's own columns, in the order in which rows are copied."""
    return tuple(column for column in columns(entity) if column.stored)


def create_table(entity: Entity, table: str) -> str:
    """The table without its indexes, so that rows are copied before they are indexed."""
    inner = ",\n    ".join(
        f"{column.name} {column.type}{' NOT NULL' if column.name in (entity.key, DATA) else ''}"
        for column in stored(entity)
    )
    return f"CREATE TABLE {table} (\n    {inner}\n)"


def copy(entity: Entity, table: str) -> str:
    """COPY of the rows that `streams.documents` writes."""
    return f"COPY {table} ({', '.join(c.name for c in stored(entity))}) FROM STDIN (FORMAT csv)"


def indexes(entity: Entity, table: str) -> Iterator[str]:
    """The primary key, then the indexes of every value that is declared to be searched."""
    name = table.rpartition(".")[2]
    yield f"ALTER TABLE {table} ADD CONSTRAINT {name}_pkey PRIMARY KEY ({entity.key})"
    for column in columns(entity):
        if column.index is Index.TEXT:
            # Trigrams serve equality, prefix and ILIKE, and like a hash know no limit of length; a B-tree does.
            yield f"CREATE INDEX {name}_{column.name} ON {table} USING gin ({column.expression} gin_trgm_ops)"
        elif column.index is Index.EXACT:
            method = "hash" if column.type == "text" else "btree"
            yield f"CREATE INDEX {name}_{column.name} ON {table} USING {method} ({column.expression})"
            if column.derived:
                yield f"CREATE INDEX {name}_data_{column.name} ON {table} (({in_data((column.name,))}::int))"


def comments(entity: Entity, relation: str, kind: str = "TABLE") -> Iterator[str]:
    """What the relation and its columns are."""
    shown = columns(entity) if kind == "VIEW" else stored(entity)
    yield f"COMMENT ON {kind} {relation} IS {literal(entity.doc)}"
    for column in shown:
        yield f"COMMENT ON COLUMN {relation}.{column.name} IS {literal(column.doc)}"


def view(entity: Entity, name: str, table: str) -> str:
    """The view that shows a load to readers, its columns listed in a fixed order."""
    shown = ", ".join(f"{column.expression} AS {column.name}" for column in columns(entity))
    return f"CREATE OR REPLACE VIEW {name} AS SELECT {shown} FROM {table}"


def literal(text: str) -> str:
    """The text as an SQL string constant."""
    return "'" + text.replace("'", "''") + "'"
