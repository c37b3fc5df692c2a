"""Records in Parquet → the rows of a relation: a part that repeats, unfolded, with the place of every row.

What belongs here: unfolding lists, and CSV as COPY takes it. What doesn't: the connection, and what a table is called.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discogs_assets.schema.model import Type
from discogs_assets.schema.relations import Relation, Source, Value

BATCH_ROWS = 16_384
"""Records unfolded at once: some 200,000 credits."""

Ints = npt.NDArray[np.int64]


def csv(relation: Relation, files: Sequence[Path]) -> Iterator[bytes]:
    """CSV in the order of the key and the values; null is nothing at all, an empty text is `""`."""
    for frame in frames(relation, files):
        buffer = io.BytesIO()
        frame.write_csv(buffer, include_header=False)
        yield buffer.getvalue()


def frames(relation: Relation, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """The rows, some at a time: the key's columns, then the values'; those of one record stand together."""
    for file in files:
        stored = pq.ParquetFile(file)
        for batch in stored.iter_batches(BATCH_ROWS, columns=_columns(relation)):
            yield pl.concat([_unfolded(relation, source, batch) for source in relation.sources])


def count(relation: Relation, files: Sequence[Path]) -> int:
    """How many rows the records hold, by the lengths of the lists alone."""
    return sum(_count(pl.scan_parquet(list(files)), source.part) for source in relation.sources)


def _count(frame: pl.LazyFrame, part: str) -> int:
    *outer, last = part.split(".")
    for name in outer:
        frame = frame.select(pl.col(name).explode(empty_as_null=False)).unnest(name)
    return int(frame.select(pl.col(last).list.len().sum()).collect().item())


def _columns(relation: Relation) -> list[str]:
    """The leaves of the Parquet file that the rows are made of."""
    places = (".list.element.".join(source.part.split(".")) for source in relation.sources)
    ends = [f".list.element.{value.source}" if value.source else "" for value in relation.values]
    return [relation.entity.key, *(f"{place}{end}" for place in places for end in ends)]


def _unfolded(relation: Relation, source: Source, batch: pa.RecordBatch) -> pl.DataFrame:
    """The rows of one part."""
    names = source.part.split(".")
    owner, items = (
        batch.column(relation.entity.key).to_numpy(),
        pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema)),
    )
    counted: dict[str, Ints] = {}
    for name, ordinal in zip(names, source.ordinals, strict=True):
        parent, position, items = _listed(items.field(name))
        owner, counted = owner[parent], {each: held[parent] for each, held in counted.items()} | {ordinal: position}
    key = {relation.owner: owner} | {
        each: counted[each] if each in counted else np.zeros(len(owner), np.int64) for each in relation.key[1:]
    }
    values = {value.name: _value(items, value) for value in relation.values}
    return pl.DataFrame({name: pl.Series(name, column) for name, column in {**key, **values}.items()})


def _listed(lists: pa.ListArray) -> tuple[Ints, Ints, pa.Array]:
    """For every item the row of its list, and its place in it, counted from 1; and the items."""
    parent = pc.list_parent_indices(lists).to_numpy()
    sizes = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    starts = np.cumsum(sizes) - sizes
    return parent, np.arange(1, len(parent) + 1) - starts[parent], pc.list_flatten(lists)


def _value(items: pa.Array, value: Value) -> pa.Array:
    """The column of a value; an id of 0 is no reference."""
    column = items.field(value.source) if value.source else items
    return pc.if_else(pc.equal(column, 0), None, column) if value.type is Type.REFERENCE else column
