"""Flat tables of MusicBrainz relationships and external links from records in Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path

import polars as pl
import pyarrow as pa

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files

SHARE_ROWS = 2_000_000
"""Approximate number of relations held at once: a share of all MBIDs, by their first digits."""

DIGITS = 256
"""Values of the first two digits of an MBID."""

BATCH_ROWS = 16_384

SAME = ["source_mbid", "type", "target_mbid"]


def write_relationships(entities: Sequence[Entity], records: Files, target: Path) -> int:
    """Write every relationship once, by source, type, target and dates, and return their number.

    A relation is listed in the records of both its ends if both entities are read: forward at its source, backward at
    its target. Listings with the same ends, type and dates are one relationship.
    """
    stated = sum(_count_relations(file) for entity in entities for file in records[entity.title])
    return _write(target, _schema(RELATIONSHIPS), records, _relationships(entities, records, ceil(stated / SHARE_ROWS)))


def write_links(entities: Sequence[Entity], records: Files, target: Path) -> int:
    """Write every external link in the order of its record's list, and return their number."""
    return _write(target, _schema(EXTERNAL_LINKS), records, _links(entities, records))


def _schema(sheet: Sheet) -> pa.Schema:
    """Return the columns of the Parquet file: the sheet's, but attributes are a list instead of JSON."""
    schema = arrow.sheet(sheet)
    return pa.schema(each.with_type(pa.list_(pa.string())) if each.name == "attributes" else each for each in schema)


def _write(target: Path, schema: pa.Schema, records: Files, frames: Iterable[pl.DataFrame]) -> int:
    made_from = parquet.versions(file for files in records.values() for file in files)
    return parquet.write_frames(target, schema, made_from, frames)


def _count_relations(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.col("relations").list.len().sum()).collect().item() or 0)


def _relationships(entities: Sequence[Entity], records: Files, shares: int) -> Iterator[pl.DataFrame]:
    """Yield the relationships by shares of all sources, since duplicates have the same source."""
    bounds = [DIGITS * share // max(shares, 1) for share in range(max(shares, 1) + 1)]
    for low, high in pairwise(bounds):
        within = pl.col("source_mbid").str.head(2).str.to_integer(base=16, strict=False).is_between(low, high - 1)
        parts = [_direct(entity, file).filter(within) for entity in entities for file in records[entity.title]]
        yield _deduplicate(pl.concat(parts).collect())


def _direct(entity: Entity, file: Path) -> pl.LazyFrame:
    """Return the relations in an entity's records, in the direction of their type; `turned` if listed backward.

    Relations without a target or a type carry no information, and stay in the record alone.
    """
    listed = (
        pl.scan_parquet(file)
        .select(pl.col("mbid").alias("own"), pl.lit(entity.name).alias("own_type"), "relations")
        .filter(pl.col("relations").list.len() > 0)
        .explode("relations")
        .unnest("relations")
        .filter(pl.col("target").is_not_null() & pl.col("type").is_not_null())
    )
    turned = pl.col("direction") == "backward"
    ends = {
        "mbid": ("own", "target"),
        "type": ("own_type", "target_type"),
        "credit": ("source_credit", "target_credit"),
    }
    return listed.select(
        "type",
        "begin_date",
        "end_date",
        pl.col("ended").fill_null(False),
        "attributes",
        "attribute_values",
        turned.alias("turned"),
        *(pl.when(turned).then(other).otherwise(own).alias(f"source_{name}") for name, (own, other) in ends.items()),
        *(pl.when(turned).then(own).otherwise(other).alias(f"target_{name}") for name, (own, other) in ends.items()),
    )


def _deduplicate(found: pl.DataFrame) -> pl.DataFrame:
    """Return each relationship once, preferring the listing at its source.

    `ordinal` numbers relationships with the same source, type and target.
    """
    order = [*SAME, "begin_date", "end_date"]
    ranked = found.sort(*order, "turned", nulls_last=True, maintain_order=True)
    once = ranked.unique(["source_type", "target_type", *order], keep="first", maintain_order=True)
    return once.with_columns(pl.int_range(1, pl.len() + 1).over(SAME).alias("ordinal"))


def _links(entities: Sequence[Entity], records: Files) -> Iterator[pl.DataFrame]:
    for entity in entities:
        for file in records[entity.title]:
            for batch in parquet.batches(file, ["mbid", "urls"], BATCH_ROWS):
                frame = pl.DataFrame(pl.from_arrow(batch)).filter(pl.col("urls").list.len() > 0)
                counted = frame.with_columns(pl.int_ranges(1, pl.col("urls").list.len() + 1).alias("ordinal"))
                listed = counted.explode("urls", "ordinal").unnest("urls")
                yield listed.with_columns(pl.lit(entity.name).alias("entity"), pl.col("ended").fill_null(False))
