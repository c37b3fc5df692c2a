"""Ctrl-C during each long command ends it and its processes, with one sentence and no traceback."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import pytest

from discogs_assets import failpoints
from discogs_assets_tests.fix_project import BARE, Project, begin_project, make_endless_query
from discogs_assets_tests.forks import Fork

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SENTENCE = (
    "discogs: interrupted. Complete work is kept and incomplete work discarded. "
    "To continue, run the same command again."
)
ENDLESS = "WITH RECURSIVE endless AS (SELECT 1 UNION ALL SELECT 1 FROM endless) SELECT count(*) FROM endless"


@pytest.fixture(scope="module")
def begun() -> Iterator[Project]:
    """A project with running servers, in which nothing is loaded."""
    with begin_project() as project:
        project.run("discogs", "up")
        yield project


@dataclass(frozen=True)
class Started:
    """A command in a process group of its own, and what it has told the user."""

    process: Fork | subprocess.Popen[bytes]
    errors: IO[bytes]

    def said(self) -> list[str]:
        """The lines on stderr so far."""
        return os.pread(self.errors.fileno(), 1 << 20, 0).decode().splitlines()


@contextmanager
def starting(folder: Path, command: list[str], **variables: str) -> Iterator[Started]:
    """A command in a process group of its own, as a shell starts it in the foreground."""
    with tempfile.TemporaryFile() as errors:
        process = Fork(["discogs", *command], folder, {**BARE, **variables}, errors=errors.fileno(), session=True)
        try:
            yield Started(process, errors)
        finally:
            process.kill()
            process.wait()


@contextmanager
def executing(folder: Path, command: list[str], **variables: str) -> Iterator[Started]:
    """The same, as a program."""
    # SIGINT as in a terminal's foreground: what a shell starts in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [Path(sys.executable).with_name("discogs"), *command],
            cwd=folder,
            env={**BARE, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Started(process, errors)
        finally:
            process.kill()
            signal.signal(signal.SIGINT, before)


def interrupt(started: Started, reached: Callable[[], bool]) -> list[str]:
    """Press Ctrl-C once the command has reached a place: the terminal sends SIGINT to the whole group."""
    process, deadline = started.process, time.monotonic() + 120
    while not reached():
        assert process.poll() is None, started.said()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    group = [
        each for each in psutil.Process(process.pid).children(recursive=True) if os.getpgid(each.pid) == process.pid
    ]
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 130
    _, alive = psutil.wait_procs(group, timeout=20)
    assert alive == []
    return started.said()


@pytest.mark.parametrize(("command", "executor"), [("demo", "in_process"), ("load 2026-10", "multiprocess")])
def test_ctrl_c_ends_a_load_with_one_sentence(command: str, executor: str, begun: Project, tmp_path: Path) -> None:
    place = tmp_path / "reached"
    variables = {failpoints.VARIABLE: f"parse:wait:{place}", "DISCOGS_EXECUTOR": executor}
    if command != "demo":
        variables |= {"DISCOGS_DUMPS": str(begun.home / "sample"), "DISCOGS_MUSICBRAINZ": "off"}
    with starting(begun.folder, command.split(), **variables) as process:
        lines = interrupt(process, place.exists)
    assert lines[-1] == SENTENCE
    assert not [line for line in lines if "Traceback" in line or "failed" in line or "Interrupt" in line]


@pytest.mark.parametrize(
    "command",
    [
        ["publish", "2026-10"],
        ["query", ENDLESS],
        ["query", "--cypher", "UNWIND range(1, 10000000000) AS n RETURN count(n)"],
    ],
)
def test_ctrl_c_ends_a_command_that_waits_for_a_server(command: list[str], begun: Project) -> None:
    with begun.postgres.publishing(), starting(begun.folder, command) as process:
        lines = interrupt(process, lambda: _is_waiting(begun, command[-1]))
    assert lines[-1] == SENTENCE
    assert "Traceback" not in "".join(lines)


def _is_waiting(project: Project, text: str) -> bool:
    """True if a server executes the query of the command, or keeps it waiting for the lock."""
    if "UNWIND" in text:
        found = project.graph.ask("SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND'")
        return bool(found)
    condition = "query LIKE '%RECURSIVE endless%'" if "endless" in text else "wait_event_type = 'Lock'"
    asked = f"SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' AND {condition}"
    return bool(project.postgres.ask(asked))


def test_ctrl_c_ends_a_query_on_the_lake(tmp_path: Path) -> None:
    _, *query = make_endless_query(tmp_path)
    with executing(tmp_path, query) as started:
        lines = interrupt(started, lambda: psutil.Process(started.process.pid).cpu_times().user > 3)
    assert lines == [SENTENCE]


def test_ctrl_c_ends_a_benchmark_and_leaves_no_home(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = ["bench", "parse", "--releases", "20000", "--keep", "kept"]
    with starting(tmp_path, command, TMPDIR=str(temporary)) as process:
        lines = interrupt(process, (tmp_path / "kept").exists)
    assert lines[-1] == SENTENCE
    assert "Traceback" not in "".join(lines)
    assert list(temporary.iterdir()) == []
