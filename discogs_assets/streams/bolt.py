"""Graph tables in Parquet → statements with rows of parameters, for a Neo4j that is reached over Bolt.

What belongs here: which statements make a month's graph, and what a row of each holds. What doesn't: sending them (see
`stores.bolt`).

A month comes about in stages, each a statement and the rows that it is sent with. The same tables give the same stages
with the same rows in the same order, so that a load that was cut off goes on at the row after the last that was
committed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from discogs_assets.schema import cypher
from discogs_assets.streams import difference, parquet, table
from discogs_assets.streams.difference import TIMES
from discogs_assets.streams.graph import Tables
from discogs_assets.streams.table import Table

BATCH_ROWS = 10_000
"""Rows of a statement: a second of work for the server, and as much lost if it is cut off."""

WINDOW_ROWS = 10 * BATCH_ROWS
"""Rows read at once."""

FORM = 3
"""To be raised when the same tables give other stages, rows or another order: no load goes on in another form."""

Rows = list[dict[str, Any]]
Windows = Callable[[int, int], Iterator[pl.DataFrame]]
"""Rows from one on, so many at a time."""

STATEMENTS: Mapping[str, tuple[str, Callable[..., str]]] = {
    "gone": ("deleted", cypher.delete_relationships),
    "removed": ("deleted", cypher.delete_nodes),
    "changed": ("updated", cypher.update_nodes),
    "added": ("created", cypher.create_nodes),
    "come": ("created", cypher.create_relationships),
}
"""For each kind of difference what is done to its rows, and by which statement."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a statement, and how many nodes or relationships it has to find and change."""

    rows: Rows
    meant: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What a table's `rows` are sent with, such as all that is created of one type of relationships."""

    table: Table
    kind: str
    rows: int
    windows: Windows

    @property
    def title(self) -> str:
        """What is done to what, such as `BY Release-Artist created`."""
        return f"{self.table.title} {STATEMENTS[self.kind][0]}"

    @property
    def statement(self) -> str:
        """What does it to the rows of a batch."""
        return STATEMENTS[self.kind][1](self.table.name, *(self.table.ends or ()))

    def batches(self, start: int) -> Iterator[Batch]:
        """The rows from this one on."""
        for window in self.windows(start, WINDOW_ROWS):
            for frame in window.iter_slices(BATCH_ROWS):
                meant = int(frame[TIMES].sum()) if TIMES in frame.columns else len(frame)
                yield Batch(_related(frame) if self.table.ends else _present(frame), meant)


def created(tables: Tables) -> list[Stage]:
    """What makes the month in a database that has nothing of it."""
    found = table.parts(tables).values()
    return [Stage(each, "come" if each.ends else "added", each.rows, each.windows) for each in found if each.rows]


def changed(old: Tables, new: Tables, folder: Path) -> list[Stage]:
    """What turns the old month into the new one; the rows are written to the folder."""
    return [
        Stage(each.table, each.kind, parquet.rows([each.file]), partial(table.windows, [each.file]))
        for each in difference.between(old, new, folder)
    ]


def _related(frame: pl.DataFrame) -> Rows:
    """Ends, and properties apart from them."""
    apart = [name for name in (cypher.START, cypher.END, TIMES) if name in frame.columns]
    ends, properties = frame.select(apart).to_dicts(), _present(frame.drop(apart))
    return [row | {"properties": said} for row, said in zip(ends, properties or [{}] * len(ends), strict=True)]


def _present(frame: pl.DataFrame) -> Rows:
    return [{name: value for name, value in row.items() if value is not None} for row in frame.to_dicts()]
