"""PostgreSQL's binary COPY format, as in the manual's page on COPY: tuples of length-prefixed values."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""Start of a stream: the format's signature, no flags, no extension."""

END = b"\xff\xff"
"""End of a stream: a tuple of -1 values."""

JSONB_VERSION = b"\x01"
"""Version number before the text of a jsonb value."""

NULL = pa.scalar(b"\xff\xff\xff\xff", pa.large_binary())
"""A length of -1: null."""

NOTHING = pa.scalar(b"", pa.large_binary())


def stream(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Yield the frames as one stream, a piece each: integers as bigint, booleans as they are, texts as jsonb.

    Texts must not be null. The values are in Arrow buffers already: joined as bytes they are the stream, without a loop
    over rows. This is for documents, because quotes need not be searched and doubled. For rows of short values CSV is
    as fast.
    """
    yield SIGNATURE
    for frame in frames:
        if frame.height:
            yield _tuples(frame.rechunk().to_arrow().combine_chunks())
    yield END


def _tuples(table: pa.Table) -> bytes:
    """Return the rows: before each the number of its values, before each value its length."""
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
        yield _pack(size=(sizes, ">i4"), version=(JSONB_VERSION, "S1"))
        yield texts


def _number(column: pa.Array, kind: pa.DataType, form: str) -> pa.Array:
    values = pc.fill_null(column.cast(kind), 0).to_numpy()
    packed = _pack(size=(np.full(len(values), np.dtype(form).itemsize), ">i4"), value=(values, form))
    return pc.if_else(column.is_null(), NULL, packed) if column.null_count else packed


def _pack(size: tuple[npt.NDArray[Any], str], **values: tuple[Any, str]) -> pa.Array:
    """Return for every row these values side by side, as bytes of fixed width."""
    fields = {"size": size, **values}
    rows = np.empty(len(size[0]), [(name, form) for name, (_, form) in fields.items()])
    for name, (value, _) in fields.items():
        rows[name] = value
    width = rows.dtype.itemsize
    offsets = np.arange(0, (len(rows) + 1) * width, width, dtype=np.int64)
    return pa.Array.from_buffers(pa.large_binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(rows)])
