"""Statements and rows of parameters that load graph tables into Neo4j over Bolt; `stores.neo4j.bolt` sends them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from discogs_assets.schema.backends import cypher
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import diff, table
from discogs_assets.streams.graph.diff import TIMES
from discogs_assets.streams.graph.files import Tables
from discogs_assets.streams.graph.table import Table

BATCH_ROWS = 10_000
"""Rows per statement: a second of work for the server, and as much lost on an interruption."""

WINDOW_ROWS = 10 * BATCH_ROWS
"""Rows read at once."""

FORM = 4
"""Version of the stages. Raise it when the same tables give other stages, rows or another order: a load is never
resumed in another version.
"""

Rows = list[dict[str, Any]]
Windows = Callable[[int, int], Iterator[pl.DataFrame]]
"""Function that yields the rows from a position on, in frames of a given size."""

STATEMENTS: Mapping[str, tuple[str, Callable[..., str]]] = {
    "gone": ("deleted", cypher.delete_relationships),
    "removed": ("deleted", cypher.delete_nodes),
    "changed": ("updated", cypher.update_nodes),
    "added": ("created", cypher.create_nodes),
    "come": ("created", cypher.create_relationships),
}
"""For each kind of difference, the verb in the stage's title and the function that returns its statement."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a statement, and the number of nodes or relationships it must match and change."""

    rows: Rows
    meant: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A statement and the rows it is sent with, such as all created relationships of a type.

    The same tables give the same stages with the same rows in the same order. An interrupted load can therefore resume
    at the row after the last one committed.
    """

    table: Table
    kind: str
    rows: int
    windows: Windows

    @property
    def title(self) -> str:
        """Table and operation, such as `BY Release-Artist created`."""
        return f"{self.table.title} {STATEMENTS[self.kind][0]}"

    @property
    def statement(self) -> str:
        """Cypher statement for the rows of a batch."""
        return STATEMENTS[self.kind][1](self.table.name, *(self.table.ends or ()))

    def batches(self, start: int) -> Iterator[Batch]:
        """Yield the rows from position `start` on."""
        for window in self.windows(start, WINDOW_ROWS):
            for frame in window.iter_slices(BATCH_ROWS):
                meant = int(frame[TIMES].sum()) if TIMES in frame.columns else len(frame)
                yield Batch(_relationship_rows(frame) if self.table.ends else _node_rows(frame), meant)


def plan_load(tables: Tables) -> list[Stage]:
    """Return the stages that load the month into a database that has nothing of it."""
    found = table.parts(tables).values()
    return [Stage(each, "come" if each.ends else "added", each.rows, each.windows) for each in found if each.rows]


def plan_changes(old: Tables, new: Tables, folder: Path) -> list[Stage]:
    """Return the stages that turn the old month into the new one; the rows are written to the folder."""
    return [
        Stage(each.table, each.kind, parquet.rows([each.file]), partial(table.windows, [each.file]))
        for each in diff.between(old, new, folder)
    ]


def _relationship_rows(frame: pl.DataFrame) -> Rows:
    """Return the ends as keys of each row, and the properties as a map under `properties`."""
    apart = [name for name in (cypher.START, cypher.END, TIMES) if name in frame.columns]
    ends, properties = frame.select(apart).to_dicts(), _node_rows(frame.drop(apart))
    return [row | {"properties": values} for row, values in zip(ends, properties or [{}] * len(ends), strict=True)]


def _node_rows(frame: pl.DataFrame) -> Rows:
    return [{name: value for name, value in row.items() if value is not None} for row in frame.to_dicts()]
