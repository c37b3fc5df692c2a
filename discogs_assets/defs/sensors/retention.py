"""The job `retention`: drop months beyond the configured counts from servers, lake and archive."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import dagster as dg

from discogs_assets.defs import event_log, keys, targets
from discogs_assets.defs.asset_factory import RETRIES, failures
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors.run_logs import drop_logs
from discogs_assets.errors import BusyError

COLUMNS = ("month", "from", "what", "bytes", "why")
"""Columns of the table of dropped data."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of months: the number that may stay, the months present, and a function to drop one.

    `drop` returns the bytes of each table, store or asset removed, or raises BusyError. `assets` returns the assets of
    these.
    """

    name: str
    setting: str
    count: int | None
    months: Callable[[], Iterable[str]]
    drop: Callable[[str], Mapping[str, int]]
    assets: Callable[[Iterable[str]], Iterable[dg.AssetKey]]


def surplus(present: Iterable[str], shown: Collection[str], busy: Collection[str], count: int | None) -> list[str]:
    """Return the partitions to drop, oldest first: all but the newest `count`; None keeps all.

    Months shown are kept and counted. Months in use, and their predecessors, are kept and not counted. Nothing is
    dropped before the first publication.
    """
    if count is None or not shown:
        return []
    months = sorted(present)
    compared = {max((each for each in months if each < month), default=month) for month in busy}
    others = [month for month in months if month not in {*shown, *busy, *compared}]
    return others[: max(0, len(others) - max(0, count - len(shown)))]


def holders(platform: Platform) -> Iterator[Holder]:
    """Yield everything that holds months, with its setting."""
    settings, postgres, dumps = platform.settings, platform.postgres(), platform.archive.copies
    yield Holder(
        "PostgreSQL", "DISCOGS_KEEP", settings.keep, postgres.months, postgres.drop, lambda _: keys.LOADED.values()
    )
    graph = platform.graph
    yield Holder("Neo4j", "DISCOGS_KEEP", settings.keep, graph.months, graph.drop, lambda _: keys.IMPORTED.values())
    search = platform.connections.search
    yield Holder("search", "DISCOGS_KEEP", settings.keep, search.months, search.drop, lambda _: keys.SEARCH.values())
    for name, setting, count, lake in (
        ("the lake", "DISCOGS_KEEP_LAKE", settings.keep_lake, platform.lake),
        ("dumps", "DISCOGS_KEEP_DUMPS", settings.keep_dumps, dumps),
    ):
        yield Holder(name, setting, count, lake.months, lake.drop, partial(_assets, name))


def _assets(name: str, paths: Iterable[str]) -> Iterator[dg.AssetKey]:
    """Yield the assets of folders of the lake or the archive; quarantined records belong to the records' asset."""
    for path in paths:
        key = dg.AssetKey([*(["dumps"] if name == "dumps" else []), *path.split("/")])
        if key.path[0] != "quarantine":
            yield key


@dg.op(
    out=dg.Out(dg.Nothing),
    retry_policy=RETRIES,
    description="Drop the months that no count of the settings keeps; never what is shown, being loaded or being read.",
)
def drop(context: dg.OpExecutionContext, platform: Platform) -> Iterator[dg.Output[None]]:
    """Drop surplus months; report them, and those left alone, as metadata of the step's output.

    The month shown stays, as do months that a run works on. A store also refuses to drop data that a writer or reader
    holds. Dagster cannot revoke a materialisation: a dropped partition gets an observation instead, and publishing
    looks into the servers before it shows anything (see `published.require_loaded`).
    """
    with failures():
        seen, busy = platform.read_published_partitions(), set(event_log.find_unfinished(context.instance).values())
        rows, left = list[dg.TableRecord](), list[str]()
        for holder in holders(platform):
            for partition in surplus(holder.months(), seen, busy, holder.count):
                try:
                    rows.extend(_drop(context, holder, partition))
                except BusyError as error:
                    left.append(f"{partition[:7]} in {holder.name}: {error}")
                    context.log.warning(left[-1])
        if swept := platform.postgres().sweep_schemas():
            context.log.info(f"schemas without a load dropped: {', '.join(swept)}")
        yield dg.Output(
            None,
            metadata={
                "shown": ", ".join(sorted(month[:7] for month in seen)) or "nothing",
                "dropped": dg.MetadataValue.table(rows, dg.TableSchema([dg.TableColumn(name) for name in COLUMNS])),
                "freed_bytes": sum(int(str(row.data["bytes"])) for row in rows),
                "left_alone": "; ".join(left) or "nothing",
            },
        )


def _drop(context: dg.OpExecutionContext, holder: Holder, partition: str) -> Iterator[dg.TableRecord]:
    """Drop a partition, and record it in the log and on the page of each of its assets."""
    sizes = holder.drop(partition)
    why = f"{holder.setting}={holder.count}"
    freed = sum(sizes.values())
    context.log.info(f"{partition[:7]} dropped from {holder.name} ({why}): {', '.join(sizes)}; {freed:,} bytes freed")
    for key in holder.assets(sizes):
        said = {"dropped": f"{partition[:7]} is no longer in {holder.name} ({why}). Materialise it to have it back."}
        context.log_event(dg.AssetObservation(key, partition=partition, metadata=said))
    for name, size in sizes.items():
        yield dg.TableRecord({"month": partition[:7], "from": holder.name, "what": name, "bytes": size, "why": why})


@dg.job(description="Drop the months beyond DISCOGS_KEEP, DISCOGS_KEEP_LAKE and DISCOGS_KEEP_DUMPS, and old logs.")
def retention() -> None:
    """Drop months and logs, in two independent steps."""
    drop()
    drop_logs()


@dg.sensor(
    job_name="retention",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts `retention` once the run that has published a month is over.",
)
def after_publishing(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult | dg.SkipReason:
    """Request a run for every publication after the first tick; earlier publications are left alone.

    An interrupted publication is settled first.
    """
    if settled := platform.connections.settle(context.log.info):
        context.log.warning(settled)
    found = [event_log.latest(context.instance, keys.published_month(store)) for store in targets.STORES]
    newest = max((each for each in found if each), key=lambda each: each.event, default=None)
    seen = str(newest.event if newest else 0)
    if context.cursor in (None, seen):
        return dg.SensorResult(skip_reason="nothing has been published since", cursor=seen)
    assert newest
    if newest.run in event_log.find_unfinished(context.instance):
        return dg.SkipReason(f"run {newest.run} is still publishing")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)
