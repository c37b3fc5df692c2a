"""Tests of `forks`: a fork of a command is what its program would be."""

import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from discogs_assets_tests.fix_project import BARE, Project, make_endless_query
from discogs_assets_tests.forks import Fork


def until_busy(fork: Fork) -> psutil.Process:
    """The process of the fork, once it has worked for a while."""
    process = psutil.Process(fork.pid)
    while sum(process.cpu_times()[:2]) < 1:
        assert fork.poll() is None
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        (("discogs", "nonsense"), {}),
        (("discogs", "status"), {"DISCOGS_HOMES": "x"}),
        (("discogs", "status"), {"DISCOGS_HOME": "other"}),
    ],
)
def test_a_fork_ends_prints_and_reads_its_variables_as_the_program_does(
    command: tuple[str, ...], variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("DISCOGS_HOME=named\n")
    project = Project(tmp_path)
    fork, program = project.run(*command, **variables), project.execute(*command, **variables)
    assert (fork.returncode, fork.stdout) == (program.returncode, program.stdout)
    assert fork.stderr.splitlines()[-1:] == program.stderr.splitlines()[-1:]


@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGINT])
def test_a_fork_is_ended_by_a_signal_with_the_status_of_a_program(ends: signal.Signals, tmp_path: Path) -> None:
    query = make_endless_query(tmp_path)
    with tempfile.TemporaryFile("w+") as errors:
        fork = Fork(query, tmp_path, BARE, errors=errors.fileno(), session=True)
        until_busy(fork)
        assert os.getsid(fork.pid) == os.getpgid(fork.pid) == fork.pid
        os.killpg(fork.pid, ends)
        assert fork.wait(60) == {signal.SIGKILL: -9, signal.SIGINT: 130}[ends]
        errors.seek(0)
        assert errors.read().startswith("discogs: interrupted" if ends == signal.SIGINT else "")
    assert not psutil.pid_exists(fork.pid)


def test_a_fork_holds_no_file_but_those_that_it_was_given(tmp_path: Path) -> None:
    query = make_endless_query(tmp_path)
    fork, other = (Fork(query, tmp_path, BARE) for _ in range(2))
    try:
        for each in (fork, other):
            deadline = time.monotonic() + 10  # it closes its socket once it has told its id
            while (found := _list_files(each.pid)) != {os.devnull}:
                assert time.monotonic() < deadline, found
                time.sleep(0.02)
    finally:
        for each in (fork, other):
            each.kill()
            assert each.wait() == -9


def _list_files(pid: int) -> set[str]:
    """The sockets that the process holds, and the null device."""
    opened = set[str]()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            opened.add(str(link.readlink()))
    return {path for path in opened if "socket" in path or path == os.devnull}


def test_a_variable_of_the_interpreter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"a program is needed for .*PYTHONUTF8"):
        Project(tmp_path).run("discogs", "--version", PYTHONUTF8="0")
