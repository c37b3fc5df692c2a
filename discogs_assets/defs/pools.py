"""Pools: limits on concurrent steps across all runs, created before any step asks for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dagster as dg

NAMES = ("discogs_http", "musicbrainz_http", "postgres", "neo4j", "search", "published")
"""Every pool that an asset names; the limit is `concurrency.pools.default_limit` of `dagster.yaml`."""

LOCK = "hashtextextended('discogs_assets.pools', 0)"


def create(instance: "dg.DagsterInstance") -> list[str]:
    """Create the missing pools with the instance's default limit; return their names.

    Any number of processes may call this at once, and limits set by somebody are kept. Dagster itself creates a pool
    when a step first asks for it: if two runs ask at the same moment, one fails with a unique violation.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits or not instance.global_op_concurrency_default_limit:
        return []
    if not _missing(storage):
        return []
    with _alone(storage):
        missing = _missing(storage)
        for name in missing:
            storage.initialize_concurrency_limit_to_default(name)
    return missing


def _missing(storage: Any) -> list[str]:
    known = {pool.name for pool in storage.get_pool_limits()}
    return [name for name in NAMES if name not in known]


@contextmanager
def _alone(storage: Any) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock on the pools; another storage serves one process at a time anyway."""
    if not hasattr(storage, "postgres_url"):
        yield
        return
    from sqlalchemy import text

    with storage.index_connection() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        try:
            yield
        finally:
            # The connection may return to its engine's pool, and its session would keep the lock.
            connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
