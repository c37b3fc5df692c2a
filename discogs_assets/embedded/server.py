"""A server as other processes find it: the record of who runs it and where, and its status.

What belongs here: what PostgreSQL and Neo4j have in common as running things. What doesn't: processes as such
(`process`), and how either server is started.
"""

import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from discogs_assets.embedded import process, records
from discogs_assets.errors import ServerError

log = logging.getLogger(__name__)

_ATTEMPTS = 3


@dataclass(frozen=True)
class Record:
    """A started server, as its state file tells it to other processes.

    `created` is the process's creation time in seconds since the epoch, `mark` an argument of its command line that
    names its data, `folder` that data, `ready` whether it has answered once, `stopping` whether it was told to end, and
    `recipe` a digest of how it was set up.
    """

    pid: int
    created: float
    mark: str
    port: int
    folder: str
    version: str
    ready: bool = False
    stopping: bool = False
    recipe: str = ""

    def written(self, file: Path) -> "Record":
        """Write this record to `file`, and give it back."""
        records.write(file, asdict(self))
        return self

    def made_ready(self, file: Path) -> "Record":
        """The same server, now known to answer; written to `file`."""
        log.info("%s is served on %s:%d (version %s)", self.folder, process.HOST, self.port, self.version)
        return replace(self, ready=True).written(file)

    def made_stopping(self, file: Path) -> "Record":
        """The same server, which nobody may attach to any more; written to `file`."""
        return replace(self, ready=False, stopping=True).written(file)

    def process(self) -> psutil.Process | None:
        """The recorded process while it lives; None when it ended, or its number is another process's by now."""
        return process.alive(self.pid, self.created, self.mark)


@dataclass(frozen=True)
class ServerStatus:
    """What there is to say about a server; `url` carries no password, `seconds_up` is None unless it runs."""

    name: str
    running: bool
    pid: int | None
    url: str | None
    version: str
    folder: Path
    seconds_up: float | None


def read_record(file: Path) -> Record | None:
    """The record in `file`; None where there is none, or one that an other version of this program wrote."""
    fields = records.read(file)
    try:
        return Record(**fields) if fields else None
    except TypeError:
        return None


def live_record(file: Path, find: Callable[[], Record | None] = lambda: None) -> Record | None:
    """Return the record in `file` if its process lives.

    If the file is lost or damaged, it is written anew from what `find` finds running.
    """
    record = read_record(file)
    if record is None and (found := find()):
        log.info("%s was lost or damaged; it is written anew for process %d", file, found.pid)
        record = found.written(file)
    return record if record and record.process() else None


def stop(file: Path, record: Record | None, by: signal.Signals, timeout: float) -> bool:
    """End the server of the live record, kept in `file`, as `process.stop` does; return whether there was one."""
    running = record.process() if record else None
    if record and running:
        record.made_stopping(file)
        process.stop(running, by, timeout)
    return running is not None


def status_of(name: str, record: Record | None, url: str, version: str, folder: Path) -> ServerStatus:
    """The status of the server of `record`, or of one that does not run."""
    process = record.process() if record else None
    if not record or not process:
        return ServerStatus(name, False, None, None, version, folder, None)
    up = time.time() - process.create_time()
    return ServerStatus(name, True, process.pid, url, record.version, Path(record.folder), up)


def on_free_port(
    preferred: Sequence[int | None], launch: Callable[[int], Record], answering: Callable[[Record], Record]
) -> Record:
    """Launch a server on the first preferred port that is free, or any other, and wait until it is `answering`.

    Another program may take the port between our look and the server's own: then another port is tried.
    Raises what `answering` raises when the reason is a different one.
    """
    for attempt in range(_ATTEMPTS):
        port = process.free_port(preferred if attempt == 0 else [])
        record = launch(port)
        try:
            return answering(record)
        except ServerError:
            if record.process() or not process.listens(port):
                raise
    raise ServerError(f"{_ATTEMPTS} ports in turn were taken while a server was starting; see what takes them")
