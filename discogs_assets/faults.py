"""Faults of the world around: full disks and dead servers, recognised in whatever exception carries them."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from discogs_assets.errors import DiscogsError, DiskFullError, ServerError

FULL = {errno.ENOSPC, errno.EDQUOT}
"""Error numbers of the system for a disk or a quota that is used up."""

WORDS = tuple(map(os.strerror, sorted(FULL)))
"""Messages of the system for the same, which servers pass on in their own."""

ROOM = 2 << 20
"""Bytes below which a server could not go on, whatever it says: not every one names a full disk."""

DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE for a full disk."""

GONE = ("08", "57P")
"""Beginnings of its SQLSTATEs for a connection that is gone and a server that shuts down or starts up."""

DRIVERS = ("psycopg", "psycopg2", "sqlalchemy")
"""Packages whose exceptions may come from Dagster's records, which PostgreSQL holds."""

ADVICE = (
    "Free some space there, then run again; nothing half written is kept. `discogs doctor` says what a month needs."
)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it."""
    seen, following = set[int](), [error]
    while following:
        each = following.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            following += [cause for cause in (each.__cause__, each.__context__) if cause is not None]


def disk_full(error: BaseException) -> bool:
    """Whether a disk or a quota is used up, ours or a server's, whose words reach us in the error's text."""
    return any(
        isinstance(each, DiskFullError)
        or (isinstance(each, OSError) and each.errno in FULL)
        or _state(each) == DISK_FULL
        or names_full_disk(str(each))
        for each in chain(error)
    )


def names_full_disk(text: str) -> bool:
    """Whether a server's words are those of a full disk."""
    return any(words in text for words in WORDS)


def full(what: str, folder: Path | None = None) -> DiskFullError:
    """The error for a full disk: what was being done, and how much is free in the folder, if that is known."""
    room = f" {_free(folder):,} bytes are free in {folder}." if folder else ""
    return DiskFullError(f"the disk is full: {line(what)}.{room} {ADVICE}")


def explain(error: BaseException) -> DiscogsError | None:
    """Return the error of ours that an exception amounts to: itself, a full disk, or Dagster's records out of reach.

    None if it is none of these.
    """
    if isinstance(error, DiskFullError):
        return error
    if disk_full(error):
        return full(str(error), _place(error))
    if isinstance(error, DiscogsError):
        return error
    if gone := [each for each in chain(error) if server_gone(each)]:
        return ServerError(
            f"PostgreSQL, which holds Dagster's records, does not answer: {line(str(gone[-1]))}. Start it with "
            "`discogs up`, or see what DISCOGS_POSTGRES_URL names, then run again; what is half done is swept."
        )
    return None


@contextmanager
def noticing_full_disk(folder: Path, logs: Path, doing: str) -> Iterator[None]:
    """Raise DiskFullError for an error in the block if the folder's disk is full, or was, by what a server has logged.

    A server may report a full disk as something else, and give the room back before anybody looks.
    """
    began = {log: log.stat().st_size for log in logs.glob("*.log")}
    try:
        yield
    except (DiscogsError, OSError) as error:
        if isinstance(error, DiskFullError):
            raise
        if (
            disk_full(error)
            or _free(folder) < ROOM
            or any(_logged(log, began.get(log, 0)) for log in logs.glob("*.log"))
        ):
            raise full(f"{doing} ended with {os.strerror(errno.ENOSPC)!r}", folder) from error
        raise


def line(text: str) -> str:
    """A text as part of a sentence: its first line with words, without a full stop."""
    first = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return first.rstrip(".")


def _state(error: BaseException) -> str | None:
    """PostgreSQL's SQLSTATE, in the drivers' exceptions and in what SQLAlchemy wraps around them."""
    carrier: Any = getattr(error, "orig", None) or error
    return getattr(carrier, "sqlstate", None) or getattr(carrier, "pgcode", None)


def server_gone(error: BaseException) -> bool:
    """Whether a driver's exception says that the server is down or has closed the connection."""
    if type(error).__module__.partition(".")[0] not in DRIVERS:
        return False
    state = _state(error)
    return state.startswith(GONE) if state else type(error).__name__ in ("OperationalError", "InterfaceError")


def _place(error: BaseException) -> Path | None:
    """The folder of the file that could not be written, where the system names it."""
    names = (each.filename for each in chain(error) if isinstance(each, OSError) and each.errno in FULL)
    found = next((Path(os.fsdecode(name)) for name in names if isinstance(name, str | bytes)), None)
    return next((folder for folder in (found, *found.parents) if folder.is_dir()), None) if found else None


def _free(folder: Path) -> int:
    """Bytes that may still be written there; the folder itself need not exist yet."""
    return shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free


def _logged(log: Path, since: int) -> bool:
    """Whether a full disk is named in what the log has gained."""
    try:
        with log.open("rb") as stream:
            stream.seek(since if log.stat().st_size >= since else 0)
            return names_full_disk(stream.read().decode("utf-8", "replace"))
    except OSError:
        return False
