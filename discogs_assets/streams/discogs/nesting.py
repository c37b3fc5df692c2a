"""Nested, typed records from flat tables of texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.backends.xml import before
from discogs_assets.schema.model import Derived, Entity, Field, One, Part, Repeated, Rows, Table, tables
from discogs_assets.streams.discogs import coercion

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Flat = Mapping[str, pa.RecordBatch]
Columns = dict[str, pa.Array]


class NestingError(ValueError):
    """A row's parent is ambiguous, as when a record has the same container twice."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A text that its typed value does not reproduce: the row, the path below that row, and the text."""

    row: int
    path: str
    text: str


def nest(entity: Entity, flat: Flat, newest_year: int) -> pa.RecordBatch:
    """Return one row per record, in the schema of `schema.backends.arrow.record`.

    Raises NestingError if a row's parent is ambiguous.
    """
    root = tables(entity)
    size = len(flat["."])
    columns, odd = _columns(flat, root, entity.parts, size, ())
    for part in entity.parts:
        if isinstance(part, Derived):
            columns[part.name] = coercion.derive(part.rule, columns[part.source], newest_year)
    columns[arrow.RAW] = _raw(odd, size)
    schema = arrow.record(entity)
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _columns(
    flat: Flat, table: Table, parts: Sequence[Part], size: int, above: tuple[Ints, ...]
) -> tuple[Columns, list[Odd]]:
    """Return the columns of the table's `size` rows, and the odd texts in and below the rows."""
    batch = flat[table.name or "."]
    odd: list[Odd] = []
    columns = {each.name: _value(batch, each, odd) for each in table.fields}
    for child in table.children:
        assert not isinstance(child.part, Entity)
        columns[child.part.name], below = _lists(flat, child, child.part, size, above)
        odd += below
    for part in parts:
        if isinstance(part, One):
            inner = {each.name: columns[f"{part.name}.{each.name}"] for each in part.fields}
            columns[part.name] = _struct(part.fields, inner, _has_value(inner, size))
    return columns, odd


def _value(batch: pa.RecordBatch, each: Field, odd: list[Odd]) -> pa.Array:
    texts = coercion.present(batch.column(each.name))
    if each.preceding:
        preceding = coercion.present(batch.column(before(each)))
        texts = pc.coalesce(texts, pa.concat_arrays([pa.nulls(1, pa.string()), preceding])[: len(texts)])
    typed, mask = coercion.coerce(texts, each.type)
    if mask is not None:
        odd += [Odd(int(row), each.name, texts[int(row)].as_py()) for row in np.flatnonzero(_numpy(mask))]
    return typed


def _lists(
    flat: Flat, table: Table, part: Repeated, size: int, above: tuple[Ints, ...]
) -> tuple[pa.ListArray, list[Odd]]:
    """Return a repeated part as a list for each of the `size` rows of its parent, without rows that have no value."""
    batch = flat[table.name]
    parent, starts = _parents(table, batch, size, above)
    odd: list[Odd] = []
    if isinstance(part, Rows):
        columns, odd = _columns(flat, table, part.fields, len(batch), (*above, starts))
        kept = _has_value(columns, len(batch))
        kept[[each.row for each in odd]] = True
        items = _struct(part.fields, columns)
    else:
        items = coercion.present(batch.column("."))
        kept = _numpy(pc.is_valid(items))
    if not kept.all():
        items = items.filter(pa.array(kept))
    offsets = _offsets(parent[kept], size)
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
    return lists, [_lift(each, part.name, parent, kept, offsets) for each in odd]


def _parents(table: Table, batch: pa.RecordBatch, size: int, above: tuple[Ints, ...]) -> tuple[Ints, Ints]:
    """Return the parent's row for each row, and the first row of each parent's list.

    Levels count an element within its parent, so a parent's row is found by adding its level to the start of its own
    parent's rows. Rows are in document order, so the row counts of parents give the list offsets.
    """
    levels = [batch.column(f"<level{n}>").to_numpy().astype(np.int64) for n in range(table.depth)]
    parent = levels[0]
    for starts, level in zip(above, levels[1:-1], strict=True):
        parent = starts[parent] + level
    starts = _offsets(parent, size)
    # In a second container of the same name, levels count from 0 again.
    if not np.array_equal(levels[-1], np.arange(len(parent)) - starts[parent]):
        raise NestingError(f"<{table.path}> occurs in more than one list of the same record")
    return parent, starts


def _offsets(parent: Ints, size: int) -> Ints:
    offsets = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(parent, minlength=size), out=offsets[1:])
    return offsets


def _has_value(columns: Columns, size: int) -> Bools:
    """Return a mask of the rows with a value, or a list with items, in at least one column."""
    held = np.zeros(size, dtype=np.bool_)
    for column in columns.values():
        if pa.types.is_list(column.type):
            held |= np.diff(column.offsets.to_numpy()) > 0
        elif column.null_count == 0:
            return np.ones(size, dtype=np.bool_)
        else:
            held |= _numpy(pc.is_valid(column))
    return held


def _struct(parts: Sequence[Part], columns: Columns, held: Bools | None = None) -> pa.StructArray:
    fields = [pa.field(part.name, arrow.data_type(part), metadata={"doc": part.doc}) for part in parts]
    arrays = [columns[part.name] for part in parts]
    mask = None if held is None else pa.array(~held)
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=mask)


def _numpy(mask: pa.Array) -> Bools:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _lift(odd: Odd, name: str, parent: Ints, kept: Bools, offsets: Ints) -> Odd:
    """Return the odd text as seen from its parent's row."""
    above = int(parent[odd.row])
    ordinal = int(kept[: odd.row].sum()) - int(offsets[above])
    return Odd(above, f"{name}[{ordinal}].{odd.path}", odd.text)


def _raw(odd: list[Odd], size: int) -> pa.ListArray:
    odd = sorted(odd, key=lambda each: each.row)
    items = pa.array([{"path": each.path, "text": each.text} for each in odd], arrow.RAW_TYPE.value_type)
    offsets = _offsets(np.array([each.row for each in odd], dtype=np.int64), size)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
