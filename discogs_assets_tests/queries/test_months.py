"""Tests of `queries.months`: the months that are loaded, and questions about another than the published one."""

import pytest

from discogs_assets_tests.fix_api import Api

pytestmark = pytest.mark.timeout(600)


def test_both_months_of_the_sample_are_loaded_and_the_newer_one_is_published(api: Api) -> None:
    found = api.get("/api/months")
    assert found.json()["published"] == "2026-11"
    rows = {each["month"]: each for each in found.json()["months"]}
    assert {month: each["published"] for month, each in rows.items()} == {"2026-11": True, "2026-10": False}
    assert rows["2026-11"]["graph"]
    assert not rows["2026-10"]["graph"]
    assert "etag" not in found.headers


def test_an_older_month_answers_from_its_own_tables(api: Api) -> None:
    new, old = (api.get("/api/releases/1873013", params=params) for params in ({}, {"month": "2026-10"}))
    assert (new.headers["x-discogs-month"], old.headers["x-discogs-month"]) == ("2026-11", "2026-10")
    assert new.headers["etag"] != old.headers["etag"]


def test_the_graph_shows_the_published_month_alone(api: Api) -> None:
    assert api.get("/api/graph/stats", params={"month": "2026-11"}).status_code == 200
    refused = api.get("/api/graph/stats", params={"month": "2026-10"})
    assert refused.status_code == 409
    assert "Ask for the published month" in refused.json()["detail"]


def test_a_month_that_is_not_loaded_is_refused_with_those_that_are(api: Api) -> None:
    refused = api.get("/api/releases/1873013", params={"month": "1999-01"})
    assert refused.status_code == 409
    assert refused.json()["months"] == ["2026-10", "2026-11"]
