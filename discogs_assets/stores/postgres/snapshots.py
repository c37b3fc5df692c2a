"""Snapshots, the share links of the explorer: rows of `serving.snapshots`, which belong to no month."""

import hashlib
import hmac
import ipaddress
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from discogs_assets.errors import QuestionError
from discogs_assets.schema.backends.provisioning import SNAPSHOTS
from discogs_assets.stores.postgres.reader import Row, create_pool, lend_connection

CLIENT_SNAPSHOTS = 100
"""Snapshots that one address may have; addresses of IPv6 count by their network of 64 bits."""

ALL_SNAPSHOTS = 10_000
"""Snapshots of all addresses: 640 MiB at the most, 64 KiB each."""

EXPIRED_ROWS = 100
"""Expired snapshots that are deleted whenever one is created, at most."""

POOL_SIZE = 4
WAITING = 300
"""Requests that may wait for a connection, more than one address sends at once; any further one is refused."""

TOKEN_BYTES = 16
TOKEN_LENGTH = 22
"""Characters of a token: 16 random bytes in base64."""

STATEMENT_SECONDS = 5

LOCK = f"LOCK TABLE {SNAPSHOTS} IN SHARE ROW EXCLUSIVE MODE"
"""Creations follow each other, so that no quota is exceeded; readers go on."""

CLEAN = (
    f"DELETE FROM {SNAPSHOTS} WHERE token IN (SELECT token FROM {SNAPSHOTS} WHERE expires_at <= now()"
    f" ORDER BY expires_at LIMIT {EXPIRED_ROWS})"
)
COUNT = (
    "SELECT count(*) AS total, count(*) FILTER (WHERE client = %(client)s) AS mine,"
    " min(expires_at) FILTER (WHERE client = %(client)s) AS my_next, min(expires_at) AS next"
    f" FROM {SNAPSHOTS} WHERE expires_at > now()"
)
CREATE = (
    f"INSERT INTO {SNAPSHOTS} (token, client, content, expires_at)"
    " VALUES (%(token)s, %(client)s, %(content)s, now() + %(lifetime)s) RETURNING expires_at"
)
FIND = f"SELECT content, created_at, expires_at FROM {SNAPSHOTS} WHERE token = %(token)s AND expires_at > now()"


@dataclass(frozen=True, slots=True)
class Found:
    """A snapshot as it was created."""

    content: dict[str, Any]
    created_at: datetime
    expires_at: datetime


class SnapshotStore:
    """Snapshots by secret tokens; use as an asynchronous context.

    `url` is asked for each connection: a server may come back at another address. `days` is the lifetime.
    """

    def __init__(self, url: Callable[[], str], days: int) -> None:
        self._url = url
        self._lifetime = timedelta(days=days)

    @cached_property
    def _pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Row]]:
        limit = f"{STATEMENT_SECONDS}s"
        # A connection may be of a server that has restarted since.
        check = AsyncConnectionPool[psycopg.AsyncConnection[Row]].check_connection
        options = f"-c statement_timeout={limit} -c lock_timeout={limit}"
        return create_pool(self._url, POOL_SIZE, WAITING, check, options=options)

    async def __aenter__(self) -> Self:
        """Open the pool; no connection is made."""
        await self._pool.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._pool.close()

    async def create(self, content: dict[str, Any], address: str) -> tuple[str, datetime]:
        """Store a snapshot of a client; return its token and its end.

        Raises QuestionError: 429 beyond the client's quota, 503 beyond the one of all clients.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        client = self._hide(address)
        async with lend_connection(self._pool) as connection, connection.transaction():
            # A flood beyond the quota costs no lock.
            await _require_room(connection, client)
            await connection.execute(LOCK)
            await connection.execute(CLEAN)
            await _require_room(connection, client)
            values = {"token": _digest(token), "client": client, "content": Jsonb(content), "lifetime": self._lifetime}
            (created,) = await (await connection.execute(CREATE, values)).fetchall()
        return token, created["expires_at"]

    async def find(self, token: str) -> Found:
        """Return a snapshot. Raises QuestionError (404) if there is none with this token, or if it has expired."""
        rows: list[Row] = []
        if len(token) == TOKEN_LENGTH:
            async with lend_connection(self._pool) as connection:
                rows = await (await connection.execute(FIND, {"token": _digest(token)})).fetchall()
        if not rows:
            raise QuestionError(404, "there is no snapshot with this token. Snapshots expire; ask for a new link.")
        return Found(**rows[0])

    def _hide(self, address: str) -> bytes:
        """Return a digest of a client's address that only the holder of the role's password could find again."""
        password = str(conninfo_to_dict(self._url()).get("password") or "")
        return hmac.digest(password.encode(), _network(address).encode(), "sha256")


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _require_room(connection: psycopg.AsyncConnection[Row], client: bytes) -> None:
    """Raise QuestionError if another snapshot would exceed a quota."""
    (used,) = await (await connection.execute(COUNT, {"client": client})).fetchall()
    if used["mine"] >= CLIENT_SNAPSHOTS:
        raise _refuse(429, f"{CLIENT_SNAPSHOTS} snapshots of this address are kept", used["my_next"])
    if used["total"] >= ALL_SNAPSHOTS:
        raise _refuse(503, f"{ALL_SNAPSHOTS:,} snapshots are kept, as many as there may be", used["next"])


def _refuse(status: int, reason: str, end: datetime) -> QuestionError:
    wait = max(1, math.ceil((end - datetime.now(UTC)).total_seconds()))
    return QuestionError(status, f"{reason}. The first expires at {end:%Y-%m-%d %H:%M} UTC.", wait=wait)
