"""Tests of `cli.examples`: the page is what the sample months answer, and a question never writes."""

import json
import os
import sys
from pathlib import Path

import pytest

from discogs_assets import cli
from discogs_assets.cli.examples import CHAPTERS, EXAMPLES, FENCES, FLAGS
from discogs_assets.cli.query import LANGUAGES
from discogs_assets_tests.fix_project import Project

PAGE = (Path(cli.__file__).parent / "README.md").read_text()
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.about)
def test_an_example_is_on_the_page_and_its_answer_in_an_order(example: cli.examples.Example) -> None:
    assert "ORDER BY" in example.text
    assert f"### {example.about}\n" in PAGE
    assert example.text.strip() in PAGE


def test_every_language_has_a_chapter_with_examples() -> None:
    assert set(LANGUAGES) == set(CHAPTERS) == set(FLAGS) == set(FENCES) == {each.language for each in EXAMPLES}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_is_what_the_sample_months_answer(project: Project) -> None:
    done = project.run("python", "-m", "discogs_assets.cli.examples", PATH=PATH)
    assert done.returncode == 0, done.stderr
    assert done.stdout == PAGE
    assert "0 rows" not in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("flags", "text", "message"),
    [
        ((), "DELETE FROM releases", "may only read"),
        ((), "SELECT 1; DROP VIEW releases", "multiple commands"),
        ((), "SELECT nope FROM releases", "LINE 1: SELECT nope"),
        (("--cypher",), "CREATE (n:Genre {name: 'x'}) RETURN n", "Writing in read access mode not allowed"),
        (("--cypher",), "MATCH (n RETURN n", "line 1, column 10"),
    ],
)
def test_a_question_that_writes_or_is_wrong_is_refused_with_the_servers_words(
    flags: tuple[str, ...], text: str, message: str, project: Project
) -> None:
    done = project.run("discogs", "query", *flags, text)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


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
    flags: tuple[str, ...], text: str, project: Project
) -> None:
    done = project.run("discogs", "query", *flags, text, "--csv", "--limit", "2")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert "2 rows in " in done.stderr
    assert "there are more" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_answer_without_rows_has_its_columns(project: Project) -> None:
    for flags, text in (((), "SELECT id, title FROM releases WHERE false"), (("--cypher",), MISSING)):
        assert project.run("discogs", "query", *flags, text, "--csv").stdout == "id,title\n"


MISSING = "MATCH (r:Release {id: -1}) RETURN r.id AS id, r.title AS title"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_pieces_of_the_graph_and_neo4js_own_values_are_json_and_readable(project: Project) -> None:
    text = (
        'MATCH p = (:Artist {name: "Pete Best"})-[m:MEMBER_OF]->(:Artist {name: "The Beatles"}) '
        'RETURN p, m, [nodes(p)[1].name] AS band, date("1969-09-26") AS day, duration("P1DT2H") AS length, null AS no'
    )
    (found,) = json.loads(project.run("discogs", "query", "--cypher", text, "--json").stdout)
    member, of, band = found["p"]
    assert (member["labels"], member["properties"]["name"]) == (["Artist"], "Pete Best")
    assert (of["type"], of["startNodeElementId"], of["endNodeElementId"]) == (
        "MEMBER_OF",
        member["elementId"],
        band["elementId"],
    )
    assert found["m"] == of
    assert (found["band"], found["day"], found["length"], found["no"]) == (
        ["The Beatles"],
        "1969-09-26",
        "P1DT2H",
        None,
    )
    shown = project.run("discogs", "query", "--cypher", "MATCH p = ()-[:MEMBER_OF]->(b {name: 'The Beatles'}) RETURN p")
    assert "-[:MEMBER_OF]->(:Artist {" in shown.stdout.replace("\n", "")
