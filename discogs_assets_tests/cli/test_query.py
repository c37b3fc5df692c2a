"""Tests of `cli.query`: what is asked of whom."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.cli import app
from discogs_assets.cli.query import question
from discogs_assets.errors import LoadError, ServerError, SettingError
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("discogs")


def discogs(*arguments: str) -> None:
    app(["query", *arguments], result_action="return_value")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake in the home of the working directory, with 150 releases."""
    folder = tmp_path / ".discogs" / "lake" / "parquet" / "discogs" / "releases" / "2026-11-01"
    folder.mkdir(parents=True)
    pl.DataFrame({"id": range(150)}).write_parquet(folder / "part-0000.parquet")
    return folder


@pytest.mark.usefixtures("lake")
def test_a_table_shows_a_hundred_rows_and_tells_that_there_are_more(capsys: pytest.CaptureFixture[str]) -> None:
    discogs("--parquet", "SELECT id FROM releases ORDER BY id")
    out, err = capsys.readouterr()
    assert out.split() == ["id", *map(str, range(100))]
    assert err.startswith("100 rows in ")
    assert "there are more" in err


@pytest.mark.usefixtures("lake")
def test_csv_and_json_have_all_rows_unless_limited(capsys: pytest.CaptureFixture[str]) -> None:
    discogs("--parquet", "SELECT id FROM releases ORDER BY id", "--json")
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 150
    assert "more" not in err
    discogs("--parquet", "SELECT id FROM releases ORDER BY id", "--csv", "--limit", "1")
    out, err = capsys.readouterr()
    assert out == "id\n0\n"
    assert err.startswith("1 row in ")
    assert "there are more" in err


@pytest.mark.usefixtures("lake")
def test_the_question_comes_from_the_argument_a_file_or_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "q.sql").write_text("SELECT count(*) AS n FROM releases;\n")
    for arguments in (["--file", "q.sql"], ["-"], ["-- how many\nSELECT count(*) AS n FROM releases"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT count(*) AS n FROM releases"))
        discogs("--parquet", "--csv", *arguments)
        assert capsys.readouterr().out == "n\n150\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["SELECT 1", "--cypher", "--parquet"], "both given"),
        (["SELECT 1", "--csv", "--json"], "both given"),
        (["SELECT 1", "--month", "2026-10"], "without --parquet"),
        ([], "expected one query"),
        (["SELECT 1", "--file", "q.sql"], "expected one query"),
        ([" "], "is empty"),
        (["--file", "absent.sql"], "absent.sql cannot be read"),
    ],
)
def test_arguments_that_contradict_each_other_are_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        discogs(*arguments)


@pytest.mark.parametrize("flags", [[], ["--cypher"]])
def test_a_server_that_does_not_run_is_named_with_what_starts_it(flags: list[str]) -> None:
    with pytest.raises(ServerError, match="discogs up"):
        discogs("SELECT 1", *flags)


def test_sql_is_for_postgresql_unless_told_otherwise() -> None:
    assert question("x", None, False, False, None).language == "sql"
    assert question("x", None, True, False, None).language == "cypher"
    assert question("x", None, False, True, "2026-10").month == "2026-10"


@pytest.mark.usefixtures("lake")
def test_a_reader_that_has_had_enough_ends_it_without_a_word() -> None:
    asked = "SELECT range AS n FROM range(1000000)"
    with subprocess.Popen(
        [PROGRAM, "query", "--parquet", "--csv", asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "n\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("flags", [["--csv"], ["--json"], []])
def test_csv_and_json_are_utf8_whatever_the_locale_and_a_table_has_escapes(flags: list[str]) -> None:
    locale = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"}
    command = [str(PROGRAM), "query", "--parquet", "SELECT 'Bj' || chr(246) || 'rk ' || chr(38899) AS name", *flags]
    printed = subprocess.run(command, env=locale, capture_output=True, check=True).stdout
    name = "Björk 音".encode() if flags else "Björk \\u97f3".encode("latin-1")
    assert name in printed


@pytest.mark.usefixtures("lake")
def test_output_that_cannot_be_written_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(PROGRAM), "query", "--parquet", "FROM range(10)", "--csv"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "discogs: standard output cannot be written: No space left on device. Free some space, or write elsewhere."
    ]


@pytest.mark.parametrize("text", ["SELECT title FROM releases", "SELECT 1 WHERE false"])
def test_before_the_first_publication_a_query_says_how_to_load(
    text: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCOGS_POSTGRES_URL", postgres.url)
    if "releases" in text:
        with pytest.raises(LoadError, match=r'"releases" does not exist[\s\S]*Nothing is published yet: load a month'):
            discogs(text)
    else:
        discogs(text)
        assert "Nothing is published yet: load a month, such as discogs load" in capsys.readouterr().err


def test_notices_of_neo4j_about_unknown_names_are_shown(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("URL", graph.url), ("USER", graph.user), ("PASSWORD", graph.password)):
        monkeypatch.setenv(f"DISCOGS_NEO4J_{name}", value)
    discogs("--cypher", "MATCH (n:Artits) RETURN n.nmae")
    err = capsys.readouterr().err
    for name in ("Artits", "nmae"):
        assert name in err
    assert "Nothing is published yet" in err


@pytest.mark.usefixtures("lake")
def test_a_refused_question_is_an_error_of_ours() -> None:
    with pytest.raises(LoadError, match="DuckDB rejects the query"):
        discogs("--parquet", "SELECT nope FROM releases")
