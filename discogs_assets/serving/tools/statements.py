"""Tools that run a query of the caller: SQL in PostgreSQL, Cypher in Neo4j, SQL on the Parquet lake."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import State

from discogs_assets.connections.readers import Readers
from discogs_assets.errors import DiscogsError, QuestionError, SupersededError, TransientError
from discogs_assets.serving.tools.answers import ANSWER_BYTES, LARGE_BYTES, ToolAnswer, fit
from discogs_assets.serving.tools.tool import ADVICE, OUTPUT, ToolError
from discogs_assets.stores.postgres.publication import Publication

LIMIT = 50
LIMIT_MAX = 500
LENGTH_MAX = 10_000

PROCESSES = 2
"""Processes for queries at a time; more queries wait."""

ATTEMPTS = 5
"""Attempts at a store that is being switched."""

PAUSE_SECONDS = 0.5

START_SECONDS = 20.0
"""Longest time that a process takes to start and to end; it keeps the time limit of the query by itself."""

Row = dict[str, Any]
Read = Callable[[State, Publication, str, int], Awaitable[list[Row]]]


async def _read_sql(state: State, _: Publication, statement: str, limit: int) -> list[Row]:
    from discogs_assets.stores.postgres.statements import read_rows

    rows = await read_rows(state.readers.tables.pool, statement, limit)
    return [
        {f"{name}_{place}" if name in dict(row[:place]) else name: v for place, (name, v) in enumerate(row)}
        for row in rows
    ]


async def _read_cypher(state: State, publication: Publication, statement: str, limit: int) -> list[Row]:
    readers: Readers = state.readers
    if publication.graph is None:
        raise QuestionError(409, f"the graph of {publication.month} is not published.")
    request = {"address": readers.connections.graph_address(), "load": publication.graph}
    return await _run_process(state, {"language": "cypher", "statement": statement, "limit": limit, **request})


async def _read_lake(state: State, publication: Publication, statement: str, limit: int) -> list[Row]:
    settings = state.readers.settings
    request = {"home": str(settings.home.resolve()), "lake": settings.lake, "month": publication.month}
    return await _run_process(state, {"language": "parquet", "statement": statement, "limit": limit, **request})


async def _run_process(state: State, request: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a query in a process of its own, which ends with this task and at the time limit.

    Raises QuestionError, SupersededError or ServerError.
    """
    if not hasattr(state, "statement_slots"):
        state.statement_slots = asyncio.Semaphore(PROCESSES)
    seconds = state.readers.settings.api_seconds
    async with state.statement_slots:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "discogs_assets.serving.tools.statement_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(seconds + START_SECONDS):
                said, _ = await process.communicate(json.dumps({**request, "seconds": seconds}).encode())
        except TimeoutError:
            raise QuestionError(504, "the query took longer than the time limit.") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if not said:
        raise QuestionError(422, "the query needed more memory than it may have. Return or sort fewer rows.")
    return read_answer(said)


def read_answer(said: bytes) -> list[Row]:
    """Return the rows of a process's answer. Raises QuestionError, SupersededError or ServerError."""
    found: dict[str, Any] = json.loads(said)
    if found.get("status") == 410:
        raise SupersededError(found["error"])
    if "error" in found:
        raise QuestionError(found["status"], found["error"], **found.get("more", {}))
    rows: list[Row] = found["rows"]
    return rows


@dataclass(frozen=True)
class StatementTool:
    """A tool that runs a query of the caller; `monthly` if it can be asked about any month."""

    name: str
    doc: str
    read: Read
    monthly: bool = False

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        text, number = {"type": "string"}, {"type": "integer"}
        known = {"statement": text, "limit": number, **({"month": text} if self.monthly else {})}
        return {"type": "object", "properties": known, "required": ["statement"]}

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the answer."""
        return OUTPUT

    async def call(self, state: State, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Return the rows of the query. Raises ToolError with a text that says what to try."""
        given = {name: value for name, value in arguments.items() if value is not None}
        if unknown := given.keys() - self.input_schema["properties"].keys():
            known = ", ".join(self.input_schema["properties"])
            raise ToolError(f"{self.name} has no parameter {min(unknown)[:100]!r}. Try: {known}.")
        statement, limit = given.get("statement"), given.get("limit", LIMIT)
        if not isinstance(statement, str) or not 0 < len(statement.strip()) <= LENGTH_MAX or "\0" in statement:
            raise ToolError(f"statement: expected a query of at most {LENGTH_MAX:,} characters.")
        if type(limit) is not int or not 1 <= limit <= LIMIT_MAX:
            raise ToolError(f"limit: {limit!r}, expected 1 to {LIMIT_MAX}.")
        try:
            return await self._answer(state, statement, limit, given.get("month"))
        except QuestionError as error:
            raise ToolError(f"{error} {ADVICE.get(error.status, HELP)}", **error.more) from error
        except TransientError as error:
            raise ToolError(f"{error} {ADVICE[503]}") from error
        except DiscogsError as error:
            raise ToolError(f"{error} {HELP}") from error

    async def _answer(self, state: State, statement: str, limit: int, month: Any) -> ToolAnswer:
        for _ in range(ATTEMPTS):
            publication = await state.readers.find(month if isinstance(month, str) else None)
            try:
                rows = await self.read(state, publication, statement, limit)
            except SupersededError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if self.monthly or await state.readers.find() == publication:
                return _build(publication.month, rows, limit)
        raise QuestionError(503, "a month is being published.")


HELP = (
    "Try: the resource discogs://dictionary names tables, columns, nodes and relationships; so do "
    "information_schema.tables and .columns in SQL, CALL db.schema.nodeTypeProperties() in Cypher, and FROM tables in "
    "the lake."
)


def _build(month: str, rows: list[Row], limit: int) -> ToolAnswer:
    answer, cut = fit({"rows": rows}, "rows", LARGE_BYTES if limit > LIMIT else ANSWER_BYTES)
    if len(rows) == limit:
        cut = [*cut, f"there may be more than {limit} rows; use ORDER BY with LIMIT and OFFSET, or count"]
    return ToolAnswer(month, answer, {"shown": len(answer["rows"])}, cut)


STATEMENT_TOOLS: Mapping[str, StatementTool] = {
    each.name: each
    for each in (
        StatementTool(
            "query_sql", "One read-only PostgreSQL query: SELECT title FROM releases WHERE year = 1969", _read_sql
        ),
        StatementTool(
            "query_cypher",
            "One read-only Cypher query: MATCH (a:Artist {id: 45467})<-[:BY]-(r:Release) RETURN r.title",
            _read_cypher,
        ),
        StatementTool(
            "query_parquet", "One DuckDB query on a month of the lake. FROM tables lists all.", _read_lake, True
        ),
    )
}
"""Tools by name; see resource discogs://dictionary for what they read."""
