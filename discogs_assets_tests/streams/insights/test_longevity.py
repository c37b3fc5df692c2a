"""Tests of `streams.insights.longevity`."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked


def test_years_releases_and_peaks_are_those_of_a_count(asked: Asked) -> None:
    years = defaultdict[int, list[int | None]](list)
    for release, labels in zip(asked.records("releases"), asked.referred("labels"), strict=True):
        for label in labels:
            years[label].append(release["year"])
    names = {label["id"]: label["name"] for label in asked.records("labels")}
    expected = []
    for label, found in years.items():
        if dated := [year for year in found if year is not None]:
            decades = Counter(year // 10 * 10 for year in dated)
            peak = min(decade for decade, count in decades.items() if count == max(decades.values()))
            first, last = min(dated), max(dated)
            expected.append((label, names[label], first, last, last - first + 1, len(found), peak, last >= 2024))
    expected.sort(key=lambda row: (-row[4], -row[5], row[0]))
    assert asked.answer("label_longevity").rows() == expected
    assert expected


@pytest.mark.parametrize(("year", "active"), [("2023", False), ("2024", True), ("2026", True)])
def test_whether_a_label_is_active_is_judged_by_the_month_and_by_no_clock(
    year: str, active: bool, tmp_path: Path
) -> None:
    records = {"labels": [{"id": 1, "name": "L"}], "releases": [{"id": 1, "labels": [{"id": 1}], "released": year}]}
    for month, expected in (("2026-11-01", active), ("2016-01-01", True)):
        assert fix_insights.answer(tmp_path, "label_longevity", records, month)["still_active"].to_list() == [expected]


def test_a_label_that_is_not_there_and_one_without_a_year_are_left_out(tmp_path: Path) -> None:
    labels = [{"id": 1, "name": "Undated"}, {"id": 2, "name": "Twice on one"}, {"id": 4, "name": "Idle"}]
    releases = [
        {"id": 1, "labels": [{"id": 1}], "released": "?"},
        {
            "id": 2,
            "labels": [{"id": 2, "catno": "A"}, {"id": 2, "catno": "B"}, {"id": 3}, {"id": 0}],
            "released": "1999",
        },
    ]
    found = fix_insights.answer(tmp_path, "label_longevity", {"labels": labels, "releases": releases})
    assert found.rows() == [(2, "Twice on one", 1999, 1999, 1, 1, 1990, False)]
