"""Tests of `serving.tools.statements`: queries of strangers read the month, and do nothing else."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.datastructures import State

from discogs_assets.connections.readers import Readers
from discogs_assets.errors import QuestionError
from discogs_assets.serving.api.caching import open_cache
from discogs_assets.serving.tools import statement_process, statements
from discogs_assets.serving.tools.answers import ToolAnswer
from discogs_assets.serving.tools.registry import call_tool, list_tools
from discogs_assets.serving.tools.tool import ToolError
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres.reader import TableReader
from discogs_assets.stores.postgres.statements import read_rows
from discogs_assets_tests.fix_project import Project

SECONDS = 1.0
"""Time limit of a query here."""

Call = Callable[..., ToolAnswer]


class Desk:
    """The tools over the demo's stores, in an event loop of their own."""

    def __init__(self, runner: asyncio.Runner, state: State) -> None:
        self.runner, self.state = runner, state

    def __call__(self, name: str, statement: str, **more: Any) -> ToolAnswer:
        """The answer of a tool that runs statements."""
        return self.runner.run(call_tool(self.state, name, {"statement": statement, **more}, statements=True))


@contextmanager
def open_desk(project: Project, seconds: float) -> Iterator[Desk]:
    """The tools with a time limit."""
    with asyncio.Runner() as runner:
        readers = Readers(Settings(home=project.home, api_seconds=seconds))
        runner.run(readers.__aenter__())
        yield Desk(runner, State({"readers": readers, "cache": open_cache()}))
        runner.run(readers.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def ask(project: Project) -> Iterator[Desk]:
    """The tools with a time limit that nothing here comes near to."""
    with open_desk(project, 30) as desk:
        yield desk


@pytest.fixture(scope="module")
def ask_briefly(project: Project) -> Iterator[Desk]:
    """The tools with a short time limit."""
    with open_desk(project, SECONDS) as desk:
        yield desk


@pytest.fixture
def ask_here(ask: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The tools, with the code of a query's process in this one, whose start takes longer than most queries."""

    async def read(state: State, request: dict[str, Any]) -> list[dict[str, Any]]:
        seconds = state.readers.settings.api_seconds
        return statements.read_answer(statement_process.answer({**request, "seconds": seconds}).encode())

    monkeypatch.setattr(statements, "_run_process", read)
    return ask


SQL, CYPHER, PARQUET = "query_sql", "query_cypher", "query_parquet"


@pytest.mark.parametrize(
    ("tool", "statement", "rows"),
    [
        (
            SQL,
            "SELECT id, title FROM releases WHERE id = 1873013;",
            [{"id": 1873013, "title": "The Dark Side Of The Moon"}],
        ),
        (SQL, "VALUES (1), (2) -- a comment", [{"column1": 1}, {"column1": 2}]),
        (SQL, "WITH a AS (SELECT 7 AS n) SELECT n, n, '10%' AS p FROM a", [{"n": 7, "n_1": 7, "p": "10%"}]),
        (SQL, "SELECT count(*) AS n FROM insights.label_dna WHERE label_id = 281", [{"n": 1}]),
        (SQL, "SELECT 'pg_sleep(1)' AS name", [{"name": "pg_sleep(1)"}]),
        (
            SQL,
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'releases' AND column_name = 'title'",
            [{"data_type": "text"}],
        ),
        (CYPHER, "MATCH (a:Artist {id: 45467}) RETURN a.name AS name", [{"name": "Pink Floyd"}]),
        (CYPHER, "CALL db.labels() YIELD label WHERE label = 'Artist' RETURN label", [{"label": "Artist"}]),
        (PARQUET, "SELECT title FROM releases WHERE id = 1873013", [{"title": "The Dark Side Of The Moon"}]),
        (PARQUET, "SELECT count(*) AS n FROM insights.label_dna WHERE label_id = 281", [{"n": 1}]),
    ],
)
def test_a_query_reads_the_published_month(ask: Desk, tool: str, statement: str, rows: list[dict[str, Any]]) -> None:
    found = ask(tool, statement)
    assert found.month == "2026-11"
    assert found.answer["rows"] == rows


@pytest.mark.parametrize(
    ("tool", "statement"),
    [
        (SQL, "SELECT title::int FROM releases WHERE id = 1873013"),
        (PARQUET, "SELECT title::int FROM releases WHERE id = 1873013"),
        (CYPHER, "MATCH (r:Release {id: 1873013}) RETURN date(r.title)"),
    ],
)
def test_an_error_that_quotes_the_dump_is_marked_as_data(ask: Desk, tool: str, statement: str) -> None:
    with pytest.raises(ToolError) as raised:
        ask(tool, statement)
    assert "Dark Side" not in str(raised.value)
    assert "Dark Side" in raised.value.more["error"]


def test_the_lake_is_asked_about_any_month(ask: Desk) -> None:
    assert ask(PARQUET, "SELECT count(*) AS n FROM releases", month="2026-10").month == "2026-10"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM discogs.releases", "rejects"),
        ("INSERT INTO discogs.releases DEFAULT VALUES RETURNING 1", "rejects"),
        ("WITH d AS (DELETE FROM discogs.releases RETURNING 1) SELECT * FROM d", "rejects"),
        ("CREATE TABLE x (a int)", "rejects"),
        ("SELECT 1 INTO x", "rejects"),
        ("SELECT 1; DROP TABLE discogs.releases", "rejects"),
        ("SELECT 1) AS q; DROP TABLE discogs.releases; --", "rejects"),
        ("COPY discogs.releases TO PROGRAM 'touch {marker}'", "rejects"),
        ("COPY (SELECT 1) TO '{marker}'", "rejects"),
        ("SET statement_timeout = 0", "rejects"),
        ("DO $$ BEGIN PERFORM pg_sleep(9); END $$", "allowed|rejects"),
        ("DO $$ BEGIN RAISE NOTICE 'x'; END $$", "rejects"),
        ("LISTEN x", "rejects"),
        ("SELECT pg_sleep(60)", "allowed|rejects"),
        ('SELECT "pg_catalog"."pg_sleep"(60)', "allowed|rejects"),
        ('SELECT U&"pg\\005fsleep"(60)', "allowed|rejects"),
        ("SELECT 1 FROM releases WHERE pg_sleep(60) IS NOT NULL", "allowed|rejects"),
        ("SELECT * FROM (SELECT pg_sleep_for('1 min')) x", "allowed|rejects"),
        ("SELECT pg_read_file('/etc/passwd')", "allowed|rejects"),
        ("SELECT * FROM pg_ls_dir('/')", "allowed|rejects"),
        ("SELECT lo_import('/etc/passwd')", "allowed|rejects"),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", "allowed|rejects"),
        ("SELECT pg_advisory_lock(1)", "allowed|rejects"),
        ("SELECT set_config('statement_timeout', '0', false)", "allowed|rejects"),
        ("SELECT query_to_xml('SELECT pg_sleep(60)', true, true, '')", "allowed|rejects"),
        ("SELECT ts_stat('SELECT pg_sleep(60)')", "allowed|rejects"),
        ("SELECT repeat('x', 1000000000)", "allowed|rejects"),
        ("SELECT string_agg(data::text, '') FROM releases", "longer than"),
        ("SELECT * FROM serving.snapshots", "rejects"),
        ("SELECT * FROM pg_authid", "rejects"),
        ("SELECT rolpassword FROM pg_shadow", "rejects"),
        ("SELECT nothing FROM releases", "rejects"),
        ("", "expected a query"),
        ("SELECT 1 -- " + "x" * 20_000, "expected a query"),
    ],
)
def test_sql_that_does_more_than_read_is_refused(ask: Desk, tmp_path: Path, statement: str, said: str) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(ToolError, match=said):
        ask(SQL, statement.replace("{marker}", str(marker)))
    assert not marker.exists()
    assert ask(SQL, "SELECT count(*) AS n FROM releases").answer["rows"] == [{"n": 160}]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (a:Artist {id: 45467}) SET a.name = 'x'", "does more than read"),
        ("MATCH (a:Artist) DETACH DELETE a", "does more than read"),
        ("CREATE (a:Artist {id: 1}) RETURN a", "does more than read"),
        ("DROP INDEX artist_fulltext IF EXISTS", "does more than read"),
        ("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "rejects|allowed|more than read"),
        ("CREATE USER x SET PASSWORD 'abcdefgh1'", "rejects|allowed|more than read"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "LoadCSV is not allowed"),
        ("LOAD CSV FROM 'http://127.0.0.1:1/x' AS line RETURN line", "LoadCSV is not allowed"),
        ("CALL () { LOAD CSV FROM 'http://127.0.0.1:1/x' AS line RETURN line } RETURN line", "LoadCSV is not allowed"),
        ("CALL dbms.listConfig() YIELD name RETURN name", "rejects|allowed|more than read"),
        ("CALL db.checkpoint()", "rejects|allowed|more than read"),
        ("SHOW USERS", "rejects|allowed|more than read"),
        ("SHOW SETTINGS", "rejects|allowed|more than read"),
        ("SHOW TRANSACTIONS", "rejects|allowed|more than read"),
        ("TERMINATE TRANSACTIONS 'neo4j-transaction-1'", "rejects|allowed|more than read"),
        ("USE system SHOW USERS", "rejects|allowed|more than read"),
        ("RETURN apoc.util.sleep(1000)", "rejects|allowed"),
        ("MATCH (a) RETURN nothing", "rejects"),
        ("RETURN 1; RETURN 2", "rejects"),
    ],
)
def test_cypher_that_does_more_than_read_is_refused(ask_here: Desk, statement: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        ask_here(CYPHER, statement)
    assert ask_here(CYPHER, "MATCH (a:Artist {id: 45467}) RETURN a.name AS n").answer["rows"] == [{"n": "Pink Floyd"}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_parquet('http://127.0.0.1:1/x.parquet')",
        "COPY (SELECT 1) TO '{marker}'",
        "ATTACH '{marker}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM DuckDB_Secrets()",
        "SELECT current_setting('secret_directory')",
        "SELECT nothing FROM releases",
    ],
)
def test_the_lake_alone_is_read_from(ask_here: Desk, tmp_path: Path, statement: str) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(ToolError):
        ask_here(PARQUET, statement.replace("{marker}", str(marker)))
    assert not marker.exists()


@pytest.mark.parametrize(
    ("tool", "statement", "said"),
    [
        (
            CYPHER,
            "UNWIND range(1, 100000) AS n RETURN [x IN range(1, 3000) | x] AS many",
            "larger than|more memory|too large",
        ),
        (PARQUET, "SELECT list(range) FROM range(300000000)", "more memory|too large|rejects"),
    ],
)
def test_an_answer_of_too_much_memory_is_refused(ask: Desk, tool: str, statement: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        ask(tool, statement, limit=500)


ENDLESS = {
    SQL: "SELECT count(*) FROM releases a, releases b, releases c, releases d, generate_series(1, 1000)",
    CYPHER: "UNWIND range(1, 100000) AS a UNWIND range(1, 1000000) AS b RETURN count(a + b) AS n",
    PARQUET: "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range + b.range > 5 ORDER BY 1",
}


@pytest.mark.parametrize("tool", ENDLESS)
def test_a_cross_join_ends_at_the_time_limit(ask_briefly: Desk, tool: str) -> None:
    began = time.monotonic()
    with pytest.raises(ToolError, match="time limit"):
        ask_briefly(tool, ENDLESS[tool])
    assert time.monotonic() - began < 20
    assert children() == []


@pytest.mark.parametrize("tool", ENDLESS)
def test_a_query_ends_when_its_caller_cancels(ask: Desk, tool: str) -> None:
    async def cancel() -> None:
        task = asyncio.create_task(call_tool(ask.state, tool, {"statement": ENDLESS[tool]}, statements=True))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    ask.runner.run(cancel())
    assert children() == []
    running = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%%generate_series(1, %%'"
    )
    assert ask.runner.run(ask.state.readers.tables.rows(running, {}))[0]["n"] <= 1


def children() -> list[str]:
    """Processes of statements that still run."""
    found = list[str]()
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile, or is a dead one of another test
            found.append(" ".join(each.cmdline()))
    return [each for each in found if "statement_process" in each]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_sleep(60)",
        'SELECT U&"pg\\005fsleep"(60)',
        "SELECT 1 FROM releases WHERE pg_sleep(60) IS NOT NULL",
        "SELECT (SELECT pg_read_file('/etc/passwd'))",
        "WITH x AS MATERIALIZED (SELECT pg_terminate_backend(1)) SELECT * FROM x",
        "SELECT query_to_xml('SELECT pg_sleep(60)', true, true, '')",
        "SELECT 1 ORDER BY pg_advisory_lock(1)",
    ],
)
def test_a_role_with_more_rights_runs_no_more(ask: Desk, project: Project, statement: str) -> None:
    async def read() -> None:
        owner = TableReader(lambda: project.postgres.url, SECONDS)
        await owner.open()
        try:
            await read_rows(owner.pool, statement, 5)
        finally:
            await owner.close()

    with pytest.raises(QuestionError, match="is not allowed"):
        ask.runner.run(read())


def test_a_statement_leaves_the_session_as_it_was(ask: Desk) -> None:
    for _ in range(3):
        ask(SQL, "SELECT 1 AS n")
    (found,) = ask.runner.run(
        ask.state.readers.tables.rows(
            "SELECT current_setting('statement_timeout') AS t, current_setting('transaction_read_only') AS r", {}
        )
    )
    assert found == {"t": "30s", "r": "on"}


def test_statements_are_no_tools_without_permission(ask: Desk) -> None:
    with pytest.raises(ToolError, match="DISCOGS_API_TOKEN"):
        ask.runner.run(call_tool(ask.state, SQL, {"statement": "SELECT 1"}))
    assert SQL not in list_tools()


def test_many_rows_are_cut_and_said_so(ask: Desk) -> None:
    found = ask(SQL, "SELECT data FROM releases ORDER BY id")
    assert len(found.text.encode()) <= 8_000
    assert found.cut
