"""Rows of a flat table from Parquet, as CSV for COPY."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Field, Type
from discogs_assets.schema.musicbrainz_tables import WHOLE
from discogs_assets.streams import parquet
from discogs_assets.streams.postgres import record_rows

BATCH_ROWS = 16_384

NAMED = '{"value":'
"""Start of a value's JSON as the only field of a struct, because only structs can be encoded."""


def csv(sheet: Sheet, files: Sequence[Path]) -> Iterator[bytes]:
    """Yield the rows as CSV in the order of the columns; null is an empty field, an empty text is `""`."""
    for frame in frames(sheet, files):
        yield frame.write_csv(include_header=False).encode()


def frames(sheet: Sheet, files: Sequence[Path], rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
    """Yield the rows in frames of `rows`."""
    whole = any(field.path == WHOLE for field in sheet.fields)
    columns = None if whole else [field.path or field.name for field in sheet.fields]
    for file in files:
        for batch in parquet.batches(file, columns, rows):
            frame = pl.DataFrame(pl.from_arrow(batch))
            yield frame.select(_value(field, frame.schema).alias(field.name) for field in sheet.fields)


def head(sheet: Sheet, file: Path, rows: int) -> pl.DataFrame:
    """Return the first rows."""
    return next(frames(sheet, [file], rows), pl.DataFrame())


def _value(field: Field, schema: pl.Schema) -> pl.Expr:
    if field.path == WHOLE:
        return record_rows.document()
    name = field.path or field.name
    if not isinstance(schema[name], pl.List):
        return pl.col(name)
    return _json(name) if field.type is Type.JSON else pl.col(name).list.first()


def _json(name: str) -> pl.Expr:
    """Return a list as JSON, with null for an empty one."""
    encoded = pl.struct(pl.col(name).alias("value")).struct.json_encode()
    return pl.when(pl.col(name).list.len() > 0).then(encoded.str.strip_prefix(NAMED).str.head(-1))
