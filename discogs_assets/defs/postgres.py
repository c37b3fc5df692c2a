"""postgres/discogs/{table}: a table per load, of an entity's whole records or of the rows of a repeated part.

What belongs here: from a partition in the lake to tables beside the published ones. What doesn't: showing them.

The tables made of one entity's records are one step, which loads as many side by side as there are cores; any of them
can be asked for alone, and costs no more than itself.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl

from discogs_assets.defs import checks, history, keys, metadata
from discogs_assets.defs.backfill import stops_at_parquet
from discogs_assets.defs.layer import Layer, Result
from discogs_assets.defs.platform import Platform
from discogs_assets.embedded.machine import cores
from discogs_assets.errors import LoadError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.schema.relations import Relation, Table, entity_of, tables
from discogs_assets.stores.postgres import Load, Postgres
from discogs_assets.streams import documents, parquet, rows

LAYER = Layer("postgres", frozenset({"postgres"}), code_version="2")

TABLE = "dagster/table_name"
"""Metadata key: the load's table, schema and name."""

REPORT_BYTES = 256 << 20


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
        loading = Loading(context, platform.postgres(), files)
        for table, load in loading.of(wanted):
            yield _result(context, table, load, files)

    return loaded


def _spec(table: Table) -> dg.AssetSpec:
    what = "a row for each in its place" if isinstance(table, Relation) else "the record as data, numbers beside it"
    doc = f"{table.doc} A table of its own for every load: {what}, indexed."
    columns: dict[str, object] = {"dagster/column_schema": metadata.view_schema(table)}
    return LAYER.spec(keys.table(table), doc, [keys.records(entity_of(table))], columns)


@dataclass(frozen=True, slots=True)
class Loading:
    """Tables of one month on their way from the files of one entity into the server."""

    context: dg.AssetExecutionContext
    server: Postgres
    files: Sequence[Path]
    ended: threading.Event = field(default_factory=threading.Event)

    def of(self, wanted: Sequence[Table]) -> Iterator[tuple[Table, Load]]:
        """Each table as soon as it is loaded; an error, or an end from outside, ends the others at their next rows."""
        with ThreadPoolExecutor(cores()) as pool:
            under_way = {pool.submit(self._load, table): table for table in wanted}
            try:
                for done in as_completed(under_way):
                    yield under_way[done], done.result()
            finally:
                self.ended.set()
                for each in under_way:
                    each.cancel()

    def _load(self, table: Table) -> Load:
        before = history.latest(self.context.instance, keys.table(table), self.context.partition_key)
        keep = before.text(TABLE) if before else ""
        rows = self._reported(table, copied(table, self.files))
        return self.server.load(table, self.context.partition_key, rows, keep, self.context.log.info)

    def _reported(self, table: Table, rows: Iterator[bytes]) -> Iterator[bytes]:
        """The rows, with a line in the log now and then."""
        sent = reported = 0
        for data in rows:
            if self.ended.is_set():
                raise LoadError(f"{table.name} is not loaded, since another table could not be. Run again.")
            yield data
            sent += len(data)
            if sent - reported > REPORT_BYTES:
                reported = sent
                self.context.log.info(f"{table.name}: {sent / 1e6:,.0f} MB sent")


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
