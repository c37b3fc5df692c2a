"""A server of a home as other processes find it: the record of its process and port, and its status."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from discogs_assets.errors import ServerError
from discogs_assets.servers import json_state, process

log = logging.getLogger(__name__)

_ATTEMPTS = 3
_PORT_TAKEN = "Address already in use"


@dataclass(frozen=True)
class Record:
    """A started server, as its state file describes it to other processes.

    `created` is the process's creation time in seconds since the epoch. `mark` is an argument of its command line that
    names its data, `folder` that data. `ready` is True once it has answered, `stopping` once it was asked to end.
    `recipe` is a digest of its setup.
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

    def write(self, file: Path) -> "Record":
        """Write this record to `file` and return it."""
        json_state.write(file, asdict(self))
        return self

    def process(self) -> psutil.Process | None:
        """Return the recorded process; None if it has ended, even if its number was reused."""
        return process.alive(self.pid, self.created, self.mark)


@dataclass(frozen=True)
class ServerStatus:
    """Status of a server; `url` carries no password, `seconds_up` is None unless it runs."""

    name: str
    running: bool
    pid: int | None
    url: str | None
    version: str
    folder: Path
    seconds_up: float | None


def read_record(file: Path) -> Record | None:
    """Return the record in `file`; None if there is none, or if another version of this program wrote it."""
    fields = json_state.read(file)
    try:
        return Record(**fields) if fields else None
    except TypeError:
        return None


def live_record(file: Path, find: Callable[[], Record | None] = lambda: None) -> Record | None:
    """Return the record in `file` if its process lives.

    If the file is lost or damaged, it is rewritten from the running server that `find` returns.
    """
    record = read_record(file)
    if record is None and (found := find()):
        log.info("%s was lost or damaged; it is rewritten for process %d", file, found.pid)
        record = found.write(file)
    return record if record and record.process() else None


def start_on_free_port(
    preferred: Sequence[int | None], launch: Callable[[int], Record], answering: Callable[[Record], Record]
) -> Record:
    """Launch a server on the first preferred port that is free, or any other, and wait until it is `answering`.

    Another program may take the port between our check and the server's bind: then another port is tried.
    Raises the error of `answering` if it has a different reason.
    """
    for attempt in range(_ATTEMPTS):
        port = process.free_port(preferred if attempt == 0 else [])
        record = launch(port)
        try:
            return answering(record)
        except ServerError as error:
            # The other program may have ended meanwhile: then only our server's log tells.
            if record.process() or not (process.listens(port) or _PORT_TAKEN in str(error)):
                raise
    raise ServerError(f"Other programs took {_ATTEMPTS} ports in turn while a server was starting. Find out which.")
