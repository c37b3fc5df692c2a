"""Edits of records between two months: each field with its value before and after."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.model import Entity

NAMES = ("name", "title")
"""Columns that hold a record's name; an entity has one of them."""


class Edit(NamedTuple):
    """A change of a record: added, changed or removed; `field` is a place in it, as in `tracklist[2].title`.

    A record added or removed is one edit of its name or title. A value is a text, a number, a boolean, a list, a
    struct, or None if there is none.
    """

    kind: str
    field: str
    before: Any
    after: Any


def find(
    entity: Entity, found: pl.DataFrame, old: pa.RecordBatch | None, new: pa.RecordBatch | None
) -> Iterator[tuple[int, Edit]]:
    """Yield the edits of the records in `found`, each with the id of its record.

    `found` are the changes between two sets of records by ascending id (see `changes.differing`).
    """
    name = next(each for each in NAMES if each in arrow.record(entity).names)
    for kind, *sides in (("added", None, new), ("removed", old, None)):
        ids = found.filter(pl.col("change") == kind)["id"]
        for number, before, after in zip(ids, *(_values(entity, side, name, ids) for side in sides), strict=True):
            yield number, Edit(kind, name, before, after)
    changed = found.filter(pl.col("change") == "changed").select("id", "columns").explode("columns")
    for (column,), rows in changed.group_by("columns", maintain_order=True):
        ids, column = rows["id"], str(column)
        for number, *values in zip(ids, *(_values(entity, side, column, ids) for side in (old, new)), strict=True):
            yield from ((number, Edit("changed", *each)) for each in _compare(column, *values))


def frame(entity: Entity, month: str, before: str, edits: Iterator[tuple[int, Edit]]) -> pl.DataFrame:
    """Return the edits between two months (partition keys) as rows of `schema.changes.CHANGES`, by ascending id."""
    rows = [(number, each.kind, each.field, as_text(each.before), as_text(each.after)) for number, each in edits]
    schema = {"id": pl.Int64, **dict.fromkeys(("change", "path", "before", "after"), pl.String)}
    made = pl.DataFrame(rows, schema, orient="row").sort("id", maintain_order=True)
    return made.with_columns(
        pl.int_range(1, pl.len() + 1).over("id").alias("ordinal"),
        entity=pl.lit(entity.name),
        month=pl.lit(month[:7]),
        compared_with=pl.lit(before[:7]),
    ).select(field.name for field in CHANGES.fields)


def as_text(value: Any) -> str | None:
    """Return a value as text: a text as it is, any other as JSON without keys that have no value; None as None."""
    return value if isinstance(value, str | None) else json.dumps(_drop_absent(value), ensure_ascii=False)


def _drop_absent(value: Any) -> Any:
    """Return a value without nulls and empty lists in its structs."""
    if isinstance(value, dict):
        return {name: _drop_absent(each) for name, each in value.items() if each is not None and each != []}
    return [*map(_drop_absent, value)] if isinstance(value, list) else value


def _values(entity: Entity, records: pa.RecordBatch | None, column: str, ids: pl.Series) -> list[Any]:
    """Return the values of the records with these ids; None for each if the column or the records are absent."""
    if records is None or column not in records.schema.names:
        return [None] * len(ids)
    places = np.searchsorted(records[entity.key].to_numpy(), ids.to_numpy())
    return list(records[column].take(pa.array(places)).to_pylist())


def _compare(field: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the innermost fields that differ. Items of lists are matched, so that one inserted is one difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _compare(f"{field}.{name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list):
        a_texts, b_texts = ([json.dumps(item, sort_keys=True) for item in side] for side in (old, new))
        for action, start, end, to, until in SequenceMatcher(None, a_texts, b_texts, autojunk=False).get_opcodes():
            if action != "equal":
                for n, (a, b) in enumerate(zip_longest(old[start:end], new[to:until])):
                    yield from _compare(f"{field}[{(start if b is None else to) + n + 1}]", a, b)
    elif old != new:
        yield field, old, new
