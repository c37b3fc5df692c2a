"""Tests of `defs.sensors.run_owner`."""

import json
import os
import socket
import subprocess
import sys
import threading
import time

import dagster as dg
import psutil
import pytest

from discogs_assets.defs.sensors import run_owner

GONE = json.dumps([socket.gethostname(), 2**22 - 7, 1.0])

STEP = """
import time
from discogs_assets.defs.sensors import run_owner
run_owner.tie()
time.sleep(60)
"""


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


def begin_run(instance: dg.DagsterInstance, process: str) -> str:
    """A run on record that this process executes."""

    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing, tags={run_owner.TAG: process}, status=dg.DagsterRunStatus.STARTED)
    return run.run_id


def test_a_run_whose_process_is_gone_is_ended_on_record_with_the_cause(instance: dg.DagsterInstance) -> None:
    killed, living = begin_run(instance, GONE), begin_run(instance, run_owner.this_process())
    assert run_owner.release(instance) == [killed]
    assert run_owner.release(instance) == []
    statuses = {run.run_id: run.status for run in instance.get_runs()}
    assert statuses == {killed: dg.DagsterRunStatus.FAILURE, living: dg.DagsterRunStatus.STARTED}


def test_a_process_is_known_by_its_creation_and_that_of_another_host_is_taken_to_live() -> None:
    host, pid, created = json.loads(run_owner.this_process())
    assert run_owner.alive(json.dumps([host, pid, created]))
    assert not run_owner.alive(json.dumps([host, pid, created - 100]))
    assert run_owner.alive(json.dumps(["elsewhere", pid, created - 100]))


def test_a_step_dies_with_the_process_of_its_run() -> None:
    run = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = json.dumps([socket.gethostname(), run.pid, psutil.Process(run.pid).create_time()])
    step = subprocess.Popen([sys.executable, "-c", STEP], env={**os.environ, run_owner.RUN: process})
    time.sleep(0.5)
    assert step.poll() is None
    run.kill()
    run.wait()
    assert step.wait(timeout=10) == -9


def test_a_step_that_begins_after_its_run_was_killed_dies_at_once() -> None:
    step = subprocess.run(
        [sys.executable, "-c", STEP], env={**os.environ, run_owner.RUN: GONE}, timeout=20, check=False
    )
    assert step.returncode == -9


def test_a_step_in_the_process_of_its_run_is_tied_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(run_owner.RUN, run_owner.this_process())
    before = threading.active_count()
    run_owner.tie()
    assert threading.active_count() == before
