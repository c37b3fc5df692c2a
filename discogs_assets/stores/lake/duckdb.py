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
    partition, held = _find_month(lake, month)
    with TemporaryDirectory(prefix="discogs_query_") as spilled, _connect(means, spilled) as connection:
        named = set[tuple[str, str]]()
        try:
            asked = _extract_statement(connection, statement)
            named = _find_names(connection, asked)
            for schema, name, table in _views(named, held):
                _show(connection, schema, name, table, lake, partition)
            if ("", CONTENTS) in named:
                _list(connection, held)
            yield _answer(connection.execute(asked.query))
        except duckdb.CatalogException as error:
            raise LoadError(f"DuckDB refused the question: {error}\n{_hint(named, held, partition)}") from error
        except duckdb.Error as error:
            raise LoadError(f"DuckDB refused the question: {error}") from error
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


def _extract_statement(connection: duckdb.DuckDBPyConnection, statement: str) -> Any:
    """Return the only statement of the text. Raises LoadError unless it is one read-only statement."""
    found = connection.extract_statements(statement)
    if len(found) != 1:
        raise LoadError(f"the text holds {len(found)} statements, expected one question.")
    (only,) = found
    opening = OPENING.match(only.query)
    # DuckDB splits a statement with a PIVOT without values into several, even if it is a COPY.
    pivots = (
        only.type == duckdb.StatementType.MULTI
        and opening
        and opening[1].upper() in ("SELECT", "FROM", "WITH", "PIVOT")
    )
    if only.type != duckdb.StatementType.SELECT and not pivots:
        kind = opening[1].upper() if opening else ""
        raise LoadError(f"the lake is only read here, and {kind} is no question. Expected SELECT, FROM, WITH or PIVOT.")
    return only


def _find_names(connection: duckdb.DuckDBPyConnection, asked: Any) -> set[tuple[str, str]]:
    """Return schema and name, as written, of every table that the query may mean; the schema is empty if not given."""
    if asked.type == duckdb.StatementType.SELECT:
        (text,) = connection.execute("SELECT json_serialize_sql(?)", [asked.query]).fetchone() or ("{}",)
        return set(_tables(json.loads(text)))
    return {(_unquote_name(each["schema"] or ""), _unquote_name(each["name"])) for each in NAME.finditer(asked.query)}


def _tables(parsed: Any) -> Iterator[tuple[str, str]]:
    """Yield schema and name of the tables in a parsed query, including names defined by WITH."""
    if isinstance(parsed, dict):
        if parsed.get("type") == "BASE_TABLE":
            yield parsed["schema_name"], parsed["table_name"]
        parsed = [*parsed.values()]
    if isinstance(parsed, list):
        for each in parsed:
            yield from _tables(each)


def _views(named: set[tuple[str, str]], held: Sequence[LakeTable]) -> Iterator[tuple[str, str, LakeTable]]:
    """Yield each name of a table in the lake, with its table; names that differ only in case are yielded once."""
    seen = set[tuple[str, str]]()
    for schema, name in sorted(named):
        table = _find_table(schema, name, held)
        if table and (spelling := (schema.lower(), name.lower())) not in seen:
            seen.add(spelling)
            yield schema, name, table


def _find_table(schema: str, name: str, held: Sequence[LakeTable]) -> LakeTable | None:
    """Return the table of a name; None if the lake has none, or if the name is ambiguous."""
    found = _candidates(schema, name, held)
    found = [each for each in found if each.name == name] or found
    found = [each for each in found if each.schema == FIRST] or found
    return found[0] if len(found) == 1 else None


def _candidates(schema: str, name: str, held: Sequence[LakeTable]) -> list[LakeTable]:
    """Return the tables of that name, ignoring case, in the schema or, if it is empty, in any."""
    called = [each for each in held if each.name.lower() == name.lower()]
    return [each for each in called if not schema or each.schema.lower() == schema.lower()]


def _hint(named: set[tuple[str, str]], held: Sequence[LakeTable], partition: str) -> str:
    """Return advice on a name that is unknown or ambiguous."""
    for schema, name in sorted(named):
        several = _candidates(schema, name, held)
        if len(several) > 1 and not _find_table(schema, name, held):
            return f"{name} may be any of {', '.join(map(str, several))}; write the one that is meant."
    return f"{partition[:7]} has the tables that `FROM {CONTENTS}` lists."


def _show(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, table: LakeTable, lake: Lake, partition: str
) -> None:
    """Create a view of the table's files under the name that the query uses."""
    files = ", ".join(_text(str(file)) for file in lake.files(table.asset.split("/"), partition))
    if schema:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quote_name(schema)}")
    view = f"{_quote_name(schema or 'main')}.{_quote_name(name)}"
    read = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
    connection.execute(f"CREATE VIEW {view} AS FROM {read}")


def _list(connection: duckdb.DuckDBPyConnection, held: Sequence[LakeTable]) -> None:
    rows = ", ".join(f"({_text(each.schema)}, {_text(each.name)}, {_text(each.asset)})" for each in held)
    connection.execute(f'CREATE VIEW {CONTENTS} AS FROM (VALUES {rows}) held("schema", "name", asset)')


def _answer(asked: duckdb.DuckDBPyConnection) -> Answer:
    description = asked.description or []
    documents = [place for place, column in enumerate(description) if str(column[1]) == "JSON"]
    return Answer([column[0] for column in description], _rows(asked, documents))


def _rows(asked: duckdb.DuckDBPyConnection, documents: Sequence[int]) -> Iterator[Sequence[Any]]:
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


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
