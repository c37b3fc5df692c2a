"""Node tables for Neo4j's import from records in Parquet."""

from pathlib import Path

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.graph import Node
from discogs_assets.schema.model import Derived, Field, Texts, Type
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import enrichment, statistics
from discogs_assets.streams.graph.files import Files, Tally, limit_length, too_long


def write_nodes(node: Node, records: Files, ends: Files, target: Path) -> Tally:
    """Write the nodes of a label, ascending by id or name, to one Parquet file.

    `records` are the entities that name, count or enrich the nodes, `ends` the nodes that their statistics count.
    """
    frame = _entity_nodes(node, records) if node.entity else _value_nodes(node, records)
    added = [node.enriching.title] if node.enriching else []
    made_from = enrichment.made_from({**records, **ends}, added)
    statistics.add_statistics(node, frame, records, ends).sink_parquet(
        target,
        compression=parquet.COMPRESSION,
        compression_level=parquet.COMPRESSION_LEVEL,
        row_group_size=parquet.ROW_GROUP_ROWS,
        metadata=parquet.stamp(made_from),
    )
    tally = Tally(pl.scan_parquet(target).select(pl.len()).collect().item())
    tally.cut.update(_cut(node, records))
    for name in added:
        tally.matches = enrichment.count_matches(node, records.get(name, []), pl.scan_parquet(target))
    return tally


def _entity_nodes(node: Node, records: Files) -> pl.LazyFrame:
    assert node.entity
    columns = [_property(part).alias(_column(node, part)) for part in node.entity.properties]
    frame = pl.scan_parquet(records[node.entity.name]).select(columns)
    if node.enriching is None:
        return frame
    added = enrichment.properties(node, records.get(node.enriching.title, []))
    return frame.join(added, left_on=graph.id_column(node.label), right_on="key", how="left", maintain_order="left")


def _column(node: Node, part: Field | Derived | Texts) -> str:
    assert node.entity
    if part.name == node.entity.key:
        return graph.id_column(node.label)
    return graph.column_of(part)


def _property(part: Field | Derived | Texts) -> pl.Expr:
    """Return the value as a property, with null for a reference of 0 and for an empty list."""
    column = pl.col(part.name)
    if isinstance(part, Texts):
        return pl.when(column.list.len() > 0).then(column)
    if part.type is Type.TEXT and part.index:
        return limit_length(column)
    return pl.when(column != 0).then(column) if part.type is Type.REFERENCE else column


def _value_nodes(node: Node, records: Files) -> pl.LazyFrame:
    return (
        _values(node, records)
        .select(limit_length(pl.col("name")).alias("name"))
        .unique()
        .sort("name")
        .with_row_index(graph.id_column(node.label), offset=1)
        .cast({graph.id_column(node.label): pl.Int64})
    )


def _values(node: Node, records: Files) -> pl.LazyFrame:
    """Return every mention of such a node, duplicates included."""
    names = (
        pl.scan_parquet(records[entity.name]).select(pl.col(node.values).explode().alias("name"))
        for entity in node.sources
    )
    return pl.concat(names).drop_nulls()


def _cut(node: Node, records: Files) -> dict[str, int]:
    """Return the number of texts of each property that are longer than an index takes."""
    if node.entity is None:
        return _values(node, records).unique().select(too_long(pl.col("name")).sum()).collect().row(0, named=True)
    parts = [p for p in node.entity.properties if not isinstance(p, Texts) and p.type is Type.TEXT and p.index]
    scan = pl.scan_parquet(records[node.entity.name])
    return (
        scan.select(too_long(pl.col(part.name)).sum().alias(part.prop) for part in parts).collect().row(0, named=True)
    )
