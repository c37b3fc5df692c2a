"""Tests of `streams.insights.credit_totals`."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.schema import roles
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.streams.insights import credit_totals
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked


def walk_credits(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The credits of a release, its tracks and sub-tracks."""
    for part in (release, *release["tracklist"], *(sub for each in release["tracklist"] for sub in each["sub_tracks"])):
        yield from part["extraartists"]


def test_totals_ranks_and_years_are_those_of_a_count(asked: Asked) -> None:
    artists = {each["id"]: each["name"] for each in asked.records("artists")}
    called = defaultdict[int, set[str]](set)
    found = set[tuple[int, str, int, int | None, str]]()
    for release in asked.records("releases"):
        for each in walk_credits(release):
            called[each["id"] or 0] |= {each["name"]} - {None}
            if each["id"] not in PLACEHOLDERS and (each["name"] is not None or each["id"] in artists):
                name = "" if each["id"] else each["name"]
                found |= {
                    (each["id"] or 0, name, release["id"], release["year"], role)
                    for role in roles.split(each["role"] or "")
                }
    counts, releases = defaultdict[Any, Counter[int | None]](Counter), defaultdict[Any, set[int]](set)
    for key, name, release_id, year, role in found:
        person = (key, name or artists.get(key) or min(called[key]), roles.category(role))
        counts[person][year] += 1
        releases[person].add(release_id)
    expected = []
    for category in {category for _, _, category in counts}:
        inside = [person for person in counts if person[2] == category]
        inside.sort(key=lambda person: (-counts[person].total(), *person))
        for rank, person in enumerate(inside, 1):
            years = {str(year): count for year, count in counts[person].items() if year is not None}
            dated = [*map(int, years)]
            totals = (rank, counts[person].total(), len(releases[person]))
            expected.append((*person, *totals, min(dated, default=None), max(dated, default=None), years))
    answer = [(*row[:-1], json.loads(row[-1])) for row in asked.answer("credit_totals").iter_rows()]
    assert answer == sorted(expected, key=lambda row: (row[2], row[3]))
    assert expected


def test_counts_are_added_up_whenever_there_are_many(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked.answer("credit_totals")
    monkeypatch.setattr(credit_totals, "ROWS", 1)
    assert asked.answer("credit_totals").equals(whole)


def test_a_person_is_an_id_or_a_name_without_one(tmp_path: Path) -> None:
    def release(number: int, *credited: tuple[int, str, str]) -> dict[str, Any]:
        return {"id": number, "extraartists": [{"id": i, "name": n, "role": r} for i, n, r in credited]}

    releases = [
        release(1, (1, "Old Name", "Producer"), (0, "New Name", "Producer"), (194, "Various", "Producer")),
        release(2, (1, "New Name", "Producer, Producer"), (7, "B", "Producer"), (7, "A", "producer"), (0, "X", "")),
    ]
    answer = fix_insights.answer(
        tmp_path, "credit_totals", {"artists": [{"id": 1, "name": "New Name"}], "releases": releases}
    )
    assert answer.select("artist_id", "name", "rank", "credits", "releases").rows() == [
        (1, "New Name", 1, 2, 2),
        (7, "A", 2, 2, 1),
        (0, "New Name", 3, 1, 1),
    ]
