"""Rows that differ between two months of graph tables."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from discogs_assets.streams import parquet
from discogs_assets.streams.graph import table
from discogs_assets.streams.graph.files import Tables
from discogs_assets.streams.graph.table import Table

RANGE_ROWS = 500_000
"""Rows of both months compared at once: some hundreds of MB."""

TIMES = "times"
"""Column with the number of identical relationships that a row stands for."""

MORE = "times more"

Sorted = tuple[str, pl.DataFrame]
"""A kind from `KINDS`, and its rows."""

KINDS = ("gone", "removed", "changed", "added", "come")
"""Kinds of difference in the order they can be applied: relationships are deleted before the nodes they need."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of a table to change: their kind, one of `KINDS`, and a file in the form of `streams.graph.table`."""

    table: Table
    kind: str
    file: Path


def incomparable(old: Tables, new: Tables) -> str | None:
    """Return the reason the months cannot be compared, None if they can.

    Comparable months have the same tables, with columns of the same types.
    """
    before, now = table.parts(old), table.parts(new)
    if unlike := sorted(before.keys() ^ now.keys()):
        return f"only one of them has the table {unlike[0]}"
    for title, each in now.items():
        for column, kind in each.schema.items():
            known = before[title].schema.get(column, kind)
            if known != kind:
                return f"{column} of {title} was {known} and is {kind}"
    return None


def between(old: Tables, new: Tables, folder: Path) -> list[Difference]:
    """Write the differences between two months to the folder, and return them in the order they can be applied.

    The same tables give the same files with their rows in the same order.
    """
    before = table.parts(old)
    found = [each for title, now in table.parts(new).items() for each in _write_table(before[title], now, folder)]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


def _write_table(old: Table, new: Table, folder: Path) -> Iterator[Difference]:
    sorted_out = relationships if new.ends else nodes
    files: dict[str, Path] = {}
    with ExitStack() as open_files:
        writers: dict[str, parquet.ParquetWriter] = {}
        # Both tables are cut into the same ranges of ids, so that only one range of each is in memory.
        for cut in table.cuts([old, new], RANGE_ROWS):
            for kind, frame in sorted_out(compare(old.between(cut), new.between(cut)), new.keys):
                if frame.is_empty():
                    continue
                if kind not in files:
                    files[kind], schema = folder / f"{new.title} {kind}.parquet", parquet.as_table(frame).schema
                    writers[kind] = open_files.enter_context(parquet.writing(files[kind], schema, {}))
                writers[kind].write_frame(frame)
    yield from (Difference(new, kind, file) for kind, file in files.items())


def compare(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the two hold in unequal numbers, each once, with the surplus of the new one.

    The surplus, in the column `MORE`, is negative if the old one has more. Whole rows are compared and counted: of
    identical parallel relationships, only the surplus is created or deleted. The difference therefore includes rows
    computed from other records, such as the count of a label's releases.
    """
    both = pl.concat(
        [old.with_columns(pl.lit(-1).alias(MORE)), new.with_columns(pl.lit(1).alias(MORE))], how="diagonal"
    )
    return both.group_by(pl.exclude(MORE), maintain_order=True).agg(pl.col(MORE).sum()).filter(pl.col(MORE) != 0)


def relationships(found: pl.DataFrame, keys: Sequence[str]) -> Iterator[Sorted]:
    """Yield gone relationships with their multiplicity, and new ones as often as they occur."""
    gone, come = _split_by_sign(found)
    yield "gone", gone.with_columns(pl.col(MORE).abs().alias(TIMES)).drop(MORE)
    yield "come", come[np.repeat(np.arange(len(come)), come[MORE].to_numpy())].drop(MORE)


def nodes(found: pl.DataFrame, keys: Sequence[str]) -> Iterator[Sorted]:
    """Yield removed, changed and added nodes by key; removed nodes have only the key."""
    gone, come = (side.drop(MORE) for side in _split_by_sign(found))
    yield "removed", gone.join(come, on=keys, how="anti", maintain_order="left").select(keys)
    yield "changed", come.join(gone, on=keys, how="semi", maintain_order="left")
    yield "added", come.join(gone, on=keys, how="anti", maintain_order="left")


def _split_by_sign(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    more = pl.col(MORE)
    return found.filter(more < 0), found.filter(more > 0)
