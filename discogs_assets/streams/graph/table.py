"""Graph tables as a database holds them: keys and properties instead of the import's columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.backends import cypher
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files, Tables, ends

Cut = tuple[int | None, int | None]
"""A range of ids, from the first to before the second; None if it is unbounded."""

SAMPLED = 1_000
"""One id in this many is sampled to find ranges of equal size."""


@dataclass(frozen=True)
class Table:
    """The nodes of a label, or the relationships of a type from one label's nodes to another's."""

    name: str
    files: list[Path]
    ends: tuple[str, str] | None = None
    nodes: Files = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        """Name of the table: `Release`, or `BY Release-Artist`."""
        return f"{self.name} {'-'.join(self.ends)}" if self.ends else self.name

    @property
    def keys(self) -> list[str]:
        """Columns that identify the node, or both ends."""
        return [cypher.START, cypher.END] if self.ends else [cypher.key(self.name)]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return parquet.rows(self.files)

    @cached_property
    def schema(self) -> pl.Schema:
        """Columns and types of the rows from `to_stored`."""
        return self.to_stored(pl.scan_parquet(self.files).head(0).collect()).schema

    def windows(self, start: int, size: int) -> Iterator[pl.DataFrame]:
        """Yield all rows from position `start` on, in frames of `size`."""
        yield from map(self.to_stored, windows(self.files, start, size))

    def between(self, cut: Cut) -> pl.DataFrame:
        """Return the rows with a record id in the range."""
        scan, record, (low, high) = pl.scan_parquet(self.files), pl.col(self._record or ""), cut
        if low is not None:
            scan = scan.filter(record >= low)
        if high is not None:
            scan = scan.filter(record < high)
        return self.to_stored(scan.collect())

    def to_stored(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the files with keys and properties, as a database holds them.

        This is also the form an import leaves: empty texts and nulls are not stored, nulls in lists are dropped.
        """
        frame = frame.rename(lambda name: name.removesuffix(graph.list_column("")))
        frame = frame.with_columns(
            [
                *(pl.col(text).replace("", None) for text, kind in frame.schema.items() if kind == pl.String),
                *(pl.col(each).list.drop_nulls() for each, kind in frame.schema.items() if isinstance(kind, pl.List)),
            ]
        )
        if self.ends is None:
            column = graph.id_column(self.name)
            return frame.rename({column: "id"}) if graph.node(self.name).entity else frame.drop(column)
        start, end = self.ends
        ends = ((cypher.START, start, graph.start_column(start)), (cypher.END, end, graph.end_column(end)))
        for to, label, column in ends:
            frame = self._with_keys(frame, to, label, column)
        return frame.select(*self.keys, pl.exclude(self.keys))

    def _with_keys(self, frame: pl.DataFrame, to: str, label: str, column: str) -> pl.DataFrame:
        """Return the frame with the column replaced by the key of the node."""
        if graph.node(label).entity:
            return frame.rename({column: to})
        names = self._names[label].rename({graph.id_column(label): column, cypher.key(label): to})
        return frame.join(names, on=column, how="left", maintain_order="left").drop(column)

    @cached_property
    def _names(self) -> dict[str, pl.DataFrame]:
        """Import ids and names of the nodes at ends without an id in the records."""
        labels = [label for label in self.ends or () if graph.node(label).entity is None]
        return {label: pl.read_parquet(self.nodes[label], columns=_id_columns(label)) for label in labels}

    def ids(self) -> Iterator[npt.NDArray[np.int64]]:
        """Yield the ids of the records that the rows come from, in parts; nothing if they have no ids."""
        if self._record is None:
            return
        for file in self.files:
            for batch in parquet.batches(file, [self._record]):
                yield batch.column(0).to_numpy(zero_copy_only=False)

    @property
    def _record(self) -> str | None:
        """Column with the ids of these records; the files ascend by it."""
        if self.ends is None:
            return graph.id_column(self.name) if graph.node(self.name).entity else None
        start, end = self.ends
        stated = next((s for s in _relationship(self.name).stated if (s.start, s.end) == self.ends), None)
        if stated is None:
            return None
        return graph.start_column(start) if stated.link.outward else graph.end_column(end)


def parts(tables: Tables) -> dict[str, Table]:
    """Return every table of the month by its title, node tables first."""
    nodes = [Table(label, list(files)) for label, files in tables.nodes.items()]
    pairs = [(kind, file) for kind, files in tables.relationships.items() for file in files]
    found = [*nodes, *(Table(kind, [file], ends(file), tables.nodes) for kind, file in pairs)]
    return {table.title: table for table in found}


def windows(files: list[Path], start: int, size: int) -> Iterator[pl.DataFrame]:
    """Yield all rows of the files from position `start` on, in frames of `size`."""
    scan = pl.scan_parquet(files)
    while len(frame := scan.slice(start, size).collect()):
        start += len(frame)
        yield frame


def cuts(tables: Sequence[Table], most: int) -> list[Cut]:
    """Return ranges of ids, each with about `most` rows of all these tables."""
    sampled = [ids[::SAMPLED] for table in tables for ids in table.ids()]
    count = sum(table.rows for table in tables)
    if not sampled or count <= most:
        return [(None, None)]
    found = np.quantile(np.concatenate(sampled), np.linspace(0, 1, ceil(count / most) + 1)[1:-1], method="nearest")
    bounds = [None, *np.unique(found).tolist(), None]
    return list(pairwise(bounds))


def _id_columns(label: str) -> list[str]:
    return [graph.id_column(label), cypher.key(label)]


def _relationship(kind: str) -> graph.Relationship:
    return next(each for each in graph.RELATIONSHIPS if each.type == kind)
