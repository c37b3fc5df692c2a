"""Number of records with a value in each part, and in each part of a part.

A month's checks compare the counts of `streams.discogs.fill_rates` instead.
"""

from collections import Counter
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity, One, Rows
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.fill_rates import find_present
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.plot import Picture

BATCH_ROWS = 20_000


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the parts of each entity in order of declaration, a batch per entity; the month is ignored."""
    for entity in ENTITIES:
        records, counts = 0, Counter(dict.fromkeys(_names(entity), 0))
        parts = [part.name for part in entity.parts]
        for file in files[entity.name]:
            for batch in parquet.batches(file, parts, BATCH_ROWS):
                records += len(batch)
                counts.update(dict(_present(entity, batch)))
        columns = {"field": list(counts), "present": list(counts.values())}
        found = pl.DataFrame(columns, {"field": pl.String, "present": pl.Int64})
        share = pl.col("present") / max(1, records)
        yield found.with_columns(entity=pl.lit(entity.name), records=records, share=share)


def _names(entity: Entity) -> Iterator[str]:
    for part in entity.parts:
        yield part.name
        yield from (f"{part.name}.{inner.name}" for inner in (part.fields if isinstance(part, (One, Rows)) else ()))


def _present(entity: Entity, records: pa.RecordBatch) -> Iterator[tuple[str, int]]:
    """Yield the number of records with a value in each part, and with an item that has a value in each inner part."""
    for part in entity.parts:
        values = records[part.name]
        yield part.name, find_present(part, values).true_count
        if isinstance(part, (One, Rows)):
            yield from _within(part, values)


def _within(part: One | Rows, values: pa.Array) -> Iterator[tuple[str, int]]:
    repeats = isinstance(part, Rows)
    items = values.flatten() if repeats else values
    owners = pc.list_parent_indices(values) if repeats else None
    for inner in part.fields:
        there = find_present(inner, pc.struct_field(items, inner.name))
        count = there.true_count if owners is None else pc.count_distinct(owners.filter(there)).as_py()
        yield f"{part.name}.{inner.name}", count


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the shares of the parts of releases."""
    releases = answer.filter(pl.col("entity") == RELEASES.name, ~pl.col("field").str.contains(".", literal=True))
    shares = {name: 100 * share for name, share in releases.select("field", "share").collect().rows()}
    return Picture("Releases that have a value in each part", "% of releases", bars=shares)
