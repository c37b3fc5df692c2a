"""Store directories of a month: numbering, locking, and deletion of superseded ones."""

import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from discogs_assets.errors import BusyError
from discogs_assets.servers import json_state
from discogs_assets.servers.neo4j.server import Neo4jServer

FINISHED = "finished.json"
"""File in a store that exists once the store is indexed and counted."""

NUMBERS = "numbers.json"
"""File with the number of each month's last load, so that no number is given twice."""


def alone(server: Neo4jServer, month: str) -> AbstractContextManager[None]:
    """Return the lock of the month (2026-11) against other loads. Raises BusyError if one is running."""
    return json_state.exclusive(_lock(server, month), f"loading {month} into Neo4j", timeout=0)


def fresh(server: Neo4jServer, month: str, keep: Iterable[str]) -> Path:
    """Return an unused store directory of the month, after deleting stores that nobody needs. Call it in `alone`.

    `keep` are stores named in Dagster's event log: they may still be published.
    """
    kept = {Path(store) for store in keep}
    _sweep(server, month, kept)
    number = _last(server, month, kept) + 1
    _note(server, month, number)
    return server.folder / month / f"{number:04d}"


def _last(server: Neo4jServer, month: str, kept: Iterable[Path] = ()) -> int:
    """Return the number of the month's last load; existing stores count even if the file is lost."""
    numbers = json_state.read(server.folder / NUMBERS) or {}
    earlier = json_state.read(server.folder / month / NUMBERS) or {}  # file of earlier versions
    given = [number for number in (numbers.get(month), earlier.get("last")) if isinstance(number, int)]
    return max([0, *given, *map(_number, [*_stores(server, month), *kept])])


def _note(server: Neo4jServer, month: str, number: int) -> None:
    with json_state.exclusive(server.folder / "locks" / "numbers.lock", f"numbering a load of {month}"):
        file = server.folder / NUMBERS
        json_state.write(file, {**(json_state.read(file) or {}), month: number})


def _lock(server: Neo4jServer, month: str) -> Path:
    return server.folder / "locks" / f"{month}.lock"


def finish(store: Path) -> None:
    """Mark the store as indexed and counted: from now on, only a later one supersedes it."""
    json_state.write(store / FINISHED, {})


def sweep(server: Neo4jServer, month: str, keep: Iterable[Path] = ()) -> list[str]:
    """Delete the month's stores superseded by the served one or a kept one; return their names, none during a load."""
    try:
        with alone(server, month):
            return _sweep(server, month, keep)
    except BusyError:
        return []


def _sweep(server: Neo4jServer, month: str, keep: Iterable[Path]) -> list[str]:
    """Delete stores that are neither served nor kept, if a later one is or if a killed load left them behind.

    A finished store with a later number is kept: a run of another Dagster instance has yet to publish it.
    """
    alive = {store for store in (server.find_served_folder(), *keep) if store.parent.name == month}
    newest, removed = max(map(_number, alive), default=0), []
    for store in set(_stores(server, month)) - alive:
        if _number(store) < newest or not (store / FINISHED).exists():
            # A store may be in use by a process about to serve it.
            with suppress(BusyError):
                server.remove(store)
                removed.append(f"{month}/{store.name}")
    return sorted(removed)


def months(server: Neo4jServer) -> list[str]:
    """Return the months (2026-11) that have a store, oldest first."""
    return sorted({store.parent.name for store in server.folder.glob("[0-9]*-[0-9]*/[0-9]*") if store.is_dir()})


def drop(server: Neo4jServer, month: str) -> dict[str, int]:
    """Delete the month's stores, folder and lock; return the bytes by store name.

    Raises BusyError if one is served, or if the month is being loaded.
    """
    with alone(server, month):
        # The number outlives the stores: no later load gets it again.
        _note(server, month, _last(server, month))
        sizes = {f"{month}/{store.name}": server.remove(store) for store in _stores(server, month)}
        shutil.rmtree(server.folder / month, ignore_errors=True)
        json_state.remove_lock(_lock(server, month))
        return sizes


def served_month(server: Neo4jServer) -> str | None:
    """Return the month that is served, None if there is none."""
    month = server.find_served_folder().parent.name
    return None if month == "empty" else month


def _stores(server: Neo4jServer, month: str) -> list[Path]:
    return sorted(store for store in (server.folder / month).glob("[0-9]*") if store.is_dir())


def _number(store: Path) -> int:
    return int(store.name) if store.name.isdigit() else 0
