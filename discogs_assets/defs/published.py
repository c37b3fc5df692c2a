"""published/{store}: what readers see, one whole month.

What belongs here: the proof that a month may be shown, and showing it. What doesn't: how a store switches.

The proof is taken from Dagster's records, not from the order of runs: a blocking check blocks only inside its own run,
but what is shown may have been made by several. Neither store switches before both are loaded.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import dagster as dg

from discogs_assets.defs import checks, history, keys, metadata
from discogs_assets.defs.history import Checked, Materialised
from discogs_assets.defs.layer import OWNERS, RETRIES, Result, failures
from discogs_assets.defs.neo4j import STORE
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.platform import Platform
from discogs_assets.defs.postgres import TABLE
from discogs_assets.embedded import loads
from discogs_assets.errors import PublishRefusedError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.stores.postgres import month_of

LOADED = (*keys.TABLES.values(), *keys.IMPORTED.values())
"""What has to be loaded before either store may switch."""

Proof = Mapping[dg.AssetKey, Materialised]


class Publication(dg.Config):
    """How a month is published."""

    older: bool = False
    """Whether a month older than the one shown may take its place."""


def prove(instance: dg.DagsterInstance, partition: str) -> Proof:
    """The latest materialisations of all that a publication rests on.

    PublishRefusedError, naming all that stands against it, if one is missing, a blocking check failed, is missing or
    is older than what it judges, or the parts were made from different dumps.
    """
    needed = list(dict.fromkeys([*LOADED, *(spec.asset_key for spec in checks.ALL)]))
    found = history.latest_of(instance, needed, partition)
    proof = {key: each for key, each in found.items() if each is not None}
    results = history.results(instance, [spec.key for spec in checks.ALL], partition)
    against = [
        *(f"{key.to_user_string()} is not materialised" for key in needed if key not in proof),
        *_unproven(proof, results),
        *_mixed(proof),
    ]
    if against:
        raise PublishRefusedError(
            f"{partition[:7]} is not published, readers keep what they have: {'; '.join(against)}. "
            "Materialise what is named and what is downstream of it, then publish again."
        )
    return proof


def _unproven(proof: Proof, results: Mapping[dg.AssetCheckKey, Checked]) -> Iterator[str]:
    for spec in checks.ALL:
        result, judged = results.get(spec.key), proof.get(spec.asset_key)
        name = f"the check {spec.name} on {spec.asset_key.to_user_string()}"
        if result is None:
            yield f"{name} has not run"
        elif result.passed is None:
            yield f"{name} has not finished"
        elif not result.passed:
            yield f"{name} failed ({result.description})"
        elif judged is not None and not result.judges(judged):
            yield f"{name} is older than the data"


def _mixed(proof: Proof) -> Iterator[str]:
    """Entities whose parts were made from different dumps."""
    for entity in ENTITIES:
        sums = {key: metadata.read_versions(each.metadata).get(entity.name, []) for key, each in proof.items()}
        distinct = {digest for found in sums.values() for digest in found}
        if len(distinct) > 1:
            shown = ", ".join(sorted(digest[:12] for digest in distinct))
            yield f"the parts were made from different dumps of {entity.name} (sha256 {shown})"


def _newer(context: dg.AssetExecutionContext, shown: str | None, config: Publication) -> bool:
    """Whether the month may take the place of the one shown; if not, the log says why."""
    if shown is None or context.partition_key >= shown or config.older:
        return True
    context.log.warning(
        f"readers see {shown[:7]}, which is newer; {context.partition_key[:7]} is loaded but not published. "
        f"To publish it all the same: discogs publish {context.partition_key[:7]}"
    )
    context.log_event(
        dg.AssetObservation(context.asset_key, partition=context.partition_key, metadata={"kept": shown[:7]})
    )
    return False


def _result(
    context: dg.AssetExecutionContext, proof: Proof, parts: Collection[dg.AssetKey], said: metadata.Metadata
) -> Result:
    """The month and the versions that a store shows, its rows by part, and what the switch had to say."""
    made_from = {name: sums for key in parts for name, sums in metadata.read_versions(proof[key].metadata).items()}
    rows = {"/".join(key.path[1:]): proof[key].number("dagster/partition_row_count") for key in parts}
    return dg.MaterializeResult(
        metadata={
            "shown": context.partition_key[:7],
            "rows": dg.MetadataValue.json(rows),
            **metadata.versions(made_from),
            **said,
        }
    )


def _asset(store: str, doc: str, kind: str) -> Callable[[Callable[..., Iterator[object]]], dg.AssetsDefinition]:
    return dg.asset(
        key=keys.published(store),
        deps=list(LOADED),
        description=doc,
        group_name="published",
        kinds={kind},
        owners=OWNERS,
        code_version="1",
        partitions_def=monthly,
        retry_policy=RETRIES,
        pool=kind,
        output_required=False,
    )


@_asset("postgres", "The views of the schema discogs, which show one month's tables, all of them at once.", "postgres")
def postgres(context: dg.AssetExecutionContext, config: Publication, platform: Platform) -> Iterator[Result]:
    """Move all views in one transaction."""
    with failures():
        proof, store = prove(context.instance, context.partition_key), platform.postgres()
        shown = max(map(month_of, store.published().values()), default=None)
        if _newer(context, shown, config):
            tables: dict[Entity, str] = {entity: proof[key].text(TABLE) for entity, key in keys.TABLES.items()}
            seconds = store.publish(tables, context.log.info)
            swept = store.sweep(context.partition_key, tables.values())
            said = {"replaced": (shown or "nothing")[:7], "dropped": ", ".join(swept) or "nothing"}
            yield _result(context, proof, keys.TABLES.values(), {"seconds": round(seconds, 3), **said})


@_asset("neo4j", "The store that the Neo4j server serves. A switch is a restart of some seconds.", "neo4j")
def neo4j(context: dg.AssetExecutionContext, config: Publication, platform: Platform) -> Iterator[Result]:
    """Restart the server on the month's store; a server that we do not run shows what was loaded already."""
    with failures():
        proof = prove(context.instance, context.partition_key)
        newest = max((proof[key] for key in keys.IMPORTED.values()), key=lambda each: each.event)
        if external := platform.external_neo4j():
            yield _result(context, proof, keys.IMPORTED.values(), {"address": external.url, "seconds": 0.0})
            return
        began, server = time.monotonic(), platform.neo4j()
        shown = loads.served_month(server)
        if _newer(context, f"{shown}-01" if shown else None, config):
            away = server.serve(Path(newest.text(STORE)))
            swept = loads.sweep(server, context.partition_key[:7])
            said = {"replaced": shown or "nothing", "dropped": ", ".join(swept) or "nothing"}
            seconds = {"seconds": round(time.monotonic() - began, 3), "seconds_away": round(away, 3)}
            yield _result(context, proof, keys.IMPORTED.values(), {**said, **seconds})


assets = [postgres, neo4j]
