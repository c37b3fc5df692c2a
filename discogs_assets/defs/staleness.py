"""Which assets a month's dumps, as they are announced, make stale.

What belongs here: comparing what the materialisations say that they were made from with what is announced. What
doesn't: whether a run is asked for (see `new_dumps`).

Nothing is remembered beside Dagster's own records: what a run that was killed has finished is not stale any more, and
the same bytes announced again make nothing stale.
"""

from collections.abc import Iterable, Mapping

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph  # exported by no public module

from discogs_assets.defs import history, keys, metadata, targets
from discogs_assets.defs.history import Checked, Materialised
from discogs_assets.defs.partitions import monthly
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings

Sources = Mapping[str, str]
"""The sources that are named, by site."""


def newest(instance: dg.DagsterInstance, sources: Sources) -> str:
    """The newest month of which a dump has been taken from a source that is named, empty if none has."""
    dumps = [keys.dump(entity) for entity in ENTITIES]
    taken = {month for key in dumps for month in instance.get_materialized_partitions(key)}
    for month in sorted(taken, reverse=True):
        made = history.latest_of(instance, dumps, month)
        if any(each and not _elsewhere(key, each, sources) for key, each in made.items()):
            return month
    return ""


def stale(
    instance: dg.DagsterInstance, graph: AssetGraph, partition: str, announced: Mapping[str, str], sources: Sources
) -> list[dg.AssetKey]:
    """The month's assets that are stale, and all that is downstream of them, in the order of the graph.

    An asset is stale that is not there, was made from another dump than the announced one (sha256 by entity), is a dump
    of another source than the one named, or lacks the proof of a blocking check: it failed, was not reached, or judges
    an earlier materialisation. Of MusicBrainz nothing is announced as a rule: its dumps are stale only while nobody has
    asked for them at their source.
    """
    found = history.latest_of(instance, _of_dumps(graph), partition)
    unproven = _unproven(instance, graph, partition, found)
    roots = {
        key
        for key, made in found.items()
        if made is None or key in unproven or _other(made, announced) or _elsewhere(key, made, sources)
    }
    return [key for key in found if key in _downstream(graph, roots)]


def _of_dumps(graph: AssetGraph) -> list[dg.AssetKey]:
    """The monthly assets of chosen targets that come from the dumps, upstream first."""
    reached = _downstream(graph, filter(graph.has, map(keys.dump, (*ENTITIES, *musicbrainz.ENTITIES))))
    of_dumps = [key for key in graph.toposorted_asset_keys if key in reached and targets.chosen(key, Settings())]
    return [key for key in of_dumps if graph.get(key).partitions_def == monthly]


def _downstream(graph: AssetGraph, roots: Iterable[dg.AssetKey]) -> set[dg.AssetKey]:
    """These assets and all that depend on them."""
    reached, waiting = set[dg.AssetKey](), list(roots)
    while waiting:
        if (key := waiting.pop()) not in reached:
            reached.add(key)
            waiting += graph.get(key).child_keys
    return reached


def _other(made: Materialised, announced: Mapping[str, str]) -> bool:
    """Whether it was made from another dump than the announced one of an entity."""
    versions = metadata.read_versions(made.metadata)
    return any(versions[entity] != [announced[entity]] for entity in versions.keys() & announced.keys())


def _elsewhere(key: dg.AssetKey, made: Materialised, sources: Sources) -> bool:
    """Whether it is a dump that is known to have come from another source than the one named."""
    came, named = made.text(metadata.SOURCE), sources.get(key.path[1])
    return key.path[0] == "dumps" and bool(came and named) and came != named


def _unproven(
    instance: dg.DagsterInstance, graph: AssetGraph, partition: str, found: Mapping[dg.AssetKey, Materialised | None]
) -> set[dg.AssetKey]:
    """Those of the assets of which a blocking check does not say that they are sound."""
    checks = [key for key in graph.asset_check_keys if key.asset_key in found and graph.get(key).blocking]
    results = history.results(instance, checks, partition)
    return {key.asset_key for key in checks if not _proves(results.get(key), found[key.asset_key])}


def _proves(result: Checked | None, made: Materialised | None) -> bool:
    return result is not None and bool(result.passed) and made is not None and result.judges(made)
