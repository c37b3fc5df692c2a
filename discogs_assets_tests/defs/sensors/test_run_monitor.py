"""Tests of `defs.sensors.run_monitor`."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import psutil
import pytest

from discogs_assets.defs.sensors import run_monitor

pytestmark = pytest.mark.slow

GONE = json.dumps([socket.gethostname(), 2**22 - 7, 1.0])

STEP = """
import time
from discogs_assets.defs.sensors import run_monitor
run_monitor.tie()
time.sleep(60)
"""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def begun(instance: dg.DagsterInstance, process: str) -> str:
    """A run on record that this process executes."""

    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing, tags={run_monitor.TAG: process}, status=dg.DagsterRunStatus.STARTED)
    return run.run_id


def test_a_run_whose_process_is_gone_is_ended_on_record_with_the_cause(instance: dg.DagsterInstance) -> None:
    killed, living = begun(instance, GONE), begun(instance, run_monitor.this_process())
    assert run_monitor.release(instance) == [killed]
    assert run_monitor.release(instance) == []
    statuses = {run.run_id: run.status for run in instance.get_runs()}
    assert statuses == {killed: dg.DagsterRunStatus.FAILURE, living: dg.DagsterRunStatus.STARTED}


def test_a_process_is_known_by_its_creation_and_that_of_another_host_is_taken_to_live() -> None:
    host, pid, created = json.loads(run_monitor.this_process())
    assert run_monitor.alive(json.dumps([host, pid, created]))
    assert not run_monitor.alive(json.dumps([host, pid, created - 100]))
    assert run_monitor.alive(json.dumps(["elsewhere", pid, created - 100]))


def test_a_step_dies_with_the_process_of_its_run() -> None:
    run = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = json.dumps([socket.gethostname(), run.pid, psutil.Process(run.pid).create_time()])
    step = subprocess.Popen([sys.executable, "-c", STEP], env={**os.environ, run_monitor.RUN: process})
    time.sleep(0.5)
    assert step.poll() is None
    run.kill()
    run.wait()
    assert step.wait(timeout=10) == -9


def test_a_step_that_begins_after_its_run_was_killed_dies_at_once() -> None:
    step = subprocess.run(
        [sys.executable, "-c", STEP], env={**os.environ, run_monitor.RUN: GONE}, timeout=20, check=False
    )
    assert step.returncode == -9


def test_a_step_in_the_process_of_its_run_is_tied_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(run_monitor.RUN, run_monitor.this_process())
    before = threading.active_count()
    run_monitor.tie()
    assert threading.active_count() == before


def test_a_run_that_repeats_a_killed_one_is_not_ended_for_the_tag_it_inherits(instance: dg.DagsterInstance) -> None:
    @dg.job
    def nothing() -> None: ...

    killed, tags, starting = begun(instance, GONE), {run_monitor.TAG: GONE}, dg.DagsterRunStatus.STARTING
    instance.create_run_for_job(nothing, tags=tags, status=starting, parent_run_id=killed, root_run_id=killed)
    assert run_monitor.release(instance) == [killed]
    assert run_monitor.release(instance) == []


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def note(process: subprocess.Popen[bytes], host: str = "") -> str:
    """The process as a run's tag has it."""
    created = psutil.Process(process.pid).create_time()
    return json.dumps([host or socket.gethostname(), process.pid, created])


@contextmanager
def running(instance: dg.DagsterInstance, process: str, talks: bool = False) -> Iterator[dg.DagsterRun]:
    """A run with a step that has finished and one at work, which talks or does not, executed by `process`."""
    done, begun = threading.Event(), threading.Event()

    @dg.op(out=dg.Out(dg.Nothing))
    def finished() -> None: ...

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def waiting(context: dg.OpExecutionContext) -> None:
        begun.set()
        while not done.wait(0.1):
            if talks:
                context.log.info("1 of 2 MB")

    @dg.job
    def working() -> None:
        waiting(finished())

    def execute() -> None:
        working.execute_in_process(instance=instance, tags={run_monitor.TAG: process}, raise_on_error=False)

    thread = threading.Thread(target=execute)
    thread.start()
    try:
        assert begun.wait(30)
        (run,) = instance.get_runs()
        yield run
    finally:
        done.set()
        thread.join()


def test_a_run_without_progress_is_ended_with_its_process_and_the_step_named(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process)) as run:
        assert run_monitor.end_stalled(instance, 60) == []
        assert run_monitor.end_stalled(instance, 0) == [run.run_id]
        assert process.wait(10) == -9
        assert [each.status for each in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
        (record,) = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
    event = record.event_log_entry.dagster_event
    assert event
    assert "nothing has been heard of waiting since" in (event.message or "")
    assert f"its process {process.pid} was ended" in (event.message or "")


def test_a_run_that_says_something_is_left_alone(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process), talks=True) as run:
        since = time.time()
        deadline = since + 30
        while run_monitor.find_silent_steps(instance, run, since):
            assert time.time() < deadline
        assert run_monitor.end_stalled(instance, 60) == []
        assert process.poll() is None


def test_a_run_of_another_host_is_left_to_that_one(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process, "elsewhere")):
        assert run_monitor.end_stalled(instance, 0) == []
        assert process.poll() is None


def test_a_step_is_silent_though_another_step_of_the_run_waits_aloud(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process)) as run:
        since = time.time()
        instance.report_engine_event("blocked by limit for pool", run, step_key="another")
        assert run_monitor.find_silent_steps(instance, run, since) == ["waiting"]


def test_a_run_between_two_steps_is_silent_if_it_says_nothing_itself(instance: dg.DagsterInstance) -> None:
    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
    assert run_monitor.find_silent_steps(instance, run, time.time()) == ["the run between two steps"]
    before = time.time()
    instance.report_engine_event("blocked by limit for pool", run, step_key="another")
    assert run_monitor.find_silent_steps(instance, run, before) == []


def test_a_run_is_ended_only_after_it_was_watched_all_the_time(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_STALLED_MINUTES", "10")
    asked: list[float] = []

    def end(instance: dg.DagsterInstance, seconds: float) -> list[str]:
        asked.append(seconds)
        return []

    monkeypatch.setattr(run_monitor, "end_stalled", end)
    cursor, counts = None, []
    for moment in (0, 300, 601, 5000, 5300, 5601):
        monkeypatch.setattr(time, "time", lambda moment=moment: 1e9 + moment)
        said = run_monitor.stalled_runs(dg.build_sensor_context(instance, cursor))
        assert isinstance(said, dg.SensorResult)
        cursor = said.cursor
        counts.append(len(asked))
    assert counts == [0, 0, 1, 1, 1, 2]
    assert asked == [600, 600]
