"""Properties and relationships that MusicBrainz adds to the graph."""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.graph import Node, Relationship
from discogs_assets.schema.model import Derived, Field, Texts, Type
from discogs_assets.schema.musicbrainz import ARTISTS, SOURCE, UNAVAILABLE
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files, Tally, omit, scan_keys

RELATIONS = f"{SOURCE}/relationships"
"""Key in `Files` for the MusicBrainz relationships."""

KINDS: dict[Type, type[pl.DataType]] = {Type.INTEGER: pl.Int64, Type.BOOLEAN: pl.Boolean}

ENDS = {"start": graph.start_column("Artist"), "end": graph.end_column("Artist")}

RELATED: dict[str, pl.DataType | type[pl.DataType]] = {
    "source": pl.String,
    "begin": pl.String,
    "end": pl.String,
    "ended": pl.Boolean,
    graph.list_column("attributes"): pl.List(pl.String),
}
"""Columns for the properties of a relationship from MusicBrainz."""


def made_from(files: Files, added: Collection[str]) -> dict[str, list[str]]:
    """Return the source dumps of the files; of MusicBrainz dumps only the added ones, unavailable if missing.

    Node tables that are only counted or looked up carry their own versions.
    """
    found = parquet.versions(file for paths in files.values() for file in paths)
    missing = {name: [UNAVAILABLE] for name in added if not files.get(name)}
    kept = {*added, *([f"{SOURCE}{parquet.SOURCE}"] if added else [])}
    return missing | {name: [*sums] for name, sums in found.items() if name in kept or not name.startswith(SOURCE)}


def properties(node: Node, files: list[Path]) -> pl.LazyFrame:
    """Return the MusicBrainz properties of each Discogs id, in the column `key`; no rows without files.

    Several records may link to one Discogs id. The properties come from the first in this order: links that have not
    ended, then the smallest MBID.
    """
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
    return first.drop("ended").with_columns(map(_null_if_empty, lists))


def _kind(part: Field | Derived | Texts) -> pl.DataType | type[pl.DataType]:
    return pl.List(pl.String) if isinstance(part, Texts) else KINDS.get(part.type, pl.String)


def count_matches(node: Node, files: list[Path], nodes: pl.LazyFrame) -> dict[str, int]:
    """Return the number of nodes with a MusicBrainz record, and of ambiguous or dangling links.

    `several_mbids` are Discogs ids linked by several records, `several_ids` records linked to several ids, `unknown`
    ids without a node.
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
        "several_mbids": _count_repeated(pairs, "discogs"),
        "several_ids": _count_repeated(pairs, "mbid"),
    }


def count_linked(files: list[Path]) -> dict[str, int]:
    """Return the number of records linked to a record at Discogs."""
    found = pl.scan_parquet(files).select((pl.col("discogs_ids").list.len() > 0).sum()).collect()
    return {"linked": int(found.item() or 0)}


def _count_repeated(pairs: pl.DataFrame, column: str) -> int:
    return int((pairs[column].value_counts()["count"] > 1).sum())


def read_relationships(relationship: Relationship, records: Files, nodes: Files, tally: Tally) -> pl.DataFrame:
    """Return the artist relationships from MusicBrainz: one for each pair of artists and pair of dates."""
    columns = pl.Schema({graph.start_column("Artist"): pl.Int64, graph.end_column("Artist"): pl.Int64, **RELATED})
    if not records.get(RELATIONS) or not records.get(ARTISTS.title):
        return pl.DataFrame(schema=columns)
    relations = _read_relations(relationship, records[RELATIONS])
    found = _find_ends(relations, records[ARTISTS.title], scan_keys("Artist", nodes).collect(), tally)
    once = found.unique(["start", "end", "begin_date", "end_date"], keep="first", maintain_order=True)
    tally.omitted["musicbrainz duplicate"] += len(found) - len(once)
    tally.enriched += len(once)
    return (
        once.sort("start", "end", "begin_date", "end_date")
        .rename({**ENDS, "begin_date": "begin", "end_date": "end", "attributes": graph.list_column("attributes")})
        .with_columns(pl.lit(SOURCE).alias("source"), _null_if_empty(graph.list_column("attributes")))
        .select(columns.names())
    )


def _null_if_empty(column: str) -> pl.Expr:
    """Return the lists, with null for empty ones, since an empty list is not a property."""
    return pl.when(pl.col(column).list.len() > 0).then(pl.col(column))


def _read_relations(relationship: Relationship, files: list[Path]) -> pl.DataFrame:
    """Return the relations of the type between artists, with MBIDs for ends."""
    between = (pl.col("source_type") == ARTISTS.name) & (pl.col("target_type") == ARTISTS.name)
    return (
        pl.scan_parquet(files)
        .filter(between & (pl.col("type") == relationship.musicbrainz))
        .select("source_mbid", "target_mbid", "begin_date", "end_date", "ended", "attributes")
        .collect()
    )


def _find_ends(relations: pl.DataFrame, artists: list[Path], there: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return the relations between two artists at Discogs, with Discogs ids; count the others by reason.

    A record linked to several ids stands for the first: links that have not ended come first, then ascending ids.
    """
    ids = pl.scan_parquet(artists).select("mbid", pl.col("discogs_ids").list.first().alias("id")).drop_nulls()
    mbids = ids.filter(
        pl.col("mbid").is_in(pl.concat([relations["source_mbid"], relations["target_mbid"]]).unique().implode())
    )
    found = mbids.collect()
    for end, mbid in (("start", "source_mbid"), ("end", "target_mbid")):
        relations = relations.join(found.rename({"mbid": mbid, "id": end}), mbid, "left", maintain_order="left")
    reasons = {
        "unlinked": pl.col("start").is_not_null() & pl.col("end").is_not_null(),
        "placeholder": ~(pl.col("start").is_in([*PLACEHOLDERS]) | pl.col("end").is_in([*PLACEHOLDERS])),
        "self": pl.col("start") != pl.col("end"),
        "dangling": pl.col("start").is_in(there["key"].implode()) & pl.col("end").is_in(there["key"].implode()),
    }
    return omit(relations, reasons, tally, "musicbrainz ")
