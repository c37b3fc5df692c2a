"""PostgreSQL as the API reads it: an asynchronous pool, and statements on the tables of one publication."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled, UndefinedColumn, UndefinedTable
from psycopg.rows import class_row, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from discogs_assets.errors import LateError, QuestionError, ServerError, SupersededError
from discogs_assets.schema.backends import sql
from discogs_assets.schema.backends.provisioning import PUBLICATION
from discogs_assets.schema.child_tables import source_of
from discogs_assets.schema.tables import TABLES
from discogs_assets.stores.postgres.loads import view_of
from discogs_assets.stores.postgres.publication import COLUMNS, Publication

NAME = "discogs_api"
"""Application name of the connections."""

POOL_SIZE = 12
WAITING = 200
"""Requests that may wait for a connection; any further one is refused at once."""

POOL_SECONDS = 2.0
"""Longest wait for a connection, and for a lost server before the next attempt, in seconds."""

NAMED = {f"{source_of(table)}_{table.name}": table for table in TABLES} | {
    table.name: table for table in reversed(TABLES)
}
"""Tables by the names that statements use: musicbrainz_artists, or artists; a name of two sources is Discogs'."""

Row = dict[str, Any]

NEWEST = (
    "SELECT max(sequence) FILTER (WHERE state = 'done') AS newest,"
    " coalesce(bool_or(state = 'intended' OR settled_at > now() - interval '30 s'), false) AS switching"
    f" FROM {PUBLICATION}"
)
"""Newest publication. For a while after a switch, the stores answer slowly: they have nothing in memory."""
RECORD = f"SELECT {COLUMNS} FROM {PUBLICATION} WHERE "
PROVEN = (
    f"SELECT DISTINCT ON (month) {COLUMNS} FROM {PUBLICATION} WHERE state <> 'intended' AND NOT EXISTS"
    " (SELECT FROM jsonb_each_text(tables) WHERE to_regclass(value) IS NULL) ORDER BY month, sequence DESC"
)
"""Last proven loads of each month that has all of them. A month undone was proven, and readers keep another one."""


class TableReader:
    """The published tables, read through a pool by a role that may only read.

    `url` is asked for each connection: a server may come back at another address. The table of a load never changes,
    so statements on the tables that a publication names read one month, in whatever transaction. Their plans are made
    for the values of each call, since names and genres differ in size by orders of magnitude.
    """

    def __init__(self, url: Callable[[], str], seconds: float) -> None:
        self._url = url
        self._options = (
            f"-c statement_timeout={seconds * 1000:.0f} -c default_transaction_read_only=on "
            "-c plan_cache_mode=force_custom_plan"
        )
        self.seen: Publication | None = None
        """The publication last read."""
        self.switching = False
        """True if a publication was under way then, or had just ended."""
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[Publication | None] | None = None

    @cached_property
    def pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Row]]:
        """The pool. Connections are opened on demand."""
        return create_pool(self._url, POOL_SIZE, WAITING, options=self._options, autocommit=True)

    async def open(self) -> None:
        """Open the pool; no connection is made."""
        await self.pool.open()

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()

    async def rows(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows of a statement.

        Raises SupersededError if a table is gone, LateError beyond the time limit, ServerError if the server
        goes away, QuestionError (503) if it has been away.
        """
        async with self._connection() as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall()

    async def find_published(self) -> Publication | None:
        """Return the publication that readers see, None before the first one.

        Callers that arrive during a read share the next one, so that no result is older than its request, and many
        concurrent requests cost little more than one.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._read_published())
            self._next.add_done_callback(lambda read: read.cancelled() or read.exception())
        return await asyncio.shield(self._next)

    async def _read_published(self) -> Publication | None:
        """Return the publication; its record is read once for each sequence."""
        async with self._turn:
            self._next = None
            return await self._find_newest()

    async def _find_newest(self) -> Publication | None:
        async with self._connection() as connection:
            (found,) = await (await connection.execute(NEWEST)).fetchall()
            newest, self.switching = found["newest"], found["switching"]
            if newest is None:
                return None
            if self.seen is None or self.seen.sequence != newest:
                self.seen = await _record(connection, "sequence = %(sequence)s", {"sequence": newest})
            return self.seen

    async def months(self) -> dict[str, Publication]:
        """Return the last proven loads of each month (2026-11), published or not.

        They have neither graph nor search index: these show the published month alone.
        """
        async with self._connection() as connection, connection.cursor(row_factory=class_row(Publication)) as cursor:
            found = await (await cursor.execute(PROVEN)).fetchall()
            return {each.month: replace(each, graph=None, search=None) for each in found}

    async def find_loaded(self, month: str) -> Publication:
        """Return the last proven loads of a month.

        Raises QuestionError (409), with the months that are loaded, if it is none of them.
        """
        months = await self.months()
        if month not in months:
            raise QuestionError(
                409, f"{month} is not loaded, expected one of {', '.join(sorted(months))}", months=sorted(months)
            )
        return months[month]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        try:
            async with lend_connection(self.pool) as connection:
                yield connection
        except UndefinedTable as error:
            raise SupersededError(f"a load is gone: {_line(error)}") from error
        except UndefinedColumn as error:
            raise QuestionError(
                409, f"another version has loaded the month: {_line(error)}. Load it again: discogs load 2026-11"
            ) from error


def create_pool(
    url: Callable[[], str],
    size: int,
    waiting: int,
    check: Callable[[psycopg.AsyncConnection[Row]], Awaitable[None]] | None = None,
    **options: Any,
) -> AsyncConnectionPool[psycopg.AsyncConnection[Row]]:
    """Return a closed pool of `size` connections with these options, for which `waiting` requests may wait.

    `check` examines a connection before it is lent.
    """
    return AsyncConnectionPool(
        url,
        connection_class=psycopg.AsyncConnection[Row],
        kwargs={"application_name": NAME, "row_factory": dict_row, **options},
        min_size=0,
        max_size=size,
        max_waiting=waiting,
        timeout=POOL_SECONDS,
        reconnect_timeout=POOL_SECONDS,
        check=check,
        open=False,
    )


@asynccontextmanager
async def lend_connection(
    pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]],
) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
    """Lend a connection of the pool.

    Raises LateError beyond the time limit of a statement, ServerError if the server goes away, QuestionError
    (503) if it has been away or if too many requests wait for it.
    """
    try:
        async with pool.connection() as connection:
            yield connection
    except QueryCanceled as error:
        raise LateError() from error
    except TooManyRequests as error:
        raise QuestionError(
            503, f"{pool.max_waiting} requests wait for PostgreSQL already. Ask again later."
        ) from error
    except PoolTimeout as error:
        raise QuestionError(503, f"PostgreSQL is away or busy: {_line(error)}. Ask again later.") from error
    except psycopg.OperationalError as error:
        raise ServerError(f"PostgreSQL does not answer: {_line(error)}") from error


async def _record(
    connection: psycopg.AsyncConnection[Row], condition: str, values: Mapping[str, Any]
) -> Publication | None:
    async with connection.cursor(row_factory=class_row(Publication)) as cursor:
        await cursor.execute(RECORD + condition, values)
        return await cursor.fetchone()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


class Loads(Mapping[str, str]):
    """The tables of a publication as SQL, by the name of the table: `statement.format_map(Loads(publication))`.

    Each is a subquery with the columns of its view. Raises QuestionError (409) for one that is not published.
    """

    def __init__(self, publication: Publication) -> None:
        self._publication = publication

    def __getitem__(self, name: str) -> str:
        table = NAMED[name]
        load = self._publication.tables.get(view_of(table))
        if load is None:
            raise QuestionError(409, f"{view_of(table)} is not loaded for {self._publication.month}. Load it first.")
        columns = ", ".join(f"{column.expression} AS {column.name}" for column in sql.columns(table))
        return f"(SELECT {columns} FROM {load})"

    def __iter__(self) -> Any:
        return iter(NAMED)

    def __len__(self) -> int:
        return len(NAMED)
