"""graph/nodes/{Label} and graph/relationships/{TYPE}: tables in Parquet, ready for import.

MusicBrainz adds properties and relationships if the month has it; without it the same tables are written.
"""

import time

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.asset_factory import Layer, Result
from discogs_assets.defs.checks import specs as checks
from discogs_assets.defs.checks import volume
from discogs_assets.defs.resources import Platform
from discogs_assets.schema import musicbrainz_tables
from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node, Relationship, meanings
from discogs_assets.schema.musicbrainz import ARTISTS
from discogs_assets.schema.thresholds import target_labels
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.enrichment import RELATIONS
from discogs_assets.streams.graph.files import Tally
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships

LAYER = Layer("graph", frozenset({"parquet", "polars"}), code_version="3")

MUSICBRAINZ = {ARTISTS.title: keys.records(ARTISTS), RELATIONS: keys.rows(musicbrainz_tables.RELATIONSHIPS)}
"""Optional MusicBrainz inputs of relationships between artists, by name of the input."""


def nodes(node: Node) -> dg.AssetsDefinition:
    """Return the asset of one label's nodes."""
    key = keys.nodes(node.label)

    added = [node.enriching] if node.enriching else []
    deps = [*map(keys.records, node.sources), *map(keys.nodes, node.ends), *map(keys.records, added)]

    @LAYER.asset(key, node.doc, deps=deps)
    def write(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began = time.monotonic()
        lake, partition = platform.lake, context.partition_key
        records = {entity.name: lake.files(keys.records(entity).path, partition) for entity in node.sources}
        records |= {entity.title: lake.find_files(keys.records(entity).path, partition) for entity in added}
        ends = {label: lake.files(keys.nodes(label).path, partition) for label in node.ends}
        with lake.writing(key.path, partition) as folder:
            tally = write_nodes(node, records, ends, folder / parquet.FILE)
        return _result(platform, key, partition, tally, began)

    return write


def relationships(relationship: Relationship) -> dg.AssetsDefinition:
    """Return the asset of one type's relationships."""
    key = keys.relationships(relationship.type)
    added = MUSICBRAINZ if relationship.musicbrainz else {}
    deps = [*map(keys.records, relationship.sources), *map(keys.nodes, relationship.ends), *added.values()]

    specs = [spec for kind, spec in checks.RESOLVE.items() if kind == relationship.type]

    @LAYER.asset(key, relationship.doc, deps, specs)
    def write(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began = time.monotonic()
        lake, partition = platform.lake, context.partition_key
        records = {each.name: lake.files(keys.records(each).path, partition) for each in relationship.sources}
        records |= {name: lake.find_files(key.path, partition) for name, key in added.items()}
        ends = {label: lake.files(keys.nodes(label).path, partition) for label in relationship.ends}
        with lake.writing(key.path, partition) as folder:
            tally = write_relationships(relationship, records, ends, folder)
        made = _result(platform, key, partition, tally, began)
        return _referring(context, lake, relationship, tally, made) if specs else made

    return write


def _referring(
    context: dg.AssetExecutionContext, lake: Lake, relationship: Relationship, tally: Tally, made: Result
) -> Result:
    """Return the result with the share of references that resolve, and the check of that share."""
    key, partition = keys.relationships(relationship.type), context.partition_key
    targets = min(parquet.rows(lake.files(keys.nodes(each).path, partition)) for each in target_labels(relationship))
    older = volume.share_before(context.instance, lake, key, partition)
    return dg.MaterializeResult(
        metadata={**(made.metadata or {}), volume.RESOLVED: volume.resolved_share(tally)},
        check_results=[volume.references(relationship, tally, targets, older)],
    )


def _result(platform: Platform, key: dg.AssetKey, partition: str, tally: Tally, began: float) -> Result:
    """Return the row count, and the numbers of rows omitted or cut by reason."""
    lake = platform.lake
    files = lake.files(key.path, partition)
    return dg.MaterializeResult(
        metadata={
            **metadata.describe_output(tally.rows, lake.size(key.path, partition), time.monotonic() - began),
            **metadata.files(lake.address(key.path, partition), files, meanings(key.path[-1])),
            **metadata.versions(parquet.versions(files)),
            **dict(tally.facts()),
        }
    )


assets = [*map(nodes, NODES), *map(relationships, RELATIONSHIPS)]
