"""Freshness checks: this month's dumps are here in time, and readers see them in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from discogs_assets.defs import event_log, keys, metadata, targets
from discogs_assets.defs.checks.specs import build_result
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.settings import Settings

# Dagster's own freshness checks have one deadline and one severity per asset, and cannot compare two assets. These
# share the name and, like Dagster's, judge the newest month instead of one partition.
NAME = "freshness_check"

DAYS = ((dg.AssetCheckSeverity.ERROR, 20), (dg.AssetCheckSeverity.WARN, 10))
"""Day of the month (UTC) from which a missing dump is reported, by severity, most severe first."""

PATIENCE = timedelta(hours=48)
"""Maximum time from a month's last dump to its publication."""

STORES = ("postgres", "neo4j")

DUMPS = {
    entity: dg.AssetCheckSpec(
        NAME,
        asset=keys.dump(entity),
        description="The month's dump is here: a warning from the 10th, from the 20th an error.",
    )
    for entity in ENTITIES
}
PUBLISHED = {
    store: dg.AssetCheckSpec(
        NAME,
        asset=keys.published_month(store),
        description="The newest month is shown within 48 hours of its last dump.",
    )
    for store in STORES
}


def overdue(now: datetime, newest: str | None) -> tuple[dg.AssetCheckSeverity, str] | None:
    """Return the severity of the delay and the missing partition, None if no dump is due.

    `newest` is the newest partition with a dump.
    """
    for severity, day in DAYS:
        month = now if now.day >= day else now.replace(day=1) - timedelta(days=1)
        due = f"{month:%Y-%m}-01"
        if newest is None or newest < due:
            return severity, due
    return None


def check_dump(instance: dg.DagsterInstance, entity: Entity, now: datetime) -> dg.AssetCheckResult:
    """Return a warning or an error if the newest month due has no dump here."""
    newest = max(instance.get_materialized_partitions(keys.dump(entity)), default=None)
    late, held = overdue(now, newest), newest[:7] if newest else "none"
    said = f"the newest {entity.name} dump here is of {held}" if newest else f"no {entity.name} dump is here"
    if late:
        said += (
            f", that of {late[1][:7]} is late. If the source has it (`discogs doctor` asks), materialise that month; "
            "if not, nothing can be done but wait"
        )
    return _result(DUMPS[entity], late[0] if late else None, said, newest=held)


def check_published(instance: dg.DagsterInstance, store: str, now: datetime) -> dg.AssetCheckResult:
    """Return an error if the newest month with all its dumps has been overdue for too long.

    It is overdue if it is not shown, or was published from other dumps.
    """
    months = set.intersection(*(instance.get_materialized_partitions(keys.dump(entity)) for entity in ENTITIES))
    if not months:
        return _result(PUBLISHED[store], None, "no month has all its dumps here", newest="none")
    month = max(months)
    dumps = [each for entity in ENTITIES if (each := event_log.latest(instance, keys.dump(entity), month))]
    held = {entity: sums for dump in dumps for entity, sums in metadata.read_versions(dump.metadata).items()}
    seen = event_log.latest(instance, keys.published_month(store), month)
    due = datetime.fromtimestamp(max(dump.moment for dump in dumps), UTC) + PATIENCE
    late = seen is None or not held.items() <= metadata.read_versions(seen.metadata).items()
    said = f"{month[:7]} {'has not been published' if late else 'is published'} as its dumps are"
    if late:
        said += (
            f", due by {due:%Y-%m-%d %H:%M} UTC. Its newest run says why; if nothing does: discogs publish {month[:7]}"
        )
    return _result(
        PUBLISHED[store], dg.AssetCheckSeverity.ERROR if late and now > due else None, said, newest=month[:7]
    )


def _result(
    spec: dg.AssetCheckSpec, severity: dg.AssetCheckSeverity | None, said: str, newest: str
) -> dg.AssetCheckResult:
    grave = severity or dg.AssetCheckSeverity.WARN
    return build_result(spec, severity is None, said, {"newest_month": newest}, grave)


@dg.multi_asset_check(specs=[*DUMPS.values(), *PUBLISHED.values()], can_subset=True)
def in_time(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Check this instance's records for dumps and publications that are late."""
    now, asked = datetime.now(UTC), context.selected_asset_check_keys
    yield from (check_dump(context.instance, entity, now) for entity, spec in DUMPS.items() if spec.key in asked)
    for store, spec in PUBLISHED.items():
        if spec.key in asked and targets.shows(store, Settings()):
            yield check_published(context.instance, store, now)
        elif spec.key in asked:
            yield _result(spec, None, "DISCOGS_TARGETS leaves it out", newest="none")


freshness = dg.define_asset_job(
    "freshness",
    selection=dg.AssetSelection.checks(in_time),
    description="Check that this month's dumps are here and that the newest month is shown.",
)
daily = dg.ScheduleDefinition(
    name="freshness",
    job_name="freshness",
    cron_schedule="0 6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs `freshness` every day at six.",
)

checks = [in_time]
