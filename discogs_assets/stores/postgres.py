"""PostgreSQL: a table for every load, beside the others, and the views by which readers see one month.

What belongs here: connections, transactions, locks, names of loads. What doesn't: what a table looks like (see
`schema.sql`), what a row is (see `streams.documents`, `streams.rows`), and when a month is shown (`defs.published`).

A load is one transaction: killed at any point, it leaves nothing. Readers go through the views of the schemas
`discogs`, `musicbrainz` and `insights`; all of them move in one transaction that waits for no reader longer than
`LOCK_TIMEOUT` and then tries again, until `READER_SECONDS` have passed: then the readers in its way are ended.
"""

import random
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
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
    DeadlockDetected,
    DependentObjectsStillExist,
    DuplicateDatabase,
    InsufficientPrivilege,
    InvalidSchemaName,
    LockNotAvailable,
    ProgramLimitExceeded,
    ReadOnlySqlTransaction,
    UndefinedFunction,
    UndefinedObject,
    UniqueViolation,
)
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader

from discogs_assets import failpoints, faults
from discogs_assets.errors import BusyError, LoadError, ServerError
from discogs_assets.schema import provisioning, search, sql
from discogs_assets.schema.relations import Table, source_of
from discogs_assets.schema.tables import SOURCES
from discogs_assets.settings import Settings
from discogs_assets.stores import blockers
from discogs_assets.stores.answers import Answer, Document

VIEWS = search.SCHEMA
"""Schema of the views that are found without naming it, and of what searches."""

WAIT_SECONDS = 60
"""How long any statement of ours waits for a lock, unless it says otherwise."""

LOCK_TIMEOUT = "300ms"
"""How long the publisher may hold up readers that queue behind its lock."""

READER_SECONDS = 60.0
"""How long readers may hold up the publisher before their sessions are ended."""

PUBLISH_SECONDS = 120.0
"""How long the publisher tries before it gives way for good."""

INSISTING = "3s"
"""How long the publisher waits for its lock while the sessions in its way are being ended."""

STREAMED = 1000
"""Rows that are taken from the server at once where an answer may be long."""

MONTHS = rf"^({'|'.join(SOURCES)})_\d{{4}}_\d\d$"
"""Pattern of the schemas of months."""

AS_TEXT = ("date", "time", "interval")
MOMENTS = ("timetz", "timestamp", "timestamptz")
RANGED = ("int4", "int8", "num", "date", "ts", "tstz")
"""Types, and those with ranges, whose values are text in an answer."""

OFFSET = re.compile(r"(?<=\d)([+-]\d\d)(?=$| BC$)")
"""An offset from UTC of whole hours."""

Connection = psycopg.Connection[tuple[Any, ...]]

Rows = Generator[tuple[Any, ...], None, None]


@dataclass(frozen=True, slots=True)
class Load:
    """One load of one table: where it is, its rows, its bytes with indexes, how long it took, in all and in parts."""

    table: str
    rows: int
    size: int
    seconds: float
    copy_seconds: float
    index_seconds: float


def external(settings: Settings) -> "Postgres | None":
    """The PostgreSQL that the settings name, None if it is our own."""
    return Postgres(settings.postgres_url.get_secret_value()) if settings.postgres_url else None


def month_schema(partition: str, source: str = VIEWS) -> str:
    """The schema that holds a month's loads of a source: `discogs_2026_11`."""
    return f"{source}_{partition[:7].replace('-', '_')}"


def _place(of: Table, partition: str) -> str:
    """What a table's loads of the month are called, less their number."""
    return f"{month_schema(partition, source_of(of))}.{of.name}"


def month_of(table: str) -> str:
    """The partition key of a load's table."""
    _, year, month = table.partition(".")[0].rsplit("_", 2)
    return f"{year}-{month}-01"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database, given by its URL with the password, which stays out of every message."""

    url: str
    name: str = "PostgreSQL"
    disk: Path | None = None
    """Its data folder, if it is on this machine and ours."""

    def __repr__(self) -> str:
        """Without the password."""
        return f"Postgres({self.name})"

    @property
    def safe_url(self) -> str:
        """The URL without the password."""
        parts = conninfo_to_dict(self.url)
        return "postgresql://{user}@{host}:{port}/{dbname}".format_map(defaultdict(str, parts))

    @property
    def _user(self) -> str:
        return str(conninfo_to_dict(self.url).get("user", "postgres"))

    def ask(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a question, each by column; LoadError if the server refuses it."""
        with self.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            try:
                return cursor.execute(_text(statement)).fetchall()
            except LockNotAvailable:
                raise
            except psycopg.Error as error:
                self._require_alive(connection, error)
                raise LoadError(f"{self.name} refused the question {statement!r}: {error}") from error

    @contextmanager
    def asking(self, statement: str) -> Iterator[Answer]:
        """The answer to a question, in a transaction that only reads; LoadError if the server refuses it."""
        with self.connection() as connection, connection.cursor() as cursor:
            connection.read_only = True
            _keep_exact(cursor)
            try:
                # Rows that are not taken are given up before the transaction can end.
                with closing(cast(Rows, cursor.stream(_text(statement), size=STREAMED))) as rows:
                    first = [*islice(rows, 1)]
                    columns = [column.name for column in cursor.description or ()] or _described(connection, statement)
                    yield Answer(columns, chain(first, rows))
            except (InsufficientPrivilege, ReadOnlySqlTransaction) as error:
                raise LoadError(f"{self.name} refused the question, which may only read: {error}") from error
            except psycopg.Error as error:
                self._require_alive(connection, error)
                raise LoadError(f"{self.name} refused the question: {error}") from error

    @contextmanager
    def connection(self, autocommit: bool = False) -> Iterator[Connection]:
        """A connection in one transaction that is committed at the end, or in none.

        BusyError if a statement waits for a lock for longer than its limit, by default `WAIT_SECONDS`; DiskFullError
        if the server's disk is full, ServerError if it does not answer, or no longer.
        """
        given = conninfo_to_dict(self.url).get("options") or ""
        options = f"-c lock_timeout={WAIT_SECONDS}s {given}"
        try:
            connection = psycopg.connect(
                self.url, autocommit=autocommit, application_name="discogs_assets", options=options
            )
        except psycopg.OperationalError as error:
            if faults.disk_full(error):
                raise faults.full(f"{self.name} says {faults.line(str(error))}", self.disk) from None
            raise ServerError(
                f"{self.name} does not answer: {error}. Start it with `discogs up`, or correct DISCOGS_POSTGRES_URL."
            ) from None
        try:
            with connection:
                try:
                    yield connection
                except psycopg.OperationalError as error:
                    self._require_alive(connection, error)
                    raise
        except LockNotAvailable as error:
            raise BusyError(
                f"{self.name}: a lock was not free in time: {error}. Try again; SELECT * FROM pg_locks says who has it."
            ) from error

    def _require_alive(self, connection: Connection, error: psycopg.Error) -> None:
        """Raise DiskFullError or ServerError if the error is the server's end and not the statement's."""
        gone = connection.broken or faults.server_gone(error)
        out_of_room = gone and self.disk and shutil.disk_usage(self.disk).free < faults.ROOM
        if out_of_room or faults.disk_full(error):
            raise faults.full(f"{self.name} says {faults.line(str(error))}", self.disk) from error
        if gone:
            raise ServerError(
                f"{self.name} has ended or closed the connection: {faults.line(str(error))}. Start it with "
                "`discogs up`, then run again; what was half written is gone."
            ) from error

    def load(
        self,
        of: Table,
        partition: str,
        rows: Iterable[bytes],
        keep: str = "",
        say: Callable[[str], None] = lambda line: None,
        begun: Callable[[Connection], None] = lambda connection: None,
    ) -> Load:
        """Copy the rows into a new table of the month, index it and count it; `keep` is the load to leave beside it.

        `say` hears of every index, each of which takes minutes on a whole month. `begun` is handed the connection, by
        which whoever has reason to can cancel what the server does.
        BusyError if another process is loading the same table, LoadError if the server refuses the rows.
        """
        began = time.monotonic()
        place, schema = _place(of, partition), month_schema(partition, source_of(of))
        with self.connection() as connection:
            begun(connection)
            _shared(connection, schema)
            self._make_room(schema)
            _alone(connection, place)
            self._sweep(connection, place, partition, keep)
            table = _next(connection, place)
            _execute(connection, sql.create_table(of, table))
            try:
                with connection.cursor().copy(_text(sql.copy(of, table))) as copy:
                    for data in rows:
                        copy.write(data)
                        failpoints.reach("rows")
            except (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded) as error:
                raise LoadError(f"{table}: PostgreSQL refused a row: {error}") from error
            failpoints.reach("table")
            copied = time.monotonic()
            try:
                for index in sql.indexes(of, table):
                    say(index.statement.partition("(")[0].strip())
                    _build(connection, index, say)
            except psycopg.IntegrityError as error:
                raise LoadError(f"{table}: rows are not told apart by {', '.join(sql.key(of))}: {error}") from error
            except ProgramLimitExceeded as error:
                raise LoadError(f"{table}: a value is too long for an index: {error}") from error
            for statement in (*sql.comments(of, table), f"ANALYZE {table}"):
                _execute(connection, statement)
            indexed = time.monotonic()
            count, size = _row(connection, f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
        return Load(table, count, size, time.monotonic() - began, copied - began, indexed - copied)

    def published(self) -> dict[str, str]:
        """For each view the load that it shows, empty if nothing is published; Discogs' are named without schema."""
        with self.connection() as connection:
            return _published(connection)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """One publisher at a time, from reading what is shown to showing another; BusyError if one takes too long.

        The server frees the lock when the connection ends, however it does.
        """
        with self.connection(autocommit=True) as connection:
            _execute(connection, f"SET lock_timeout = '{PUBLISH_SECONDS:.0f}s'")
            try:
                _execute(connection, f"SELECT pg_advisory_lock(hashtextextended('{VIEWS}.publish', 0))")
            except LockNotAvailable as error:
                raise BusyError("another process is publishing. Wait for it to end, then publish again.") from error
            yield

    def publish(self, tables: Mapping[Table, str], waiting: Callable[[str], None] = lambda line: None) -> float:
        """Show these loads, all at once, and return the seconds it took.

        Sessions of other roles that are still in the way after `READER_SECONDS` are ended, `waiting` hears of each.
        BusyError if the rest leaves no gap, or we may not end them. A view of another source than Discogs that is not
        among the loads goes: what it shows is of another month.
        """
        began = time.monotonic()
        pause = 0.05
        while True:
            insisting = time.monotonic() - began > READER_SECONDS
            try:
                with self.connection() as connection, self._cleared(connection, insisting, waiting):
                    _switch(connection, tables, INSISTING if insisting else LOCK_TIMEOUT)
                    failpoints.reach("views")
                return time.monotonic() - began
            except (BusyError, DeadlockDetected) as error:
                if time.monotonic() - began > PUBLISH_SECONDS:
                    raise BusyError(
                        f"the views of {VIEWS} were in use for {PUBLISH_SECONDS:.0f} s without a gap of a moment. "
                        "End the long queries (SELECT * FROM pg_stat_activity) or publish again later."
                    ) from error
                waiting(f"a reader holds the views; trying again in {pause:.2f} s")
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 2.0)

    @contextmanager
    def _cleared(self, held_up: Connection, insisting: bool, say: Callable[[str], None]) -> Iterator[None]:
        """End the sessions that the connection waits for while the block runs, if we insist."""
        if not insisting:
            yield
            return
        with self.connection(autocommit=True) as connection, blockers.ending(connection, held_up, say):
            yield

    def sweep(self, partition: str, keep: Iterable[str]) -> list[str]:
        """Drop the month's loads that one which is shown or to be kept supersedes; returns their names."""
        with self.connection() as connection:
            return [
                table
                for place in {each.rpartition("__")[0] for each in _loads(connection, partition)}
                for table in self._sweep(connection, place, partition, *keep)
            ]

    def _sweep(self, connection: Connection, place: str, partition: str, *keep: str) -> list[str]:
        """Drop the table's loads that one of those alive supersedes, unless a reader still holds it.

        A load that is newer than those is another's: a run of other records, or a step that has yet to report it.
        """
        loads = [each for each in _loads(connection, partition) if each.startswith(f"{place}__")]
        alive = {*_published(connection).values(), *keep} & set(loads)
        newest = max(map(_number, alive), default=0)
        dead = [each for each in loads if each not in alive and _number(each) < newest]
        return [each for each in dead if _dropped(connection, each)]

    def months(self) -> list[str]:
        """Partition keys of the months that have a load, the oldest first."""
        with self.connection() as connection:
            found = connection.execute(
                "SELECT DISTINCT schemaname || '.' FROM pg_tables WHERE schemaname ~ %s", [MONTHS]
            )
            return sorted({month_of(table) for (table,) in found.fetchall()})

    def lacking(self, tables: Iterable[str]) -> list[str]:
        """Those of the tables that are not there."""
        with self.connection() as connection:
            found = connection.execute("SELECT t FROM unnest(%s::text[]) t WHERE to_regclass(t) IS NULL", [[*tables]])
            return [table for (table,) in found.fetchall()]

    def drop(self, partition: str) -> dict[str, int]:
        """Drop the month's loads, all or none; the bytes by table.

        BusyError if one of them is shown, being loaded, or held by a reader. The schemas go, too.
        """
        with self.connection() as connection:
            _execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            schemas = [month_schema(partition, source) for source in SOURCES]
            for schema in schemas:
                _alone(connection, schema)
            tables = _loads(connection, partition)
            sizes = {table: int(_row(connection, f"SELECT pg_total_relation_size('{table}')")[0]) for table in tables}
            try:
                if tables:
                    _execute(connection, f"DROP TABLE {', '.join(tables)}")
                for schema in schemas:
                    _drop_schema(connection, schema)
            except DependentObjectsStillExist as error:
                raise BusyError(f"{partition[:7]} is what readers of {self.name} see; it is not dropped.") from error
            except LockNotAvailable as error:
                raise BusyError(f"a reader holds a table of {partition[:7]}; it is dropped another time.") from error
        return sizes

    def sweep_schemas(self) -> list[str]:
        """Drop the schemas of months that hold no load, as killed and failed loads leave them; return their names."""
        with self.connection() as connection:
            found = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname ~ %s"
                " AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = nspname) ORDER BY 1",
                [MONTHS],
            )
            free = [schema for (schema,) in found.fetchall() if _locked(connection, schema)]
            for schema in free:
                _drop_schema(connection, schema)
        return free

    def make_database(self, name: str) -> None:
        """Make sure that the server has a database of this name; LoadError if we may not create it."""
        with self.connection(autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            try:
                # Another process may have created it since, or be about to.
                with suppress(DuplicateDatabase, UniqueViolation):
                    _execute(connection, f'CREATE DATABASE "{name}"')
            except InsufficientPrivilege as error:
                raise LoadError(
                    f"{self.safe_url} lacks the database {name} and does not let us create it. "
                    f'Have its administrator run: CREATE DATABASE "{name}" OWNER {self._user}'
                ) from error

    def _make_room(self, schema: str) -> None:
        """A month's schema, in a transaction of its own: loads of several tables must not wait for each other."""
        with self.connection() as connection:
            _execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{schema}'))")
            _execute(connection, f"CREATE SCHEMA IF NOT EXISTS {schema}")
            _execute(connection, f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")

    def prepare(self) -> None:
        """Bring the database to what its owner can do of `schema.provisioning`: schemas, search, a path to find both.

        LoadError with the statements that are left to the administrator, if there are any.
        """
        left = list[str]()
        with self.connection() as connection:
            _execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{VIEWS}.prepare'))")
            database, path = _row(connection, "SELECT current_database(), current_setting('search_path')")
            for statement in provisioning.database(database):
                if not statement.endswith(f"search_path = {path}") and not _allowed(connection, statement):
                    left.append(statement)
            if not left:
                connection.execute(sql.PASSED, [MONTHS])
        if left:
            raise LoadError(
                f"{self.safe_url} does not let {self._user} do this: {'; '.join(left)}. Have its administrator run "
                f'that there, or: ALTER DATABASE "{database}" OWNER TO "{self._user}"'
            )


class _Moment(Loader):
    """A date and time as the server writes it, in ISO 8601: Python's own reach neither infinity nor the year 10000."""

    def load(self, data: Buffer) -> str:
        """The text with a T between date and time, and minutes in the offset."""
        return OFFSET.sub(r"\1:00", bytes(data).decode().replace(" ", "T", 1))


def _keep_exact(cursor: psycopg.Cursor[Any]) -> None:
    """Have the cursor give values as text that Python's types would round or refuse."""
    for name in (*AS_TEXT, *map("{}range".format, RANGED), *map("{}multirange".format, RANGED)):
        cursor.adapters.register_loader(name, TextLoader)
    for name in MOMENTS:
        cursor.adapters.register_loader(name, _Moment)
    set_json_loads(lambda data: Document.of(data if isinstance(data, str) else data.decode()), cursor)
    _execute(cursor.connection, "SET LOCAL datestyle = iso")
    _execute(cursor.connection, "SET LOCAL intervalstyle = iso_8601")


def view_of(of: Table) -> str:
    """The view that shows a table."""
    return f"{source_of(of)}.{of.name}"


def _described(connection: Connection, statement: str) -> list[str]:
    """The columns of a question, which a stream without rows does not tell."""
    connection.pgconn.prepare(b"", statement.encode())
    found = connection.pgconn.describe_prepared(b"")
    return [(found.fname(number) or b"").decode() for number in range(found.nfields)]


def _allowed(connection: Connection, statement: str) -> bool:
    """Whether our role had the right to run the statement, and to make what it rests on."""
    try:
        with connection.transaction():
            _execute(connection, statement)
    except (InsufficientPrivilege, InvalidSchemaName, UndefinedFunction, UndefinedObject):
        return False
    return True


def _switch(connection: Connection, tables: Mapping[Table, str], lock_timeout: str) -> None:
    """Move all views in the transaction that the connection is in."""
    _execute(connection, f"SET LOCAL lock_timeout = '{lock_timeout}'")
    shown = _published(connection)
    if shown:
        views = ", ".join(view if "." in view else f"{VIEWS}.{view}" for view in sorted(shown))
        _execute(connection, f"LOCK TABLE {views} IN ACCESS EXCLUSIVE MODE")
    for view in sorted({view for view in shown if "." in view} - {view_of(of) for of in tables}):
        _execute(connection, f"DROP VIEW {view} CASCADE")
    for of, table in tables.items():
        view = view_of(of)
        if not _appended(connection, of):
            _execute(connection, f"DROP VIEW IF EXISTS {view} CASCADE")
        for statement in (sql.view(of, view, table), *sql.comments(of, view, "VIEW")):
            _execute(connection, statement)
        _execute(connection, f"GRANT SELECT ON {view} TO PUBLIC")


def _appended(connection: Connection, of: Table) -> bool:
    """Whether the view can be replaced in place: its columns are the first of the new ones."""
    found = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a"
        " WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 ORDER BY a.attnum",
        [view_of(of)],
    ).fetchall()
    wanted = [(column.name, column.type) for column in sql.columns(of)]
    return wanted[: len(found)] == found


def _build(connection: Connection, index: sql.Build, say: Callable[[str], None]) -> None:
    """Build an index, in its other form if it has one and a value is too long for the first."""
    try:
        with connection.transaction():
            _execute(connection, index.statement)
    except ProgramLimitExceeded as error:
        if not index.otherwise:
            raise
        say(f"{error.diag.message_primary}; instead: {index.otherwise.partition('(')[0].strip()}")
        _execute(connection, index.otherwise)


def _published(connection: Connection) -> dict[str, str]:
    found = connection.execute(
        "SELECT DISTINCT view_schema, view_name, table_schema || '.' || table_name"
        " FROM information_schema.view_table_usage WHERE view_schema = ANY(%s)",
        [[*SOURCES]],
    ).fetchall()
    return {view if schema == VIEWS else f"{schema}.{view}": table for schema, view, table in found}


def _loads(connection: Connection, partition: str) -> list[str]:
    """All loads of a month, oldest first."""
    found = connection.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1",
        [[month_schema(partition, source) for source in SOURCES]],
    )
    return [table for (table,) in found.fetchall()]


def _dropped(connection: Connection, table: str) -> bool:
    """Whether the table could be dropped; one that somebody still reads is left for another time."""
    try:
        with connection.transaction():
            _execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            _execute(connection, f"DROP TABLE {table}")
            _execute(connection, "SET LOCAL lock_timeout TO DEFAULT")
    except LockNotAvailable:
        return False
    return True


def _next(connection: Connection, place: str) -> str:
    """A name that no load of the month has ever had; a sequence counts on even where a load is rolled back."""
    (number,) = _row(connection, f"SELECT nextval('{sql.NUMBERS}')")
    return f"{place}__{number:04d}"


def _number(table: str) -> int:
    """The number of a load; its digits grow with it."""
    return int(table.rpartition("__")[2])


def _alone(connection: Connection, what: str) -> None:
    """Hold the writer's lock on `what` to the end of the transaction; the server frees it if we die."""
    if not _locked(connection, what):
        raise BusyError(f"{what} is being loaded by another process. Wait for it to end, then run again.")


def _shared(connection: Connection, schema: str) -> None:
    """Keep others from dropping the schema to the end of the transaction."""
    if not _locked(connection, schema, "_shared"):
        raise BusyError(f"{schema} is being dropped by another process. Wait for it to end, then run again.")


def _locked(connection: Connection, what: str, mode: str = "") -> bool:
    """Whether the lock on `what` is ours to the end of the transaction."""
    (free,) = _row(connection, f"SELECT pg_try_advisory_xact_lock{mode}(hashtextextended('{what}', 0))")
    return bool(free)


def _drop_schema(connection: Connection, schema: str) -> None:
    """Drop a month's schema, in which no table is left; earlier versions kept a sequence there."""
    _execute(connection, f"DROP SEQUENCE IF EXISTS {schema}.load_number")
    _execute(connection, f"DROP SCHEMA IF EXISTS {schema}")


def _row(connection: Connection, statement: str) -> tuple[Any, ...]:
    row = connection.execute(_text(statement)).fetchone()
    assert row is not None
    return row


def _execute(connection: Connection, statement: str) -> None:
    connection.execute(_text(statement))


def _text(statement: str) -> names.SQL:
    """A statement made of declared names alone."""
    return names.SQL(statement)
