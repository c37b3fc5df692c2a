"""Tests of `cli.examples`: the page is what the sample months answer, and a question never writes."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from discogs_assets import cli
from discogs_assets.cli import app
from discogs_assets.cli.examples import CHAPTERS, EXAMPLES, FENCES, FLAGS, Example, page
from discogs_assets.cli.query import LANGUAGES
from discogs_assets.errors import LoadError
from discogs_assets_tests.fix_project import Project

PAGE = (Path(cli.__file__).parent / "README.md").read_text()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.about)
def test_an_example_is_on_the_page_and_its_answer_in_an_order(example: Example) -> None:
    assert "ORDER BY" in example.text
    assert f"### {example.about}\n" in PAGE
    assert example.text.strip() in PAGE


def test_every_language_has_a_chapter_with_examples() -> None:
    assert set(LANGUAGES) == set(CHAPTERS) == set(FLAGS) == set(FENCES) == {each.language for each in EXAMPLES}


@pytest.fixture
def asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`discogs query` in the folder of the demo."""
    monkeypatch.chdir(project.folder)
    return lambda *arguments: app(["query", *arguments], result_action="return_value")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("asked")
def test_the_page_is_what_the_sample_months_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("DISCOGS_MUSICBRAINZ")
    assert page() == PAGE
    assert not [line for line in capsys.readouterr().err.splitlines() if line.startswith("0 rows")]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("flags", "text", "message"),
    [
        ((), "DELETE FROM releases", "only reading is allowed"),
        ((), "SELECT 1; DROP VIEW releases", "multiple commands"),
        ((), "SELECT nope FROM releases", "LINE 1: SELECT nope"),
        (("--cypher",), "CREATE (n:Genre {name: 'x'}) RETURN n", "Writing in read access mode not allowed"),
        (("--cypher",), "MATCH (n RETURN n", "line 1, column 10"),
    ],
)
def test_a_question_that_writes_or_is_wrong_is_refused_with_the_servers_words(
    flags: tuple[str, ...], text: str, message: str, asked: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LoadError, match=message):
        asked(*flags, text)
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ((), "SELECT r.id FROM releases r, generate_series(1, 50) ORDER BY 1"),
        (("--cypher",), "UNWIND range(1, 5000) AS n RETURN n"),
    ],
)
def test_a_long_answer_may_be_given_up_after_its_first_rows(
    flags: tuple[str, ...], text: str, asked: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    asked(*flags, text, "--csv", "--limit", "2")
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert err.startswith("2 rows in ")
    assert "there are more" in err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_answer_without_rows_has_its_columns(asked: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    asked("--csv", "SELECT id, title FROM releases WHERE false")
    asked("--csv", "--cypher", "MATCH (r:Release {id: -1}) RETURN r.id AS id, r.title AS title")
    assert capsys.readouterr().out == "id,title\n" * 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_pieces_of_the_graph_and_neo4js_own_values_are_json_and_readable(
    asked: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        'MATCH p = (:Artist {name: "Pete Best"})-[m:MEMBER_OF]->(:Artist {name: "The Beatles"}) WHERE m.source IS NULL '
        'RETURN p, m, [nodes(p)[1].name] AS band, date("1969-09-26") AS day, duration("P1DT2H") AS length, null AS no'
    )
    asked("--cypher", text, "--json")
    (found,) = json.loads(capsys.readouterr().out)
    member, of, band = found["p"]
    assert (member["labels"], member["properties"]["name"]) == (["Artist"], "Pete Best")
    ends = (of["startNodeElementId"], of["endNodeElementId"])
    assert (of["type"], ends) == ("MEMBER_OF", (member["elementId"], band["elementId"]))
    assert found["m"] == of
    assert (found["band"], found["day"], found["length"], found["no"]) == (
        ["The Beatles"],
        "1969-09-26",
        "P1DT2H",
        None,
    )
    asked("--cypher", "MATCH p = (a)<-[m:MEMBER_OF]-(:Artist {name: 'Pete Best'}) WHERE m.source IS NULL RETURN p")
    assert "<-[:MEMBER_OF]-(:Artist {" in "".join(line.strip() for line in capsys.readouterr().out.splitlines())
