"""Records in Parquet → rows that PostgreSQL copies: typed columns and the whole record as JSON.

What belongs here: the JSON of a record. What doesn't: the format of COPY (see `tuples`), and what the table is called.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from discogs_assets.schema.model import Entity, Type
from discogs_assets.streams import parquet, tuples

BATCH_ROWS = 8_192
"""Records turned into JSON at once: some 25 MB of releases."""

EMPTY_AFTER_COMMA = r',"[A-Za-z0-9_]+":(?:null|\[\])'
EMPTY_AT_START = r'\{"[A-Za-z0-9_]+":(?:null|\[\]),?'
"""A key without a value. Inside a text every quote is escaped, so that no text can look like a key to these."""


def rows(entity: Entity, files: Sequence[Path]) -> Iterator[bytes]:
    """The stream of COPY in binary, in the column order of `schema.sql.stored`."""
    return tuples.stream(frames(entity, files))


def frames(entity: Entity, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """The rows, some at a time: what the table stores as columns of their own, then the document as JSON."""
    for file in files:
        for batch in parquet.batches(file, rows=BATCH_ROWS):
            yield pl.DataFrame(pl.from_arrow(batch)).select(*_typed(entity), document().alias("data"))


def document() -> pl.Expr:
    """The record as JSON, keys as in Parquet; what has no value is left out."""
    whole = pl.struct(pl.all()).struct.json_encode()
    return whole.str.replace_all(EMPTY_AFTER_COMMA, "").str.replace_all(EMPTY_AT_START, "{")


def _typed(entity: Entity) -> Iterator[pl.Expr]:
    """The values that the table stores as columns of their own."""
    for keys, value in entity.columns:
        if value.type is not Type.TEXT:
            column = pl.col(keys[0]) if len(keys) == 1 else pl.col(keys[0]).struct.field(keys[1])
            yield _clean(column, value.type).alias(value.column)


def _clean(column: pl.Expr, kind: Type) -> pl.Expr:
    """An id of 0 is no reference."""
    return pl.when(column != 0).then(column) if kind is Type.REFERENCE else column
