"""Tests of `streams.insights.leaders`."""

from collections import Counter
from pathlib import Path

import pytest

from discogs_assets.streams.insights import leaders
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

PARTS = {"artist": "artists", "label": "labels"}


@pytest.mark.parametrize("member", PARTS)
@pytest.mark.parametrize("kind", ["genre", "style"])
def test_members_are_ranked_by_their_releases_of_each_category_then_by_id(asked: Asked, kind: str, member: str) -> None:
    counts: dict[str, Counter[int]] = {}
    releases = asked.records("releases")
    for release, members in zip(releases, asked.referred(PARTS[member]), strict=True):
        for category in {*release[f"{kind}s"]}:
            counts.setdefault(category, Counter()).update(members)
    names = {each["id"]: each["name"] for each in asked.records(PARTS[member])}
    expected = [
        (category, rank, key, names[key], count)
        for category, counted in sorted(counts.items())
        for rank, (key, count) in enumerate(sorted(counted.items(), key=lambda each: (-each[1], each[0])), start=1)
    ]
    found = asked.answer("genre_leaders").filter(kind=kind, member=member)
    assert found.select("category", "rank", "id", "name", "releases").rows() == expected
    assert expected


def test_each_list_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaders, "LEADERS", 2)
    labels = [{"id": number, "name": f"L{number}"} for number in range(1, 6)]
    releases = [{"id": number, "genres": ["Rock"], "labels": [{"id": number}]} for number in range(1, 6)]
    found = fix_insights.answer(tmp_path, "genre_leaders", {"labels": labels, "releases": releases})
    assert found["id"].to_list() == [1, 2]
