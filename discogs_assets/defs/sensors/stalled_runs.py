"""Stalled runs: the process lives but makes no progress. The run is failed, and its record names the silent steps."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import dagster as dg
import psutil

from discogs_assets.defs.sensors import run_owner
from discogs_assets.settings import Settings

INTERVAL = 300
"""Seconds between two ticks of the sensor."""

PAGE = 100
"""Events read at once, newest first."""

RUNNING = dg.DagsterRunStatus.STARTED


def silent(instance: dg.DagsterInstance, run: dg.DagsterRun, since: float) -> list[str]:
    """Return the running steps without an event after `since` (seconds since the epoch).

    If no step is running and the run itself is silent, return a single entry that says so. Long work logs every few
    seconds, and a step that waits for a pool slot every five minutes. A step silent for an hour waits for something
    that does not come: a lock, a share, a dead peer.
    """
    heard = set(_heard(instance, run, since))
    stats = instance.get_run_step_stats(run.run_id)
    working = [each for each in stats if each.status and each.status.name == "IN_PROGRESS"]
    if not working:
        return [] if heard else ["the run between two steps"]
    return [each.step_key for each in working if (each.start_time or since) < since and each.step_key not in heard]


def _heard(instance: dg.DagsterInstance, run: dg.DagsterRun, since: float) -> Iterator[str | None]:
    """Yield the step of each of the run's events after `since`, None for events of the run itself."""
    cursor = None
    while True:
        page = instance.get_records_for_run(run.run_id, cursor, limit=PAGE, ascending=False)
        for record in page.records:
            if record.timestamp < since:
                return
            yield record.event_log_entry.step_key
        if not page.has_more:
            return
        cursor = page.cursor


def end(instance: dg.DagsterInstance, seconds: float) -> list[str]:
    """End the runs of this host with a step silent for `seconds`; return their ids.

    Unfinished data is swept by the next run.
    """
    now, ended = time.time(), []
    for run in instance.get_runs(dg.RunsFilter(statuses=[RUNNING])):
        process = run_owner.here(run)
        if process and (steps := silent(instance, run, now - seconds)):
            instance.report_run_failed(run, _cause(steps, process, now - seconds))
            with suppress(psutil.NoSuchProcess):
                process.kill()
            ended.append(run.run_id)
    if ended:
        run_owner.release(instance)
    return ended


def _cause(steps: list[str], process: psutil.Process, since: float) -> str:
    heard = datetime.fromtimestamp(since, UTC)
    return (
        f"No progress: nothing has been heard of {', '.join(steps)} since {heard:%H:%M} UTC or longer "
        f"(DISCOGS_STALLED_MINUTES), so its process {process.pid} was ended. See in the log how far it came and what "
        "it was waiting for (a lock, a disk, a network), then run it again: what is half done is swept."
    )


@dg.sensor(
    name="stalled_runs",
    minimum_interval_seconds=INTERVAL,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs with a step that makes no progress for DISCOGS_STALLED_MINUTES, and says so on record.",
)
def stalled_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """End silent runs, every five minutes, if the sensor has been watching throughout their silence.

    Otherwise a run would be taken for stalled after the machine has slept or the daemon has been away.
    """
    now, limit = time.time(), Settings().stalled_minutes * 60
    last, began = json.loads(context.cursor or "[0, 0]")
    began = began if now - last < 3 * INTERVAL else now
    ended = end(context.instance, limit) if now - began >= limit else []
    said = f"ended {', '.join(ended)}" if ended else "every run makes progress, as far as it has been watched"
    return dg.SensorResult(skip_reason=said, cursor=json.dumps([now, began]))
