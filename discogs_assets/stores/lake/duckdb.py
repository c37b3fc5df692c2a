"""A month of the lake as SQL tables, queried by DuckDB in this process."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import duckdb

from discogs_assets.errors import LoadError, SettingError
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.query_result import Answer, Document

Result = TypeVar("Result")

FIRST = "discogs"
"""Schema of an unqualified name that exists in several schemas."""

CONTENTS = "tables"
"""Table of all tables, with schema, name and asset."""

NAMED_BY_SECOND = ("parquet", "graph")
"""Layers with schemas named after the second part of the key: the source, or nodes and relationships."""

FETCHED = 1000
"""Rows fetched from DuckDB at a time."""

PART = r'"(?:[^"]|"")+"|[^\W\d]\w*'
NAME = re.compile(rf"(?:(?P<schema>{PART})\s*\.\s*)?(?P<name>{PART})")
OPENING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(\w*)", re.DOTALL)
ABOUT_SERVER = re.compile(
    r"\b(?:duckdb_(?:databases|extensions|logs?|secrets|settings)|pragma_\w+|current_setting)\b", re.IGNORECASE
)
"""Functions whose answers name settings and folders of the server."""

SETTINGS: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
"""DuckDB settings: no extension is downloaded, and no Python variable is read as a table."""


@dataclass(frozen=True, slots=True)
class LakeTable:
    """An asset as a table: `parquet/discogs/releases` is `discogs.releases`, or just `releases`.

    `graph/nodes/Artist` is `nodes.Artist`. Any other asset is named by its first and its last part: `changes.releases`,
    `insights.artist_centrality`.
    """

    schema: str
    name: str
    asset: str

    @classmethod
    def of(cls, asset: str) -> "LakeTable":
        """Return the table of an asset such as `parquet/discogs/releases`."""
        layer, *middle, name = asset.split("/")
        return cls(middle[0] if layer in NAMED_BY_SECOND and middle else layer, name, asset)

    def __str__(self) -> str:
        """Return the unambiguous name."""
        return f"{self.schema}.{_quote_name(self.name)}"


@dataclass(frozen=True, slots=True)
class Month:
    """A partition of a lake, and its tables."""

    lake: Lake
    partition: str
    tables: Sequence[LakeTable]

    def find_tables(self, schema: str, name: str) -> list[LakeTable]:
        """Return the tables of that name in the schema or, if it is empty, in any; several if it is ambiguous.

        Case is ignored unless it decides between tables; FIRST is preferred.
        """
        found = [each for each in self.tables if each.name.lower() == name.lower()]
        found = [each for each in found if not schema or each.schema.lower() == schema.lower()]
        found = [each for each in found if each.name == name] or found
        return [each for each in found if each.schema == FIRST] or found


@contextmanager
def asking(
    lake: Lake, month: str | None, statement: str, memory: int, threads: int, *, sandboxed: bool = False
) -> Iterator[Answer]:
    """Yield the result of a query on a month of the lake (2026-11), by default the newest.

    Only the tables that the query names are opened, and downloaded if the lake is in S3. Beyond `memory` in bytes,
    DuckDB spills to disk. Sandboxed, the query reads no files but the lake's, and no network. Raises SettingError if
    the lake lacks the month, LoadError if DuckDB rejects the query.
    """
    found = _find_month(lake, month)
    config: dict[str, Any] = {**SETTINGS, "memory_limit": f"{memory}B", "threads": threads}
    with (
        TemporaryDirectory(prefix="discogs_query_") as spilled,
        duckdb.connect(config={**config, "temp_directory": spilled}) as connection,
    ):
        try:
            query = _extract_query(connection, statement)
            if sandboxed:
                _refuse_settings(query)
                _enter_sandbox(connection, lake)
            _create_schemas(connection, found)
            yield _read_answer(_execute(connection, query, found))
        except duckdb.Error as error:
            raise LoadError(f"DuckDB rejects the query: {error}") from error


def _find_month(lake: Lake, month: str | None) -> Month:
    partition = f"{month[:7]}-01" if month else max(lake.months(), default="")
    if tables := [LakeTable.of(asset) for asset in lake.assets(partition)] if partition else []:
        return Month(lake, partition, tables)
    if months := ", ".join(each[:7] for each in lake.months()):
        raise SettingError(f"the month is {month!r}, expected one that is in the lake: {months}")
    raise SettingError(f"the lake {lake.title} is empty. Materialise a month first, or run: discogs demo")


def _extract_query(connection: duckdb.DuckDBPyConnection, statement: str) -> str:
    """Return the only statement of the text. Raises LoadError unless it is one read-only statement."""
    found = connection.extract_statements(statement)
    if len(found) != 1:
        raise LoadError(f"the text has {len(found)} statements, expected one query.")
    (only,) = found
    opening = OPENING.match(only.query)
    keyword = opening[1].upper() if opening else ""
    # DuckDB splits a statement with a PIVOT without values into several, even if it is a COPY.
    pivots = only.type == duckdb.StatementType.MULTI and keyword in ("SELECT", "FROM", "WITH", "PIVOT")
    if only.type != duckdb.StatementType.SELECT and not pivots:
        raise LoadError(
            f"{keyword} is not a query, and the lake is read-only here. Expected SELECT, FROM, WITH or PIVOT."
        )
    return str(only.query)


def _refuse_settings(query: str) -> None:
    """Raise LoadError if a query reads settings, which name folders of this machine."""
    if found := ABOUT_SERVER.search(query):
        raise LoadError(f"{found[0]} is not allowed here: it shows settings of the server, not data.")


def _enter_sandbox(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Allow no files but the lake's, and no network. DuckDB refuses to allow them again."""
    folders = ", ".join(
        "'" + f"{each}/".replace("'", "''") + "'" for each in {lake.root.absolute(), lake.root.resolve()}
    )
    connection.execute(f"SET allowed_directories = [{folders}]")
    connection.execute("SET enable_external_access = false")


def _create_schemas(connection: duckdb.DuckDBPyConnection, month: Month) -> None:
    """Create the schemas of the month's tables, and the table of all tables."""
    for schema in {table.schema for table in month.tables}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quote_name(schema)}")
    connection.execute(f'CREATE TABLE {CONTENTS} ("schema" VARCHAR, "name" VARCHAR, asset VARCHAR)')
    rows = [[each.schema, each.name, each.asset] for each in month.tables]
    connection.executemany(f"INSERT INTO {CONTENTS} VALUES (?, ?, ?)", rows)


def _execute(connection: duckdb.DuckDBPyConnection, query: str, month: Month) -> duckdb.DuckDBPyConnection:
    """Run the query. While DuckDB misses a table, create the view of its files and try again.

    Raises LoadError if the month has no such table, or several of that name.
    """
    created = set[tuple[str, str]]()
    while True:
        try:
            return _await(connection, lambda: connection.execute(query))
        except duckdb.CatalogException as error:
            schema, name = _find_missing(connection, query)
            found = month.find_tables(schema, name)
            if len(found) != 1 or (schema, name) in created:
                advice = f"`FROM {CONTENTS}` lists the tables of {month.partition[:7]}."
                if len(found) > 1:
                    advice = f"{name} may be any of {', '.join(map(str, found))}. Write the schema, too."
                raise LoadError(f"DuckDB rejects the query: {error}\n{advice}") from error
            created.add((schema, name))
            files = list(map(str, month.lake.files(found[0].asset.split("/"), month.partition)))
            table = connection.read_parquet(files, hive_partitioning=False, union_by_name=True)
            view = f"{_quote_name(schema or 'main')}.{_quote_name(name)}"
            connection.execute(f"CREATE VIEW {view} AS {table.sql_query()}")


def _await(connection: duckdb.DuckDBPyConnection, call: Callable[[], Result]) -> Result:
    """Return the result of a call that takes a thread of its own; Ctrl-C ends it.

    DuckDB itself heeds Ctrl-C only while the calling thread works on the query, and not while its other threads do.
    """
    with ThreadPoolExecutor(1, "query") as pool:
        done = pool.submit(call)
        try:
            return done.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _find_missing(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[str, str]:
    """Return schema, "" if not given, and name of the table that DuckDB misses; both "" if it misses something else."""
    connection.execute("SET errors_as_json = true")
    try:
        connection.execute(query)
    except duckdb.CatalogException as error:
        missing = json.loads(str(error).partition(": ")[2])
    finally:
        connection.execute("SET errors_as_json = false")
    if missing.get("type") != "Table":
        return "", ""
    # The error does not name the schema: the query does. The position counts bytes; DESCRIBE and SUMMARIZE have none.
    rest = query.encode()[int(missing.get("position", 0)) :].decode()
    for found in NAME.finditer(rest):
        name = _unquote_name(found["name"])
        if name == missing["name"]:
            return _unquote_name(found["schema"] or ""), name
    return "", missing["name"]


def _read_answer(asked: duckdb.DuckDBPyConnection) -> Answer:
    description = asked.description or []
    documents = [place for place, column in enumerate(description) if str(column[1]) == "JSON"]
    return Answer([column[0] for column in description], _read_rows(asked, documents))


def _read_rows(asked: duckdb.DuckDBPyConnection, documents: Sequence[int]) -> Iterator[Sequence[Any]]:
    while fetched := _await(asked, lambda: asked.fetchmany(FETCHED)):
        for row in fetched:
            values = [*row]
            for place in documents:
                values[place] = None if row[place] is None else Document.of(row[place])
            yield values


def _unquote_name(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
