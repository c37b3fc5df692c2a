"""Node properties that count releases in Parquet."""

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.graph import COUNTED, Node, Statistic
from discogs_assets.streams.graph.files import Files, keys, scan_keys


def add_statistics(node: Node, frame: pl.LazyFrame, records: Files, ends: Files) -> pl.LazyFrame:
    """Return the nodes with their statistics: 0 if no release refers to them, no year if none has one.

    A statistic equals the result of a query over the graph's relationships.
    """
    key = graph.id_column(node.label) if node.entity else "name"
    for each in node.statistics:
        counted = _count(node, each, pl.scan_parquet(records[COUNTED.name]), ends)
        frame = frame.join(counted, left_on=key, right_on="key", how="left", maintain_order="left")
    return frame.with_columns(pl.col(each.name).fill_null(0) for each in node.statistics if each.over != "year")


def _count(node: Node, each: Statistic, releases: pl.LazyFrame, ends: Files) -> pl.LazyFrame:
    """Return `key` and the statistic of nodes that releases refer to."""
    named = keys(node.named).alias("key")
    if each.link is None:
        value = pl.col("year").min() if each.over else pl.len().cast(pl.Int64)
        found = releases.select(named, "year").explode("key").drop_nulls("key")
        return found.group_by("key").agg(value.alias(each.name))
    pairs = releases.select(named, keys(each.over).alias("other")).explode("key").explode("other").drop_nulls()
    if each.link.to in ends:
        pairs = pairs.join(scan_keys(each.link.to, ends), left_on="other", right_on="key", how="semi")
    if each.link.to == "Artist":
        pairs = pairs.filter(~pl.col("other").is_in(list(PLACEHOLDERS)))
    return pairs.unique().group_by("key").agg(pl.len().cast(pl.Int64).alias(each.name))
