"""The store directories of a month: which number a new one gets, and which ones nobody needs any more.

What belongs here: names of loads, one writer a month, sweeping. What doesn't: filling or serving a store (see `neo4j`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.store import Store
from discogs_assets.errors import BusyError


@contextmanager
def alone(server: Neo4jServer, month: str) -> Iterator[None]:
    """Keep other processes from loading the month (2026-11) while the block runs; BusyError if one is at it."""
    lock = server.folder / month / ".lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout as error:
        raise BusyError(
            f"{month} is being loaded into Neo4j by another process, which holds {lock}. "
            "Wait for it to end, then run again."
        ) from error


def fresh(server: Neo4jServer, month: str, keep: Iterable[str]) -> Path:
    """A store directory of the month that no load has had; what is neither served nor to be kept goes first.

    `keep` are stores that Dagster's records name, and so may still be published.
    """
    kept = {Path(store) for store in keep}
    numbers = [int(store.name) for store in {*_stores(server, month), *kept} if store.name.isdigit()]
    sweep(server, month, kept)
    return server.folder / month / f"{max(numbers, default=0) + 1:04d}"


def sweep(server: Neo4jServer, month: str, keep: Iterable[Path] = ()) -> list[str]:
    """Delete the month's stores that are neither served nor to be kept; returns their names."""
    alive = {server.served(), *keep}
    dead = [store for store in _stores(server, month) if store not in alive]
    for store in dead:
        Store(store).remove()
    return [f"{month}/{store.name}" for store in dead]


def served_month(server: Neo4jServer) -> str | None:
    """The month that is served, None if nothing is."""
    month = server.served().parent.name
    return None if month == "empty" else month


def _stores(server: Neo4jServer, month: str) -> list[Path]:
    return sorted(store for store in (server.folder / month).glob("[0-9]*") if store.is_dir())
