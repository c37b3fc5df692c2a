"""published/{store}: one whole month, as readers see it.

`publish_gate` says if it may be shown, and `connections` switches the stores.
"""

import time
from collections.abc import Collection, Iterator

import dagster as dg

from discogs_assets.connections.publisher import Publisher
from discogs_assets.defs import event_log, keys, metadata, publish_gate, targets
from discogs_assets.defs.asset_factory import OWNERS, RETRIES, Layer, Result, failures
from discogs_assets.defs.assets.neo4j import STORE
from discogs_assets.defs.assets.postgres import TABLE
from discogs_assets.defs.assets.search import BUILD
from discogs_assets.defs.checks import specs
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.publish_gate import Proof
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import BusyError, PublishRefusedError
from discogs_assets.schema.child_tables import Table
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres import publication
from discogs_assets.stores.postgres.loads import Postgres, view_of
from discogs_assets.stores.postgres.publication import Publication

LAYER = Layer("published", frozenset(), code_version="1")

OPTIONAL = (*keys.MUSICBRAINZ, *keys.LATE)
"""Optional tables: each is shown if it is loaded from the same dumps, and nothing waits for it."""


class Show(dg.Config):
    """Options of a publication."""

    older: bool = False
    """True if a month older than the one shown may replace it."""


def prove(instance: dg.DagsterInstance, partition: str, settings: Settings | None = None) -> Proof:
    """Return the latest materialisations of all assets that a publication rests on.

    Raises PublishRefusedError if the month may not be published.
    """
    required = targets.required_assets(settings or Settings())
    judged = [spec for spec in specs.ALL if _rests_on(spec.asset_key, required)]
    return publish_gate.prove(instance, partition, required, judged)


def _rests_on(key: dg.AssetKey, required: Collection[dg.AssetKey]) -> bool:
    """Return False for databases, indexes and graph tables of targets that are not chosen."""
    if key.path[0] in targets.STORES:
        return key in required
    return key.path[0] != "graph" or not set(required).isdisjoint(keys.IMPORTED.values())


def add_optional(
    instance: dg.DagsterInstance, partition: str, found: Proof, store: Postgres
) -> tuple[Proof, dict[str, str]]:
    """Return the proof with the optional tables added, and the reasons for leaving out others."""
    whole, left_out = dict(found), dict[str, str]()
    for table in OPTIONAL:
        try:
            proven = publish_gate.prove(instance, partition, [keys.LOADED[table]], [specs.ROWS[table]], whole)
            if gone := store.lacking(_tables(proven).values()):
                raise PublishRefusedError(f"{', '.join(gone)} is no longer there")
            whole.update(proven)
        except PublishRefusedError as error:
            left_out[view_of(table)] = str(error)
    return whole, left_out


def require_loaded(publisher: Publisher, wanted: Publication) -> None:
    """Raise PublishRefusedError, naming the loads to repeat, if a server no longer holds proven data."""
    if gone := publisher.missing(wanted):
        raise PublishRefusedError(
            f"{wanted.month} is no longer in the servers, readers keep what they have. Gone: {', '.join(gone)}. Older "
            "months are dropped after a publication (DISCOGS_KEEP says how many stay). Load it again: dagster asset "
            "materialize -m discogs_assets.definitions --select "
            f"""'key:"postgres/*" or key:"neo4j/*" or key:"search/*"' """
            f"--partition {wanted.partition}, then: discogs publish {wanted.month}"
        )


def publication_of(proof: Proof, partition: str, platform: Platform) -> Publication:
    """Return the publication of the proven data: the table of each view, the newest graph load and the search index."""
    imports = [proof[key] for key in keys.IMPORTED.values() if key in proof]
    place = max(imports, key=lambda each: each.event).text(STORE) if imports else None
    graph = None if place is None else platform.graph.load_at(place)
    builds = {entity: proof[key].text(BUILD) for entity, key in keys.SEARCH.items() if key in proof}
    search = platform.connections.search.identify(partition[:7], builds) if builds else None
    return Publication(partition[:7], {view_of(of): table for of, table in _tables(proof).items()}, graph, search)


def proven(context: dg.OpExecutionContext) -> Proof:
    """Return the proof of the month.

    While another run works on the month, a refusal is raised as BusyError: that run may yet remove its cause.
    """
    try:
        return prove(context.instance, context.partition_key)
    except PublishRefusedError as error:
        working = event_log.find_unfinished(context.instance)
        others = [run for run, month in working.items() if month == context.partition_key and run != context.run_id]
        if not others:
            raise
        raise BusyError(f"{error} Run {', '.join(others)} is at work on the month: wait for its end.") from error


def _tables(proof: Proof) -> dict[Table, str]:
    return {table: proof[key].text(TABLE) for table, key in keys.LOADED.items() if key in proof}


def _keep_shown(
    context: dg.AssetExecutionContext, platform: Platform, publisher: Publisher, found: Proof
) -> Iterator[Result]:
    """Yield results for a month that is loaded but not published: readers keep the month that they see.

    Its loads are recorded, for questions about months that are not published; loads that they supersede are dropped.
    """
    month, shown = context.partition_key[:7], publisher.shown
    assert shown
    whole, _ = add_optional(context.instance, context.partition_key, found, publisher.postgres)
    wanted = publication_of(whole, context.partition_key, platform)
    publication.record_proven(publisher.postgres, wanted)
    publisher.postgres.sweep(context.partition_key, wanted.tables.values())
    publisher.graph.sweep(month, wanted.graph)
    why = (
        f"{month} is loaded but not published, since readers see {shown.month}. To publish it: discogs publish {month}"
    )
    context.log.warning(why)
    for key in context.selected_asset_keys:
        yield dg.MaterializeResult(asset_key=key, metadata={"shown": shown.month, "why": why})


def _result(
    key: dg.AssetKey, wanted: Publication, proven: Proof, parts: Collection[dg.AssetKey], said: metadata.Metadata
) -> Result:
    """Return a store's month and dump versions, its rows by part, and the report of the switch."""
    made_from = {name: sums for part in parts for name, sums in metadata.read_versions(proven[part].metadata).items()}
    rows = {"/".join(part.path[1:]): proven[part].number("dagster/partition_row_count") for part in parts}
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "shown": wanted.month,
            "rows": dg.MetadataValue.json(rows),
            **metadata.versions(made_from),
            **said,
        },
    )


def _spec(store: str, doc: str) -> dg.AssetSpec:
    settings = Settings()
    deps = [*targets.required_assets(settings)]
    if targets.shows("postgres", settings):
        deps += keys.MUSICBRAINZ.values()
    return LAYER.spec(keys.published_month(store), doc, deps).replace_attributes(kinds={store})


SPECS = {
    "postgres": _spec(
        "postgres",
        "The views of the schemas discogs and musicbrainz, which show one month's tables, all of them at once. "
        "Insights that are loaded already move with them.",
    ),
    "neo4j": _spec("neo4j", "The store that the Neo4j server serves. A switch is a restart of some seconds."),
    "search": _spec("search", "The search index that readers open, named by the publication record."),
}


@dg.multi_asset(name="published", specs=[*SPECS.values()], can_subset=True, retry_policy=RETRIES, pool="published")
def switch_stores(context: dg.AssetExecutionContext, config: Show, platform: Platform):  # type: ignore[no-untyped-def]
    """Switch all stores to the month.

    They switch in one step, even if only one of the assets is selected: all show the same month.
    """
    with failures(), platform.connections.publishing() as publisher:
        found, shown = proven(context.op_execution_context), publisher.shown
        if shown and context.partition_key < shown.partition and not config.older:
            yield from _keep_shown(context, platform, publisher, found)
            return
        for store, result in _publish(context, platform, publisher, found):
            if SPECS[store].key in context.selected_asset_keys:
                yield result
            else:
                _report(context, result)


def _report(context: dg.AssetExecutionContext, result: Result) -> None:
    """Record that an unselected asset shows the month, too."""
    assert result.asset_key
    made = dg.AssetMaterialization(result.asset_key, metadata=result.metadata, partition=context.partition_key)
    context.log_event(made)


def _publish(
    context: dg.AssetExecutionContext, platform: Platform, publisher: Publisher, found: Proof
) -> Iterator[tuple[str, Result]]:
    """Publish the proven month; yield the result of each store that shows a chosen target."""
    began, settings = time.monotonic(), platform.settings
    whole, wanted, said = _prepare(context, platform, publisher, found)
    replaced = publisher.shown.month if publisher.shown else "nothing"
    away = publisher.publish(wanted, context.log.info)
    seconds = {"replaced": replaced, "seconds": round(time.monotonic() - began, 3)}
    if targets.shows("postgres", settings):
        swept = publisher.postgres.sweep(context.partition_key, wanted.tables.values())
        parts = [key for key in keys.LOADED.values() if key in whole]
        dropped = {**seconds, "dropped": ", ".join(swept) or "nothing", **said}
        yield "postgres", _result(keys.published_month("postgres"), wanted, whole, parts, dropped)
    if targets.shows("neo4j", settings):
        swept = publisher.graph.sweep(wanted.month)
        dropped = {**seconds, "dropped": ", ".join(swept) or "nothing", "seconds_away": round(away, 3)}
        yield "neo4j", _result(keys.published_month("neo4j"), wanted, found, keys.IMPORTED.values(), dropped)
    if wanted.search:
        dropped = {**seconds, "load": wanted.search, "dropped": ", ".join(publisher.search.sweep(wanted.search))}
        yield "search", _result(keys.published_month("search"), wanted, found, keys.SEARCH.values(), dropped)


def _prepare(
    context: dg.AssetExecutionContext, platform: Platform, publisher: Publisher, found: Proof
) -> tuple[Proof, Publication, metadata.Metadata]:
    """Return the proof with the optional tables added, its publication, and metadata on the tables left out.

    Raises PublishRefusedError if a server no longer holds proven data.
    """
    whole, left_out = found, dict[str, str]()
    if targets.shows("postgres", platform.settings):
        whole, left_out = add_optional(context.instance, context.partition_key, found, publisher.postgres)
    expected = find_expected(context.selected_asset_keys, platform)
    left_out = {name: why for name, why in left_out.items() if name in expected}
    for name, why in left_out.items():
        context.log.warning(f"{name} is not shown: {why}")
    wanted = publication_of(whole, context.partition_key, platform)
    require_loaded(publisher, wanted)
    return whole, wanted, {"left_out": ", ".join(left_out)} if left_out else {}


def find_expected(selected: Collection[dg.AssetKey], platform: Platform) -> set[str]:
    """Return the views of optional tables that a publication of the selected assets should include.

    Insights and changes are computed last and published by `published/insights`: until then, nothing is amiss without
    them.
    """
    tables = [] if platform.musicbrainz.off else [*keys.MUSICBRAINZ]
    if keys.published_month("insights") in selected:
        tables += keys.LATE
    return set(map(view_of, tables))


@dg.asset(
    key=keys.published_month("insights"),
    # Without tables as a target, these are not loaded: a step that waits for skipped and for failed ones hangs.
    deps=[keys.published_month("postgres"), *(keys.LATE.values() if targets.shows("postgres", Settings()) else ())],
    description="The view discogs.changes and the views of the schema insights, for the month that the others show.",
    group_name="published",
    kinds={"postgres"},
    owners=OWNERS,
    tags=keys.tags(keys.published_month("insights")),
    code_version="1",
    partitions_def=monthly,
    retry_policy=RETRIES,
    pool="published",
)
def insights(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
    """Publish all views again, now with the insights and the changes, if the month is the one shown.

    Raises PublishRefusedError if no month is shown.
    """
    with failures(), platform.connections.publishing() as publisher:
        shown = publisher.shown
        if shown is None:
            raise PublishRefusedError(
                f"the insights of {context.partition_key[:7]} are not published: no month is. "
                f"Publish the month first: discogs publish {context.partition_key[:7]}"
            )
        if shown.partition != context.partition_key:
            yield from _keep_shown(context, platform, publisher, proven(context.op_execution_context))
            return
        began = time.monotonic()
        whole, wanted, said = _prepare(context, platform, publisher, proven(context.op_execution_context))
        publisher.publish(wanted, context.log.info)
        parts = [key for key in keys.LATE.values() if key in whole]
        said = {"replaced": shown.month, "seconds": round(time.monotonic() - began, 3), **said}
        yield _result(context.asset_key, wanted, whole, parts, said)


assets = dg.with_source_code_references([switch_stores, insights])
