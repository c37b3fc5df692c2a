"""Runs and steps whose process was killed: nothing of them goes on, and nothing waits for them.

What belongs here: a step that ends with its run, and a run that is ended on record once its process is gone. What
doesn't: what a killed load has left in a store, which the next load sweeps.

Dagster notices a killed process only where its daemon has launched it itself, and lets whatever such a run holds of a
pool be held for ever. So every run notes its process, and whoever comes next ends those that are gone.
"""

import json
import logging
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psutil

from discogs_assets import faults
from discogs_assets.defs import pools

log = logging.getLogger(__name__)

RUN = "DISCOGS_RUN_PROCESS"
"""Environment variable by which a step's process knows the one of its run."""

TAG = "discogs/process"
"""Tag of a run: the process that executes it."""

TOLERANCE = 5.0
"""Seconds by which two readings of a process's creation may differ."""

STATEMENT_MILLISECONDS = 10 * 60 * 1000
"""How long a statement on Dagster's records may take: none takes a second."""

UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def this_process() -> str:
    """Host, number and creation of this process, so that it can be told from a later one of the same number."""
    return json.dumps([socket.gethostname(), os.getpid(), psutil.Process().create_time()])


def alive(process: str) -> bool:
    """Whether that process lives; one of another host is taken to."""
    host, *_ = json.loads(process)
    return host != socket.gethostname() or _found(process) is not None


def here(run: dg.DagsterRun) -> psutil.Process | None:
    """The process that executes the run, if it lives on this host and has been noted."""
    return _found(run.tags[TAG]) if TAG in run.tags else None


def _found(process: str) -> psutil.Process | None:
    host, pid, created = json.loads(process)
    try:
        found = psutil.Process(pid)
        same = found.status() != psutil.STATUS_ZOMBIE and abs(found.create_time() - created) < TOLERANCE
    except psutil.NoSuchProcess:
        return None
    return found if same and host == socket.gethostname() else None


class Watched(dg.Executor):
    """An executor whose runs are known by their process, and end others whose process is gone."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        """Those of the executor within."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """That of the executor within."""
        return self._inner.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Note the process, release what killed runs hold, create missing pools, and execute."""
        keep_connected(plan_context.instance)
        plan_context.instance.add_run_tags(plan_context.run_id, {TAG: this_process()})
        release(plan_context.instance)
        pools.create(plan_context.instance)
        os.environ[RUN] = this_process()
        try:
            yield from self._inner.execute(plan_context, execution_plan)
        except Exception as error:
            found = faults.explain(error)
            if found is None or found is error:
                raise
            # Dagster's own account of it may find no storage, and is a page of traceback.
            log.error(str(found))
            raise found from error


def keep_connected(instance: dg.DagsterInstance) -> None:
    """Let the instance keep its connections to PostgreSQL, not open one for each of a run's thousand statements.

    Dagster does so for its web server alone; a storage that is not PostgreSQL takes no notice.
    """
    instance.optimize_for_webserver(statement_timeout=STATEMENT_MILLISECONDS, pool_recycle=3600, max_overflow=20)


def release(instance: dg.DagsterInstance) -> list[str]:
    """End on record the runs whose process is gone, and free what they and ended runs hold of pools; their ids."""
    dead = [run for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)) if _gone(run)]
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


def _gone(run: dg.DagsterRun) -> bool:
    return TAG in run.tags and not alive(run.tags[TAG])


def tie() -> None:
    """Let this process die with the one of its run, if that is another one; once is enough."""
    process = os.environ.get(RUN)
    if process and json.loads(process)[1] != os.getpid() and not _tied.is_set():
        _tied.set()
        threading.Thread(target=_die_with, args=(process,), name="lifeline", daemon=True).start()


_tied = threading.Event()


def _die_with(process: str) -> None:
    """Wait for that process to end, then end at once, with the children that are bound to this one."""
    pid = json.loads(process)[1]
    if alive(process):
        try:
            handle = os.pidfd_open(pid)
        except (AttributeError, OSError):
            psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [])
        else:
            select.select([handle], [], [])
    os.kill(os.getpid(), signal.SIGKILL)


@dg.sensor(
    name="killed_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends on record the runs whose process was killed, and frees what they hold of pools.",
)
def killed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look for them every half a minute."""
    found = release(context.instance)
    return dg.SkipReason(f"ended {', '.join(found)}" if found else "every run's process lives")
