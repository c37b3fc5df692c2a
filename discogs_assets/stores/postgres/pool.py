"""Connection pools for PostgreSQL, one per process and database."""

import atexit
import logging
from functools import cache
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

NAME = "discogs_assets"
"""Application name of our connections."""

POOL_SIZE = 8
"""Connections that a process keeps to a server. Any further one is opened for a single use."""

POOL_SECONDS = 1.0
"""Longest wait for a pooled connection, in seconds."""

IDLE_SECONDS = 60.0
"""Seconds after which an idle pooled connection is closed."""

WAIT_SECONDS = 60
"""Default lock timeout of our statements, in seconds."""

# Our own error reports a server that does not answer, by name.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

Connection = psycopg.Connection[tuple[Any, ...]]


def options_of(url: str) -> str:
    """Return the `options` of every connection: the lock timeout, and the options in the URL."""
    return f"-c lock_timeout={WAIT_SECONDS}s {conninfo_to_dict(url).get('options') or ''}"


@cache
def pool_of(url: str) -> ConnectionPool[Connection]:
    """Return this process's connection pool for a database. Connections are opened on demand."""
    pool = ConnectionPool(
        url,
        # Returned connections lose their prepared statements (DISCARD ALL), and psycopg does not notice.
        kwargs={"application_name": NAME, "options": options_of(url), "prepare_threshold": None},
        min_size=0,
        max_size=POOL_SIZE,
        max_idle=IDLE_SECONDS,
        reconnect_timeout=POOL_SECONDS,
        check=ConnectionPool.check_connection,
        reset=_reset,
        open=True,
    )
    atexit.register(pool.close)
    return pool


def _reset(connection: Connection) -> None:
    """Clear the session state left by the connection's last user: settings, advisory locks, temporary tables."""
    connection.read_only = None
    connection.autocommit = True
    connection.execute("DISCARD ALL")
    connection.autocommit = False
