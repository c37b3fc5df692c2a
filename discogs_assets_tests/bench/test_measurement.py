"""Tests of `bench.measurement`."""

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

from discogs_assets.bench.measurement import measure, measure_command, measure_tree

pytestmark = pytest.mark.slow

BUSY = "import time; until = time.process_time() + 0.4\nwhile time.process_time() < until: pass"


def test_work_is_measured_in_a_separate_process() -> None:
    usage, result = measure(bytearray, 50_000_000)
    assert len(result) == 50_000_000
    assert usage.peak > 50_000_000
    assert 0 < (usage.seconds or 0) < 30


def test_a_command_is_measured_with_the_processes_it_starts(tmp_path: Path) -> None:
    code = f"b = bytearray(80_000_000)\n{BUSY}"
    twice = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {code!r}]) + 7)"
    usage, status = measure_command([sys.executable, "-c", twice], tmp_path, tmp_path / "log", os.environ)
    assert status == 7
    assert usage.processor >= 0.4
    assert 80_000_000 < usage.peak < 160_000_000


def test_a_process_that_outlives_its_command_is_measured_as_long_as_the_command_runs(tmp_path: Path) -> None:
    child = f"{BUSY}\ntime.sleep(60)"
    code = (
        f"import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', {child!r}]).pid); time.sleep(2)"
    )
    usage, _ = measure_command([sys.executable, "-c", code], tmp_path, tmp_path / "log", os.environ)
    psutil.Process(int((tmp_path / "log").read_text())).kill()
    assert usage.processor >= 0.4


def test_a_commands_output_is_in_its_log(tmp_path: Path) -> None:
    measure_command([sys.executable, "-c", "print('said')"], tmp_path, tmp_path / "log", os.environ)
    assert (tmp_path / "log").read_text() == "said\n"


def test_servers_are_measured_apart(tmp_path: Path) -> None:
    server = psutil.Popen([sys.executable, "-c", f"b = bytearray(80_000_000)\n{BUSY.replace('0.4', '600')}"])
    try:
        words = [sys.executable, "-c", BUSY]
        usage, _ = measure_command(words, tmp_path, tmp_path / "log", os.environ, lambda: [server.pid])
    finally:
        server.kill()
        server.wait()
    assert 0 < usage.servers_processor < 600
    assert usage.servers_peak > 80_000_000 > usage.peak


STARTING = """
import pathlib, subprocess, sys, time
server = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
pathlib.Path("pid").write_text(str(server.pid))
server.wait()
"""


def test_a_server_started_by_the_command_is_no_part_of_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    words = [sys.executable, "-c", STARTING, f"b = bytearray(80_000_000)\n{BUSY.replace('0.4', '2')}"]

    def find_servers() -> list[int]:
        return [int(text)] if pid.exists() and (text := pid.read_text()) else []

    usage, _ = measure_command(words, tmp_path, tmp_path / "log", os.environ, find_servers)
    assert usage.servers_peak > 80_000_000
    assert usage.servers_processor > 0.5


def test_a_server_that_has_ended_counts_for_nothing(tmp_path: Path) -> None:
    gone = psutil.Popen([sys.executable, "-c", ""])
    gone.wait()
    usage, _ = measure_command([sys.executable, "-c", ""], tmp_path, tmp_path / "log", os.environ, lambda: [gone.pid])
    assert (usage.servers_processor, usage.servers_peak) == (0, 0)


def test_memory_shared_by_several_processes_counts_once() -> None:
    me = psutil.Process()
    (once, *_), (twice, *_), memory = measure_tree([me]), measure_tree([me, me]), me.memory_info()
    assert abs(twice - once - (memory.rss - memory.shared)) < 20_000_000


@contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Interrupt the block after some seconds, as Ctrl-C does."""

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
    """Return True if a process has ended, even if it is still in the process table."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_command_that_is_interrupted_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import subprocess; print((it := subprocess.Popen(['sleep', '77'])).pid, flush=True); it.wait()"
    with interrupted(0.5):
        measure_command([sys.executable, "-c", child], tmp_path, tmp_path / "log", os.environ)
    assert ended(int((tmp_path / "log").read_text()))


def test_work_that_is_interrupted_is_ended() -> None:
    with interrupted(1.5):
        measure(time.sleep, 77)
    alive = [each for each in psutil.Process().children() if not ended(each.pid)]
    assert not [each for each in alive if "spawn_main" in " ".join(each.cmdline())]
