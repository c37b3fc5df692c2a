"""published/{store}: what readers see, one whole month.

What belongs here: what a publication rests on, and showing it. What doesn't: how that is proven (see `proof`), and how
a store switches. Neither does before both are loaded.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import dagster as dg

from discogs_assets.defs import checks, history, keys, metadata, proof
from discogs_assets.defs.layer import OWNERS, RETRIES, Result, failures
from discogs_assets.defs.neo4j import STORE
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.platform import Platform
from discogs_assets.defs.postgres import TABLE
from discogs_assets.defs.proof import Proof
from discogs_assets.embedded import loads
from discogs_assets.embedded.store import Store
from discogs_assets.errors import BusyError, PublishRefusedError
from discogs_assets.schema.relations import Table
from discogs_assets.stores import bolt, ledger
from discogs_assets.stores.neo4j import Graph
from discogs_assets.stores.postgres import Postgres, month_of, view_of

LOADED = (*keys.TABLES.values(), *keys.IMPORTED.values())
"""What has to be loaded before either store may switch."""

BESIDE = (*keys.MUSICBRAINZ, *keys.INSIGHTS)
"""Tables that are each shown beside if they are loaded and made of the same dumps; nothing waits for them."""


class Publication(dg.Config):
    """How a month is published."""

    older: bool = False
    """Whether a month older than the one shown may take its place."""


def prove(instance: dg.DagsterInstance, partition: str) -> Proof:
    """The latest materialisations of all that a publication rests on; PublishRefusedError if it may not be."""
    return proof.prove(instance, partition, LOADED, checks.ALL)


def beside(instance: dg.DagsterInstance, partition: str, found: Proof, store: Postgres) -> tuple[Proof, dict[str, str]]:
    """The proof with that of the tables shown beside, and why others are left out."""
    whole, left_out = dict(found), dict[str, str]()
    for table in BESIDE:
        try:
            proven = proof.prove(instance, partition, [keys.LOADED[table]], [checks.ROWS[table]], whole)
            if gone := store.lacking(_tables(proven).values()):
                raise PublishRefusedError(f"{', '.join(gone)} is no longer there")
            whole.update(proven)
        except PublishRefusedError as error:
            left_out[view_of(table)] = str(error)
    return whole, left_out


def stand(proof: Proof, partition: str, platform: Platform) -> None:
    """PublishRefusedError, with what to load again, if a server no longer holds what was proven of it."""
    gone = [*platform.postgres().lacking(_tables(proof).values())]
    if external := platform.external_neo4j():
        _require_shown(external, partition[:7])
    elif not Store(_store(proof)).whole:
        gone.append(str(_store(proof)))
    if gone:
        raise PublishRefusedError(
            f"{partition[:7]} is no longer in the servers, readers keep what they have. Gone: {', '.join(gone)}. Older "
            "months are dropped after a publication (DISCOGS_KEEP says how many stay). Load it again: dagster asset "
            f"""materialize -m discogs_assets.definitions --select 'key:"postgres/*" or key:"neo4j/*"' """
            f"--partition {partition}, then: discogs publish {partition[:7]}"
        )


def proven(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Proof:
    """The proof; BusyError instead of a refusal while another run is at work on the month, since it may yet mend it."""
    try:
        return prove(context.instance, context.partition_key)
    except PublishRefusedError as error:
        working = history.unfinished(context.instance)
        others = [run for run, month in working.items() if month == context.partition_key and run != context.run_id]
        if not others:
            raise
        raise BusyError(f"{error} Run {', '.join(others)} is at work on the month: wait for its end.") from error


def _tables(proof: Proof) -> dict[Table, str]:
    return {table: proof[key].text(TABLE) for table, key in keys.LOADED.items() if key in proof}


def _store(proof: Proof) -> Path:
    """The store that was imported last."""
    newest = max((proof[key] for key in keys.IMPORTED.values()), key=lambda each: each.event)
    return Path(newest.text(STORE))


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
    context: dg.AssetExecutionContext, proven: Proof, parts: Collection[dg.AssetKey], said: metadata.Metadata
) -> Result:
    """The month and the versions that a store shows, its rows by part, and what the switch had to say."""
    made_from = {name: sums for key in parts for name, sums in metadata.read_versions(proven[key].metadata).items()}
    rows = {"/".join(key.path[1:]): proven[key].number("dagster/partition_row_count") for key in parts}
    return dg.MaterializeResult(
        metadata={
            "shown": context.partition_key[:7],
            "rows": dg.MetadataValue.json(rows),
            **metadata.versions(made_from),
            **said,
        }
    )


def _require_shown(graph: Graph, month: str) -> None:
    """PublishRefusedError if a server that we do not run does not show the month, whole."""
    found = ledger.read(graph)
    if found is None or not found.whole or found.month != month:
        raise PublishRefusedError(
            f"Neo4j at {graph.url} holds {found or 'no month'}, not {month}. Load it there: materialise neo4j/* of "
            f"{month}-01{bolt.OLDER if found and found.month > month else ''}."
        )


def _asset(
    store: str, doc: str, kind: str, deps: Iterable[dg.AssetKey] = LOADED
) -> Callable[[Callable[..., Iterator[object]]], dg.AssetsDefinition]:
    return dg.asset(
        key=keys.published(store),
        deps=list(deps),
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


@_asset(
    "postgres",
    "The views of the schemas discogs and musicbrainz, which show one month's tables, all of them at once. Insights "
    "that are loaded already move with them.",
    "postgres",
    [*LOADED, *keys.MUSICBRAINZ.values()],
)
def postgres(context: dg.AssetExecutionContext, config: Publication, platform: Platform) -> Iterator[Result]:
    """Move all views in one transaction."""
    with failures():
        store = platform.postgres()
        with store.publishing():
            found = proven(context)
            shown = max(map(month_of, store.published().values()), default=None)
            if _newer(context, shown, config):
                yield _result(context, *_moved(context, platform, store, found, shown))


def _moved(
    context: dg.AssetExecutionContext, platform: Platform, store: Postgres, found: Proof, shown: str | None
) -> tuple[Proof, Collection[dg.AssetKey], metadata.Metadata]:
    """Have the views show what is proven; what they show now, and what is to be said of it."""
    stand(found, context.partition_key, platform)
    whole, left_out = beside(context.instance, context.partition_key, found, store)
    for name, why in left_out.items():
        context.log.warning(f"{name} is not shown: {why}")
    tables = _tables(whole)
    platform.restore_reader()
    seconds = store.publish(tables, context.log.info)
    swept = store.sweep(context.partition_key, tables.values())
    said = {"replaced": (shown or "nothing")[:7], "dropped": ", ".join(swept) or "nothing"}
    beside_it = {"left_out": ", ".join(left_out)} if left_out else {}
    parts = [key for key in keys.LOADED.values() if key in whole]
    return whole, parts, {"seconds": round(seconds, 3), **said, **beside_it}


@_asset(
    "insights",
    "The views of the schema insights, which show the answers about the month that the others show.",
    "postgres",
    [keys.published("postgres"), *keys.INSIGHTS.values()],
)
def insights(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
    """Move all views once more, if the month is the one shown."""
    with failures():
        store = platform.postgres()
        with store.publishing():
            shown = max(map(month_of, store.published().values()), default=None)
            if shown != context.partition_key:
                context.log.warning(f"readers see {(shown or 'nothing')[:7]}: the insights of this month are not shown")
                return
            found, parts, said = _moved(context, platform, store, proven(context), shown)
            yield _result(context, found, [key for key in parts if key in keys.INSIGHTS.values()], said)


@_asset("neo4j", "The store that the Neo4j server serves. A switch is a restart of some seconds.", "neo4j")
def neo4j(context: dg.AssetExecutionContext, config: Publication, platform: Platform) -> Iterator[Result]:
    """Restart the server on the month's store; a server that we do not run shows what was loaded already."""
    with failures():
        if external := platform.external_neo4j():
            found = proven(context)
            stand(found, context.partition_key, platform)
            yield _result(context, found, keys.IMPORTED.values(), {"address": external.url, "seconds": 0.0})
            return
        began, server, month = time.monotonic(), platform.neo4j(), context.partition_key[:7]
        with loads.publishing(server, month):
            found, shown = proven(context), loads.served_month(server)
            if _newer(context, f"{shown}-01" if shown else None, config):
                stand(found, context.partition_key, platform)
                away = server.serve(_store(found))
                swept = loads.sweep(server, month)
                said = {"replaced": shown or "nothing", "dropped": ", ".join(swept) or "nothing"}
                seconds = {"seconds": round(time.monotonic() - began, 3), "seconds_away": round(away, 3)}
                yield _result(context, found, keys.IMPORTED.values(), {**said, **seconds})


assets = [postgres, neo4j, insights]
