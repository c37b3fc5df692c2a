"""The lake's Parquet as tables of SQL: a month of it, asked by DuckDB in this process.

What belongs here: what a table is called, which files a question needs, and asking. What doesn't: where files lie (see
`lake`), and how an answer is shown.

`parquet/discogs/releases` is `discogs.releases` or `releases`, `graph/nodes/Artist` is `nodes.Artist`, and whatever
else is named by its first part and its last: `changes.releases`, `insights.artist_centrality`. Only what a question
names is opened, and copied where the lake is in S3.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from discogs_assets.errors import LoadError, SettingError
from discogs_assets.stores.answers import Answer, Document
from discogs_assets.stores.lake import Lake

FIRST = "discogs"
"""The schema that a plain name means where several have a table of that name."""

CONTENTS = "tables"
"""The table of all tables, by schema, name and asset."""

NAMED_BY_SECOND = ("parquet", "graph")
"""Layers whose tables are told by what comes after: the source, or whether it is nodes or relationships."""

FETCHED = 1000
"""Rows that are taken from DuckDB at once."""

PART = r'"(?:[^"]|"")+"|[^\W\d]\w*'
NAME = re.compile(rf"(?:(?P<schema>{PART})\s*\.\s*)?(?P<name>{PART})")
OPENING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(\w*)", re.DOTALL)

SETTINGS: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
"""Nothing is fetched from anywhere, and no variable of ours is taken for a table."""


@dataclass(frozen=True, slots=True)
class Means:
    """What DuckDB may use: bytes of memory, beyond which it writes to the disk, and threads."""

    memory: int
    threads: int


@dataclass(frozen=True, slots=True)
class LakeTable:
    """An asset as a table."""

    schema: str
    name: str
    asset: str

    @classmethod
    def of(cls, asset: str) -> "LakeTable":
        """The table of an asset that is given as `parquet/discogs/releases`."""
        layer, *middle, name = asset.split("/")
        return cls(middle[0] if layer in NAMED_BY_SECOND and middle else layer, name, asset)

    def __str__(self) -> str:
        """The name that is never taken for another's."""
        return f"{self.schema}.{_quoted(self.name)}"


@contextmanager
def asking(lake: Lake, month: str | None, statement: str, means: Means) -> Iterator[Answer]:
    """The answer to a question on a month of the lake given as 2026-11, by default its newest.

    SettingError if the lake lacks the month, LoadError if DuckDB refuses the question.
    """
    partition, held = _held(lake, month)
    with TemporaryDirectory(prefix="discogs_query_") as spilled, _opened(means, spilled) as connection:
        named = set[tuple[str, str]]()
        try:
            asked = _asked(connection, statement)
            named = _named(connection, asked)
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
            # So DuckDB calls Ctrl-C, and has no class of its own for it.
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise


def _held(lake: Lake, month: str | None) -> tuple[str, list[LakeTable]]:
    """The partition of a month, and its tables."""
    partition = f"{month[:7]}-01" if month else max(lake.months(), default="")
    tables = [LakeTable.of(asset) for asset in lake.assets(partition)] if partition else []
    if tables:
        return partition, tables
    if months := lake.months():
        raise SettingError(f"the month is {month!r}, expected one that is in the lake: {_listed(months)}")
    raise SettingError(f"the lake {lake.title} is empty. Materialise a month first, or run: discogs demo")


def _listed(months: Sequence[str]) -> str:
    return ", ".join(each[:7] for each in months)


@contextmanager
def _opened(means: Means, spilled: str) -> Iterator[duckdb.DuckDBPyConnection]:
    limits: dict[str, str | int | float | list[str]] = {
        "memory_limit": f"{means.memory}B",
        "threads": means.threads,
        "temp_directory": spilled,
    }
    with duckdb.connect(config={**SETTINGS, **limits}) as connection:
        yield connection


def _asked(connection: duckdb.DuckDBPyConnection, statement: str) -> Any:
    """The one statement of the text; LoadError unless it only reads."""
    found = connection.extract_statements(statement)
    if len(found) != 1:
        raise LoadError(f"the text holds {len(found)} statements, expected one question.")
    (only,) = found
    opening = OPENING.match(only.query)
    # DuckDB makes several statements of whatever holds a PIVOT without its values, which may be a COPY, too.
    pivots = (
        only.type == duckdb.StatementType.MULTI
        and opening
        and opening[1].upper() in ("SELECT", "FROM", "WITH", "PIVOT")
    )
    if only.type != duckdb.StatementType.SELECT and not pivots:
        kind = opening[1].upper() if opening else ""
        raise LoadError(f"the lake is only read here, and {kind} is no question. Expected SELECT, FROM, WITH or PIVOT.")
    return only


def _named(connection: duckdb.DuckDBPyConnection, asked: Any) -> set[tuple[str, str]]:
    """Schema and name, as written, of every table that the question may mean; the schema is empty for a plain name."""
    if asked.type == duckdb.StatementType.SELECT:
        (text,) = connection.execute("SELECT json_serialize_sql(?)", [asked.query]).fetchone() or ("{}",)
        return set(_tables(json.loads(text)))
    return {(_bare(each["schema"] or ""), _bare(each["name"])) for each in NAME.finditer(asked.query)}


def _tables(parsed: Any) -> Iterator[tuple[str, str]]:
    """Schema and name of the tables of a parsed question, what WITH names among them."""
    if isinstance(parsed, dict):
        if parsed.get("type") == "BASE_TABLE":
            yield parsed["schema_name"], parsed["table_name"]
        parsed = [*parsed.values()]
    if isinstance(parsed, list):
        for each in parsed:
            yield from _tables(each)


def _views(named: set[tuple[str, str]], held: Sequence[LakeTable]) -> Iterator[tuple[str, str, LakeTable]]:
    """For each name that is a table of the lake the table; two spellings of one name are one."""
    seen = set[tuple[str, str]]()
    for schema, name in sorted(named):
        table = _meant(schema, name, held)
        if table and (spelling := (schema.lower(), name.lower())) not in seen:
            seen.add(spelling)
            yield schema, name, table


def _meant(schema: str, name: str, held: Sequence[LakeTable]) -> LakeTable | None:
    """The table of a name, None if the lake has none, or several of which none is nearer than the others."""
    found = _candidates(schema, name, held)
    found = [each for each in found if each.name == name] or found
    found = [each for each in found if each.schema == FIRST] or found
    return found[0] if len(found) == 1 else None


def _candidates(schema: str, name: str, held: Sequence[LakeTable]) -> list[LakeTable]:
    """The tables of that name, whatever its capitals, in the schema or in any."""
    called = [each for each in held if each.name.lower() == name.lower()]
    return [each for each in called if not schema or each.schema.lower() == schema.lower()]


def _hint(named: set[tuple[str, str]], held: Sequence[LakeTable], partition: str) -> str:
    """What to do about a name that is no table, or may be several."""
    for schema, name in sorted(named):
        several = _candidates(schema, name, held)
        if len(several) > 1 and not _meant(schema, name, held):
            return f"{name} may be any of {', '.join(map(str, several))}; write the one that is meant."
    return f"{partition[:7]} has the tables that `FROM {CONTENTS}` lists."


def _show(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, table: LakeTable, lake: Lake, partition: str
) -> None:
    """Make a view of the table's files, called as the question has it."""
    files = ", ".join(_text(str(file)) for file in lake.files(table.asset.split("/"), partition))
    if schema:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
    view = f"{_quoted(schema or 'main')}.{_quoted(name)}"
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


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
