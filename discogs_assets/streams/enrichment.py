"""MusicBrainz' records in Parquet → what they add to nodes and relationships of the graph.

What belongs here: which record stands for a Discogs id, and which Discogs ids a relation leads between. What doesn't:
what else a node or a relationship is (see `nodes` and `relationships`).

Several records may name one Discogs id, and one record several. Of several records that name an id, one gives the
node's properties: one whose link has not ended comes before others, and of equals the smallest MBID. Of several ids
that a record names, relations lead to the first of those whose link has not ended, in ascending order.
"""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.graph import Node, Relationship
from discogs_assets.schema.model import Derived, Field, Texts, Type
from discogs_assets.schema.musicbrainz import ARTISTS, SOURCE, UNAVAILABLE
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import Files, Tally, known

RELATIONS = f"{SOURCE}/relationships"
"""Under this name the files with MusicBrainz' relations are handed over."""

KINDS: dict[Type, type[pl.DataType]] = {Type.INTEGER: pl.Int64, Type.BOOLEAN: pl.Boolean}

ENDS = {"start": graph.start_column("Artist"), "end": graph.end_column("Artist")}

RELATED: dict[str, pl.DataType | type[pl.DataType]] = {
    "source": pl.String,
    "begin": pl.String,
    "end": pl.String,
    "ended": pl.Boolean,
    graph.list_column("attributes"): pl.List(pl.String),
}
"""Columns of the properties of a relationship that MusicBrainz states."""


def made_from(files: Files, added: Collection[str]) -> dict[str, list[str]]:
    """The dumps that the files were made from; of those of MusicBrainz only the added ones, which may not be there.

    Nodes that are counted or found say what they were made from themselves.
    """
    found = parquet.versions(file for paths in files.values() for file in paths)
    missing = {name: [UNAVAILABLE] for name in added if not files.get(name)}
    kept = {*added, *([f"{SOURCE}{parquet.SOURCE}"] if added else [])}
    return missing | {name: [*sums] for name, sums in found.items() if name in kept or not name.startswith(SOURCE)}


def properties(node: Node, files: list[Path]) -> pl.LazyFrame:
    """`key`, a Discogs id, and what MusicBrainz says of it; none where there are no files."""
    if not files:
        return pl.LazyFrame(schema={"key": pl.Int64} | {graph.column_of(each): _kind(each) for each in node.enriched})
    links = pl.col("discogs").struct.field
    named = [pl.col(each.name).alias(graph.column_of(each)) for each in node.enriched]
    found = (
        pl.scan_parquet(files)
        .explode("discogs", empty_as_null=True, keep_nulls=True)
        .select(links("id").alias("key"), links("ended").fill_null(False).alias("ended"), *named)
    )
    first = found.drop_nulls("key").sort("key", "ended", "mbid").unique("key", keep="first", maintain_order=True)
    lists = [graph.column_of(each) for each in node.enriched if isinstance(each, Texts)]
    return first.drop("ended").with_columns(map(_filled, lists))


def _kind(part: Field | Derived | Texts) -> pl.DataType | type[pl.DataType]:
    return pl.List(pl.String) if isinstance(part, Texts) else KINDS.get(part.type, pl.String)


def counted(node: Node, files: list[Path], nodes: pl.LazyFrame) -> dict[str, int]:
    """How many nodes have a record of MusicBrainz, and how many say so several times or of nobody.

    `several_mbids` are Discogs ids that several records name, `several_ids` records that name several, `unknown` ids
    that are no nodes.
    """
    if not files:
        return {}
    links = pl.scan_parquet(files).select("mbid", pl.col("discogs").list.eval(pl.element().struct.field("id")))
    pairs = links.explode("discogs", empty_as_null=True, keep_nulls=True).drop_nulls().unique().collect()
    ids = pairs.select("discogs").unique()
    there = ids.join(nodes.select(pl.col(graph.id_column(node.label)).alias("discogs")).collect(), "discogs", "semi")
    return {
        "matched": len(there),
        "unknown": len(ids) - len(there),
        "several_mbids": _several(pairs, "discogs"),
        "several_ids": _several(pairs, "mbid"),
    }


def linked(files: list[Path]) -> dict[str, int]:
    """How many of the records are linked with a record at Discogs."""
    found = pl.scan_parquet(files).select((pl.col("discogs_ids").list.len() > 0).sum()).collect()
    return {"linked": int(found.item() or 0)}


def _several(pairs: pl.DataFrame, column: str) -> int:
    return int((pairs[column].value_counts()["count"] > 1).sum())


def related(relationship: Relationship, records: Files, nodes: Files, tally: Tally) -> pl.DataFrame:
    """The relationships between artists that MusicBrainz states: once for each pair and pair of dates."""
    columns = pl.Schema({graph.start_column("Artist"): pl.Int64, graph.end_column("Artist"): pl.Int64, **RELATED})
    if not records.get(RELATIONS) or not records.get(ARTISTS.title):
        return pl.DataFrame(schema=columns)
    said = _said(relationship, records[RELATIONS])
    found = _ended(said, records[ARTISTS.title], known("Artist", nodes).collect(), tally)
    once = found.unique(["start", "end", "begin_date", "end_date"], keep="first", maintain_order=True)
    tally.omitted["musicbrainz duplicate"] += len(found) - len(once)
    tally.enriched += len(once)
    return (
        once.sort("start", "end", "begin_date", "end_date")
        .rename({**ENDS, "begin_date": "begin", "end_date": "end", "attributes": graph.list_column("attributes")})
        .with_columns(pl.lit(SOURCE).alias("source"), _filled(graph.list_column("attributes")))
        .select(columns.names())
    )


def _filled(column: str) -> pl.Expr:
    """The lists that have items; one without is no property."""
    return pl.when(pl.col(column).list.len() > 0).then(pl.col(column))


def _said(relationship: Relationship, files: list[Path]) -> pl.DataFrame:
    """The relations of the type between artists, with MBIDs for ends."""
    between = (pl.col("source_type") == ARTISTS.name) & (pl.col("target_type") == ARTISTS.name)
    return (
        pl.scan_parquet(files)
        .filter(between & (pl.col("type") == relationship.musicbrainz))
        .select("source_mbid", "target_mbid", "begin_date", "end_date", "ended", "attributes")
        .collect()
    )


def _ended(said: pl.DataFrame, artists: list[Path], there: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Those between two artists that Discogs has, with its ids; the others are counted by why they are left out."""
    ids = pl.scan_parquet(artists).select("mbid", pl.col("discogs_ids").list.first().alias("id")).drop_nulls()
    mbids = ids.filter(pl.col("mbid").is_in(pl.concat([said["source_mbid"], said["target_mbid"]]).unique().implode()))
    found = mbids.collect()
    for end, mbid in (("start", "source_mbid"), ("end", "target_mbid")):
        said = said.join(found.rename({"mbid": mbid, "id": end}), on=mbid, how="left", maintain_order="left")
    reasons = {
        "unlinked": pl.col("start").is_not_null() & pl.col("end").is_not_null(),
        "placeholder": ~(pl.col("start").is_in([*PLACEHOLDERS]) | pl.col("end").is_in([*PLACEHOLDERS])),
        "self": pl.col("start") != pl.col("end"),
        "dangling": pl.col("start").is_in(there["key"].implode()) & pl.col("end").is_in(there["key"].implode()),
    }
    for reason, sound in reasons.items():
        before, said = len(said), said.filter(sound)
        tally.omitted[f"musicbrainz {reason}"] += before - len(said)
    return said
