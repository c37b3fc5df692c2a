"""Rows for PostgreSQL's COPY from records in Parquet: typed columns, and the whole record as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from discogs_assets.schema.model import Entity, Type
from discogs_assets.streams import parquet
from discogs_assets.streams.postgres import binary_copy

BATCH_ROWS = 8_192
"""Records converted to JSON at once: about 25 MB of releases."""

EMPTY_AFTER_COMMA = r',"[A-Za-z0-9_]+":(?:null|\[\])'
EMPTY_AT_START = r'\{"[A-Za-z0-9_]+":(?:null|\[\]),?'
"""A key without a value. Quotes inside a text are escaped, so no text can match these patterns."""


def rows(entity: Entity, files: Sequence[Path]) -> Iterator[bytes]:
    """Yield the stream of binary COPY, in the column order of `schema.backends.sql.stored_columns`."""
    return binary_copy.stream(frames(entity, files))


def frames(entity: Entity, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield the rows in frames: the typed columns, then the document as JSON."""
    for file in files:
        for batch in parquet.batches(file, rows=BATCH_ROWS):
            yield pl.DataFrame(pl.from_arrow(batch)).select(*_typed_columns(entity), document().alias("data"))


def document() -> pl.Expr:
    """Return the record as JSON, with the keys of Parquet; keys without a value are omitted."""
    whole = pl.struct(pl.all()).struct.json_encode()
    return whole.str.replace_all(EMPTY_AFTER_COMMA, "").str.replace_all(EMPTY_AT_START, "{")


def _typed_columns(entity: Entity) -> Iterator[pl.Expr]:
    """Yield the values that the table stores in separate columns."""
    for keys, value in entity.columns:
        if value.type is not Type.TEXT:
            column = pl.col(keys[0]) if len(keys) == 1 else pl.col(keys[0]).struct.field(keys[1])
            yield _clean(column, value.type).alias(value.column)


def _clean(column: pl.Expr, kind: Type) -> pl.Expr:
    """Return the column, with null for a reference of 0."""
    return pl.when(column != 0).then(column) if kind is Type.REFERENCE else column
