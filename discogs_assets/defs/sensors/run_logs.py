"""Deletion of old run logs, except events that publishing and the UI depend on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from dagster import DagsterEventType as Event
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable

from discogs_assets.defs.asset_factory import RETRIES, failures
from discogs_assets.defs.resources import Platform

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

EVENTS = SqlEventLogStorageTable

DELETED = (
    Event.STEP_OUTPUT,
    Event.STEP_INPUT,
    Event.LOADED_INPUT,
    Event.HANDLED_OUTPUT,
    Event.ENGINE_EVENT,
    Event.LOGS_CAPTURED,
    Event.RESOURCE_INIT_STARTED,
    Event.RESOURCE_INIT_SUCCESS,
    Event.STEP_WORKER_STARTING,
    Event.STEP_WORKER_STARTED,
    Event.ASSET_CHECK_EVALUATION_PLANNED,
)
"""Events that only report how a run went; step outputs are half of a run's bytes.

Materialisations, observations, check results, and starts, ends and failures of steps and runs stay. `event_log`,
`new_dumps` and the asset pages read nothing else. Planned checks are kept in a separate table.
"""


def prune(instance: dg.DagsterInstance, before: datetime) -> tuple[int, int]:
    """Delete log lines, `DELETED` events and captured output of runs that ended before that moment.

    Return the number of events and the number of runs with output deleted. The runs themselves stay.
    """
    return _prune_events(instance.event_log_storage, before), _prune_output(instance, before)


def _prune_events(storage: Any, before: datetime) -> int:
    """Delete events of all runs in one statement: an event this old is useless, however its run ended."""
    kinds = [kind.value for kind in DELETED]
    kind = EVENTS.c.dagster_event_type.is_(None) | EVENTS.c.dagster_event_type.in_(kinds)
    moment = before.astimezone(UTC).replace(tzinfo=None)
    with storage.index_connection() as connection:
        return int(connection.execute(EVENTS.delete().where(kind & (EVENTS.c.timestamp < moment))).rowcount)


def _prune_output(instance: dg.DagsterInstance, before: datetime) -> int:
    ended = dg.RunsFilter(statuses=ENDED, updated_before=before)
    runs = [run.run_id for run in instance.get_runs(ended)]
    for run in runs:
        instance.compute_log_manager.delete_logs(prefix=[run])
    return len(runs)


@dg.op(
    out=dg.Out(dg.Nothing),
    retry_policy=RETRIES,
    description="Delete the logs of runs older than DISCOGS_KEEP_LOGS days; never what was materialised or checked.",
)
def drop_logs(context: dg.OpExecutionContext, platform: Platform) -> None:
    """Delete old logs, and log the amount."""
    with failures():
        before = datetime.now(UTC) - timedelta(days=platform.settings.keep_logs)
        events, runs = prune(context.instance, before)
        context.log.info(f"{events:,} events from before {before:%Y-%m-%d} deleted, and the output of {runs:,} runs")
