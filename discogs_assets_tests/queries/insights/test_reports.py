"""Tests of `queries.insights.reports`: each report against a count over the records."""

from collections import Counter
from typing import Any

import pytest

from discogs_assets.schema.insights import COMPUTATION_LOG, INSIGHTS, MILESTONES
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

NAMES = {name for each in sample.releases.values() for name in each.get("genres") or ()}
GENRES = sorted(name for name in NAMES if sample.years_of("genre", name))


def test_the_decades_of_each_genre_are_counted(api: Api) -> None:
    whole = Counter(year // 10 * 10 for each in sample.releases.values() if (year := sample.year(each)))
    assert len(GENRES) > 5
    for genre in GENRES:
        decades = Counter[int]()
        for year, count in sample.years_of("genre", genre).items():
            decades[year // 10 * 10] += count
        found = api.answer("insights/genre-trends", genre=genre)
        assert {row["decade"]: row["release_count"] for row in found["trends"]} == decades
        assert all(row["share"] == row["release_count"] / whole[row["decade"]] for row in found["trends"])
        assert [row["decade"] for row in found["trends"]] == sorted(decades)
        assert found["peak_decade"] == min(decades, key=lambda each: (-decades[each], each))


@pytest.mark.parametrize("genre", ["Soul", "rock", "", *(NAMES - {*GENRES})])
def test_a_genre_that_there_is_not_is_refused_with_those_that_there_are(api: Api, genre: str) -> None:
    refused = api.get("/api/insights/genre-trends", params={"genre": genre})
    assert refused.status_code == 404
    assert refused.json()["genres"] == GENRES
    assert GENRES[0] in refused.json()["detail"]


def month_of(master: dict[str, Any]) -> int | None:
    """Month of a master: of its main release, if this is of the same year and states one."""
    main = sample.releases.get(master.get("main_release") or 0, {})
    parts = str(main.get("released") or "").split("-")
    stated = int(parts[1]) if len(parts) > 1 and sample.year(main) == sample.year(master) else 0
    return stated or None


def test_the_anniversaries_of_the_month_are_those_of_its_masters(api: Api) -> None:
    expected = {}
    for key, master in sample.masters.items():
        age, month = 2026 - (sample.year(master) or 0), month_of(master)
        if age in MILESTONES and month in (None, 11):
            expected[key] = (master["title"], sample.year(master), age, month is not None)
    found = api.answer("insights/this-month", limit=200)
    assert (found["year"], found["month"], found["has_more"]) == (2026, 11, False)
    columns = ("title", "release_year", "anniversary", "month_known")
    assert {row["master_id"]: tuple(row[name] for name in columns) for row in found["items"]} == expected
    assert found["total"] == found["count"] == len(expected) > 0
    order = [(not row["month_known"], -row["anniversary"]) for row in found["items"]]
    assert order == sorted(order)
    pages = [api.answer("insights/this-month", limit=1, offset=place)["items"] for place in range(len(expected))]
    assert [row for page in pages for row in page] == found["items"]


def test_completeness_is_the_share_of_records_with_a_value(api: Api) -> None:
    found = {row["entity_type"]: row for row in api.answer("insights/data-completeness")["items"]}
    assert {*found} == {"artists", "labels", "masters", "releases"}
    releases = [*sample.releases.values()]
    counts = {
        "with_image": sum(bool(each.get("images")) for each in releases),
        "with_year": sum(sample.year(each) is not None for each in releases),
        "with_country": sum(bool(each.get("country")) for each in releases),
        "with_genre": sum(bool(each.get("genres")) for each in releases),
    }
    row = found["releases"]
    assert {name: row[name] for name in counts} == counts
    assert row["total_count"] == len(releases)
    assert row["completeness_pct"] == pytest.approx(25 * sum(counts.values()) / len(releases), abs=0.01)
    assert found["labels"]["with_country"] is None
    assert found["labels"]["with_image"] == sum(bool(each.get("images")) for each in sample.labels.values())
    titles = {each["field"]: each for each in row["fields"]}["title"]
    assert (titles["present"], titles["share"]) == (len(releases), 1)


def test_the_status_has_the_last_computation_of_each_insight(api: Api) -> None:
    statuses = api.answer("insights/status")["statuses"]
    assert {row["insight_type"] for row in statuses} == {each.name for each in INSIGHTS} - {COMPUTATION_LOG.name}
    for row in statuses:
        assert row["status"] == "SUCCESS"
        assert row["last_computed"].endswith("Z")
        assert 0 < row["duration_ms"] < 600_000
