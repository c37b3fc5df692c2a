"""PostgreSQL: a table for every load, beside the others, and the views by which readers see one month.

What belongs here: connections, transactions, locks, names of loads. What doesn't: what a table looks like (see
`schema.sql`), what a row is (see `streams.documents`, `streams.rows`), and when a month is shown (`defs.published`).

A load is one transaction: killed at any point, it leaves nothing. Readers go through the views of the schemas
`discogs`, `musicbrainz` and `insights`; all of them move in one transaction that waits for no reader longer than
`LOCK_TIMEOUT` and then tries again, until `READER_SECONDS` have passed: then the readers in its way are ended.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.errors import (
    DeadlockDetected,
    DependentObjectsStillExist,
    InsufficientPrivilege,
    InvalidSchemaName,
    LockNotAvailable,
    ProgramLimitExceeded,
    UndefinedFunction,
    UndefinedObject,
)

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, LoadError
from discogs_assets.schema import provisioning, search, sql
from discogs_assets.schema.relations import Table, source_of
from discogs_assets.schema.tables import SOURCES
from discogs_assets.stores import blockers
from discogs_assets.stores.connection_pool import Connection, pool_of
from discogs_assets.stores.database import Database, execute, row, text

VIEWS = search.SCHEMA
"""Schema of the views that are found without naming it, and of what searches."""


LOCK_TIMEOUT = "300ms"
"""How long the publisher may hold up readers that queue behind its lock."""

READER_SECONDS = 60.0
"""How long readers may hold up the publisher before their sessions are ended."""

PUBLISH_SECONDS = 120.0
"""How long the publisher tries before it gives way for good."""

INSISTING = "3s"
"""How long the publisher waits for its lock while the sessions in its way are being ended."""

MONTHS = rf"^({'|'.join(SOURCES)})_\d{{4}}_\d\d$"
"""Pattern of the schemas of months."""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of one table: where it is, its rows, its bytes with indexes, how long it took, in all and in parts."""

    table: str
    rows: int
    size: int
    seconds: float
    copy_seconds: float
    index_seconds: float


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


@dataclass(frozen=True, slots=True, repr=False)
class Postgres(Database):
    """A database with a table for every load and the views of one month."""

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
            execute(connection, sql.create_table(of, table))
            try:
                with connection.cursor().copy(text(sql.copy(of, table))) as copy:
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
                execute(connection, statement)
            indexed = time.monotonic()
            count, size = row(connection, f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
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
            execute(connection, f"SET lock_timeout = '{PUBLISH_SECONDS:.0f}s'")
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
        """Show these loads, all at once, and return the seconds it took.

        Sessions of other roles that are still in the way after `READER_SECONDS` are ended, `waiting` hears of each.
        BusyError if the rest leaves no gap, or we may not end them. A view that is not among the loads is dropped: what
        it shows is of another month. `record` is called in the transaction of the switch.
        """
        began = time.monotonic()
        pause = 0.05
        while True:
            insisting = time.monotonic() - began > READER_SECONDS
            try:
                with self.connection() as connection, self._cleared(connection, insisting, waiting):
                    _switch(connection, tables, INSISTING if insisting else LOCK_TIMEOUT)
                    record(connection)
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
            execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            schemas = [month_schema(partition, source) for source in SOURCES]
            for schema in schemas:
                _alone(connection, schema)
            tables = _loads(connection, partition)
            sizes = {table: int(row(connection, f"SELECT pg_total_relation_size('{table}')")[0]) for table in tables}
            try:
                if tables:
                    execute(connection, f"DROP TABLE {', '.join(tables)}")
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

    def _make_room(self, schema: str) -> None:
        """A month's schema, in a transaction of its own: loads of several tables must not wait for each other."""
        with self.connection() as connection:
            execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{schema}'))")
            execute(connection, f"CREATE SCHEMA IF NOT EXISTS {schema}")
            execute(connection, f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")

    def prepare(self) -> None:
        """Bring the database to what its owner can do of `schema.provisioning`: schemas, search, a path to find both.

        LoadError with the statements that are left to the administrator, if there are any.
        """
        left = list[str]()
        with self.connection() as connection:
            execute(connection, f"SELECT pg_advisory_xact_lock(hashtext('{VIEWS}.prepare'))")
            database, path = row(connection, "SELECT current_database(), current_setting('search_path')")
            for statement in provisioning.database(database):
                if not statement.endswith(f"search_path = {path}") and not _allowed(connection, statement):
                    left.append(statement)
            if not left:
                connection.execute(sql.PASSED, [MONTHS])
        if path != provisioning.SEARCH_PATH:
            # Sessions keep the path that they began with.
            pool_of(self.url).drain()
        if left:
            raise LoadError(
                f"{self.safe_url} does not let {self._user} do this: {'; '.join(left)}. Have its administrator run "
                f'that there, or: ALTER DATABASE "{database}" OWNER TO "{self._user}"'
            )


def view_of(of: Table) -> str:
    """The view that shows a table."""
    return f"{source_of(of)}.{of.name}"


def _allowed(connection: Connection, statement: str) -> bool:
    """Whether our role had the right to run the statement, and to make what it rests on."""
    try:
        with connection.transaction():
            execute(connection, statement)
    except (InsufficientPrivilege, InvalidSchemaName, UndefinedFunction, UndefinedObject):
        return False
    return True


def _switch(connection: Connection, tables: Mapping[Table, str], lock_timeout: str) -> None:
    """Move all views in the transaction that the connection is in."""
    execute(connection, f"SET LOCAL lock_timeout = '{lock_timeout}'")
    views = {view if "." in view else f"{VIEWS}.{view}" for view in _published(connection)}
    if views:
        execute(connection, f"LOCK TABLE {', '.join(sorted(views))} IN ACCESS EXCLUSIVE MODE")
    for view in sorted(views - {view_of(of) for of in tables}):
        execute(connection, f"DROP VIEW {view} CASCADE")
    for of, table in tables.items():
        view = view_of(of)
        if not _appended(connection, of):
            execute(connection, f"DROP VIEW IF EXISTS {view} CASCADE")
        for statement in (sql.view(of, view, table), *sql.comments(of, view, "VIEW")):
            execute(connection, statement)
        execute(connection, f"GRANT SELECT ON {view} TO PUBLIC")


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
            execute(connection, index.statement)
    except ProgramLimitExceeded as error:
        if not index.otherwise:
            raise
        say(f"{error.diag.message_primary}; instead: {index.otherwise.partition('(')[0].strip()}")
        execute(connection, index.otherwise)


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
            execute(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            execute(connection, f"DROP TABLE {table}")
            execute(connection, "SET LOCAL lock_timeout TO DEFAULT")
    except LockNotAvailable:
        return False
    return True


def _next(connection: Connection, place: str) -> str:
    """A name that no load of the month has ever had; a sequence counts on even where a load is rolled back."""
    (number,) = row(connection, f"SELECT nextval('{sql.NUMBERS}')")
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
    (free,) = row(connection, f"SELECT pg_try_advisory_xact_lock{mode}(hashtextextended('{what}', 0))")
    return bool(free)


def _drop_schema(connection: Connection, schema: str) -> None:
    """Drop a month's schema, in which no table is left; earlier versions kept a sequence there."""
    execute(connection, f"DROP SEQUENCE IF EXISTS {schema}.load_number")
    execute(connection, f"DROP SCHEMA IF EXISTS {schema}")
