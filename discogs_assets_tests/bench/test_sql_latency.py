"""Tests of `bench.sql_latency`, on the sample's newer month."""

import psycopg
import pytest

from discogs_assets.bench import sql_latency
from discogs_assets.bench.sql_latency import QUESTIONS, Question
from discogs_assets_tests.fix_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_typical_question_has_an_index_to_use(question: Question, loaded: Project) -> None:
    with psycopg.connect(loaded.postgres.url, autocommit=True) as connection:
        things = sql_latency.draw(connection, question)
        assert things
        connection.execute("SET enable_seqscan = off")
        plan = sql_latency.explained(connection, question, things[0])
        assert sql_latency.indexed(plan), plan


def test_every_question_is_answered_and_timed(loaded: Project) -> None:
    found = list(sql_latency.answers(loaded.postgres.url))
    assert [each.question for each in found] == [question.name for question in QUESTIONS]
    assert all(each.rows > 0 and each.median_ms <= each.slowest_ms for each in found)
