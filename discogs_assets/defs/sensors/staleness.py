"""Staleness: the assets of a month that were not made from its dumps as announced."""

from collections.abc import Iterable, Mapping

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph  # exported by no public module

from discogs_assets.defs import event_log, keys, metadata, targets
from discogs_assets.defs.event_log import Checked, Materialised
from discogs_assets.defs.partitions import monthly
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings

Sources = Mapping[str, str]
"""Configured sources, by site."""


def newest(instance: dg.DagsterInstance, sources: Sources) -> str:
    """Return the newest month with a dump taken from a configured source, empty if there is none."""
    dumps = [keys.dump(entity) for entity in ENTITIES]
    taken = {month for key in dumps for month in instance.get_materialized_partitions(key)}
    for month in sorted(taken, reverse=True):
        made = event_log.latest_of(instance, dumps, month)
        if any(each and not _elsewhere(key, each, sources) for key, each in made.items()):
            return month
    return ""


def stale(
    instance: dg.DagsterInstance, graph: AssetGraph, partition: str, announced: Mapping[str, str], sources: Sources
) -> list[dg.AssetKey]:
    """Return the month's stale assets and all assets downstream of them, in the order of the graph.

    An asset is stale if it
    - is missing,
    - was made by another code version, so that readers may miss fields,
    - was made from another dump than the announced one (sha256 by entity),
    - is a dump of another source than the configured one, or
    - lacks the proof of a blocking check: it failed, was not reached, or judges an earlier materialisation.

    MusicBrainz dumps are usually not announced: they are stale only until they have been requested from their source.

    All state is in Dagster's own records: work finished by a killed run is not stale, and the same bytes announced
    again make nothing stale.
    """
    found = event_log.latest_of(instance, _of_dumps(graph), partition)
    unproven = _unproven(instance, graph, partition, found)
    roots = {
        key
        for key, made in found.items()
        if made is None
        or key in unproven
        or made.code_version not in ("", graph.get(key).code_version)
        or _other(made, announced)
        or _elsewhere(key, made, sources)
    }
    return [key for key in found if key in _find_downstream(graph, roots)]


def _of_dumps(graph: AssetGraph) -> list[dg.AssetKey]:
    """Return the monthly assets of chosen targets that come from the dumps, upstream first."""
    reached = _find_downstream(graph, filter(graph.has, map(keys.dump, (*ENTITIES, *musicbrainz.ENTITIES))))
    settings = Settings()
    of_dumps = [key for key in graph.toposorted_asset_keys if key in reached and targets.is_chosen(key, settings)]
    return [key for key in of_dumps if graph.get(key).partitions_def == monthly]


def _find_downstream(graph: AssetGraph, roots: Iterable[dg.AssetKey]) -> set[dg.AssetKey]:
    """Return these assets and all that depend on them."""
    return set(dg.AssetSelection.assets(*roots).downstream().resolve(graph))


def _other(made: Materialised, announced: Mapping[str, str]) -> bool:
    """Return True if it was made from another dump than the announced one of an entity."""
    versions = metadata.read_versions(made.metadata)
    return any(versions[entity] != [announced[entity]] for entity in versions.keys() & announced.keys())


def _elsewhere(key: dg.AssetKey, made: Materialised, sources: Sources) -> bool:
    """Return True if it is a dump known to come from another source than the configured one."""
    came, named = made.text(metadata.SOURCE), sources.get(key.path[1])
    return key.path[0] == "dumps" and bool(came and named) and came != named


def _unproven(
    instance: dg.DagsterInstance, graph: AssetGraph, partition: str, found: Mapping[dg.AssetKey, Materialised | None]
) -> set[dg.AssetKey]:
    """Return the assets with a blocking check that does not prove them sound."""
    checks = [key for key in graph.asset_check_keys if key.asset_key in found and graph.get(key).blocking]
    results = event_log.results(instance, checks, partition)
    return {key.asset_key for key in checks if not _proves(results.get(key), found[key.asset_key])}


def _proves(result: Checked | None, made: Materialised | None) -> bool:
    return result is not None and bool(result.passed) and made is not None and result.judges(made)
