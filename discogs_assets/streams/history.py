"""Edits of one record between two months: each field with its value before and after."""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from discogs_assets.schema.model import Entity
from discogs_assets.streams.changes import NAMES, differing


class Edit(NamedTuple):
    """A change of a record: added, changed or removed; `field` is a place in it, as in `tracklist[2].title`.

    A record added or removed is one edit of its name or title. A value is a text, a number, a boolean, a list, a
    struct, or None if there is none.
    """

    kind: str
    field: str
    before: Any
    after: Any


def read_record(entity: Entity, files: Sequence[Path], number: int) -> pa.RecordBatch | None:
    """Return the record of this id, None if there is none; statistics select the row groups to read."""
    found = ds.dataset([str(file) for file in files]).to_table(filter=pc.field(entity.key) == number)
    return found[:1].combine_chunks().to_batches()[0] if len(found) else None


def find_edits(entity: Entity, old: pa.RecordBatch | None, new: pa.RecordBatch | None) -> Iterator[Edit]:
    """Yield the edits that turned a record into its newer form; None is a month without the record."""
    before, after = ({} if side is None else side.to_pylist()[0] for side in (old, new))
    name = next((each for each in NAMES if each in {**before, **after}), entity.key)
    for kind, columns in differing(entity, old, new)[0].select("change", "columns").iter_rows():
        if kind != "changed":
            yield Edit(kind, name, before.get(name), after.get(name))
        for column in columns or ():
            for field, *values in _compare(column, before.get(column), after.get(column)):
                yield Edit(kind, field, *values)


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
