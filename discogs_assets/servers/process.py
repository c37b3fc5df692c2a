"""Server processes, detached or bound to ours: start, identify, wait for and end them; their ports and logs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psutil

from discogs_assets.errors import ServerError
from discogs_assets.servers import os_user
from discogs_assets.servers.os_user import Account

HOST = "127.0.0.1"

DISCOGS = (sys.executable, "-c", "from discogs_assets.cli import main; main()")
"""The command `discogs` of this environment."""

# Two readings of a process's creation time differ by up to a second, or by more after the clock was set.
_CREATION_TOLERANCE = 5.0
_POLL = 0.02
# A caller's PGPORT or JAVA_TOOL_OPTIONS must not change a server.
_INHERITED = ("PATH", "HOME", "TMPDIR", "TZ", "LANG")
_LARGE_LOG = 10 * 1024**2
_STARTED = "--- started at "

REASONS = {
    int(signal.SIGXFSZ): "; see `ulimit -f`",
    int(signal.SIGXCPU): "; see `ulimit -t`",
    int(signal.SIGKILL): "; perhaps for lack of memory",
}
"""Usual causes of signals that nobody has sent by hand, and the place to see them."""

# Executes the program in its place, so that the program has the child's process id. Only Linux can end a process with
# its parent (PR_SET_PDEATHSIG); elsewhere a bound process survives a killed parent. A change of user clears the signal,
# and another user may not reach this interpreter, so the user is changed here, first. A parent that died before the
# signal was set shows as another parent id.
_BOUND = (
    "import ctypes, os, signal, sys\n"
    "parent, user, group = map(int, sys.argv[1:4])\n"
    "if user != os.geteuid(): os.setgroups([]); os.setgid(group); os.setuid(user)\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"
    "if os.getppid() != parent: os._exit(1)\n"
    "os.execve(sys.argv[4], sys.argv[4:], os.environ)\n"
)


def alive(pid: int, created: float, mark: str) -> psutil.Process | None:
    """Return the process `pid` if it was created at `created` or has `mark` on its command line, else None."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        process = psutil.Process(pid)
        as_recorded = abs(process.create_time() - created) < _CREATION_TOLERANCE
        if running(process) and (as_recorded or mark in process.cmdline()):
            return process
    return None


def find(word: str) -> psutil.Process | None:
    """Return the process with the argument `word` on its command line; None if there is none."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if word in process.cmdline():
                return process
    return None


def spawn(
    command: Sequence[str],
    log: Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    bound: bool = False,
) -> psutil.Process:
    """Start `command` in its own session, with working folder `folder`, empty input and its output in `log`.

    It outlives this process or, if `bound`, dies with the calling thread. Its environment is `environment` and a few
    harmless variables of ours; with `account` it runs as that user.
    Raises ServerError if the command cannot be started.
    """
    if bound and sys.platform == "linux":
        runs_as = account or Account(os.geteuid(), os.getegid())
        numbers = map(str, (os.getpid(), runs_as.user, runs_as.group))
        command, account = [sys.executable, "-I", "-S", "-c", _BOUND, *numbers, *command], None
    variables = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(environment or {})
    with _open_log(log) as output:
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=variables,
                start_new_session=True,
                umask=0o077,
                # A run of Dagster that a script starts in the background ignores SIGTERM, and a JVM inherits that.
                preexec_fn=_accept_sigterm if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN else None,
                **os_user.identity(account),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ServerError(f"{command[0]} could not be started in {folder}: {error}") from error
    # Any process may read its end from the process table; a return code keeps this object from waiting for it.
    child.returncode = 0
    return psutil.Process(child.pid)


def _accept_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def stop(process: psutil.Process, by: signal.Signals = signal.SIGTERM, timeout: float = 60.0) -> None:
    """Send `by` to `process`; after `timeout` seconds, send SIGKILL to it and to its children still alive.

    Raises ServerError if one of them survives that.
    """
    family = [process]
    with suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
    ask(process, by)
    left = _wait(family, timeout)
    for each in left:
        ask(each, signal.SIGKILL)
    if left := _wait(left, 10):
        raise ServerError(f"Process {left[0].pid} still exists 10 s after SIGKILL. See what blocks it in the kernel.")


def ask(process: psutil.Process, by: signal.Signals = signal.SIGTERM) -> None:
    """Send `by` to `process` if it still exists."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(by)


def free_port(preferred: Iterable[int | None]) -> int:
    """Return the first preferred port that is free, or else any free port."""
    for port in [*filter(None, preferred), 0]:
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                candidate.bind((HOST, port))
                return int(candidate.getsockname()[1])
    raise ServerError(f"No port is free on {HOST}. End some of the programs that listen there.")


def listens(port: int) -> bool:
    """Return True if something accepts connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def wait_until(ready: Callable[[], bool], process: psutil.Process | None, name: str, log: Path, timeout: float) -> None:
    """Wait until `ready()` is true.

    Raises ServerError, with the end of `log`, if `process` ends before that (None: it has) or `timeout` seconds pass.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        if process is None or not running(process):
            status = _read_status(process) if process else None
            how = f"{name} {describe_end(status)} during its start" if status else f"{name} ended during its start"
            raise ServerError(f"{how}. {last_words(log)}")
        if time.monotonic() > deadline:
            raise ServerError(f"{name} has not answered for {timeout:.0f} s. {last_words(log)}")
        time.sleep(_POLL)


def running(process: psutil.Process) -> bool:
    """Return True if `process` runs; a zombie does not."""
    with suppress(psutil.NoSuchProcess):
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return True
    # Removes an ended child of ours from the process table.
    _read_status(process)
    return False


def describe_end(status: int) -> str:
    """Return the predicate of a sentence about a failed program: its exit status or, if negative, the signal."""
    if status >= 0:
        return f"failed with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was ended by {name} ({(signal.strsignal(-status) or 'unknown').lower()}{REASONS.get(-status, '')})"


def last_words(log: Path, lines: int = 15) -> str:
    """Return the end of a log as part of an error message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"Its log cannot be read: {error}."
    return f"The end of {log}:\n" + "\n".join(text.splitlines()[-lines:])


def has_said(log: Path, words: str) -> bool:
    """Return True if the process started last has written `words` to `log`."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return words in text.rpartition(_STARTED)[2]


def _open_log(log: Path) -> IO[bytes]:
    """Open the log for appending, after a line with the time; a large log is first renamed and kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    output = os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")
    output.write(f"{_STARTED}{datetime.now(UTC).isoformat(timespec='seconds')}\n".encode())
    output.flush()
    return output


def _wait(processes: Iterable[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Return the processes that still run after `timeout` seconds, as soon as there are none."""
    deadline = time.monotonic() + timeout
    while (left := [process for process in processes if running(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return left


def _read_status(process: psutil.Process) -> int | None:
    """Return the status of an ended child of ours, which psutil keeps; None for other processes."""
    with suppress(psutil.Error):
        status = process.wait(timeout=0)
        return None if status is None else int(status)
    return None
