"""A month of the lake as SQL tables, queried by DuckDB in this process."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from discogs_assets.errors import LoadError, SettingError
from discogs_assets.stores.lake.local import Lake
from discogs_assets.stores.query_result import Answer, Document

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

SETTINGS: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
"""DuckDB settings: no extension is downloaded, and no Python variable is read as a table."""


@dataclass(frozen=True, slots=True)
class Means:
    """Limits of DuckDB: bytes of memory, beyond which it spills to disk, and threads."""

    memory: int
    threads: int


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


@contextmanager
def asking(lake: Lake, month: str | None, statement: str, means: Means) -> Iterator[Answer]:
    """Yield the result of a query on a month of the lake (2026-11), by default the newest.

    Only the tables that the query names are opened, and downloaded if the lake is in S3. Raises SettingError if the
    lake lacks the month, LoadError if DuckDB rejects the query.
    """
    partition, tables = _find_month(lake, month)
    with TemporaryDirectory(prefix="discogs_query_") as spilled, _connect(means, spilled) as connection:
        try:
            query = _extract_query(connection, statement)
            _create_schemas(connection, tables)
            yield _read_answer(_execute(connection, query, tables, lake, partition))
        except duckdb.Error as error:
            raise LoadError(f"DuckDB rejects the query: {error}") from error
        except RuntimeError as error:
            # DuckDB reports Ctrl-C as a plain RuntimeError.
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise


def _find_month(lake: Lake, month: str | None) -> tuple[str, list[LakeTable]]:
    """Return the partition of a month and its tables."""
    partition = f"{month[:7]}-01" if month else max(lake.months(), default="")
    tables = [LakeTable.of(asset) for asset in lake.assets(partition)] if partition else []
    if tables:
        return partition, tables
    if months := lake.months():
        raise SettingError(f"the month is {month!r}, expected one that is in the lake: {_join_months(months)}")
    raise SettingError(f"the lake {lake.title} is empty. Materialise a month first, or run: discogs demo")


def _join_months(months: Sequence[str]) -> str:
    return ", ".join(each[:7] for each in months)


@contextmanager
def _connect(means: Means, spilled: str) -> Iterator[duckdb.DuckDBPyConnection]:
    limits: dict[str, str | int | float | list[str]] = {
        "memory_limit": f"{means.memory}B",
        "threads": means.threads,
        "temp_directory": spilled,
    }
    with duckdb.connect(config={**SETTINGS, **limits}) as connection:
        yield connection


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


def _create_schemas(connection: duckdb.DuckDBPyConnection, tables: Sequence[LakeTable]) -> None:
    """Create the schemas of the tables, and the table of all tables."""
    for schema in {table.schema for table in tables}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quote_name(schema)}")
    rows = ", ".join(
        f"({_quote_text(each.schema)}, {_quote_text(each.name)}, {_quote_text(each.asset)})" for each in tables
    )
    connection.execute(f'CREATE VIEW {CONTENTS} AS FROM (VALUES {rows}) tables("schema", "name", asset)')


def _execute(
    connection: duckdb.DuckDBPyConnection, query: str, tables: Sequence[LakeTable], lake: Lake, partition: str
) -> duckdb.DuckDBPyConnection:
    """Run the query. While DuckDB misses a table, create the view of its files and try again.

    Raises LoadError if the month has no such table, or several of that name.
    """
    created = set[tuple[str, str]]()
    while True:
        try:
            return connection.execute(query)
        except duckdb.CatalogException as error:
            schema, name = _find_missing(connection, query)
            table = _find_table(schema, name, tables)
            if not table or (schema, name) in created:
                advice = _describe_tables(schema, name, tables, partition)
                raise LoadError(f"DuckDB rejects the query: {error}\n{advice}") from error
            created.add((schema, name))
            _create_view(connection, f"{_quote_name(schema or 'main')}.{_quote_name(name)}", table, lake, partition)


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


def _find_table(schema: str, name: str, tables: Sequence[LakeTable]) -> LakeTable | None:
    """Return the table of a name; None if the month has none, or if the name is ambiguous."""
    found = _find_candidates(schema, name, tables)
    found = [each for each in found if each.name == name] or found
    found = [each for each in found if each.schema == FIRST] or found
    return found[0] if len(found) == 1 else None


def _find_candidates(schema: str, name: str, tables: Sequence[LakeTable]) -> list[LakeTable]:
    """Return the tables of that name, ignoring case, in the schema or, if it is empty, in any."""
    found = [each for each in tables if each.name.lower() == name.lower()]
    return [each for each in found if not schema or each.schema.lower() == schema.lower()]


def _describe_tables(schema: str, name: str, tables: Sequence[LakeTable], partition: str) -> str:
    """Return advice on a name that is unknown or ambiguous."""
    found = _find_candidates(schema, name, tables)
    if len(found) > 1:
        return f"{name} may be any of {', '.join(map(str, found))}. Write the schema, too."
    return f"`FROM {CONTENTS}` lists the tables of {partition[:7]}."


def _create_view(
    connection: duckdb.DuckDBPyConnection, name: str, table: LakeTable, lake: Lake, partition: str
) -> None:
    """Create a view of the table's files; `name` is quoted."""
    files = ", ".join(_quote_text(str(file)) for file in lake.files(table.asset.split("/"), partition))
    read = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
    connection.execute(f"CREATE VIEW {name} AS FROM {read}")


def _read_answer(asked: duckdb.DuckDBPyConnection) -> Answer:
    description = asked.description or []
    documents = [place for place, column in enumerate(description) if str(column[1]) == "JSON"]
    return Answer([column[0] for column in description], _read_rows(asked, documents))


def _read_rows(asked: duckdb.DuckDBPyConnection, documents: Sequence[int]) -> Iterator[Sequence[Any]]:
    while fetched := asked.fetchmany(FETCHED):
        for row in fetched:
            values = [*row]
            for place in documents:
                values[place] = None if row[place] is None else Document.of(row[place])
            yield values


def _unquote_name(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quote_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
