"""Number of relationships of each node, over all types and at either end."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.graph import RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import ends
from discogs_assets.streams.insights.lookup import Lookup


def types(*labels: str) -> tuple[str, ...]:
    """Return the relationship types that nodes of these labels may have."""
    return tuple(each.type for each in RELATIONSHIPS if any({*labels} & {*pair} for pair in each.pairs))


def degrees(label: str, nodes: list[Path], files: Iterable[Path]) -> Lookup:
    """Return the number of relationships in these files of each node of the label, by its import id."""
    ids = pl.read_parquet(nodes, columns=[graph.id_column(label)]).to_series().sort().to_numpy()
    found = Lookup(ids, np.zeros(len(ids), np.int64))
    for file, column in _ends(label, files):
        for batch in parquet.batches(file, [column]):
            places, there = found.places(batch[column].to_numpy())
            np.add.at(found.numbers, places[there], 1)
    return found


def _ends(label: str, files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file with its column of nodes of the label, twice if both ends have the label."""
    for file in files:
        start, end = ends(file)
        if start == label:
            yield file, graph.start_column(start)
        if end == label:
            yield file, graph.end_column(end)
