"""neo4j/{Label} and neo4j/{TYPE}: a new store, separate from the served one: imported, indexed and counted."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial

import dagster as dg
import pyarrow.parquet as pq

from discogs_assets.connections.graph import GraphOrder
from discogs_assets.defs import event_log, keys, metadata, publish_gate, targets
from discogs_assets.defs.asset_factory import RETRIES, Layer, failures
from discogs_assets.defs.checks import specs
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import DumpMissingError, LoadError
from discogs_assets.schema import graph
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers.host_limits import cores
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Tables

LAYER = Layer("neo4j", frozenset({"neo4j"}), code_version="1")

STORE = "store"
"""Metadata key: the folder of the imported store, or the address of the loaded server."""

CONNECTIONS = 4
"""Maximum number of connections for loading an external Neo4j."""

MADE_FROM = (*map(keys.records, ENTITIES), *keys.GRAPH.values())
"""Assets that a graph is made from, back to the records."""

PROVEN = [spec for spec in specs.ALL if spec.asset_key in MADE_FROM]
"""Blocking checks on these assets."""

DOCS = {node.label: node.doc for node in graph.NODES} | {each.type: each.doc for each in graph.RELATIONSHIPS}


class Load(dg.Config):
    """Load options for an external Neo4j; an embedded one has a store for each load."""

    older: bool = False
    """True if a month older than the loaded one may replace it."""


@dg.multi_asset(
    name="neo4j",
    specs=[LAYER.spec(key, DOCS[name], [keys.GRAPH[name]]) for name, key in keys.IMPORTED.items()],
    check_specs=list(specs.COUNTS.values()),
    can_subset=True,
    retry_policy=RETRIES,
    pool="neo4j",
)
def store(context: dg.AssetExecutionContext, config: Load, platform: Platform):  # type: ignore[no-untyped-def]
    """Build a store with all nodes and relationships of the month.

    One store is one import: with any selection, the whole store is imported again from the graph tables on disk, and
    the selected assets are reported. An external Neo4j is loaded over Bolt instead, in view of its readers. Nothing is
    written there before the inputs of the graph are proven.
    """
    began = time.monotonic()
    with failures():
        if not targets.select_assets(context, platform.settings):
            return
        if platform.graph.shows_while_loading:
            publish_gate.prove(context.instance, context.partition_key, MADE_FROM, PROVEN)
        loaded = platform.graph.load(_order(context, platform, config), context.log.info)
        yield from _results(context, platform.lake, *loaded, time.monotonic() - began)


def _order(context: dg.AssetExecutionContext, platform: Platform, config: Load) -> GraphOrder:
    """Return the month's graph tables, and the loads of it that may still be published."""
    known = (event_log.latest(context.instance, key, context.partition_key) for key in keys.IMPORTED.values())
    keep = [each.text(STORE) for each in known if each]
    return order(platform.lake, context.partition_key, keep, config.older)


def tables(lake: Lake, partition: str) -> Tables:
    """Return the month's graph tables. Raises DumpMissingError if one is not in the lake."""
    files = {name: lake.files(key.path, partition) for name, key in keys.GRAPH.items()}
    labels = {node.label for node in graph.NODES}
    nodes = {name: found for name, found in files.items() if name in labels}
    return Tables(partition[:7], nodes, {name: found for name, found in files.items() if name not in labels})


def order(lake: Lake, partition: str, keep: Sequence[str] = (), older: bool = False) -> GraphOrder:
    """Return the order to load a month, over one connection per core and `CONNECTIONS` at most."""
    return GraphOrder(tables(lake, partition), keep, older, partial(_list_known, lake), min(CONNECTIONS, cores()))


def _list_known(lake: Lake, month: str) -> Tables | None:
    """Return the month's graph tables, None if they are not in the lake."""
    with suppress(DumpMissingError):
        return tables(lake, f"{month}-01")
    return None


def _results(
    context: dg.AssetExecutionContext, lake: Lake, place: str, found: dict[str, int], seconds: float
) -> Iterator[object]:
    for name, key in keys.IMPORTED.items():
        files = lake.files(keys.GRAPH[name].path, context.partition_key)
        rows = parquet.rows(files)
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    STORE: place,
                    **metadata.describe_output(
                        found[name], lake.size(keys.GRAPH[name].path, context.partition_key), seconds
                    ),
                    **metadata.contents(files),
                    "dagster/column_schema": metadata.property_schema(pq.read_schema(files[0]), graph.meanings(name)),
                    **metadata.versions(parquet.versions(files)),
                },
                check_results=_check(context, name, rows, found[name]),
            )
        elif rows != found[name]:
            raise LoadError(f"{place} holds {found[name]:,} {name}, its graph table {rows:,}. Import it again.")


def _check(context: dg.AssetExecutionContext, name: str, expected: int, found: int) -> list[dg.AssetCheckResult]:
    spec = specs.COUNTS[name]
    return [specs.result(spec, expected, found)] if spec.key in context.selected_asset_check_keys else []


assets = dg.with_source_code_references([store])
