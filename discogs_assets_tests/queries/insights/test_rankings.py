"""Tests of `queries.insights.rankings`: ranks of artists and labels against a count over the records."""

from collections import defaultdict
from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def read_pages(api: Api, path: str) -> list[dict[str, Any]]:
    """Rows of all pages."""
    rows, more = list[dict[str, Any]](), True
    while more:
        page = api.answer(path, limit=11, offset=len(rows))
        assert page["count"] == len(page["items"])
        rows += page["items"]
        more = page["has_more"]
    assert page["total"] == len(rows)
    assert [row["rank"] for row in rows] == [*range(1, len(rows) + 1)]
    return rows


def test_top_artists_are_all_that_collaborate_the_most_central_first(api: Api) -> None:
    near, counts = defaultdict[int, set[int]](set), defaultdict[int, int](int)
    for release in sample.releases.values():
        ids = sample.artist_ids(release)
        for each in ids:
            counts[each] += 1
            near[each] |= ids - {each}
    found = read_pages(api, "insights/top-artists")
    expected = {each: (len(others), counts[each]) for each, others in near.items() if others}
    assert {row["artist_id"]: (row["edge_count"], row["release_count"]) for row in found} == expected
    assert all(row["artist_name"] == sample.artists[row["artist_id"]]["name"] for row in found)
    ranks = [row["pagerank"] for row in found]
    assert ranks == sorted(ranks, reverse=True)
    assert sum(ranks) == pytest.approx(1)


def test_labels_are_ranked_by_the_years_that_they_lasted(api: Api) -> None:
    expected = []
    for each in sample.labels:
        if years := sample.years_of("label", each):
            total = len(sample.releases_of("label", each))
            expected.append((each, min(years), max(years), max(years) - min(years) + 1, total, max(years) >= 2024))
    expected.sort(key=lambda row: (-row[3], -row[4], row[0]))
    columns = ("label_id", "first_year", "last_year", "years_active", "total_releases", "still_active")
    found = read_pages(api, "insights/label-longevity")
    assert [tuple(row[name] for name in columns) for row in found] == expected
    for row in found:
        decades = defaultdict[int, int](int)
        for year, count in sample.years_of("label", row["label_id"]).items():
            decades[year // 10 * 10] += count
        assert row["peak_decade"] == min(decades, key=lambda each: (-decades[each], each))
