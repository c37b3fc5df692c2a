"""postgres/{source}/{table}: a table per load, of whole records, of the rows of a repeated part, or flat."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import polars as pl

from discogs_assets.defs import event_log, keys, metadata, targets
from discogs_assets.defs.asset_factory import Layer, Result
from discogs_assets.defs.checks import specs as checks
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import LoadError
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.child_tables import Relation, Table, tables
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Entity
from discogs_assets.servers.host_limits import cores
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.postgres.loads import Load, view_of
from discogs_assets.stores.postgres.parallel_loads import Loading
from discogs_assets.streams import parquet
from discogs_assets.streams.postgres import child_rows, flat_rows, record_rows

LAYER = Layer("postgres", frozenset({"postgres"}), code_version="4")

TABLE = "dagster/table_name"
"""Metadata key: schema and name of the load's table; in the definition, of the view that shows it."""

FORMS = {Entity: ": the record as data, numbers beside it", Relation: ": a row for each in its place"}
"""Descriptions of a table's rows, by kind of table; a flat table's own description says it all."""


def loads(name: str, of: Sequence[Table]) -> dg.AssetsDefinition:
    """Return the assets of the tables that one step loads.

    The tables of one entity's records are one step, and so are a source's flat tables. The step loads as many tables in
    parallel as there are cores. Each table can be selected alone and costs no more than itself.
    """
    made = {keys.table(table): table for table in of}
    specs, judged = [_spec(table) for table in made.values()], [checks.ROWS[table] for table in made.values()]

    @LAYER.several(f"postgres__{name}", specs, judged, pool="postgres")
    def load_tables(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
        selected = targets.select_assets(context, platform.settings)
        wanted = [table for key, table in made.items() if key in selected]
        files = {table: _find_files(platform.lake, table, context.partition_key) for table in wanted}
        older = {table: _find_older(platform.lake, table, context.partition_key) for table in wanted}
        refused: dict[Table, LoadError] = {}
        store = platform.postgres()
        loading = Loading(
            store,
            context.partition_key,
            _find_kept(context, wanted),
            context.log.info,
            cores(),
            refused.__setitem__ if blocked_by_none(wanted) else None,
        )
        for table, load in loading.of(wanted, lambda table: encode_rows(table, files[table] + older[table])):
            yield _result(context, table, load, files[table], older[table], store.safe_url)
        for table, error in refused.items():
            context.log.error(str(error))
            yield _describe_failure(context, table, str(error))

    return load_tables


def _find_files(lake: Lake, table: Table, partition: str) -> list[Path]:
    """Return the month's files that the table's rows are made from."""
    if table is not CHANGES:
        return lake.files(keys.rows(table).path, partition)
    absent = (each for each in ENTITIES if partition not in lake.partitions(keys.edits(each)))
    if entity := next(absent, None):
        raise lake.absent(keys.changes(entity).path, partition)
    return [file for entity in ENTITIES for file in lake.files(keys.edits(entity), partition)]


def _find_older(lake: Lake, table: Table, partition: str) -> list[Path]:
    """Return the files of older months with rows of the table: changes are of all months in the lake."""
    folders = map(keys.edits, ENTITIES) if table is CHANGES else ()
    return [file for folder in folders for each in lake.older(folder, partition) for file in lake.files(folder, each)]


def blocked_by_none(tables: Sequence[Table]) -> bool:
    """Return True if publishing waits for none of the tables; MusicBrainz tables never hold Discogs up."""
    return all(table in keys.MUSICBRAINZ for table in tables)


def _describe_failure(context: dg.AssetExecutionContext, table: Table, why: str) -> Result:
    """Return the result of a table that could not be loaded and is therefore not shown."""
    spec = checks.ROWS[table]
    judged = [checks.build_result(spec, False, why, {}, dg.AssetCheckSeverity.ERROR)]
    return dg.MaterializeResult(
        asset_key=keys.table(table),
        metadata={"available": False, "why": why},
        check_results=judged if spec.key in context.selected_asset_check_keys else [],
    )


def _spec(table: Table) -> dg.AssetSpec:
    form = f"{table.doc} A table of its own for every load{FORMS.get(type(table), '')}"
    described = {TABLE: view_of(table), **metadata.describe_view(table)}
    return LAYER.spec(keys.table(table), f"{form}, indexed.", keys.sources(table), described)


def _find_kept(context: dg.AssetExecutionContext, wanted: Sequence[Table]) -> dict[Table, str]:
    """Return the loads in Dagster's records; the month is published from them until new ones are reported."""
    known = event_log.latest_of(context.instance, [keys.table(table) for table in wanted], context.partition_key)
    found = {table: known.get(keys.table(table)) for table in wanted}
    return {table: each.text(TABLE) for table, each in found.items() if each}


def encode_rows(table: Table, files: Sequence[Path]) -> Iterator[bytes]:
    """Return the table's rows as input of COPY."""
    if isinstance(table, Entity):
        return record_rows.rows(table, files)
    return child_rows.csv(table, files) if isinstance(table, Relation) else flat_rows.csv(table, files)


def _result(
    context: dg.AssetExecutionContext,
    table: Table,
    load: Load,
    files: Sequence[Path],
    older: Sequence[Path],
    address: str,
) -> Result:
    key, spec = keys.table(table), checks.ROWS[table]
    expected = child_rows.count(table, files) if isinstance(table, Relation) else parquet.rows([*files, *older])
    judged = [checks.result(spec, expected, load.rows)] if spec.key in context.selected_asset_check_keys else []
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            TABLE: load.table,
            "dagster/uri": address,
            **metadata.describe_output(load.rows, load.size, load.seconds),
            "copy_seconds": round(load.copy_seconds, 3),
            "index_seconds": round(load.index_seconds, 3),
            **metadata.versions(parquet.versions(files)),
            "preview": metadata.preview(_head(table, files)),
            **metadata.describe_view(table),
        },
        check_results=judged,
    )


def _head(table: Table, files: Sequence[Path]) -> pl.DataFrame:
    """Return the first rows; for a repeated part, the rows of the first records."""
    if isinstance(table, Sheet):
        return flat_rows.head(table, files[0], metadata.PREVIEW_ROWS)
    first = pl.scan_parquet(files[0]).head(metadata.PREVIEW_ROWS)
    found = child_rows.head(table, files[0]) if isinstance(table, Relation) else first.collect()
    return found.head(metadata.PREVIEW_ROWS)


assets = [
    *(loads(f"discogs__{entity.name}", tables(entity)) for entity in ENTITIES),
    loads("musicbrainz", [*keys.MUSICBRAINZ]),
    loads("insights", [*keys.INSIGHTS]),
    loads("changes", [CHANGES]),
]
