"""Relationship tables → how many relationships each node has.

What belongs here: counting over all types, at either end. What doesn't: what a degree is worth (see `rarity`).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.graph import RELATIONSHIPS
from discogs_assets.streams.graph import ends


def types(*labels: str) -> tuple[str, ...]:
    """The relationship types that nodes of these labels may have."""
    return tuple(each.type for each in RELATIONSHIPS if any({*labels} & {*pair} for pair in each.pairs))


def degrees(label: str, files: Iterable[Path]) -> pl.DataFrame:
    """`id` and `degree` of the nodes of a label that any of these files has relationships of, ascending."""
    whole = pl.concat(pl.scan_parquet(file).select(pl.col(column).alias("id")) for file, column in _ends(label, files))
    counted = whole.group_by("id").agg(pl.len().cast(pl.Int64).alias("degree"))
    return counted.collect(engine="streaming").sort("id")


def _ends(label: str, files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with its column of nodes of the label, twice if both ends are."""
    for file in files:
        start, end = ends(file)
        if start == label:
            yield file, graph.start_column(start)
        if end == label:
            yield file, graph.end_column(end)
