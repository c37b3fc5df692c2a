"""Tests of `defs.sensors.stalled_runs`: runs that wait and runs that work, and a process that stands for theirs."""

import json
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

from discogs_assets.defs.sensors import run_owner, stalled_runs


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


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
        working.execute_in_process(instance=instance, tags={run_owner.TAG: process}, raise_on_error=False)

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
        assert stalled_runs.end(instance, 60) == []
        assert stalled_runs.end(instance, 0) == [run.run_id]
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
        while stalled_runs.silent(instance, run, since):
            assert time.time() < deadline
        assert stalled_runs.end(instance, 60) == []
        assert process.poll() is None


def test_a_run_of_another_host_is_left_to_that_one(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process, "elsewhere")):
        assert stalled_runs.end(instance, 0) == []
        assert process.poll() is None


def test_a_step_is_silent_though_another_step_of_the_run_waits_aloud(
    instance: dg.DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    with running(instance, note(process)) as run:
        since = time.time()
        instance.report_engine_event("blocked by limit for pool", run, step_key="another")
        assert stalled_runs.silent(instance, run, since) == ["waiting"]


def test_a_run_between_two_steps_is_silent_if_it_says_nothing_itself(instance: dg.DagsterInstance) -> None:
    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
    assert stalled_runs.silent(instance, run, time.time()) == ["the run between two steps"]
    before = time.time()
    instance.report_engine_event("blocked by limit for pool", run, step_key="another")
    assert stalled_runs.silent(instance, run, before) == []


def test_a_run_is_ended_only_after_it_was_watched_all_the_time(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_STALLED_MINUTES", "10")
    asked: list[float] = []

    def end(instance: dg.DagsterInstance, seconds: float) -> list[str]:
        asked.append(seconds)
        return []

    monkeypatch.setattr(stalled_runs, "end", end)
    cursor, counts = None, []
    for moment in (0, 300, 601, 5000, 5300, 5601):
        monkeypatch.setattr(time, "time", lambda moment=moment: 1e9 + moment)
        said = stalled_runs.stalled_runs(dg.build_sensor_context(instance, cursor))
        assert isinstance(said, dg.SensorResult)
        cursor = said.cursor
        counts.append(len(asked))
    assert counts == [0, 0, 1, 1, 1, 2]
    assert asked == [600, 600]
