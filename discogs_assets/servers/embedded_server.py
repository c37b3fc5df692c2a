"""Parts that both servers of a home share: lock, record, status, programs, and the order of a start and a stop."""

import logging
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import psutil

from discogs_assets.errors import ServerError
from discogs_assets.servers import artifacts, json_state, os_user, process
from discogs_assets.servers.artifacts import Program
from discogs_assets.servers.os_user import Account
from discogs_assets.servers.server_state import Record, ServerStatus, live_record, read_record, start_on_free_port

log = logging.getLogger(__name__)


class EmbeddedServer(ABC):
    """A server of `home`, with its state in `folder`; `cache` replaces the per-user cache of programs."""

    NAME: ClassVar[str]
    program: ClassVar[Callable[[], Program]]
    PORT: ClassVar[int]
    """Port of the first start, if it is free."""

    STOP: ClassVar[tuple[signal.Signals, float]]
    """Signal that ends the server, and the seconds after which it is killed."""

    def __init__(self, home: Path, folder: str, cache: Path | None) -> None:
        self.home = home.absolute()
        self.folder = self.home / folder
        self._cache = cache
        self._lock = self.folder / "server.lock"
        self._state = self.folder / "server.json"

    def stop(self) -> bool:
        """Disconnect all users, write everything and shut down; return True if there was a server."""
        with json_state.exclusive(self._lock, f"stopping {self.NAME}"):
            return self._stop()

    def status(self) -> ServerStatus:
        """Return the server's status: running or not, address, data folder and uptime."""
        record = self._record()
        running = record.process() if record else None
        if not record or not running:
            return ServerStatus(self.NAME, False, None, None, type(self).program().version, self._data_folder(), None)
        up = time.time() - running.create_time()
        url, folder = self._safe_url(record), Path(record.folder)
        return ServerStatus(self.NAME, True, record.pid, url, record.version, folder, up)

    def is_installed(self) -> bool:
        """Return True if the programs are installed, so that a start downloads nothing."""
        return artifacts.is_installed(type(self).program(), self._program_folder())

    @abstractmethod
    def _account(self) -> Account | None:
        """Return the user that the server runs as; None for ours."""

    @abstractmethod
    def _data_folder(self) -> Path:
        """Return the folder of the data that is served, or would be."""

    @abstractmethod
    def _safe_url(self, record: Record) -> str:
        """Return the server's URL without a password."""

    @abstractmethod
    def _find(self) -> Record | None:
        """Return the record of a running server whose state file is lost."""

    @abstractmethod
    def _wait_for_answer(self, record: Record) -> Record:
        """Wait until the server of the record answers; return the record. Raises ServerError if it does not."""

    def _install(self) -> Path:
        """Return the folder of the installed programs, in a place that the server's user can reach."""
        return artifacts.install(type(self).program(), os_user.make(self._program_folder()))

    def _program_folder(self) -> Path:
        return os_user.place(self._cache or artifacts.cache_folder(), self._account())

    def _record(self) -> Record | None:
        """Return the record of the running server, found by its process if the file is lost."""
        return live_record(self._state, self._find)

    def _ready_record(self) -> Record:
        """Return the record of the running server. Raises ServerError if it does not run."""
        record = self._record()
        if not record or not record.ready:
            raise ServerError(
                f"{self.NAME} of {self.home} does not run. Start it with `discogs up`; if a month is being published, "
                "it restarts: try again in a few seconds."
            )
        return record

    def _describe(self, running: psutil.Process, mark: str, port: int, folder: Path, recipe: str = "") -> Record:
        version = type(self).program().version
        return Record(running.pid, running.create_time(), mark, port, str(folder), version, recipe=recipe)

    def _start_new(self, launch: Callable[[int], Record]) -> Record:
        """Launch a server, on the port of the last one if that is free, and wait until it answers."""
        last = read_record(self._state)
        preferred = [last.port if last else None, self.PORT]
        return start_on_free_port(preferred, lambda port: launch(port).write(self._state), self._wait_for_answer)

    def _mark_ready(self, record: Record) -> Record:
        log.info("%s is served on %s:%d (version %s)", record.folder, process.HOST, record.port, record.version)
        return replace(record, ready=True).write(self._state)

    def _stop(self) -> bool:
        record = self._record()
        running = record.process() if record else None
        if record and running:
            # First, so that nobody attaches to the server if we are killed while it shuts down.
            replace(record, ready=False, stopping=True).write(self._state)
            process.stop(running, *self.STOP)
        return running is not None
