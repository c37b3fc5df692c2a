"""An insight: a question about a month, its sources, its answer as a Parquet file, and its picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.plot import Picture

Rows = Callable[[Files, str], Iterator[pl.DataFrame]]
"""Function that yields the answer in batches, from the files by entity, node label and relationship type, for a month
such as 2026-11-01.
"""


@dataclass(frozen=True, slots=True)
class Insight:
    """A question about a month and its answer; `reads` are the entities, node labels and relationship types it needs.

    `sheet` declares the meaning of the answer, `picture` draws it.
    """

    sheet: Sheet
    reads: tuple[str, ...]
    rows: Rows
    picture: Callable[[pl.LazyFrame], Picture]

    def write(self, files: Files, month: str, target: Path) -> int:
        """Write the answer, stamped with its source versions, and return the number of rows."""
        made_from = parquet.versions(file for name in self.reads for file in files[name])
        return write(self.sheet, self.rows(files, month), made_from, target)


def write(sheet: Sheet, frames: Iterator[pl.DataFrame], made_from: parquet.Versions, target: Path) -> int:
    """Write rows of a sheet, with columns in any order, and return their number."""
    return parquet.write_frames(target, arrow.sheet(sheet), made_from, frames)
