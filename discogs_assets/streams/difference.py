"""Two months of a graph table → the rows that have gone and those that have come.

What belongs here: comparing. What doesn't: what a database is told to do about it (see `bolt`).

Whole rows are compared, and counted: of parallel relationships that are alike in all they say, so many go or come as
there are fewer or more. So the difference holds whatever a row was made from, also where no record of its own has
changed, as in the count of a label's releases.

Both tables are cut into the same ranges of ids, and one range of each is in memory.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from discogs_assets.streams import parquet, table
from discogs_assets.streams.graph import Tables
from discogs_assets.streams.table import Table

RANGE_ROWS = 500_000
"""Rows of both months compared at once: some hundreds of MB."""

TIMES = "times"
"""Column: how many relationships alike are meant."""

MORE = "times more"

Sorted = tuple[str, pl.DataFrame]
"""Rows of one kind, one of `KINDS`."""

KINDS = ("gone", "removed", "changed", "added", "come")
"""What becomes of rows, in the order in which it can be done: relationships go before the nodes that they need."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done to a table's rows: their kind, one of `KINDS`, and a file in the form of `table`."""

    table: Table
    kind: str
    file: Path


def incomparable(old: Tables, new: Tables) -> str | None:
    """Why the months cannot be compared, None if they can: the same tables, with columns of the same types."""
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
    """What turns the old month into the new one, in the order in which it can be done; files are written to the folder.

    The same tables give the same files with their rows in the same order.
    """
    before = table.parts(old)
    found = [each for title, now in table.parts(new).items() for each in _written(before[title], now, folder)]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


def _written(old: Table, new: Table, folder: Path) -> Iterator[Difference]:
    sorted_out = relationships if new.ends else nodes
    files: dict[str, Path] = {}
    with ExitStack() as open_files:
        writers: dict[str, parquet.ParquetWriter] = {}
        for cut in table.cuts([old, new], RANGE_ROWS):
            for kind, frame in sorted_out(compared(old.between(cut), new.between(cut)), new.keys):
                rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
                if kind not in files and len(rows):
                    files[kind] = folder / f"{new.title} {kind}.parquet"
                    writers[kind] = open_files.enter_context(parquet.writing(files[kind], rows.schema, {}))
                for batch in rows.to_batches():
                    writers[kind].write(batch)
    yield from (Difference(new, kind, file) for kind, file in files.items())


def compared(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The rows of which the two have unequal numbers, each once, with how many more the new one has, fewer below 0."""
    both = pl.concat(
        [old.with_columns(pl.lit(-1).alias(MORE)), new.with_columns(pl.lit(1).alias(MORE))], how="diagonal"
    )
    return both.group_by(pl.exclude(MORE), maintain_order=True).agg(pl.col(MORE).sum()).filter(pl.col(MORE) != 0)


def relationships(found: pl.DataFrame, keys: Sequence[str]) -> Iterator[Sorted]:
    """Relationships are gone, with how many of them are alike, or come, each as often as it does."""
    gone, come = _apart(found)
    yield "gone", gone.with_columns(pl.col(MORE).abs().alias(TIMES)).drop(MORE)
    yield "come", come[np.repeat(np.arange(len(come)), come[MORE].to_numpy())].drop(MORE)


def nodes(found: pl.DataFrame, keys: Sequence[str]) -> Iterator[Sorted]:
    """Nodes are removed, changed or added, by their key; of those removed nothing else is needed."""
    gone, come = (side.drop(MORE) for side in _apart(found))
    yield "removed", gone.join(come, on=keys, how="anti", maintain_order="left").select(keys)
    yield "changed", come.join(gone, on=keys, how="semi", maintain_order="left")
    yield "added", come.join(gone, on=keys, how="anti", maintain_order="left")


def _apart(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    more = pl.col(MORE)
    return found.filter(more < 0), found.filter(more > 0)
