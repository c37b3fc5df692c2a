"""Tests of `bench.sql_latency`, on the sample's newer month."""

import psycopg
import pytest

from discogs_assets.bench import sql_latency
from discogs_assets.bench.sql_latency import QUERIES, Query
from discogs_assets_tests.fix_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_common_query_has_an_index_to_use(query: Query, project: Project) -> None:
    with psycopg.connect(project.postgres.url, autocommit=True) as connection:
        values = sql_latency.draw_values(connection, query)
        assert values
        connection.execute("SET enable_seqscan = off")
        plan = sql_latency.explain(connection, query, values[0])
        assert sql_latency.uses_index(plan), plan


def test_every_query_is_answered_and_timed(project: Project) -> None:
    found = list(sql_latency.measure_queries(project.postgres.url, 200))
    assert [each.step for each in found] == [query.name for query in QUERIES]
    assert all(each.records > 0 and each.about["median_ms"] <= each.about["slowest_ms"] for each in found)


def test_the_file_has_twenty_named_queries() -> None:
    assert len({query.name for query in QUERIES}) == 20
    assert all(query.values.startswith("SELECT ") and "%(it)s" in query.text for query in QUERIES)
