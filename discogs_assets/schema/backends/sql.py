"""SQL statements for each table: the table of a load, its indexes and comments, and the view that readers see."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString

from discogs_assets.schema.backends import search
from discogs_assets.schema.child_tables import ROLE_NUMBER, Relation, Table, Value
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Derived, Entity, Field, Index, Type

TEXT = "text"

TYPES = {
    Type.TEXT: TEXT,
    Type.INTEGER: "bigint",
    Type.REFERENCE: "bigint",
    Type.BOOLEAN: "boolean",
    Type.REAL: "double precision",
    Type.UUID: "uuid",
    Type.JSON: "jsonb",
    Type.REFERENCES: "bigint[]",
}

DATA = "data"
DATA_DOC = "Whole record as in the dump, without keys that have no value."

DOCUMENTS = " WITH (toast_tuple_target = 8160)"
"""Storage of documents: a document that fits a page stays in it uncompressed. By default PostgreSQL compresses rows
over 2 kB, as most releases are. Measured on 200,000 releases, compression halves the rate of COPY (46 against 94 us
a document), and searching has to decompress; the uncompressed table is 1.6 times as large."""

NUMBERS = "discogs.load_number"
"""Sequence that numbers the loads of all months."""

PASSED: LiteralString = (
    "SELECT setval('discogs.load_number', max(last_value)) FROM pg_sequences"
    " WHERE sequencename = 'load_number' AND schemaname ~ %s"
    " HAVING max(last_value) > (SELECT last_value FROM discogs.load_number)"
)
"""Advance the sequence past the per-month sequences of earlier versions."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the view; `expression` computes it from the table's own columns."""

    name: str
    type: str
    doc: str
    expression: str
    index: Index | None = None
    derived: bool = False

    @property
    def stored(self) -> bool:
        """True if the table itself has the column."""
        return self.expression == self.name


def columns(of: Table) -> tuple[Column, ...]:
    """Return the view's columns in order; of an entity the id, the id as text, the typed values and `data`."""
    if isinstance(of, Entity):
        return _document(of)
    return _relational(of) if isinstance(of, Relation) else tuple(_flat(of))


def key(of: Table) -> tuple[str, ...]:
    """Return the primary-key columns."""
    return (of.key,) if isinstance(of, Entity) else of.key


def _relational(relation: Relation) -> tuple[Column, ...]:
    """Return the key and the values; a printed number is followed by its searchable form."""
    record = relation.entity.record
    owner = Column(relation.owner, "bigint", f"Id of the {record}.", relation.owner)
    counted = (Column(name, "integer", _place(name, relation), name) for name in relation.key[1:])
    values = (*relation.values, *relation.computed)
    return (owner, *counted, *(column for value in values for column in _value_columns(value)))


def _flat(sheet: Sheet) -> Iterator[Column]:
    for field in sheet.fields:
        yield from _value_columns(Value(field.name, field.name, field.type, field.doc, field.index))


def _place(name: str, relation: Relation) -> str:
    if relation.roles and name in ("track", "sub_track"):
        return f"Number of the {name.replace('_', '-')} that is credited, from 1; 0 if it is none."
    if name == ROLE_NUMBER:
        return "Number of the role in the text of the credit, from 1."
    if name == "sub_track":
        return "Number of the sub-track in its index track, from 1; 0 for the track itself."
    return "Position in the list, from 1." if name == "ordinal" else f"Number of the {name.replace('_', ' ')}, from 1."


def _value_columns(value: Value) -> Iterator[Column]:
    yield Column(
        value.name, TYPES[value.type], value.doc, value.name, None if value.index is Index.CODE else value.index
    )
    if value.index is Index.CODE:
        doc = f"Letters and digits of {value.name} in upper case, for searches."
        yield Column(f"{value.name}_code", "text", doc, search.call(search.CODE, value.name), Index.CODE)
    if value.seconds:
        doc = f"Seconds of {value.name}, if it has the form m:ss or h:mm:ss."
        yield Column(value.seconds, "integer", doc, search.call(search.SECONDS, value.name))


# The table stores the document, and its numbers and booleans as columns of their own. Texts are columns of the view
# alone, computed from `data`: they are stored once, and one index serves both `title` and `data->>'title'`.
def _document(entity: Entity) -> tuple[Column, ...]:
    values = [_column(keys, value) for keys, value in entity.columns]
    data_id = Column("data_id", "text", "Id as text.", f"{entity.key}::text")
    return (values[0], data_id, *values[1:], Column(DATA, "jsonb", DATA_DOC, DATA))


def _column(keys: tuple[str, ...], value: Field | Derived) -> Column:
    expression = in_data(keys) if value.type is Type.TEXT else value.column
    return Column(value.column, TYPES[value.type], value.doc, expression, value.index, isinstance(value, Derived))


def in_data(keys: tuple[str, ...]) -> str:
    """Return the expression for the text at these keys of `data`."""
    *outer, last = keys
    way = "".join(f"->'{key}'" for key in outer)
    return f"({DATA}{way}->>'{last}')"


def stored_columns(of: Table) -> tuple[Column, ...]:
    """Return the table's own columns, in the order of COPY."""
    return tuple(column for column in columns(of) if column.stored)


def create_table(of: Table, table: str) -> str:
    """Return the CREATE TABLE statement, without indexes: rows are copied first. For documents see `DOCUMENTS`."""
    inner = ",\n    ".join(
        f"{column.name} {column.type}{' NOT NULL' if column.name in (*key(of), DATA) else ''}"
        for column in stored_columns(of)
    )
    return f"CREATE TABLE {table} (\n    {inner}\n){DOCUMENTS if isinstance(of, Entity) else ''}"


def copy(of: Table, table: str) -> str:
    """Return the COPY statement for the rows that a module of `streams.postgres` writes.

    FREEZE applies since the same transaction created the table: its rows are visible to all and need no vacuum.
    """
    form = "binary" if isinstance(of, Entity) else "csv"
    return f"COPY {table} ({', '.join(c.name for c in stored_columns(of))}) FROM STDIN (FORMAT {form}, FREEZE)"


@dataclass(frozen=True, slots=True)
class Build:
    """A CREATE INDEX statement, and `otherwise` its replacement for a load with a text too long for a B-tree.

    A B-tree refuses texts over 2,704 bytes. No real country, style or type is that long. For a load with one, an index
    without a length limit answers the same queries, except for order. `otherwise` is empty if no value can be too long.
    """

    statement: str
    otherwise: str = ""


def indexes(of: Table, table: str) -> Iterator[Build]:
    """Yield the primary key, then the indexes of every value that is declared to be searched."""
    name = table.rpartition(".")[2]
    yield _primary_key(of, table, name)
    searched = [form for column in columns(of) for form in _indexed_forms(column)]
    if searched:
        # A multicolumn GIN index reads every document once when built, and serves each column alone.
        yield Build(f"CREATE INDEX {name}_search ON {table} USING gin ({', '.join(searched)})")
    for column in columns(of):
        if column.index is Index.EXACT:
            start = f"CREATE INDEX {name}_{column.name} ON {table}"
            trigrams = f"{start} USING gin ({column.expression} gin_trgm_ops)" if column.type == TEXT else ""
            yield Build(f"{start} ({column.expression})", trigrams)
            if column.derived:
                yield Build(f"CREATE INDEX {name}_data_{column.name} ON {table} (({in_data((column.name,))}::int))")
        elif column.index is Index.ORDER:
            yield _order_index(of, table, name, column)
        elif column.index is Index.CODE:
            # text_pattern_ops serves equality and prefix under any collation of the database.
            yield Build(f"CREATE INDEX {name}_{column.name} ON {table} (({column.expression}) text_pattern_ops)")
        elif column.index is Index.ORDERED and not isinstance(of, Entity):
            start = f"CREATE INDEX {name}_{column.name} ON {table}"
            trigrams = f"{start} USING gin ({column.name} gin_trgm_ops)" if column.type == TEXT else ""
            yield Build(f"{start} ({', '.join((column.name, *of.order))})", trigrams)
        elif column.index is Index.UNLINKED and isinstance(of, Relation):
            (reference,) = (each.name for each in of.values if each.type is Type.REFERENCE)
            # A hash has no length limit.
            yield Build(f"CREATE INDEX {name}_unlinked ON {table} USING hash ({column.name}) WHERE {reference} IS NULL")


def _order_index(of: Table, table: str, name: str, column: Column) -> Build:
    """Return the index for pages; it has the other columns with such an index, for conditions on them."""
    others = ", ".join(each.name for each in columns(of) if each.index is Index.ORDER and each != column)
    included = f" INCLUDE ({others})" if others else ""
    return Build(f"CREATE INDEX {name}_{column.name} ON {table} ({', '.join((column.name, *key(of)))}){included}")


def _primary_key(of: Table, table: str, name: str) -> Build:
    """Return the primary key; otherwise a unique index on digests of its texts."""
    texts = {column.name for column in columns(of) if column.type == TEXT} & {*key(of)}
    digests = ", ".join(f"md5({each})" if each in texts else each for each in key(of))
    unique = f"CREATE UNIQUE INDEX {name}_key ON {table} ({digests})" if texts else ""
    return Build(f"ALTER TABLE {table} ADD CONSTRAINT {name}_pkey PRIMARY KEY ({', '.join(key(of))})", unique)


def _indexed_forms(column: Column) -> Iterator[str]:
    """Yield the indexed forms of a text: as is, plain, and as words. Unlike B-trees, trigrams have no length limit."""
    if column.index is Index.TEXT:
        yield f"{column.expression} gin_trgm_ops"
        yield f"{search.call(search.PLAIN, column.expression)} gin_trgm_ops"
    if column.index in (Index.TEXT, Index.WORDS):
        yield search.call(search.WORDS, column.expression)


def comments(of: Table, place: str, kind: str = "TABLE") -> Iterator[str]:
    """Yield the comments on the table or view and on its columns."""
    shown = columns(of) if kind == "VIEW" else stored_columns(of)
    yield f"COMMENT ON {kind} {place} IS {literal(of.doc)}"
    for column in shown:
        yield f"COMMENT ON COLUMN {place}.{column.name} IS {literal(column.doc)}"


def view(of: Table, name: str, table: str) -> str:
    """Return the view that shows a load to readers, its columns in a fixed order."""
    shown = ", ".join(f"{column.expression} AS {column.name}" for column in columns(of))
    return f"CREATE OR REPLACE VIEW {name} AS SELECT {shown} FROM {table}"


def literal(text: str) -> str:
    """Return the text as an SQL string constant."""
    return "'" + text.replace("'", "''") + "'"
