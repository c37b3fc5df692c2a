"""postgres/discogs/{table}: a table per load, of an entity's whole records or of the rows of a repeated part.

What belongs here: from a partition in the lake to tables beside the published ones. What doesn't: showing them.

The tables made of one entity's records are one step, which loads as many side by side as there are cores; any of them
can be asked for alone, and costs no more than itself.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl

from discogs_assets.defs import checks, history, keys, metadata
from discogs_assets.defs.backfill import stops_at_parquet
from discogs_assets.defs.layer import Layer, Result
from discogs_assets.defs.platform import Platform
from discogs_assets.embedded.machine import cores
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.schema.relations import Relation, Table, entity_of, tables
from discogs_assets.stores.loading import Loading
from discogs_assets.stores.postgres import Load
from discogs_assets.streams import documents, parquet, rows

LAYER = Layer("postgres", frozenset({"postgres"}), code_version="2")

TABLE = "dagster/table_name"
"""Metadata key: the load's table, schema and name."""


def loads(entity: Entity) -> dg.AssetsDefinition:
    """The assets of the tables that are made of an entity's records."""
    made = {keys.table(table): table for table in tables(entity)}
    specs, judged = [_spec(table) for table in made.values()], [checks.ROWS[table] for table in made.values()]

    @LAYER.several(f"postgres__discogs__{entity.name}", specs, judged, pool="postgres")
    def loaded(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
        if stops_at_parquet(context, platform):
            return
        files = platform.lake.files(keys.records(entity).path, context.partition_key)
        wanted = [table for key, table in made.items() if key in context.selected_asset_keys]
        loading = Loading(platform.postgres(), context.partition_key, _kept(context, wanted), context.log.info, cores())
        for table, load in loading.of(wanted, partial(copied, files=files)):
            yield _result(context, table, load, files)

    return loaded


def _spec(table: Table) -> dg.AssetSpec:
    what = "a row for each in its place" if isinstance(table, Relation) else "the record as data, numbers beside it"
    doc = f"{table.doc} A table of its own for every load: {what}, indexed."
    columns: dict[str, object] = {"dagster/column_schema": metadata.view_schema(table)}
    return LAYER.spec(keys.table(table), doc, [keys.records(entity_of(table))], columns)


def _kept(context: dg.AssetExecutionContext, wanted: Sequence[Table]) -> dict[Table, str]:
    """The loads that Dagster knows of, which the month is published from until the new ones are reported."""
    known = history.latest_of(context.instance, [keys.table(table) for table in wanted], context.partition_key)
    found = {table: known.get(keys.table(table)) for table in wanted}
    return {table: each.text(TABLE) for table, each in found.items() if each}


def copied(table: Table, files: Sequence[Path]) -> Iterator[bytes]:
    """What COPY takes for the table."""
    return rows.csv(table, files) if isinstance(table, Relation) else documents.rows(table, files)


def _result(context: dg.AssetExecutionContext, table: Table, load: Load, files: Sequence[Path]) -> Result:
    key, spec = keys.table(table), checks.ROWS[table]
    expected = rows.count(table, files) if isinstance(table, Relation) else parquet.rows(files)
    judged = [checks.result(spec, expected, load.rows)] if spec.key in context.selected_asset_check_keys else []
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            TABLE: load.table,
            **metadata.measured(load.rows, load.size, load.seconds),
            "copy_seconds": round(load.copy_seconds, 3),
            "index_seconds": round(load.index_seconds, 3),
            **metadata.versions(parquet.versions(files)),
            "preview": metadata.preview(_head(table, files)),
            "dagster/column_schema": metadata.view_schema(table),
        },
        check_results=judged,
    )


def _head(table: Table, files: Sequence[Path]) -> pl.DataFrame:
    """The first rows; of a part that repeats those of the first records."""
    first = pl.scan_parquet(files[0]).head(metadata.PREVIEW_ROWS)
    found = rows.head(table, files[0]) if isinstance(table, Relation) else first.collect()
    return found.head(metadata.PREVIEW_ROWS)


assets = [loads(entity) for entity in ENTITIES]
