"""Faults of the environment, full disks and dead servers, recognised in any exception that carries them."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from discogs_assets.errors import DiscogsError, DiskFullError, ServerError
from discogs_assets.variables import INSTANCE

FULL = {errno.ENOSPC, errno.EDQUOT}
"""System error numbers for a full disk and an exhausted quota."""

WORDS = (*map(os.strerror, sorted(FULL)), "database or disk is full")
"""System messages for the same errors, which servers pass on in their own messages, and SQLite's."""

SQLITE_FAILED = "disk I/O error"
"""SQLite's message for a file that cannot be written or extended, often since the disk is full."""

ROOM = 2 << 20
"""Free bytes below which no server can go on, even if its error does not name a full disk."""

DISK_FULL = "53100"
"""SQLSTATE of PostgreSQL for a full disk."""

GONE = ("08", "57P")
"""SQLSTATE prefixes for a lost connection and for a server that shuts down or starts up."""

DRIVERS = ("psycopg", "psycopg2", "sqlalchemy")
"""Packages that raise the exceptions of Dagster's storage, a PostgreSQL database."""

ADVICE = "Free space there, then run again; partial output is removed. `discogs doctor` shows the space a month needs."


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and the exceptions that led to it, each once."""
    seen, following = set[int](), [error]
    while following:
        each = following.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            following += [cause for cause in (each.__cause__, each.__context__) if cause is not None]


def disk_full(error: BaseException) -> bool:
    """Return True if a disk or quota is used up: ours, or a server's that says so in the error's text."""
    return any(
        isinstance(each, DiskFullError)
        or (isinstance(each, OSError) and each.errno in FULL)
        or _state(each) == DISK_FULL
        or names_full_disk(str(each))
        or (SQLITE_FAILED in str(each) and _is_instance_full())
        for each in chain(error)
    )


def _is_instance_full() -> bool:
    """Return True if the disk of Dagster's instance, with its records in SQLite, has no room."""
    home = os.environ.get(INSTANCE)
    return home is not None and free_bytes(Path(home)) < ROOM


def names_full_disk(text: str) -> bool:
    """Return True if a server's message names a full disk."""
    return any(words in text for words in WORDS)


def full(what: str, folder: Path | None = None) -> DiskFullError:
    """Return the error for a full disk, with the operation and, if a folder is given, the bytes free there."""
    room = f" {free_bytes(folder):,} bytes are free in {folder}." if folder else ""
    return DiskFullError(f"the disk is full: {line(what)}.{room} {ADVICE}")


def explain(error: BaseException) -> DiscogsError | None:
    """Return the project's error that an exception amounts to.

    That is the exception itself, a full disk, or an unreachable Dagster storage; None for any other.
    """
    if isinstance(error, DiskFullError):
        return error
    if disk_full(error):
        return full(str(error), _place(error))
    if isinstance(error, DiscogsError):
        return error
    if gone := [each for each in chain(error) if server_gone(each)]:
        return ServerError(
            f"PostgreSQL, Dagster's storage, does not answer: {line(str(gone[-1]))}. Start it with `discogs up`, or "
            "check DISCOGS_POSTGRES_URL, then run again; incomplete work is removed."
        )
    return None


@contextmanager
def noticing_full_disk(folder: Path, logs: Path, doing: str) -> Iterator[None]:
    """Raise DiskFullError for an error in the block if the folder's disk is full, or was according to a log.

    A server may report a full disk as another error, and free the space before anybody looks.
    """
    began = {log: log.stat().st_size for log in logs.glob("*.log")}
    try:
        yield
    except (DiscogsError, OSError) as error:
        if isinstance(error, DiskFullError):
            raise
        logged = any(_names_full_disk(log, began.get(log, 0)) for log in logs.glob("*.log"))
        if logged or disk_full(error) or free_bytes(folder) < ROOM:
            raise full(f"{doing} ended with {os.strerror(errno.ENOSPC)!r}", folder) from error
        raise


def line(text: str) -> str:
    """Return the first non-empty line of a text, without its full stop, as part of a sentence."""
    first = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return first.rstrip(".")


def _state(error: BaseException) -> str | None:
    """Return PostgreSQL's SQLSTATE from a driver's exception, or from one wrapped by SQLAlchemy."""
    carrier: Any = getattr(error, "orig", None) or error
    return getattr(carrier, "sqlstate", None) or getattr(carrier, "pgcode", None)


def server_gone(error: BaseException) -> bool:
    """Return True if a driver's exception says that the server is down or has closed the connection."""
    if type(error).__module__.partition(".")[0] not in DRIVERS:
        return False
    state = _state(error)
    return state.startswith(GONE) if state else type(error).__name__ in ("OperationalError", "InterfaceError")


def _place(error: BaseException) -> Path | None:
    """Return the nearest existing folder of the file that could not be written, if the system names the file."""
    names = (each.filename for each in chain(error) if isinstance(each, OSError) and each.errno in FULL)
    found = next((Path(os.fsdecode(name)) for name in names if isinstance(name, str | bytes)), None)
    return next((folder for folder in (found, *found.parents) if folder.is_dir()), None) if found else None


def free_bytes(folder: Path) -> int:
    """Return the bytes free on the folder's disk; the folder itself need not exist yet."""
    return shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free


def _names_full_disk(log: Path, since: int) -> bool:
    """Return True if the log names a full disk after byte `since`."""
    try:
        with log.open("rb") as stream:
            # A log that has shrunk was rotated: all of it is new.
            stream.seek(since if log.stat().st_size >= since else 0)
            return names_full_disk(stream.read().decode("utf-8", "replace"))
    except OSError:
        return False
