"""Tests of `cli.ask`: the terminal gives the API's answer."""

import csv
import io
import json
from typing import Any

import pytest

from discogs_assets.cli import app
from discogs_assets.errors import QuestionError, SettingError
from discogs_assets.queries.reference import write_command
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets_tests.fix_model import KEY, ModelServer, Scene, use
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(autouse=True)
def _home(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(project.home))


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    app(["ask", *arguments], result_action="return_value")
    return capsys.readouterr().out


BLUE_NOTE = ("trends", "--type", "label", "--name", "Blue Note")


def test_json_is_the_apis_answer(capsys: pytest.CaptureFixture[str], api: Any) -> None:
    found = json.loads(ask(capsys, *BLUE_NOTE, "--json"))
    assert found == api.get("/api/trends", params={"type": "label", "name": "Blue Note"}).json()


def test_a_table_and_csv_have_the_rows_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(ask(capsys, *BLUE_NOTE, "--json"))["data"]
    shown = [*csv.DictReader(io.StringIO(ask(capsys, *BLUE_NOTE, "--csv")))]
    assert shown == [{"year": str(row["year"]), "count": str(row["count"])} for row in rows]
    table = ask(capsys, *BLUE_NOTE).splitlines()
    assert table[0].split() == ["year", "count"]
    assert [tuple(map(int, line.split())) for line in table[1:]] == [(row["year"], row["count"]) for row in rows]


def test_an_answer_without_rows_is_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = csv.DictReader(io.StringIO(ask(capsys, "artist", "--id", "45467", "--csv")))
    assert row["id"] == "45467"
    assert json.loads(row["data"])["name"] == "Pink Floyd"


def test_several_values_of_a_parameter_are_given_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    ends = ("path", "--from-name", "Miles Davis", "--to-name", "John Coltrane")
    found = json.loads(ask(capsys, *ends, "--via", "releases", "--via", "credits", "--json"))
    assert found["found"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trends", "--type", "band", "--name", "x"), "type: Input should be 'artist'"),
        (("trends", "--type", "label", "--name", "No Such Label"), "there is no label with the name 'No Such Label'"),
        (("path", "--from-name", "x", "--to-name", "y", "--max-depth", "99"), "max_depth"),
    ],
)
def test_an_invalid_question_is_refused_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises((QuestionError, SystemExit)) as caught:
        app(["ask", *arguments], result_action="return_value", exit_on_error=False, print_error=False)
    assert said in str(caught.value)


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_the_help_of_a_question_describes_its_parameters(capsys: pytest.CaptureFixture[str], asked: Any) -> None:
    text = " ".join(ask(capsys, asked.name.replace("_", "-"), "--help").replace("│", " ").split())
    assert write_command(asked) in text
    assert all(f"--{name.replace('_', '-')}" in text for name in asked.parameters)


def test_a_model_answers_in_words_with_its_calls_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> None:
    settings = model_server.settings()
    for name in ("nlq_url", "nlq_model"):
        monkeypatch.setenv(f"DISCOGS_{name.upper()}", getattr(settings, name))
    monkeypatch.setenv("DISCOGS_NLQ_KEY", KEY)
    steps = (use("search", query="Pink Floyd"), use("search", nothing=1), Scene("Pink Floyd\x1b[2J it is."))
    model_server.play(*steps)
    app(["ask", "--nl", "Who?"], result_action="return_value")
    shown = capsys.readouterr()
    assert shown.out == "Pink Floyd\\x1b[2J it is.\n"
    assert 'search query="Pink Floyd"\nsearch nothing=1\n2 calls of tools, 1 of them failed' in shown.err
    assert KEY not in shown.err
    model_server.play(*steps)
    found = json.loads(ask(capsys, "--nl", "Who?", "--json"))
    assert found["tools_used"][0] == {"name": "search", "arguments": {"query": "Pink Floyd"}, "error": None}


def test_without_a_model_words_are_not_understood() -> None:
    with pytest.raises(SettingError, match="DISCOGS_NLQ_URL or DISCOGS_NLQ_MODEL is not set, expected"):
        app(["ask", "--nl", "Who?"], result_action="return_value")


def test_without_a_question_the_questions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ask(capsys)
    assert "genre-tree" in shown
    assert "--nl" in shown
