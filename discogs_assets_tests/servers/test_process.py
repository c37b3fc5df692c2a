"""Processes: what outlives us, what must not, and what is taken for which."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers import process
from discogs_assets.servers.os_user import Account
from discogs_assets_tests.servers.fix_embedded import Python

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
SPAWN = """
import sys
from pathlib import Path
from discogs_assets.servers import process
from discogs_assets.servers.os_user import Account
folder = Path(sys.argv[1])
command = [sys.executable, "-c", "import time; time.sleep(60)"]
print(process.spawn(command, folder / "log", folder, bound=sys.argv[2] == "bound").pid, flush=True)
if sys.argv[3] == "stay":
    import time; time.sleep(60)
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[psutil.Process]:
    """A detached process that does nothing for a minute."""
    started = process.spawn(SLEEP, tmp_path / "log", tmp_path)
    while not started.cmdline():  # the kernel tells that it has begun before it knows its arguments
        time.sleep(0.01)
    yield started
    process.stop(started, signal.SIGKILL)


def wait_gone(pid: int, within: float = 5.0) -> bool:
    """Whether the process ends in that many seconds."""
    deadline = time.monotonic() + within
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_detached_process_outlives_the_one_that_started_it(tmp_path: Path, python: Python) -> None:
    starter = python(SPAWN, tmp_path, "detached", "leave")
    output, errors = starter.communicate(timeout=10)
    assert not errors
    started = psutil.Process(int(output))
    assert process.running(started)
    process.stop(started)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can promise it")
def test_a_bound_process_dies_with_the_one_that_started_it(tmp_path: Path, python: Python) -> None:
    starter = python(SPAWN, tmp_path, "bound", "stay")
    assert starter.stdout
    pid = int(starter.stdout.readline())
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.wait()
    assert wait_gone(pid)


def test_output_goes_to_the_log_and_input_is_closed(tmp_path: Path) -> None:
    code = "import sys; print('out', repr(sys.stdin.read())); print('err', file=sys.stderr)"
    started = process.spawn([sys.executable, "-c", code], tmp_path / "new" / "log", tmp_path)
    assert started.wait(timeout=10) == 0
    assert (tmp_path / "new" / "log").read_text().splitlines()[1:] == ["err", "out ''"]
    assert (tmp_path / "new" / "log").stat().st_mode & 0o077 == 0


def test_a_process_sees_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx1m")
    code = "import os; print(sorted({'PGPORT', 'JAVA_TOOL_OPTIONS', 'OURS'} & set(os.environ)))"
    started = process.spawn([sys.executable, "-c", code], tmp_path / "log", tmp_path, {"OURS": "1"})
    started.wait(timeout=10)
    assert "['OURS']" in (tmp_path / "log").read_text()


def test_a_command_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="/no/such/program could not be started"):
        process.spawn(["/no/such/program"], tmp_path / "log", tmp_path)


def test_a_process_is_known_again(sleeper: psutil.Process) -> None:
    assert process.alive(sleeper.pid, sleeper.create_time(), "no such argument") == sleeper


def test_a_process_is_known_again_after_the_clock_was_set(sleeper: psutil.Process) -> None:
    assert process.alive(sleeper.pid, sleeper.create_time() - 3600, SLEEP[2]) == sleeper


def test_a_recycled_number_is_not_taken_for_ours(sleeper: psutil.Process) -> None:
    assert process.alive(sleeper.pid, sleeper.create_time() - 3600, "no such argument") is None


def test_a_process_that_ended_is_not_alive_even_before_its_parent_noticed(sleeper: psutil.Process) -> None:
    created = sleeper.create_time()
    os.kill(sleeper.pid, signal.SIGKILL)
    assert wait_gone(sleeper.pid)
    assert process.alive(sleeper.pid, created, SLEEP[2]) is None
    assert not process.running(sleeper)


def test_stopping_ends_children_and_those_who_do_not_listen(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)"
    )
    started = process.spawn([sys.executable, "-c", code], tmp_path / "log", tmp_path)
    log = tmp_path / "log"
    process.wait_until(lambda: len(log.read_text().splitlines()) == 2, started, "it", log, timeout=10)
    child = int(log.read_text().splitlines()[1])
    process.stop(started, timeout=0.2)
    assert wait_gone(started.pid)
    assert wait_gone(child)


@pytest.mark.parametrize("bound", [True, False])
def test_a_process_can_be_stopped_though_its_starter_ignores_the_signal(tmp_path: Path, bound: bool) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        started = process.spawn(SLEEP, tmp_path / "log", tmp_path, bound=bound)
    finally:
        signal.signal(signal.SIGTERM, before)
    process.wait_until(lambda: started.cmdline() == SLEEP, started, "it", tmp_path / "log", timeout=10)
    started.terminate()
    assert wait_gone(started.pid)


def test_stopping_what_ended_is_no_error(sleeper: psutil.Process) -> None:
    process.stop(sleeper, signal.SIGKILL)
    process.stop(sleeper)


def test_a_taken_port_is_not_free_and_the_next_preferred_one_is_chosen() -> None:
    with socket.socket() as taken:
        taken.bind((process.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = process.free_port([])
        assert process.listens(port)
        assert process.free_port([None, port, other]) == other
        assert process.free_port([port]) not in (port, 0)
    assert process.free_port([port]) == port
    assert not process.listens(port)


def test_a_process_that_ends_while_we_wait_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    started = process.spawn([sys.executable, "-c", "print('no space left')"], tmp_path / "log", tmp_path)
    with pytest.raises(ServerError, match=r"(?s)Thing ended during its start.*no space left"):
        process.wait_until(lambda: False, started, "Thing", tmp_path / "log", timeout=10)


def test_waiting_has_an_end(sleeper: psutil.Process, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="Thing has not answered for 0 s"):
        process.wait_until(lambda: False, sleeper, "Thing", tmp_path / "log", timeout=0.1)


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (10 * 1024**2 + 1))
    process.spawn([sys.executable, "-c", ""], tmp_path / "log", tmp_path).wait(timeout=10)
    assert (tmp_path / "log").stat().st_size < 1000
    assert (tmp_path / "log.1").stat().st_size > 10 * 1024**2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("bound", [False, True])
def test_a_process_of_another_user_has_none_of_our_groups(tmp_path: Path, bound: bool) -> None:
    """It may be bound even where that user can reach neither this interpreter nor the working folder."""
    command = ["/bin/sh", "-c", "id -u; id -G"]
    log = tmp_path / "log"
    process.spawn(command, log, tmp_path, account=Account(54321, 54322), bound=bound).wait(timeout=30)
    assert log.read_text().splitlines()[1:] == ["54321", "54322"]


def test_a_log_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        process.spawn(["/bin/true"], tmp_path / "log", tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_only_what_the_last_process_said_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert not process.has_said(log, "one")
    for words, said in (("one", True), ("two", False)):
        process.spawn([sys.executable, "-c", f"print('{words}')"], log, tmp_path).wait(timeout=30)
        assert process.has_said(log, "one") == said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (3, "failed with status 3"),
        (-signal.SIGXFSZ, "was ended by SIGXFSZ (file size limit exceeded; see `ulimit -f`)"),
        (-signal.SIGKILL, "was ended by SIGKILL (killed; perhaps for lack of memory)"),
        (-signal.SIGSEGV, "was ended by SIGSEGV (segmentation fault)"),
        (-(signal.SIGRTMIN + 1), f"was ended by signal {signal.SIGRTMIN + 1} (real-time signal 1)"),
    ],
)
def test_the_end_of_a_program_is_its_status_or_its_signal(status: int, said: str) -> None:
    assert process.describe_end(status) == said


def test_a_signal_that_ends_a_server_during_its_start_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, signal, time; time.sleep(0.2); os.kill(os.getpid(), signal.SIGKILL)"]
    started = process.spawn(command, tmp_path / "log", tmp_path)
    with pytest.raises(ServerError, match=r"Thing was ended by SIGKILL .* during its start"):
        process.wait_until(lambda: False, started, "Thing", tmp_path / "log", timeout=10)
