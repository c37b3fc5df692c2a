"""Tests of `streams.insights.artists.collaborations`."""

import json
from collections import Counter, defaultdict
from itertools import permutations
from typing import Any

from discogs_assets_tests.fix_insights import Asked


def count_pairs(asked: Asked) -> dict[tuple[int, int], Counter[int | None]]:
    """The years of the releases of each pair of artists."""
    found: dict[tuple[int, int], Counter[int | None]] = defaultdict(Counter)
    for release, crew in zip(asked.records("releases"), asked.referred("artists"), strict=True):
        for pair in permutations(crew, 2) if len(crew) <= 50 else ():
            found[pair][release["year"]] += 1
    return found


def test_pairs_and_their_years_are_those_of_the_records(asked: Asked) -> None:
    names = {each["id"]: each["name"] for each in asked.records("artists")}
    expected: dict[tuple[int, int], tuple[Any, ...]] = {}
    for pair, years in count_pairs(asked).items():
        dated = {year: count for year, count in sorted(years.items(), key=str) if year is not None}
        first, last = (min(dated), max(dated)) if dated else (None, None)
        expected[pair] = names[pair[1]], years.total(), first, last, {str(year): each for year, each in dated.items()}
    found = asked.answer("artist_collaborations").drop("rank").rows()
    assert {(one, other): (*rest, json.loads(years)) for one, other, *rest, years in found} == expected


def test_collaborators_are_ranked_for_each_artist(asked: Asked) -> None:
    found = asked.answer("artist_collaborations")
    order = found.select("artist_id", -found["releases"], "collaborator_id").rows()
    assert order == sorted(order)
    seen = Counter[int]()
    for artist, rank in found.select("artist_id", "rank").rows():
        seen[artist] += 1
        assert rank == seen[artist]
