"""Pools of connections to PostgreSQL, one a process and database."""

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
"""Connections that a process keeps to a server; one beyond them is opened for its use alone."""

POOL_SECONDS = 1.0
"""Longest wait for a connection of the pool."""

IDLE_SECONDS = 60.0
"""Idle time after which a connection of the pool is closed."""

WAIT_SECONDS = 60
"""How long any statement of ours waits for a lock, unless it says otherwise."""

# A server that does not answer is an error of ours, which names it.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

Connection = psycopg.Connection[tuple[Any, ...]]


def options_of(url: str) -> str:
    """Return the `options` of every connection: a limit to the wait for a lock, and what the URL gives."""
    return f"-c lock_timeout={WAIT_SECONDS}s {conninfo_to_dict(url).get('options') or ''}"


@cache
def pool_of(url: str) -> ConnectionPool[Connection]:
    """Return this process's connection pool of a database; its connections are opened as they are needed."""
    pool = ConnectionPool(
        url,
        # A connection that is returned loses its prepared statements, which psycopg does not notice.
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
    """Clear the session state that a user of the connection has left: settings, advisory locks, temporary tables."""
    connection.read_only = None
    connection.autocommit = True
    connection.execute("DISCARD ALL")
    connection.autocommit = False
