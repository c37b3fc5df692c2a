"""Access to a PostgreSQL database: connections, transactions, exact query results."""

import re
import shutil
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql as names
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import (
    DuplicateDatabase,
    InsufficientPrivilege,
    LockNotAvailable,
    ReadOnlySqlTransaction,
    UniqueViolation,
)
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader
from psycopg_pool import PoolTimeout

from discogs_assets import faults
from discogs_assets.errors import BusyError, LoadError, ServerError
from discogs_assets.stores.postgres.pool import NAME, POOL_SECONDS, Connection, options_of, pool_of
from discogs_assets.stores.query_result import Answer, Document

STREAMED = 1000
"""Rows fetched from the server at a time if a result may be long."""

AS_TEXT = ("date", "time", "interval")
MOMENTS = ("timetz", "timestamp", "timestamptz")
RANGED = ("int4", "int8", "num", "date", "ts", "tstz")
"""Types, and subtypes of ranges, that are returned as text in query results."""

OFFSET = re.compile(r"(?<=\d)([+-]\d\d)(?=$| BC$)")
"""UTC offset of whole hours."""

Rows = Generator[tuple[Any, ...], None, None]


@dataclass(frozen=True, slots=True)
class Database:
    """A database, given by its URL. The password in the URL stays out of every message."""

    url: str
    name: str = "PostgreSQL"
    disk: Path | None = None
    """Data folder of the server, if it is ours and on this machine."""

    def __repr__(self) -> str:
        """Return the representation without the password."""
        return f"{type(self).__name__}({self.name})"

    @property
    def safe_url(self) -> str:
        """The URL without the password."""
        parts = conninfo_to_dict(self.url)
        return "postgresql://{user}@{host}:{port}/{dbname}".format_map(defaultdict(str, parts))

    @property
    def _user(self) -> str:
        return str(conninfo_to_dict(self.url).get("user", "postgres"))

    def ask(self, statement: str) -> list[dict[str, Any]]:
        """Return the rows of a query, each by column. Raises LoadError if the server rejects it."""
        with self.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            try:
                return cursor.execute(text(statement)).fetchall()
            except LockNotAvailable:
                raise
            except psycopg.Error as error:
                self._require_alive(connection, error)
                raise LoadError(f"{self.name} rejected the query {statement!r}: {error}") from error

    @contextmanager
    def asking(self, statement: str) -> Iterator[Answer]:
        """Yield the result of a query, in a read-only transaction. Raises LoadError if the server rejects it."""
        with self.connection() as connection, connection.cursor() as cursor:
            connection.read_only = True
            _keep_exact(cursor)
            try:
                # Unread rows must be discarded before the transaction can end.
                with closing(cast(Rows, cursor.stream(text(statement), size=STREAMED))) as rows:
                    first = [*islice(rows, 1)]
                    columns = [each.name for each in cursor.description or ()]
                    yield Answer(columns or _describe_columns(connection, statement), chain(first, rows))
            except (InsufficientPrivilege, ReadOnlySqlTransaction) as error:
                raise LoadError(f"{self.name} rejected the query, since only reading is allowed: {error}") from error
            except psycopg.Error as error:
                self._require_alive(connection, error)
                raise LoadError(f"{self.name} rejected the query: {error}") from error

    @contextmanager
    def connection(self, autocommit: bool = False) -> Iterator[Connection]:
        """Lend a pooled connection, in one transaction that is committed at the end, or in autocommit mode.

        Raises BusyError if a statement waits for a lock beyond its limit, by default `WAIT_SECONDS`. Raises
        DiskFullError if the server's disk is full, ServerError if the server does not answer or goes away.
        """
        pool = pool_of(self.url)
        try:
            connection, pooled = pool.getconn(POOL_SECONDS), True
        except PoolTimeout:
            connection, pooled = self._connect(), False
        try:
            connection.autocommit = autocommit
            with connection:
                try:
                    yield connection
                except psycopg.OperationalError as error:
                    self._require_alive(connection, error)
                    raise
        except LockNotAvailable as error:
            raise BusyError(
                f"{self.name}: a lock was not free in time: {error}. Try again; pg_locks shows its holder."
            ) from error
        finally:
            if pooled:
                pool.putconn(connection)

    def _connect(self) -> Connection:
        """Open a connection outside the pool. Unlike the pool's timeout, its error gives the reason."""
        try:
            return psycopg.connect(self.url, application_name=NAME, options=options_of(self.url))
        except psycopg.OperationalError as error:
            if faults.disk_full(error):
                raise faults.full(f"{self.name} says {faults.line(str(error))}", self.disk) from None
            raise ServerError(
                f"{self.name} does not answer: {error}. Start it with `discogs up`, or correct DISCOGS_POSTGRES_URL."
            ) from None

    def _require_alive(self, connection: Connection, error: psycopg.Error) -> None:
        """Raise DiskFullError or ServerError if the server failed rather than the statement."""
        gone = connection.broken or faults.server_gone(error)
        out_of_room = gone and self.disk and shutil.disk_usage(self.disk).free < faults.ROOM
        if out_of_room or faults.disk_full(error):
            raise faults.full(f"{self.name} says {faults.line(str(error))}", self.disk) from error
        if gone:
            raise ServerError(
                f"{self.name} has ended or closed the connection: {faults.line(str(error))}. Start it with "
                "`discogs up`, then run again; the incomplete transaction was rolled back."
            ) from error

    def make_database(self, name: str) -> None:
        """Create the database of this name if it is missing. Raises LoadError if we may not create it."""
        with self.connection(autocommit=True) as connection:
            if column(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
                return
            try:
                # Another process may have created it meanwhile, or be creating it.
                with suppress(DuplicateDatabase, UniqueViolation):
                    execute(connection, f'CREATE DATABASE "{name}"')
            except InsufficientPrivilege as error:
                raise LoadError(
                    f"{self.safe_url} lacks the database {name}, and its role may not create it. "
                    f'Have its administrator run: CREATE DATABASE "{name}" OWNER {self._user}'
                ) from error


class _Moment(Loader):
    """Loader of timestamps as ISO 8601, as the server writes them. Python's lack infinity and the year 10000."""

    def load(self, data: Buffer) -> str:
        """Return the text with a T between date and time, and minutes in the offset."""
        return OFFSET.sub(r"\1:00", bytes(data).decode().replace(" ", "T", 1))


def _keep_exact(cursor: psycopg.Cursor[Any]) -> None:
    """Make the cursor return values as text if Python's types would round or refuse them."""
    for name in (*AS_TEXT, *map("{}range".format, RANGED), *map("{}multirange".format, RANGED)):
        cursor.adapters.register_loader(name, TextLoader)
    for name in MOMENTS:
        cursor.adapters.register_loader(name, _Moment)
    set_json_loads(lambda data: Document.of(data if isinstance(data, str) else data.decode()), cursor)
    execute(cursor.connection, "SET LOCAL datestyle = iso")
    execute(cursor.connection, "SET LOCAL intervalstyle = iso_8601")


def _describe_columns(connection: Connection, statement: str) -> list[str]:
    """Return the columns of a query. A stream without rows does not report them."""
    connection.pgconn.prepare(b"", statement.encode())
    found = connection.pgconn.describe_prepared(b"")
    return [(found.fname(number) or b"").decode() for number in range(found.nfields)]


def row(connection: Connection, statement: str, *values: Any) -> tuple[Any, ...]:
    """Return the only row of a statement's result."""
    (found,) = execute(connection, statement, *values).fetchall()
    return found


def column(connection: Connection, statement: str, *values: Any) -> list[Any]:
    """Return the first column of a statement's result."""
    return [found[0] for found in execute(connection, statement, *values)]


def execute(connection: Connection, statement: str, *values: Any) -> psycopg.Cursor[tuple[Any, ...]]:
    """Execute a statement, with the values of its parameters if it has any."""
    return connection.execute(text(statement), values or None)


def text(statement: str) -> names.SQL:
    """Return a statement composed of declared names only."""
    return names.SQL(statement)
