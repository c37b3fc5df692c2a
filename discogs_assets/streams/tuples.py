"""Frames → PostgreSQL's binary COPY format: tuples of length-prefixed values.

What belongs here: that format, as the manual's page on COPY has it. What doesn't: what a frame's rows are, and the
connection.

The values stand in Arrow buffers already; joined as bytes they are the stream, without a loop over rows. It is for
documents: their quotes are not doubled and not looked for. Rows of short values are as fast as CSV.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""What a stream begins with: the format's name, no flags, no extension."""

END = b"\xff\xff"
"""What a stream ends with: a tuple of -1 values."""

JSONB_VERSION = b"\x01"
"""What stands before the text of a jsonb value."""

NULL = pa.scalar(b"\xff\xff\xff\xff", pa.large_binary())
"""A length of -1: no value."""

NOTHING = pa.scalar(b"", pa.large_binary())


def stream(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The frames as one stream, a piece each: integers as bigint, booleans, as jsonb texts, which are never null."""
    yield SIGNATURE
    for frame in frames:
        if frame.height:
            yield _tuples(frame.rechunk().to_arrow().combine_chunks())
    yield END


def _tuples(table: pa.Table) -> bytes:
    """The rows: before each the number of its values, before each value its length."""
    count = pa.scalar(table.num_columns.to_bytes(2, "big"), pa.large_binary())
    parts = [part for column in table.columns for part in _value(column.chunk(0))]
    joined = pc.binary_join_element_wise(count, *parts, NOTHING)
    return memoryview(joined.buffers()[2])  # type: ignore[return-value]


def _value(column: pa.Array) -> Iterator[pa.Array]:
    if pa.types.is_boolean(column.type):
        yield _number(column, pa.int8(), "i1")
    elif pa.types.is_integer(column.type):
        yield _number(column, pa.int64(), ">i8")
    else:
        texts = column.cast(pa.large_binary())
        sizes = pc.binary_length(texts).to_numpy() + len(JSONB_VERSION)
        yield _packed(size=(sizes, ">i4"), version=(JSONB_VERSION, "S1"))
        yield texts


def _number(column: pa.Array, kind: pa.DataType, form: str) -> pa.Array:
    values = pc.fill_null(column.cast(kind), 0).to_numpy()
    packed = _packed(size=(np.full(len(values), np.dtype(form).itemsize), ">i4"), value=(values, form))
    return pc.if_else(column.is_null(), NULL, packed) if column.null_count else packed


def _packed(size: tuple[npt.NDArray[Any], str], **values: tuple[Any, str]) -> pa.Array:
    """For every row these values side by side, as bytes of one width."""
    fields = {"size": size, **values}
    rows = np.empty(len(size[0]), [(name, form) for name, (_, form) in fields.items()])
    for name, (value, _) in fields.items():
        rows[name] = value
    width = rows.dtype.itemsize
    offsets = np.arange(0, (len(rows) + 1) * width, width, dtype=np.int64)
    return pa.Array.from_buffers(pa.large_binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(rows)])
