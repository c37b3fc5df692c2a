"""The store directories of a month: which number a new one gets, and which ones nobody needs any more.

What belongs here: names of loads, one writer a month, what goes and when. What doesn't: filling or serving a store (see
`neo4j`).
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets.embedded import records
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.errors import BusyError

FINISHED = "finished.json"
"""The file in a store that is there once it is indexed and counted."""

NUMBERS = "numbers.json"
"""The file with the number of each month's last load, so that none is ever given twice."""


@contextmanager
def alone(server: Neo4jServer, month: str) -> Iterator[None]:
    """Keep other processes from loading the month (2026-11) while the block runs; BusyError if one is at it."""
    lock = _lock(server, month)
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout as error:
        raise BusyError(
            f"{month} is being loaded into Neo4j by another process, which holds {lock}. "
            "Wait for it to end, then run again."
        ) from error


def publishing(server: Neo4jServer, month: str) -> AbstractContextManager[None]:
    """One publisher at a time, from reading what is served to serving another; BusyError after two minutes' wait."""
    return records.exclusive(server.folder / "publish.lock", f"publishing {month}")


def fresh(server: Neo4jServer, month: str, keep: Iterable[str]) -> Path:
    """A store directory of the month that no load has had; what nobody needs goes first. To be called `alone`.

    `keep` are stores that Dagster's records name, and so may still be published.
    """
    kept = {Path(store) for store in keep}
    _sweep(server, month, kept)
    number = _last(server, month, kept) + 1
    _note(server, month, number)
    return server.folder / month / f"{number:04d}"


def _last(server: Neo4jServer, month: str, kept: Iterable[Path] = ()) -> int:
    """The number of the month's last load; the stores that are there count, whatever became of the file."""
    noted = (records.read(server.folder / NUMBERS) or {}).get(month)
    before = (records.read(server.folder / month / NUMBERS) or {}).get("last")  # as earlier versions kept it
    given = [number for number in (noted, before) if isinstance(number, int)]
    return max([0, *given, *map(_number, [*_stores(server, month), *kept])])


def _note(server: Neo4jServer, month: str, number: int) -> None:
    with records.exclusive(server.folder / "locks" / "numbers.lock", f"numbering a load of {month}"):
        file = server.folder / NUMBERS
        records.write(file, {**(records.read(file) or {}), month: number})


def _lock(server: Neo4jServer, month: str) -> Path:
    return server.folder / "locks" / f"{month}.lock"


def finish(store: Path) -> None:
    """Note that the store is indexed and counted: from now on it goes only when a later one takes its place."""
    records.write(store / FINISHED, {})


def sweep(server: Neo4jServer, month: str) -> list[str]:
    """Delete the month's stores that the served one supersedes, and their names; none while the month is loaded."""
    try:
        with alone(server, month):
            return _sweep(server, month, [])
    except BusyError:
        return []


def _sweep(server: Neo4jServer, month: str, keep: Iterable[Path]) -> list[str]:
    """Delete stores that are neither served nor to be kept, if a later one is or a killed load has left them.

    A finished store with a later number than those is another's: a run of other records has it still to publish.
    """
    alive = {store for store in (server.served(), *keep) if store.parent.name == month}
    newest = max(map(_number, alive), default=0)
    dead = [
        store
        for store in _stores(server, month)
        if store not in alive and (_number(store) < newest or not (store / FINISHED).exists())
    ]
    return [f"{month}/{store.name}" for store in dead if _removed(server, store)]


def _removed(server: Neo4jServer, store: Path) -> bool:
    """Whether it could be deleted: not while somebody is about to serve it."""
    try:
        server.remove(store)
    except BusyError:
        return False
    return True


def months(server: Neo4jServer) -> list[str]:
    """The months (2026-11) that have a store, the oldest first."""
    return sorted({store.parent.name for store in server.folder.glob("[0-9]*-[0-9]*/[0-9]*") if store.is_dir()})


def drop(server: Neo4jServer, month: str) -> dict[str, int]:
    """Delete the month's stores, its folder and its lock; the bytes by name of the store.

    BusyError if one is served, or the month is being loaded.
    """
    with alone(server, month):
        _note(server, month, _last(server, month))
        sizes = {f"{month}/{store.name}": server.remove(store) for store in _stores(server, month)}
        shutil.rmtree(server.folder / month, ignore_errors=True)
        _lock(server, month).unlink()
        return sizes


def served_month(server: Neo4jServer) -> str | None:
    """The month that is served, None if nothing is."""
    month = server.served().parent.name
    return None if month == "empty" else month


def _stores(server: Neo4jServer, month: str) -> list[Path]:
    return sorted(store for store in (server.folder / month).glob("[0-9]*") if store.is_dir())


def _number(store: Path) -> int:
    return int(store.name) if store.name.isdigit() else 0
