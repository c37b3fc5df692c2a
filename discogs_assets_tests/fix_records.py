"""Dagster's records of a month, without anything behind them: what was made from which dumps, and what was checked.

What belongs here: events as a run would leave them, and small dumps to compare them with. What doesn't: any claim.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, metadata
from discogs_assets.defs.checks import specs as checks
from discogs_assets.schema.discogs import ENTITIES

CHECKS = tuple(spec.key for spec in checks.ALL)
GRAPH = defs.resolve_asset_graph()
ALL = tuple(GRAPH.toposorted_asset_keys)
NAMES = tuple(entity.name for entity in ENTITIES)


def downstream(*keys: dg.AssetKey) -> set[dg.AssetKey]:
    """These assets and all that Dagster's own selection finds below them."""
    return set(dg.AssetSelection.assets(*keys).downstream().resolve(GRAPH))


LINEAGE = {name: downstream(keys.dump(entity)) for name, entity in zip(NAMES, ENTITIES, strict=True)}
"""For each entity what is made from its dump."""


def sums(contents: Mapping[str, bytes] = MappingProxyType({})) -> dict[str, str]:
    """The sha256 of each entity's file; its content is its name unless another one is given."""
    return {name: hashlib.sha256(contents.get(name, name.encode())).hexdigest() for name in NAMES}


def publish(
    folder: Path, partition: str, lacking: Collection[str] = (), contents: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """Put a month's files into the folder, and its CHECKSUM file unless that is lacking, too."""
    folder.mkdir(exist_ok=True)
    stamp = f"discogs_{partition.replace('-', '')}"
    for name in {*NAMES} - {*lacking}:
        (folder / f"{stamp}_{name}.xml.gz").write_bytes(contents.get(name, name.encode()))
    lines = "".join(f"{sha256} {stamp}_{name}.xml.gz\n" for name, sha256 in sums(contents).items())
    if "CHECKSUM" not in lacking:
        (folder / f"{stamp}_CHECKSUM.txt").write_text(lines)


def record(
    instance: dg.DagsterInstance,
    partition: str,
    made_from: Mapping[str, str],
    only: Iterable[dg.AssetKey] = ALL,
    failing: Collection[dg.AssetCheckKey] = (),
    unchecked: Collection[dg.AssetCheckKey] = (),
    code_version: str = "",
) -> None:
    """The assets of the month are materialised and their blocking checks have passed, but for those named."""
    tags = {event_log.CODE_VERSION: code_version} if code_version else None
    specs = {key: [spec for spec in checks.ALL if spec.asset_key == key] for key in only}
    for key in only:
        versions = metadata.versions({name: [made_from[name]] for name in NAMES if key in LINEAGE[name]})
        instance.report_runless_asset_event(
            dg.AssetMaterialization(key, partition=partition, metadata=versions, tags=tags)
        )
        for spec in specs[key]:
            if spec.key not in unchecked:
                _check(instance, spec.key, partition, spec.key not in failing)


def _check(instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str, passed: bool) -> None:
    judged = event_log.latest(instance, key.asset_key, partition)
    assert judged
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=passed,
            partition=partition,
            target_materialization_data=AssetCheckEvaluationTargetMaterializationData(
                storage_id=judged.event, run_id="", timestamp=0.0
            ),
        )
    )
