"""Tests of `streams.insights.trends`."""

from collections import Counter
from pathlib import Path

import pytest

from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

SUBJECTS = pytest.mark.parametrize("subject", ["genre", "style"])


@SUBJECTS
def test_releases_and_shares_are_those_of_a_count(subject: str, asked: Asked) -> None:
    dated = [release for release in asked.records("releases") if release["year"] is not None]
    expected = {}
    for period, width in (("year", 1), ("decade", 10)):
        starts = [(release, release["year"] // width * width) for release in dated]
        whole = Counter(start for _, start in starts)
        named = Counter((name, start) for release, start in starts for name in {*release[f"{subject}s"]})
        best = {name: max(named[key] for key in named if key[0] == name) for name, _ in named}
        first = {name: min(s for n, s in named if n == name and named[n, s] == best[name]) for name in best}
        for (name, start), count in named.items():
            expected[name, period, start] = (count, pytest.approx(count / whole[start]), first[name] == start)
    found = asked.answer(f"{subject}_trends")
    assert {row[:3]: row[3:] for row in found.rows()} == expected
    assert [row[:3] for row in found.rows()] == sorted(expected)


def test_of_equals_the_first_is_the_peak_and_what_has_no_year_is_in_no_period(tmp_path: Path) -> None:
    years = {1: "1999", 2: "1969", 3: "1969", 4: "1960", 5: "1991", 6: "?"}
    releases = [{"id": number, "genres": ["Jazz", "Jazz"], "released": year} for number, year in years.items()]
    releases.append({"id": 7, "genres": [], "released": "1999"})
    found = fix_insights.answer(tmp_path, "genre_trends", {"releases": releases})
    assert found.rows() == [
        ("Jazz", "decade", 1960, 3, 1.0, True),
        ("Jazz", "decade", 1990, 2, pytest.approx(2 / 3), False),
        ("Jazz", "year", 1960, 1, 1.0, False),
        ("Jazz", "year", 1969, 2, 1.0, True),
        ("Jazz", "year", 1991, 1, 1.0, False),
        ("Jazz", "year", 1999, 1, 0.5, False),
    ]
    equal = [{"id": number, "styles": ["Bop"], "released": year} for number, year in ((1, "1971"), (2, "1965"))]
    found = fix_insights.answer(tmp_path, "style_trends", {"releases": equal})
    assert found.filter("peak").select("period", "start").rows() == [("decade", 1960), ("year", 1965)]


@SUBJECTS
def test_a_month_without_releases_has_no_trends(subject: str, tmp_path: Path) -> None:
    assert fix_insights.answer(tmp_path, f"{subject}_trends", {}).is_empty()
