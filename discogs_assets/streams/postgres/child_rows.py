"""Rows of a child table: a repeated part of records, unnested, with the ordinals of every row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.child_tables import Relation, Source, Value
from discogs_assets.schema.model import Type
from discogs_assets.streams import parquet
from discogs_assets.streams.credits import split_roles

BATCH_ROWS = 16_384
"""Records unnested at once: about 200,000 credits."""

HEAD_ROWS = 64

Ints = npt.NDArray[np.int64]


def csv(relation: Relation, files: Sequence[Path]) -> Iterator[bytes]:
    """Yield CSV in the order of the key and the values; null is an empty field, an empty text is `""`."""
    for frame in frames(relation, files):
        yield frame.write_csv(include_header=False).encode()


def frames(relation: Relation, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield the rows in frames: the key's columns, then the values'; all rows of a record are in one frame."""
    for file in files:
        yield from _frames(relation, file, BATCH_ROWS)


def head(relation: Relation, file: Path) -> pl.DataFrame:
    """Return the rows of the first records; an empty frame if they have none."""
    return next(_frames(relation, file, HEAD_ROWS), pl.DataFrame())


def _frames(relation: Relation, file: Path, size: int) -> Iterator[pl.DataFrame]:
    for batch in parquet.batches(file, _columns(relation), size):
        rows = pl.concat([_unnest(relation, source, batch) for source in relation.sources])
        yield split_roles(rows).select(*relation.key, *_names(relation)) if relation.roles else rows


def _names(relation: Relation) -> list[str]:
    return [value.name for value in (*relation.values, *relation.computed)]


def count(relation: Relation, files: Sequence[Path]) -> int:
    """Return the number of rows: the items of the lists or their roles, counted by reading one leaf."""
    if relation.roles:
        alone = replace(relation, values=tuple(value for value in relation.values if value.name == "role"))
        return sum(map(len, frames(alone, files)))
    return sum(_items(file, source) for file in files for source in relation.sources)


def _items(file: Path, source: Source) -> int:
    names = source.part.split(".")
    leaf = next(each for each in parquet.leaves(file) if f"{each}.".startswith(_place(source)))
    found = 0
    for batch in parquet.batches(file, [leaf], BATCH_ROWS):
        items = batch.column(0)
        for name in names[1:]:
            items = pc.list_flatten(items).field(name)
        found += pc.sum(pc.list_value_length(items)).as_py() or 0
    return found


def _columns(relation: Relation) -> list[str]:
    """Return the leaves of the Parquet file that the rows are made from."""
    found = (f"{_place(source)}{value.source}" for source in relation.sources for value in relation.values)
    return [relation.entity.key, *_of_record(relation), *(each.removesuffix(".") for each in found)]


def _of_record(relation: Relation) -> list[str]:
    """Return the columns whose values are those of the record."""
    return [value.name for value in relation.computed if value.source]


def _place(source: Source) -> str:
    """Return the path of the part's items among the leaves of the file."""
    return "".join(f"{name}.list.element." for name in source.part.split("."))


def _unnest(relation: Relation, source: Source, batch: pa.RecordBatch) -> pl.DataFrame:
    """Return the rows of one part."""
    names = source.part.split(".")
    row = np.arange(len(batch))
    items = pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema))
    counted: dict[str, Ints] = {}
    for name, ordinal in zip(names, source.ordinals, strict=True):
        parent, position, items = _unnest_list(items.field(name))
        row, counted = row[parent], {each: held[parent] for each, held in counted.items()} | {ordinal: position}
    places = relation.key[1:-1] if relation.roles else relation.key[1:]
    key = {relation.owner: batch.column(relation.entity.key).to_numpy()[row]} | {
        each: counted[each] if each in counted else np.zeros(len(row), np.int64) for each in places
    }
    values = {value.name: _value(items, value) for value in relation.values}
    values |= {name: batch.column(name).take(pa.array(row)) for name in _of_record(relation)}
    return pl.DataFrame({name: pl.Series(name, column) for name, column in {**key, **values}.items()})


def _unnest_list(lists: pa.ListArray) -> tuple[Ints, Ints, pa.Array]:
    """Return for every item the row of its list and its ordinal, counted from 1; and the items."""
    parent = pc.list_parent_indices(lists).to_numpy()
    sizes = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    starts = np.cumsum(sizes) - sizes
    return parent, np.arange(1, len(parent) + 1) - starts[parent], pc.list_flatten(lists)


def _value(items: pa.Array, value: Value) -> pa.Array:
    """Return the column of a value, with null for a reference of 0."""
    column = items.field(value.source) if value.source else items
    return pc.if_else(pc.equal(column, 0), None, column) if value.type is Type.REFERENCE else column
