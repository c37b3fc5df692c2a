"""Supervision of runs: a run with a dead process, or with a step that makes no progress, is failed.

Its pool slots are freed, and steps end with their run. Data left in a store is swept by the next load.
"""

import json
import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any, cast

import dagster as dg
import psutil
from dagster._core.events import RunFailureReason
from dagster._core.execution.plan.objects import ErrorSource
from dagster._core.executor.in_process import InProcessExecutor

from discogs_assets import faults
from discogs_assets.defs import event_log, pools
from discogs_assets.settings import Settings

log = logging.getLogger(__name__)

RUN = "DISCOGS_RUN_PROCESS"
"""Environment variable that tells a step's process the process of its run."""

TAG = "discogs/process"
"""Tag of a run: the process that executes it."""

INTERRUPTED = "Interrupted: by Ctrl-C, or by the termination of the run."
"""Description of the failure of a step that was interrupted."""

TOLERANCE = 5.0
"""Maximum difference between two readings of a process's creation time, in seconds."""

STATEMENT_MILLISECONDS = 10 * 60 * 1000
"""Timeout of a statement on Dagster's records; none takes a second."""

INTERVAL = 300
"""Seconds between two ticks of the sensor `stalled_runs`."""

PAGE = 100
"""Events read at once, newest first."""


Events = Generator[dg.DagsterEvent, None, None]


def this_process() -> str:
    """Return host, pid and creation time of this process; the last excludes a later process of the same pid."""
    return json.dumps([socket.gethostname(), os.getpid(), psutil.Process().create_time()])


def alive(process: str) -> bool:
    """Return True if the process lives; a process of another host is assumed to live."""
    host, *_ = json.loads(process)
    return host != socket.gethostname() or _find_process(process) is not None


def here(run: dg.DagsterRun) -> psutil.Process | None:
    """Return the process that executes the run, if it is recorded and lives on this host."""
    return _find_process(run.tags[TAG]) if TAG in run.tags else None


def _find_process(process: str) -> psutil.Process | None:
    host, pid, created = json.loads(process)
    try:
        found = psutil.Process(pid)
        same = found.status() != psutil.STATUS_ZOMBIE and abs(found.create_time() - created) < TOLERANCE
    except psutil.NoSuchProcess:
        return None
    return found if same and host == socket.gethostname() else None


class Watched(dg.Executor):
    """An executor that records the process of each run and fails runs with a dead process.

    Dagster notices a killed process only if its own daemon launched it, and never frees the pool slots of such a run.
    Therefore every run records its process, and the next run or sensor tick cleans up after dead ones.
    """

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        """Retries of the wrapped executor."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """Step dependencies of the wrapped executor."""
        return self._inner.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Record the process, release the resources of killed runs, create missing pools, and execute.

        In one process, the run ends with the step that was interrupted; the multiprocess executor ends it by itself.
        """
        keep_connected(plan_context.instance)
        plan_context.instance.add_run_tags(plan_context.run_id, {TAG: this_process()})
        release(plan_context.instance)
        pools.create(plan_context.instance)
        os.environ[RUN] = this_process()
        try:
            with closing(cast(Events, self._inner.execute(plan_context, execution_plan))) as events:
                for event in events:
                    yield event
                    if is_interrupt(event) and isinstance(self._inner, InProcessExecutor):
                        raise dg.DagsterExecutionInterruptedError
        except Exception as error:
            found = faults.explain(error)
            if found is None or found is error:
                raise
            # Dagster may have no storage for its own report of the error, which is a page of traceback.
            log.error(str(found))
            raise found from error


def is_interrupt(event: dg.DagsterEvent) -> bool:
    """Return True if the event is the failure of a step or run that was interrupted."""
    if event.is_step_failure:
        data = event.step_failure_data
        ours = data.user_failure_data is not None and data.user_failure_data.description == INTERRUPTED
        return ours or data.error_source is ErrorSource.INTERRUPT
    reason = event.job_failure_data.failure_reason if event.is_job_failure else None
    return reason is RunFailureReason.UNEXPECTED_TERMINATION


def keep_connected(instance: dg.DagsterInstance) -> None:
    """Let the instance pool its PostgreSQL connections, instead of opening one for each of a run's thousand statements.

    Dagster does so only for its web server. Storages other than PostgreSQL ignore this.
    """
    instance.optimize_for_webserver(statement_timeout=STATEMENT_MILLISECONDS, pool_recycle=3600, max_overflow=20)


def release(instance: dg.DagsterInstance) -> list[str]:
    """Fail runs with a dead process and free their pool slots, and those of ended runs.

    Return the ids of the failed runs.
    """
    dead = [run for run in instance.get_runs(dg.RunsFilter(statuses=event_log.IN_PROGRESS)) if is_dead(instance, run)]
    for run in dead:
        instance.report_run_failed(run, f"The process of this run is gone ({run.tags[TAG]}); it was killed or crashed.")
    storage = instance.event_log_storage
    if storage.supports_global_concurrency_limits:
        infos = map(storage.get_concurrency_info, storage.get_concurrency_keys())
        for run_id in {run_id for info in infos for run_id in (*info.active_run_ids, *info.pending_run_ids)}:
            held = instance.get_run_by_id(run_id)
            if held is None or held.is_finished:
                storage.free_concurrency_slots_for_run(run_id)
    return [run.run_id for run in dead]


def is_dead(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Return True if the run's process is dead. A run that repeats another inherits its tag until it executes."""
    if TAG not in run.tags or alive(run.tags[TAG]):
        return False
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    return parent is None or parent.tags.get(TAG) != run.tags[TAG]


def tie() -> None:
    """Let this process die with the process of its run, unless they are the same; repeated calls do nothing."""
    process = os.environ.get(RUN)
    if process and json.loads(process)[1] != os.getpid() and not _tied.is_set():
        _tied.set()
        threading.Thread(target=_die_with, args=(process,), name="lifeline", daemon=True).start()


_tied = threading.Event()


def _die_with(process: str) -> None:
    """Wait for the process to end, then kill this one; children bound to it end as well."""
    pid = json.loads(process)[1]
    if alive(process):
        try:
            handle = os.pidfd_open(pid)
        except (AttributeError, OSError):
            # No pidfd on this platform, or the process has just ended.
            psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [])
        else:
            select.select([handle], [], [])
    os.kill(os.getpid(), signal.SIGKILL)


@dg.sensor(
    name="killed_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs with a killed process as failed, and frees their pool slots.",
)
def killed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Release dead runs, every 30 seconds."""
    found = release(context.instance)
    return dg.SkipReason(f"ended {', '.join(found)}" if found else "every run's process lives")


def find_silent_steps(instance: dg.DagsterInstance, run: dg.DagsterRun, since: float) -> list[str]:
    """Return the running steps without an event after `since` (seconds since the epoch).

    If no step is running and the run itself is silent, return a single entry that says so. Long work logs every few
    seconds, and a step that waits for a pool slot every five minutes. A step silent for an hour waits for something
    that does not come: a lock, a share, a dead peer.
    """
    heard = set(_read_steps_heard(instance, run, since))
    stats = instance.get_run_step_stats(run.run_id)
    working = [each for each in stats if each.status and each.status.name == "IN_PROGRESS"]
    if not working:
        return [] if heard else ["the run between two steps"]
    return [each.step_key for each in working if (each.start_time or since) < since and each.step_key not in heard]


def _read_steps_heard(instance: dg.DagsterInstance, run: dg.DagsterRun, since: float) -> Iterator[str | None]:
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


def end_stalled(instance: dg.DagsterInstance, seconds: float) -> list[str]:
    """End the runs of this host with a step silent for `seconds`; return their ids.

    Unfinished data is swept by the next run.
    """
    now, ended = time.time(), []
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        process = here(run)
        if process and (steps := find_silent_steps(instance, run, now - seconds)):
            instance.report_run_failed(run, _explain_stall(steps, process, now - seconds))
            with suppress(psutil.NoSuchProcess):
                process.kill()
            ended.append(run.run_id)
    if ended:
        release(instance)
    return ended


def _explain_stall(steps: list[str], process: psutil.Process, since: float) -> str:
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
    description="Fails runs with a step that makes no progress for DISCOGS_STALLED_MINUTES, and ends their process.",
)
def stalled_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """End silent runs, every five minutes, if the sensor has been watching throughout their silence.

    Otherwise a run would be taken for stalled after the machine has slept or the daemon has been away.
    """
    now, limit = time.time(), Settings().stalled_minutes * 60
    last, began = json.loads(context.cursor or "[0, 0]")
    began = began if now - last < 3 * INTERVAL else now
    ended = end_stalled(context.instance, limit) if now - began >= limit else []
    said = f"ended {', '.join(ended)}" if ended else "every run makes progress, as far as it has been watched"
    return dg.SensorResult(skip_reason=said, cursor=json.dumps([now, began]))
