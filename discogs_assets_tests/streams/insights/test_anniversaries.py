"""Tests of `streams.insights.anniversaries`."""

from pathlib import Path
from typing import Any

import pytest

from discogs_assets.streams.insights import anniversaries
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

AGES = {25, 30, 40, 50, 75, 100}


def month_of(released: str | None) -> int | None:
    """The month of a date as written, None if it has none."""
    parts = (released or "").split("-")
    whole = len(parts) in (2, 3) and len(parts[0]) == 4 and all(part.isdecimal() and part for part in parts)
    month = int(parts[1]) if whole and len(parts[1]) <= 2 and len(parts[-1]) <= 4 else 0
    return month if 1 <= month <= 12 else None


@pytest.mark.parametrize("month", [f"2026-{number:02d}-01" for number in (1, 5, 9, 11)])
def test_masters_of_the_month_are_those_of_a_search(month: str, asked: Asked) -> None:
    releases = {release["id"]: release for release in asked.records("releases")}
    expected = {}
    for master in asked.records("masters"):
        main = releases.get(master["main_release"], {})
        released = main.get("released") if main.get("year") == master["year"] else None
        known = month_of(released)
        if master["year"] and 2026 - master["year"] in AGES and known in (None, int(month[5:7])):
            said = (master["title"], master["artist"], master["year"], released, 2026 - master["year"])
            expected[master["id"]] = (*said, known is not None)
    found = asked.answer("monthly_anniversaries", month)
    assert {row[0]: row[1:] for row in found.rows()} == expected
    order = [(not known, -age) for age, known in found.select("anniversary", "month_known").rows()]
    assert order == sorted(order)


def answer(folder: Path, year: str, main: dict[str, Any] | None, month: str = "2019-09-01") -> list[tuple[Any, ...]]:
    """Released, age and whether the month is known, of the one master that there is."""
    master = {"id": 1, "title": "Abbey Road", "year_raw": year, "main_release": 7}
    releases = [{"id": 7, "title": "Abbey Road", **main}] if main else []
    found = fix_insights.answer(folder, "monthly_anniversaries", {"masters": [master], "releases": releases}, month)
    return found.select("released", "anniversary", "month_known").rows()


@pytest.mark.parametrize(
    ("released", "month", "expected"),
    [
        ("1969-09-26", "2019-09-01", [("1969-09-26", 50, True)]),
        ("1969-09-26", "2019-10-01", []),
        ("1969-09-26", "2020-09-01", []),
        ("1969-09-00", "2019-09-01", [("1969-09-00", 50, True)]),
        ("1969-09", "2019-09-01", [("1969-09", 50, True)]),
        ("1969-00-00", "2019-09-01", [("1969-00-00", 50, False)]),
        ("1969-13-01", "2019-09-01", [("1969-13-01", 50, False)]),
        ("1969", "2019-12-01", [("1969", 50, False)]),
        ("1969-٠٩-26", "2019-09-01", [("1969-٠٩-26", 50, False)]),
    ],
)
def test_an_anniversary_is_in_the_real_month_where_the_date_says_one(
    released: str, month: str, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    assert answer(tmp_path, "1969", {"released": released}, month) == expected


@pytest.mark.parametrize("main", [None, {"released": "1987-10-05"}, {"released": "?"}, {}])
def test_a_main_release_that_is_gone_or_of_another_year_says_no_month(
    main: dict[str, Any] | None, tmp_path: Path
) -> None:
    assert answer(tmp_path, "1969", main) == [(None, 50, False)]


@pytest.mark.parametrize(("ages", "expected"), [((50,), 1), ((49, 51), 0), ((1, 50, 999), 1)])
def test_the_ages_that_count_are_given(ages: tuple[int, ...], expected: int, tmp_path: Path) -> None:
    master = {"id": 1, "title": "Abbey Road", "year_raw": "1969", "main_release": 7}
    files = fix_insights.write_records(tmp_path, {"masters": [master]})
    (found,) = anniversaries.rows(ages, files, "2019-09-01")
    assert len(found) == expected


def test_a_master_without_a_year_has_no_anniversary(tmp_path: Path) -> None:
    assert answer(tmp_path, "0", {"released": "1969-09-26"}) == []
