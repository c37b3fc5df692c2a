"""Tests of `bench.measuring.measurement`."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from discogs_assets.bench.measuring.measurement import alone, command

BUSY = "import time; until = time.process_time() + 0.4\nwhile time.process_time() < until: pass"


def test_work_is_measured_in_a_process_of_its_own() -> None:
    took = alone(bytearray, 50_000_000)
    assert len(took.value) == 50_000_000
    assert took.peak >= took.biggest > 50_000_000
    assert 0 < took.seconds < 30


def test_a_command_is_measured_with_the_processes_it_starts(tmp_path: Path) -> None:
    twice = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {BUSY!r}]) + 7)"
    took = command([sys.executable, "-c", twice], tmp_path, tmp_path / "log", os.environ)
    assert took.value == 7
    assert took.processor >= 0.4
    assert took.peak >= took.biggest > 1_000_000


def test_what_a_command_says_is_in_its_log(tmp_path: Path) -> None:
    command([sys.executable, "-c", "print('said')"], tmp_path, tmp_path / "log", os.environ)
    assert (tmp_path / "log").read_text() == "said\n"


def test_servers_are_measured_apart(tmp_path: Path) -> None:
    server = psutil.Popen([sys.executable, "-c", BUSY.replace("0.4", "600")])
    try:
        took = command([sys.executable, "-c", BUSY], tmp_path, tmp_path / "log", os.environ, lambda: [server.pid])
    finally:
        server.kill()
        server.wait()
    assert took.servers_processor > 0
    assert took.servers_peak > 1_000_000
    assert took.processor < 600


@contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Ctrl-C after some seconds."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGALRM, before)


def ended(pid: int) -> bool:
    """Whether a process has ended, though nobody may have taken it off the process table yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_command_that_is_interrupted_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import subprocess; print((it := subprocess.Popen(['sleep', '77'])).pid, flush=True); it.wait()"
    with interrupted(0.5):
        command([sys.executable, "-c", child], tmp_path, tmp_path / "log", os.environ)
    assert ended(int((tmp_path / "log").read_text()))


def test_work_that_is_interrupted_is_ended() -> None:
    with interrupted(1.5):
        alone(time.sleep, 77)
    alive = [each for each in psutil.Process().children() if not ended(each.pid)]
    assert not [each for each in alive if "spawn_main" in " ".join(each.cmdline())]
