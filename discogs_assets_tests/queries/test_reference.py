"""Tests of `queries.reference`: the committed reference is the declared one."""

from pathlib import Path

import pytest

import discogs_assets
from discogs_assets.queries.catalogue import QUESTIONS
from discogs_assets.queries.question import Question
from discogs_assets.queries.reference import describe_questions

PAGE = Path(discogs_assets.__file__).parent / "serving" / "README.md"
HEADING = "## Questions\n"


def test_the_committed_reference_is_the_declared_one(request: pytest.FixtureRequest) -> None:
    intro, heading, committed = PAGE.read_text().partition(HEADING)
    if request.config.getoption("--rewrite"):
        PAGE.write_text(intro + heading + describe_questions() + "\n")
    assert committed == describe_questions() + "\n", (
        "run: pytest -n0 discogs_assets_tests/queries/test_reference.py --rewrite"
    )


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_each_question_and_parameter_has_a_description_and_an_example(asked: Question) -> None:
    section = describe_questions().partition(f"### {asked.name.replace('_', '-')}\n")[2].partition("\n### ")[0]
    assert f"discogs ask {asked.name.replace('_', '-')}" in section
    assert "|  |\n" not in section
