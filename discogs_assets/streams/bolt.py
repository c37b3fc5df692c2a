"""Graph tables in Parquet → rows of parameters for a Neo4j that is reached over Bolt.

What belongs here: what a row of a statement of `schema.cypher` holds. What doesn't: sending it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from discogs_assets.schema import cypher, graph

BATCH_ROWS = 10_000
"""Rows of a statement: some seconds of work for the server, and as much lost if it is cut off."""

Batch = list[dict[str, Any]]


def nodes(label: str, files: Sequence[Path]) -> Iterator[Batch]:
    """The properties of each node; a number of the import's own is none of them."""
    for frame in _frames(files):
        column = graph.id_column(label)
        known = frame.rename({column: "id"}) if graph.node(label).entity else frame.drop(column)
        yield [_present(row) for row in known.to_dicts()]


def relationships(file: Path, ends: Mapping[str, list[Path]]) -> Iterator[Batch]:
    """For each relationship the keys of its nodes and its properties; `file` is named `Start-End.parquet`."""
    start, end = file.stem.split("-")
    for frame in _frames([file]):
        keyed = _keyed(
            _keyed(frame, graph.start_column(start), "start", start, ends), graph.end_column(end), "end", end, ends
        )
        yield [
            {"start": row.pop("start"), "end": row.pop("end"), "properties": _present(row)} for row in keyed.to_dicts()
        ]


def _keyed(frame: pl.DataFrame, column: str, to: str, label: str, ends: Mapping[str, list[Path]]) -> pl.DataFrame:
    """The column as the property that identifies the node."""
    if graph.node(label).entity:
        return frame.rename({column: to})
    names = pl.read_parquet(ends[label]).rename({graph.id_column(label): column, cypher.key(label): to})
    return frame.join(names, on=column, how="left", maintain_order="left").drop(column)


def _frames(files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches(BATCH_ROWS):
            yield pl.DataFrame(pl.from_arrow(batch)).rename(lambda name: name.removesuffix(graph.list_column("")))


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
