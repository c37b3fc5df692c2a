"""Tests of the examples in `cli/README.md`: each has the answer of the sample months; a question never writes."""

import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from discogs_assets import cli
from discogs_assets.cli import app
from discogs_assets.errors import LoadError
from discogs_assets_tests.fix_project import Project

PAGE = Path(cli.__file__).parent / "README.md"
EXAMPLE = re.compile(
    r"(?:`discogs query(?P<flags>[^`\n]*)`\n\n)?```(?P<language>sql|cypher|python)\n(?P<text>.*?)\n```\n\n"
    r"```\n(?P<answer>.*?)\n```\n",
    re.DOTALL,
)
"""A query with its command, or a Python program, and its output."""

EXAMPLES = list(EXAMPLE.finditer(PAGE.read_text()))
QUERIES = [each for each in EXAMPLES if each["language"] != "python"]


@pytest.mark.parametrize("example", QUERIES, ids=lambda each: each["text"].split("\n")[0])
def test_an_example_orders_its_rows(example: re.Match[str]) -> None:
    assert "ORDER BY" in example["text"]


def test_every_heading_has_an_example_and_every_language_several() -> None:
    assert len(QUERIES) == PAGE.read_text().count("\n### ")
    assert len(EXAMPLES) == len(QUERIES) + 1
    assert {(each["language"], *each["flags"].split()[:1]) for each in QUERIES} >= {
        ("sql",),
        ("sql", "--json"),
        ("sql", "--csv"),
        ("sql", "--parquet"),
        ("cypher", "--cypher"),
    }


@pytest.fixture
def asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`discogs query` in the folder of the demo."""
    monkeypatch.chdir(project.folder)
    return lambda *arguments: app(["query", *arguments], result_action="return_value")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_has_the_answers_of_the_sample_months(
    asked: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("DISCOGS_MUSICBRAINZ")

    def answer(example: re.Match[str]) -> str:
        if example["language"] == "python":
            exec(compile(example["text"], "notebook", "exec"), {})  # noqa: S102 - the page is ours
        else:
            asked(*shlex.split(example["flags"]), example["text"])
        out, err = capsys.readouterr()
        assert not err.startswith("0 rows"), example["text"]
        lines = "\n".join(line.rstrip() for line in out.strip("\n").splitlines())
        return example[0].removesuffix(f"{example['answer']}\n```\n") + f"{lines}\n```\n"

    before = PAGE.read_text()
    after = EXAMPLE.sub(answer, before)
    if pytestconfig.getoption("rewrite"):
        PAGE.write_text(after)
    assert after == before


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
