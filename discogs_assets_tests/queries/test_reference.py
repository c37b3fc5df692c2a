"""Tests of `queries.reference`: the committed reference is the declared one, and its answers are real."""

import json
from pathlib import Path
from typing import Any

import pytest

import discogs_assets
from discogs_assets.queries.question import Question
from discogs_assets.queries.reference import describe_questions, read_answers, shorten, write_path
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets_tests.fix_api import Api

pytestmark = pytest.mark.slow

PAGE = Path(discogs_assets.__file__).parent / "serving" / "README.md"
HEADING = "## Questions\n"
ANSWERS = Path(discogs_assets.__file__).parent / "queries" / "answers.json"

REWRITE = "run: pytest -n0 discogs_assets_tests/queries/test_reference.py --rewrite"

OF_THE_RUN = {"cursor", "last_computed", "duration_ms"}
"""Keys whose values differ from load to load."""


def drop_values_of_the_run(answer: Any) -> Any:
    """The answer without the values that differ from load to load."""
    if isinstance(answer, dict):
        return {
            name: "…" if name in OF_THE_RUN and value is not None else drop_values_of_the_run(value)
            for name, value in answer.items()
        }
    return [drop_values_of_the_run(each) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.timeout(600)
def test_the_answers_shown_are_those_over_the_sample_months(api: Api, request: pytest.FixtureRequest) -> None:
    found = {}
    for name, asked in QUESTIONS.items():
        if asked.media:
            continue
        answered = api.get(write_path(asked))
        assert answered.status_code == 200, (name, answered.text)
        found[name] = drop_values_of_the_run(shorten(answered.json()))
    if request.config.getoption("--rewrite"):
        ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        read_answers.cache_clear()
    assert json.loads(ANSWERS.read_text()) == found, REWRITE


def test_the_committed_reference_is_the_declared_one(request: pytest.FixtureRequest) -> None:
    intro, heading, committed = PAGE.read_text().partition(HEADING)
    if request.config.getoption("--rewrite"):
        PAGE.write_text(intro + heading + describe_questions() + "\n")
    assert committed == describe_questions() + "\n", REWRITE


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_each_question_and_parameter_has_a_description_and_an_example(asked: Question) -> None:
    section = describe_questions().partition(f"### {asked.name.replace('_', '-')}\n")[2].partition("\n### ")[0]
    assert f"discogs ask {asked.name.replace('_', '-')}" in section
    assert "|  |\n" not in section
