"""search/{entity}: a search index of the month's records, weighted by popularity."""

import time
from collections.abc import Iterator
from itertools import chain, islice

import dagster as dg
import polars as pl

from discogs_assets.defs import keys, metadata, targets
from discogs_assets.defs.asset_factory import Layer, Result
from discogs_assets.defs.assets import insights
from discogs_assets.defs.checks import specs as checks
from discogs_assets.defs.resources import Platform
from discogs_assets.schema import search_index
from discogs_assets.schema.search_index import INDEXED, Indexed
from discogs_assets.stores.search.documents import write_documents
from discogs_assets.stores.search.loads import build
from discogs_assets.streams import parquet
from discogs_assets.streams.search.rows import SOURCES, build_rows

LAYER = Layer("search", frozenset({"tantivy"}), code_version="3")

BUILD = "build"
"""Metadata key: the id of the index that was written."""

SHOWN = ("id", "name", "subtitle", "year", "popularity")
"""Values of the rows in the preview."""

COLUMNS = dg.TableSchema([dg.TableColumn(each.name, each.kind.value, each.doc) for each in search_index.FIELDS])
"""Fields of the documents."""


def index(entity: Indexed) -> dg.AssetsDefinition:
    """Return the asset of one entity's index."""
    key, source, check = keys.SEARCH[entity.name], SOURCES[entity.name], checks.DOCUMENTS[entity.name]
    deps = {name: insights.read(name) for name in source.reads}
    doc = f"Search index: {entity.doc} Popularity: {entity.popularity}."

    @LAYER.several(f"search__{entity.name}", [LAYER.spec(key, doc, deps.values())], [check], pool="search")
    def write_index(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
        if not targets.select_assets(context, platform.settings):
            return
        began, lake, partition = time.monotonic(), platform.lake, context.partition_key
        files = {name: lake.files(each.path, partition) for name, each in deps.items()}
        rows = build_rows(entity.name, files)
        first = [*islice(rows, metadata.PREVIEW_ROWS)]
        with lake.writing(key.path, partition) as folder:
            count = write_documents(folder, chain(first, rows))
        written = lake.find_files(key.path, partition, "*")
        size = sum(file.stat().st_size for file in written)
        judged = [checks.result(check, parquet.rows(files[source.of]), count)]
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                BUILD: build(written),
                **metadata.describe_output(count, size, time.monotonic() - began),
                "preview": metadata.preview(
                    pl.DataFrame([{name: getattr(row, name) for name in SHOWN} for row in first])
                ),
                "dagster/uri": lake.address(key.path, partition),
                "dagster/column_schema": dg.MetadataValue.table_schema(COLUMNS),
                **metadata.versions(parquet.versions(file for found in files.values() for file in found)),
            },
            check_results=judged if check.key in context.selected_asset_check_keys else [],
        )

    return write_index


assets = [*map(index, INDEXED)]
