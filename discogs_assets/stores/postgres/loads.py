"""PostgreSQL: a table for every load, and the views through which readers see one month."""

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.errors import (
    DeadlockDetected,
    DependentObjectsStillExist,
    InsufficientPrivilege,
    InvalidSchemaName,
    LockNotAvailable,
    ProgramLimitExceeded,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedObject,
)

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, LoadError
from discogs_assets.schema.backends import provisioning, search, sql
from discogs_assets.schema.child_tables import Table, source_of
from discogs_assets.schema.tables import SOURCES
from discogs_assets.stores.postgres import blockers
from discogs_assets.stores.postgres.database import Database, column, execute, row, text
from discogs_assets.stores.postgres.pool import Connection, pool_of

VIEWS = search.SCHEMA
"""Schema of search, and of the views that need no schema name."""


LOCK_TIMEOUT = "300ms"
"""Longest time that the publisher may block readers that queue behind its lock."""

READER_SECONDS = 60.0
"""Seconds that readers may block the publisher before their sessions are ended."""

PUBLISH_SECONDS = 120.0
"""Seconds after which the publisher gives up."""

INSISTING = "3s"
"""Lock timeout of the publisher while sessions that block it are being ended."""

MONTHS = rf"^({'|'.join(SOURCES)})_\d{{4}}_\d\d$"
"""Pattern of month schemas."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load of a table: its place, rows, bytes including indexes, and duration in seconds, total and by part."""

    table: str
    rows: int
    size: int
    seconds: float
    copy_seconds: float
    index_seconds: float


COPIED = re.compile(r"\bCOPY \S+, line (\d+)")
"""The server's statement of the line that it rejects."""


def month_schema(partition: str, source: str = VIEWS) -> str:
    """Return the schema of a month's loads from a source: `discogs_2026_11`."""
    return f"{source}_{partition[:7].replace('-', '_')}"


def month_of(table: str) -> str:
    """Return the partition key of a load's table."""
    _, year, month = table.partition(".")[0].rsplit("_", 2)
    return f"{year}-{month}-01"


@dataclass(frozen=True, slots=True, repr=False)
class Postgres(Database):
    """A database with a table for every load and the views of one month.

    A load is one transaction: killed at any point, it leaves nothing. Readers use the views of the schemas `discogs`,
    `musicbrainz` and `insights`, and all views switch in one transaction. It waits for readers no longer than
    `LOCK_TIMEOUT` and then retries. After `READER_SECONDS`, the readers that block it are ended.
    """

    def load(
        self,
        of: Table,
        partition: str,
        rows: Iterable[bytes],
        keep: str = "",
        say: Callable[[str], None] = lambda line: None,
        begun: Callable[[Connection], None] = lambda connection: None,
    ) -> Load:
        """Copy the rows into a new table of the month, index it and count it.

        `keep` is the earlier load to keep. `say` is called for every index, each of them a matter of minutes for a
        whole month. `begun` receives the connection, so that a caller can cancel the running statement. Raises
        BusyError if another process is loading the same table, LoadError if the server rejects the rows.
        """
        began = time.monotonic()
        schema = month_schema(partition, source_of(of))
        place = f"{schema}.{of.name}"
        with self.connection() as connection:
            begun(connection)
            # Nobody may drop the schema until the transaction ends.
            _lock(connection, schema, "dropped", "_shared")
            self._create_schema(schema)
            _lock(connection, place, "loaded")
            self._sweep(connection, place, partition, keep)
            # A name that no load has ever had: the sequence advances even if a load is rolled back.
            (number,) = row(connection, "SELECT nextval(%s)", sql.NUMBERS)
            table = f"{place}__{number:04d}"
            execute(connection, sql.create_table(of, table))
            try:
                with connection.cursor().copy(text(sql.copy(of, table))) as copy:
                    for data in rows:
                        copy.write(data)
                        failpoints.reach("rows")
            except (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded) as error:
                raise LoadError(f"{table}: PostgreSQL rejected a row: {_flatten(error)}", _find_line(error)) from error
            failpoints.reach("table")
            copied = time.monotonic()
            try:
                for index in sql.indexes(of, table):
                    say(index.statement.partition("(")[0].strip())
                    _build(connection, index, say)
            except psycopg.IntegrityError as error:
                raise LoadError(
                    f"{table}: duplicate primary key ({', '.join(sql.key(of))}): {_flatten(error)}"
                ) from error
            except ProgramLimitExceeded as error:
                raise LoadError(f"{table}: a value is too long for an index: {_flatten(error)}") from error
            for statement in (*sql.comments(of, table), f"ANALYZE {table}"):
                execute(connection, statement)
            indexed = time.monotonic()
            count, size = row(connection, f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
        return Load(table, count, size, time.monotonic() - began, copied - began, indexed - copied)

    def read_published_loads(self) -> dict[str, str]:
        """Return the load that each view (discogs.labels) shows, empty if nothing is published."""
        with self.connection() as connection:
            return _read_published(connection)

    @contextmanager
    def publishing(self, wait: float | None = None) -> Iterator[None]:
        """Hold the publisher's lock, from reading the published state to switching it.

        The server frees the lock when the connection ends, however it does. Raises BusyError if another publisher keeps
        it for `wait` seconds, by default `PUBLISH_SECONDS`.
        """
        with self.connection(autocommit=True) as connection:
            execute(connection, f"SET lock_timeout = '{1000 * (wait or PUBLISH_SECONDS):.0f}ms'")
            try:
                execute(connection, f"SELECT pg_advisory_lock(hashtextextended('{VIEWS}.publish', 0))")
            except LockNotAvailable as error:
                raise BusyError("another process is publishing. Wait for it to end, then publish again.") from error
            yield

    def publish(
        self,
        tables: Mapping[Table, str],
        waiting: Callable[[str], None] = lambda line: None,
        record: Callable[[Connection], None] = lambda connection: None,
    ) -> float:
        """Switch all views to these loads in one transaction, and return the seconds it took.

        Sessions of other roles that still block it after `READER_SECONDS` are ended; `waiting` is called for each.
        Raises BusyError if other sessions leave no gap, or we may not end them. Views without a load are dropped, since
        they show another month. `record` is called in the transaction of the switch.
        """
        began = time.monotonic()
        pause = 0.05
        while True:
            insisting = time.monotonic() - began > READER_SECONDS
            try:
                with ExitStack() as stack:
                    connection = stack.enter_context(self.connection())
                    if insisting:
                        other = stack.enter_context(self.connection(autocommit=True))
                        stack.enter_context(blockers.ending(other, connection, waiting))
                    _switch(connection, tables, INSISTING if insisting else LOCK_TIMEOUT)
                    record(connection)
                    failpoints.reach("views")
                return time.monotonic() - began
            except (BusyError, DeadlockDetected) as error:
                if time.monotonic() - began > PUBLISH_SECONDS:
                    raise BusyError(
                        f"the views of {VIEWS} were in use for {PUBLISH_SECONDS:.0f} s without a break. "
                        "End the long queries (SELECT * FROM pg_stat_activity) or publish again later."
                    ) from error
                waiting(f"a reader uses the views; trying again in {pause:.2f} s")
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 2.0)

    def sweep(self, partition: str, keep: Iterable[str]) -> list[str]:
        """Drop the month's loads that a shown or kept load supersedes; return their names."""
        with self.connection() as connection:
            return [
                table
                for place in {each.rpartition("__")[0] for each in _loads(connection, partition)}
                for table in self._sweep(connection, place, partition, *keep)
            ]

    def _sweep(self, connection: Connection, place: str, partition: str, *keep: str) -> list[str]:
        """Drop the table's loads that a live one supersedes, unless a reader still holds them.

        A load newer than all live ones belongs to others: a run on other records, or a step that has yet to report it.
        """
        loads = [each for each in _loads(connection, partition) if each.startswith(f"{place}__")]
        alive = {*_read_published(connection).values(), *keep} & set(loads)
        newest = max(map(_number, alive), default=0)
        dead = [each for each in loads if each not in alive and _number(each) < newest]
        return [each for each in dead if _drop_table(connection, each)]

    def months(self) -> list[str]:
        """Return the partition keys of the months with a load, oldest first."""
        with self.connection() as connection:
            schemas = column(connection, "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname ~ %s", MONTHS)
        return sorted({*map(month_of, schemas)})

    def lacking(self, tables: Iterable[str]) -> list[str]:
        """Return the tables that do not exist."""
        with self.connection() as connection:
            return column(connection, "SELECT t FROM unnest(%s::text[]) t WHERE to_regclass(t) IS NULL", [*tables])

    def drop(self, partition: str) -> dict[str, int]:
        """Drop the month's loads and schemas, all or none; return the bytes by table.

        Raises BusyError if one of them is shown, being loaded, or held by a reader.
        """
        with self.connection() as connection:
            execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            schemas = [month_schema(partition, source) for source in SOURCES]
            for schema in schemas:
                _lock(connection, schema, "loaded")
            tables = _loads(connection, partition)
            sizes = {table: int(row(connection, f"SELECT pg_total_relation_size('{table}')")[0]) for table in tables}
            try:
                if tables:
                    execute(connection, f"DROP TABLE {', '.join(tables)}")
                for schema in schemas:
                    _drop_schema(connection, schema)
            except DependentObjectsStillExist as error:
                raise BusyError(f"{partition[:7]} is published in {self.name}. Publish another month first.") from error
            except LockNotAvailable as error:
                raise BusyError(f"a reader uses a table of {partition[:7]}. Drop the month later.") from error
        return sizes

    def sweep_schemas(self) -> list[str]:
        """Drop month schemas without a load, as left by killed and failed loads; return their names."""
        with self.connection() as connection:
            found = column(
                connection,
                "SELECT nspname FROM pg_namespace WHERE nspname ~ %s"
                " AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = nspname) ORDER BY 1",
                MONTHS,
            )
            free = [schema for schema in found if _try_lock(connection, schema)]
            for schema in free:
                _drop_schema(connection, schema)
        return free

    def _create_schema(self, schema: str) -> None:
        """Create the month's schema, in a separate transaction: loads of several tables must not wait for it."""
        with self.connection() as connection:
            execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{schema}'))")
            execute(connection, f"CREATE SCHEMA IF NOT EXISTS {schema}")
            execute(connection, f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")

    def prepare(self) -> None:
        """Apply the parts of `schema.backends.provisioning` that the owner may: schemas, search, the search path.

        Raises LoadError with the statements left to the administrator, if there are any.
        """
        left = list[str]()
        with self.connection() as connection:
            execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{VIEWS}.prepare'))")
            database, path = row(connection, "SELECT current_database(), current_setting('search_path')")
            for statement in provisioning.database(database):
                if not statement.endswith(f"search_path = {path}") and not _try_statement(connection, statement):
                    left.append(statement)
            if not left:
                execute(connection, sql.PASSED, MONTHS)
        if path != provisioning.SEARCH_PATH:
            # Open sessions keep their old search path.
            pool_of(self.url).drain()
        if left:
            raise LoadError(
                f"{self._user} may not do this at {self.safe_url}: {'; '.join(left)}. Have its administrator run "
                f'these statements, or: ALTER DATABASE "{database}" OWNER TO "{self._user}"'
            )


def view_of(of: Table) -> str:
    """Return the name of the view that shows a table."""
    return f"{source_of(of)}.{of.name}"


def _flatten(error: psycopg.Error) -> str:
    """Return the server's message with its details, such as a duplicate key, on one line."""
    return " ".join(str(error).split())


def _find_line(error: psycopg.Error) -> int | None:
    """Return the line of the COPY data that the server names."""
    found = COPIED.search(error.diag.context or "")
    return int(found[1]) if found else None


def _try_statement(connection: Connection, statement: str) -> bool:
    """Run the statement; return False if our role lacks the right to run it, or to create its dependencies."""
    try:
        with connection.transaction():
            execute(connection, statement)
    except (InsufficientPrivilege, InvalidSchemaName, UndefinedFunction, UndefinedObject):
        return False
    return True


def _switch(connection: Connection, tables: Mapping[Table, str], lock_timeout: str) -> None:
    """Switch all views, in the connection's transaction."""
    execute(connection, f"SET LOCAL lock_timeout = '{lock_timeout}'")
    if views := {*_read_published(connection)}:
        execute(connection, f"LOCK TABLE {', '.join(sorted(views))} IN ACCESS EXCLUSIVE MODE")
    for view in sorted(views - {view_of(of) for of in tables}):
        execute(connection, f"DROP VIEW {view} CASCADE")
    for of, table in tables.items():
        view = view_of(of)
        if not _can_replace(connection, of):
            execute(connection, f"DROP VIEW IF EXISTS {view} CASCADE")
        try:
            execute(connection, sql.view(of, view, table))
        except UndefinedColumn as error:
            raise LoadError(
                f"{table} was loaded by another version of discogs_assets: {error.diag.message_primary}. "
                "Load its month again, and publish it: discogs load 2026-11"
            ) from error
        for statement in sql.comments(of, view, "VIEW"):
            execute(connection, statement)
        execute(connection, f"GRANT SELECT ON {view} TO PUBLIC")


def _can_replace(connection: Connection, of: Table) -> bool:
    """Return True if the view can be replaced in place: its columns are the first of the new ones."""
    query = (
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 ORDER BY attnum"
    )
    found = execute(connection, query, view_of(of)).fetchall()
    wanted = [(column.name, column.type) for column in sql.columns(of)]
    return wanted[: len(found)] == found


def _build(connection: Connection, index: sql.Build, say: Callable[[str], None]) -> None:
    """Build an index, in its alternative form if it has one and a value is too long for the first."""
    try:
        with connection.transaction():
            execute(connection, index.statement)
    except ProgramLimitExceeded as error:
        if not index.otherwise:
            raise
        say(f"{error.diag.message_primary}; instead: {index.otherwise.partition('(')[0].strip()}")
        execute(connection, index.otherwise)


def _read_published(connection: Connection) -> dict[str, str]:
    query = (
        "SELECT DISTINCT view_schema || '.' || view_name, table_schema || '.' || table_name"
        " FROM information_schema.view_table_usage WHERE view_schema = ANY(%s)"
    )
    return {str(view): str(table) for view, table in execute(connection, query, [*SOURCES])}


def _loads(connection: Connection, partition: str) -> list[str]:
    """Return all loads of a month, oldest first."""
    schemas = [month_schema(partition, source) for source in SOURCES]
    query = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1"
    return column(connection, query, schemas)


def _drop_table(connection: Connection, table: str) -> bool:
    """Drop the table and return True, or leave it for another time if a reader holds it."""
    try:
        with connection.transaction():
            execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            execute(connection, f"DROP TABLE {table}")
            execute(connection, "SET LOCAL lock_timeout TO DEFAULT")
    except LockNotAvailable:
        return False
    return True


def _number(table: str) -> int:
    """Return the number of a load; it may have more than four digits."""
    return int(table.rpartition("__")[2])


def _lock(connection: Connection, name: str, action: str, mode: str = "") -> None:
    """Hold the lock of this name until the transaction ends; the server frees it if we die.

    Raises BusyError if another process holds it, which it does for the `action`.
    """
    if not _try_lock(connection, name, mode):
        raise BusyError(f"{name} is being {action} by another process. Wait for it to end, then run again.")


def _try_lock(connection: Connection, name: str, mode: str = "") -> bool:
    """Acquire the lock of this name until the transaction ends; return False if it is not free."""
    return bool(row(connection, f"SELECT pg_try_advisory_xact_lock{mode}(hashtextextended(%s, 0))", name)[0])


def _drop_schema(connection: Connection, schema: str) -> None:
    """Drop a month's schema without tables; earlier versions kept a sequence there."""
    execute(connection, f"DROP SEQUENCE IF EXISTS {schema}.load_number")
    execute(connection, f"DROP SCHEMA IF EXISTS {schema}")
