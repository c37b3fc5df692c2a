"""Records added, changed or removed between two months of Parquet files."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import edits, parquet
from discogs_assets.streams.edits import NAMES

BATCH_ROWS = 8_192
"""Records of each month compared at once: about 30 MB of releases."""

COMPARED_KEY = "discogs.compared_with"
"""Footer key for the older month and the dumps that its files were made from."""

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Columns = Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Month:
    """A month's records of an entity: its partition, and its files with their source dumps in the footers."""

    partition: str
    files: tuple[Path, ...]

    @property
    def identity(self) -> tuple[str, parquet.Versions]:
        """Partition and source dumps. A month loaded again from another dump has another identity."""
        return self.partition, parquet.versions(self.files)


@dataclass(slots=True)
class Tally:
    """Number of added, changed, removed and unchanged records, and number of changed records per column."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    columns: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Rows written: one for each added, changed or removed record."""
        return self.added + self.changed + self.removed

    def add(self, found: pl.DataFrame, records: int) -> None:
        """Count the changes found among `records` ids."""
        counts = dict(found["change"].value_counts().rows())
        self.added += counts.get("added", 0)
        self.changed += counts.get("changed", 0)
        self.removed += counts.get("removed", 0)
        self.unchanged += records - len(found)
        self.columns.update(found["columns"].explode(empty_as_null=False, keep_nulls=False).to_list())


def write(entity: Entity, before: Month | None, now: Month, target: Path, edited: Path) -> Tally:
    """Write the differences from the month before to one Parquet file, and their edits to another, by ascending id.

    Without a month before, all records are added, and there are no edits. Both months are read once, side by side in
    ascending order of ids, with a batch of each in memory.
    """
    tally, about = Tally(), {COMPARED_KEY: json.dumps(before.identity if before else None)}
    wanted, made_from = None if before else [entity.key], parquet.versions(now.files)
    with (
        parquet.writing(target, arrow.CHANGED, made_from, about) as writer,
        parquet.writing(edited, arrow.sheet(CHANGES), made_from, about) as edit_writer,
    ):
        for old, new in _pairs(
            _ascending(before.files if before else (), entity.key, None),
            _ascending(now.files, entity.key, wanted),
            entity.key,
        ):
            found, records = differing(entity, old, new)
            tally.add(found, records)
            writer.write_frame(found)
            if before:
                rows = edits.find(entity, found, old, new)
                edit_writer.write_frame(edits.frame(entity, now.partition, before.partition, rows))
    return tally


def compared_with(file: Path) -> tuple[str, parquet.Versions] | None:
    """Return the identity of the month that a file of changes was compared with, None if there was none."""
    found = json.loads((pq.read_metadata(file).metadata or {}).get(COMPARED_KEY.encode(), b"null"))
    return (found[0], found[1]) if found else None


def differing(entity: Entity, old: pa.RecordBatch | None, new: pa.RecordBatch | None) -> tuple[pl.DataFrame, int]:
    """Return the changes between two sets of records by ascending id, and the number of distinct ids.

    Ids must ascend in both sets.
    """
    old_ids, new_ids = _ids(old, entity.key), _ids(new, entity.key)
    gone, come = np.isin(old_ids, new_ids, invert=True), np.isin(new_ids, old_ids, invert=True)
    found = [_changes(new_ids[come], "added")]
    if old is not None:
        found.append(_changes(old_ids[gone], "removed", names=_names(old.filter(pa.array(gone)))))
    if old is not None and new is not None:
        found.append(_find_edits(new_ids[~come], old.filter(pa.array(~gone)), new.filter(pa.array(~come))))
    return pl.concat(found).sort("id"), len(new_ids) + int(gone.sum())


def _ids(records: pa.RecordBatch | None, key: str) -> Ids:
    return np.empty(0, np.int64) if records is None else records[key].to_numpy()


def _names(records: pa.RecordBatch) -> list[str | None]:
    return next((records[name].to_pylist() for name in NAMES if name in records.schema.names), [None] * len(records))


def _find_edits(ids: Ids, old: pa.RecordBatch, new: pa.RecordBatch) -> pl.DataFrame:
    """Return the changes between records of equal ids."""
    found = dict(_by_name(_columns(old), _columns(new)))
    some = np.logical_or.reduce(list(found.values()))
    rows = zip(*(each[some].tolist() for each in found.values()), strict=True)
    columns = [[name for name, differs in zip(found, row, strict=True) if differs] for row in rows]
    return _changes(ids[some], "changed", columns)


def _columns(records: pa.RecordBatch) -> Columns:
    return dict(zip(records.schema.names, records.columns, strict=True))


def _by_name(old: Columns, new: Columns) -> Iterator[tuple[str, Mask]]:
    """Yield each column name with a mask of the rows that differ.

    If only one side was read with the column, the rows with a value differ.
    """
    for name in {**new, **old}:
        both = [side[name] for side in (old, new) if name in side]
        yield name, _unequal(*both) if len(both) > 1 else _lengths(both[0]) > 0


def _unequal(old: pa.Array, new: pa.Array) -> Mask:
    """Return a mask of the rows that differ by content; null equals null."""
    if pa.types.is_list(new.type):
        return _unequal_lists(old, new)
    differs: Mask = _lengths(old) != _lengths(new)
    if pa.types.is_struct(new.type):
        whole: Mask = np.logical_or.reduce([differs, *(each for _, each in _by_name(_fields(old), _fields(new)))])
        return whole
    unequal: Mask = pc.fill_null(pc.not_equal(old, new), False).to_numpy(zero_copy_only=False)
    return differs | unequal


def _unequal_lists(old: pa.Array, new: pa.Array) -> Mask:
    """Return a mask of the lists that differ in length or in any item."""
    lengths = _lengths(new)
    differs: Mask = _lengths(old) != lengths
    if differs.any():
        old, new = (side.filter(pa.array(~differs)) for side in (old, new))
    items = _unequal(old.flatten(), new.flatten())
    if items.any():
        alike = np.flatnonzero(~differs)
        differs[np.repeat(alike, np.maximum(lengths[alike], 0))[items]] = True
    return differs


def _fields(structs: pa.Array) -> Columns:
    return {field.name: each for field, each in zip(structs.type, structs.flatten(), strict=True)}


def _lengths(values: pa.Array) -> Ids:
    """Return the lengths of lists, 1 for any other value, and -1 for null."""
    if pa.types.is_list(values.type):
        lengths: Ids = pc.fill_null(pc.list_value_length(values), -1).to_numpy().astype(np.int64)
        return lengths
    return np.where(values.is_valid().to_numpy(zero_copy_only=False), 1, -1)


def _changes(
    ids: Ids, change: str, columns: list[list[str]] | None = None, names: list[str | None] | None = None
) -> pl.DataFrame:
    """Return the rows of one kind of change."""
    size = len(ids)
    return pl.DataFrame(
        [
            pl.Series("id", ids, pl.Int64),
            pl.Series("change", [change], pl.String).new_from_index(0, size),
            pl.Series("columns", [None] * size if columns is None else columns, pl.List(pl.String)),
            pl.Series("name", [None] * size if names is None else names, pl.String),
        ]
    )


def _pairs(
    old: Iterator[pa.RecordBatch], new: Iterator[pa.RecordBatch], key: str
) -> Iterator[tuple[pa.RecordBatch | None, pa.RecordBatch | None]]:
    """Yield batches of both sides that hold all records of the same range of ids.

    Records beyond the range wait for the other side's next batch.
    """
    a, b = next(old, None), next(new, None)
    while a is not None and b is not None:
        a_ids, b_ids = _ids(a, key), _ids(b, key)
        end = min(a_ids[-1], b_ids[-1])
        a_ends, b_ends = (int(np.searchsorted(ids, end, "right")) for ids in (a_ids, b_ids))
        yield a[:a_ends], b[:b_ends]
        a = a[a_ends:] if a_ends < len(a) else next(old, None)
        b = b[b_ends:] if b_ends < len(b) else next(new, None)
    yield from ((rest, None) for rest in _prepend(a, old))
    yield from ((None, rest) for rest in _prepend(b, new))


def _prepend(first: pa.RecordBatch | None, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return others if first is None else chain([first], others)


def _ascending(files: Sequence[Path], key: str, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield non-empty batches by ascending id, keeping the first of records with equal ids.

    If the ids do not ascend in the files, records are read by ranges of ids. Then only the ids are sorted in memory,
    and row group statistics select the row groups to read.
    """
    ids = np.concatenate([np.empty(0, np.int64), *(pq.read_table(f, columns=[key])[key].to_numpy() for f in files)])
    ascend = bool((ids[1:] > ids[:-1]).all())
    cuts = [] if ascend else np.unique(ids)[::BATCH_ROWS].tolist()
    del ids
    yield from _in_file_order(files, columns) if ascend else _by_ranges(files, key, columns, cuts)


def _in_file_order(files: Sequence[Path], columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    for path in files:
        yield from (batch for batch in parquet.batches(path, columns, BATCH_ROWS) if len(batch))


def _by_ranges(files: Sequence[Path], key: str, columns: list[str] | None, cuts: list[int]) -> Iterator[pa.RecordBatch]:
    """Yield the records of each range of ids, from one cut to before the next."""
    data = ds.dataset([str(path) for path in files])
    for start, end in zip(cuts, [*cuts[1:], None], strict=True):
        within = (pc.field(key) >= start) & (pc.field(key) < end) if end is not None else pc.field(key) >= start
        found = data.to_table(columns, filter=within).sort_by(key)
        first = np.diff(found[key].to_numpy(), prepend=start - 1) > 0
        yield from found.filter(pa.array(first)).combine_chunks().to_batches()
