"""Faults of graph tables that an import would refuse, found before it touches a database.

They are missing or repeated keys, and relationship ends without a node.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq

from discogs_assets.schema import graph
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Tables, ends

Ids = npt.NDArray[np.int64]


def faults(tables: Tables) -> Iterator[str]:
    """Yield the faults of the tables, each in a few words with the first example."""
    for entity, sums in parquet.versions(file for _, file in tables.files).items():
        if len(sums) > 1:
            yield f"they were made from different {parquet.mixture(entity)}"
    known = dict[str, Ids]()
    for label, files in tables.nodes.items():
        known[label] = np.sort(_ids(files, graph.id_column(label)))
        yield from _keys(label, files, known[label])
    for kind, pairs in tables.relationships.items():
        for file in pairs:
            start, end = ends(file)
            columns = {graph.start_column(start): start, graph.end_column(end): end}
            for column, label in columns.items():
                yield from _dangling(kind, file, column, label, known[label])


def _keys(label: str, files: list[Path], ids: Ids) -> Iterator[str]:
    """Yield the faults of nodes without the number or name that is their key, or with the key of another."""
    column, rows = graph.id_column(label), parquet.rows(files)
    yield from _alone(label, column, rows - len(ids), ids[1:][ids[1:] == ids[:-1]])
    if graph.node(label).entity is None:
        names = np.sort(pl.read_parquet(files, columns=["name"])["name"].replace("", None).drop_nulls().to_numpy())
        yield from _alone(label, "name", rows - len(names), names[1:][names[1:] == names[:-1]])


def _alone(label: str, column: str, missing: int, again: npt.NDArray[Any]) -> Iterator[str]:
    if missing:
        yield f"{missing:,} {label} nodes have no {column}"
    if len(again):
        yield f"{len(again):,} {label} nodes share their {column} with another, the first is {again[0]}"


def _dangling(kind: str, file: Path, column: str, label: str, known: Ids) -> Iterator[str]:
    """Yield a fault if any relationship end has no node."""
    unknown = list[Ids]()
    for batch in parquet.batches(file, [column]):
        ends = batch.column(0).fill_null(-1).to_numpy()
        unknown.append(ends[~_among(ends, known)])
    if found := np.concatenate([np.empty(0, np.int64), *unknown]).tolist():
        yield f"{len(found):,} ends of {kind} {file.stem} have no {label} node, the first is {found[0]}"


def _among(values: Ids, known: Ids) -> npt.NDArray[np.bool_]:
    """Return a mask of the values found among the known ids, sorted in ascending order."""
    places = np.searchsorted(known, values)
    places[places == len(known)] = 0
    return known[places] == values if len(known) else np.zeros(len(values), bool)


def _ids(files: Sequence[Path], column: str) -> Ids:
    parts = [pq.read_table(file, columns=[column]).column(0).drop_null().to_numpy() for file in files]
    return np.concatenate([np.empty(0, np.int64), *parts])
