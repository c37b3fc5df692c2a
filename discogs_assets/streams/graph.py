"""Records in Parquet → the node and relationship tables that Neo4j imports.

What belongs here: what becomes a node, what becomes a relationship, and what is left out and counted. What doesn't:
where the tables lie and how they are imported.

A relationship needs both its ends. Left out, each with its count: references without an id (`unlinked`), to an artist
that stands for nobody (`placeholder`), of a record to itself (`self`), to a record that is not there (`dangling`), and
what the same pair says again (`duplicate`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.graph import Node, Relationship, Stated
from discogs_assets.schema.model import Derived, Field, One, Texts, Type
from discogs_assets.streams import parquet

BATCH_ROWS = 100_000
"""Records turned into relationships at once. All relationships of a pair come from one record, so that batches can be
made distinct each for itself, except where both ends state them."""

Files = Mapping[str, list[Path]]
"""Parquet files by entity or node label."""


@dataclass(slots=True)
class Tally:
    """What became of what was stated: `rows` written, `omitted` by reason."""

    rows: int = 0
    omitted: Counter[str] = field(default_factory=Counter)


def write_nodes(node: Node, records: Files, target: Path) -> Tally:
    """The nodes of a label, ascending by id or name, as one Parquet file."""
    frame = _entity_nodes(node, records) if node.entity else _value_nodes(node, records)
    made_from = parquet.versions(file for entity in node.sources for file in records[entity.name])
    frame.sink_parquet(
        target,
        compression=parquet.COMPRESSION,
        compression_level=parquet.COMPRESSION_LEVEL,
        row_group_size=parquet.ROW_GROUP_ROWS,
        metadata=parquet.stamp(made_from),
    )
    return Tally(pl.scan_parquet(target).select(pl.len()).collect().item())


def _entity_nodes(node: Node, records: Files) -> pl.LazyFrame:
    assert node.entity
    columns = [_property(part).alias(_column(node, part)) for part in node.entity.properties]
    return pl.scan_parquet(records[node.entity.name]).select(columns)


def _column(node: Node, part: Field | Derived | Texts) -> str:
    assert node.entity
    if part.name == node.entity.key:
        return graph.id_column(node.label)
    return graph.list_column(part.prop) if isinstance(part, Texts) else part.prop


def _property(part: Field | Derived | Texts) -> pl.Expr:
    """The value as a property: an id of 0 and an empty list are no property."""
    column = pl.col(part.name)
    if isinstance(part, Texts):
        return pl.when(column.list.len() > 0).then(column)
    return pl.when(column != 0).then(column) if part.type is Type.REFERENCE else column


def _value_nodes(node: Node, records: Files) -> pl.LazyFrame:
    names = pl.concat(
        pl.scan_parquet(records[entity.name]).select(pl.col(node.values).explode().alias("name"))
        for entity in node.sources
    )
    return (
        names.drop_nulls()
        .unique()
        .sort("name")
        .with_row_index(graph.id_column(node.label), offset=1)
        .cast({graph.id_column(node.label): pl.Int64})
    )


def write_relationships(relationship: Relationship, records: Files, nodes: Files, folder: Path) -> Tally:
    """The relationships of a type, one Parquet file for each pair of labels, named `Start-End.parquet`.

    `records` are those of the entities that state them, `nodes` those of the labels that they have to find.
    """
    tally = Tally()
    made_from = parquet.versions(chain(*(records[each.name] for each in relationship.sources), *nodes.values()))
    for start, end in relationship.pairs:
        target = folder / f"{start}-{end}.parquet"
        stated = [each for each in relationship.stated if (each.start, each.end) == (start, end)]
        frames = _stated(stated, records, nodes, tally) if stated else iter([_part_of(records, nodes)])
        tally.rows += _write(_merged(frames, start, end, tally) if len(stated) > 1 else frames, target, made_from)
    return tally


def _write(frames: Iterable[pl.DataFrame], target: Path, made_from: parquet.Versions) -> int:
    frames = iter(frames)
    first = _table(next(frames))
    with parquet.writing(target, first.schema, made_from) as writer:
        for table in chain([first], map(_table, frames)):
            for batch in table.to_batches():
                writer.write(batch)
    return writer.rows


def _table(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _merged(frames: Iterator[pl.DataFrame], start: str, end: str, tally: Tally) -> Iterator[pl.DataFrame]:
    """What both ends state, once."""
    whole = pl.concat(frames)
    once = whole.unique([graph.start_column(start), graph.end_column(end)], keep="first", maintain_order=True)
    tally.omitted["duplicate"] += len(whole) - len(once)
    yield once


def _stated(stated: Sequence[Stated], records: Files, nodes: Files, tally: Tally) -> Iterator[pl.DataFrame]:
    for each in stated:
        known = _known(each.link.to, nodes)
        for batch in _batches(each, records[each.entity.name]):
            yield _related(each, batch, known, tally)


def _known(label: str, nodes: Files) -> pl.DataFrame:
    """The nodes that can be reached: `key`, the id or name records refer to them by, and `node`, the import's id."""
    frame = pl.scan_parquet(nodes[label])
    key = graph.id_column(label) if graph.node(label).entity else "name"
    return frame.select(pl.col(key).alias("key"), pl.col(graph.id_column(label)).alias("node")).collect()


def _batches(each: Stated, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """The records' ids with what the link reads; one empty batch if there are no records."""
    link, key = each.link, each.entity.key
    values = [link.key, *(source for _, source in link.properties)] if not link.rows else [link.rows]
    for file in files:
        source = pq.ParquetFile(file)
        names = list(dict.fromkeys([key, *values]))
        yield pl.from_arrow(source.schema_arrow.empty_table().select(names))  # type: ignore[misc]
        for batch in source.iter_batches(BATCH_ROWS, columns=names):
            yield pl.from_arrow(batch)  # type: ignore[misc]


def _related(each: Stated, records: pl.DataFrame, known: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The relationships that a batch of records states, those that cannot be left out."""
    link = each.link
    said = _said(each, records)
    linked = said.filter(pl.col("key").is_not_null() & (pl.col("key") != _nothing(said)))
    tally.omitted["unlinked"] += len(said) - len(linked)
    meant = linked.filter(~pl.col("key").is_in(list(PLACEHOLDERS))) if link.to == "Artist" else linked
    tally.omitted["placeholder"] += len(linked) - len(meant)
    apart = meant.filter(pl.col("key") != pl.col("from")) if link.to == each.entity.node else meant
    tally.omitted["self"] += len(meant) - len(apart)
    found = apart.join(known, on="key", how="inner", maintain_order="left")
    tally.omitted["dangling"] += len(apart) - len(found)
    once = found.group_by("from", "node", maintain_order=True).agg(*_aggregates(each))
    tally.omitted["duplicate"] += len(found) - len(once)
    ends = {"from": graph.start_column(each.start), "node": graph.end_column(each.end)}
    if not link.outward:
        ends = {"node": graph.start_column(each.start), "from": graph.end_column(each.end)}
    return once.select([*ends, *(c for c in once.columns if c not in ends)]).rename(ends)


def _nothing(said: pl.DataFrame) -> object:
    return "" if said.schema["key"] == pl.String else 0


def _said(each: Stated, records: pl.DataFrame) -> pl.DataFrame:
    """One row per reference: `from` the record, `key` what it refers to, the values beside it, and its position."""
    link = each.link
    if not link.rows:
        return records.select(pl.col(each.entity.key).alias("from"), pl.col(link.key).alias("key"), *_values(each))
    part = each.entity.part(link.rows)
    if isinstance(part, One):
        records = records.filter(pl.col(link.rows).is_not_null()).with_columns(pl.concat_list(link.rows))
    lists = records.with_columns(pl.int_ranges(1, pl.col(link.rows).list.len() + 1).alias("position"))
    rows = (
        lists.explode(link.rows, "position").filter(pl.col("position").is_not_null()).rename({each.entity.key: "from"})
    )
    if isinstance(part, Texts):
        return rows.select("from", pl.col(link.rows).alias("key"), "position")
    return rows.unnest(link.rows).rename({link.key: "key"}).select("from", "key", *_values(each), "position")


def _values(each: Stated) -> list[str]:
    """The columns that hold what becomes a property."""
    return list(dict.fromkeys(source for _, source in each.link.properties + each.link.collect))


def _aggregates(each: Stated) -> list[pl.Expr]:
    """One value for all that a pair says: the first, or the distinct ones as a list where there are several."""
    link = each.link
    first = [pl.col(source).first().alias(name) for name, source in link.properties]
    place = [pl.col("position").first()] if link.position else []
    lists = [
        pl.when(pl.col(source).drop_nulls().n_unique() > 1)
        .then(pl.col(source).drop_nulls().unique(maintain_order=True).implode())
        .alias(graph.list_column(name))
        for name, source in link.collect
    ]
    return [*first, *place, *lists]


def _part_of(records: Files, nodes: Files) -> pl.DataFrame:
    """Style and genre of the releases that name one genre alone, with the number of releases."""
    named = pl.scan_parquet(records[graph.PART_OF_SOURCE.name]).select(
        pl.col("genres").list.unique(), pl.col("styles").list.unique()
    )
    pairs = named.filter(pl.col("genres").list.len() == 1).explode("genres").explode("styles").drop_nulls()
    counted = pairs.group_by("styles", "genres").len("release_count")
    styles, genres = (_known(label, nodes).lazy() for label in ("Style", "Genre"))
    joined = counted.join(styles, left_on="styles", right_on="key").join(
        genres, left_on="genres", right_on="key", suffix="_genre"
    )
    return (
        joined.select(
            pl.col("node").alias(graph.start_column("Style")),
            pl.col("node_genre").alias(graph.end_column("Genre")),
            pl.col("release_count").cast(pl.Int64),
        )
        .sort(graph.start_column("Style"), graph.end_column("Genre"))
        .collect()
    )
