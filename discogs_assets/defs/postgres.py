"""postgres/discogs/{entity}: a table per entity and load, the whole record as `data` beside typed columns.

What belongs here: from a partition in the lake to a table beside the published one. What doesn't: showing it.
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from discogs_assets.defs import checks, history, keys, metadata
from discogs_assets.defs.backfill import stops_at_parquet
from discogs_assets.defs.layer import Layer, Result
from discogs_assets.defs.platform import Platform
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import documents, parquet

LAYER = Layer("postgres", frozenset({"postgres"}), code_version="1")

TABLE = "dagster/table_name"
"""Metadata key: the load's table, schema and name."""

REPORT_BYTES = 256 << 20


def table(entity: Entity) -> dg.AssetsDefinition:
    """The asset of one entity's table."""
    key, source = keys.table(entity), keys.records(entity)
    columns: dict[str, object] = {"dagster/column_schema": metadata.view_schema(entity)}

    doc = f"{entity.doc} A table of its own for every load: the whole record as data, numbers beside it, indexed."

    @LAYER.optional(LAYER.spec(key, doc, [source], columns), [checks.ROWS[entity]], pool="postgres")
    def loaded(context: dg.AssetExecutionContext, platform: Platform) -> Result | None:
        if stops_at_parquet(context, platform):
            return None
        files = platform.lake.files(source.path, context.partition_key)
        before = history.latest(context.instance, key, context.partition_key)
        rows = _reported(context, entity, documents.rows(entity, files))
        keep = before.text(TABLE) if before else ""
        load = platform.postgres().load(entity, context.partition_key, rows, keep, context.log.info)
        expected = pl.scan_parquet(files).select(pl.len()).collect().item()
        return dg.MaterializeResult(
            metadata={
                TABLE: load.table,
                **metadata.measured(load.rows, load.size, load.seconds),
                **metadata.versions(parquet.versions(files)),
                **metadata.contents(files),
                "dagster/column_schema": metadata.view_schema(entity),
            },
            check_results=[checks.result(checks.ROWS[entity], expected, load.rows)],
        )

    return loaded


def _reported(context: dg.AssetExecutionContext, entity: Entity, rows: Iterator[bytes]) -> Iterator[bytes]:
    """The rows, with a line in the log now and then."""
    sent = reported = 0
    for data in rows:
        yield data
        sent += len(data)
        if sent - reported > REPORT_BYTES:
            reported = sent
            context.log.info(f"{entity.name}: {sent / 1e6:,.0f} MB of documents sent")


assets = [table(entity) for entity in ENTITIES]
