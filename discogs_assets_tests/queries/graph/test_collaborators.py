"""Tests of `queries.graph.collaborators`: the releases together are those of the records."""

from collections import Counter, defaultdict
from itertools import permutations

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def find_pairs() -> dict[int, dict[int, Counter[int | None]]]:
    """The years of the releases of each artist and its collaborators."""
    found: dict[int, dict[int, Counter[int | None]]] = defaultdict(lambda: defaultdict(Counter))
    for release in sample.releases.values():
        for one, other in permutations(sample.artist_ids(release), 2):
            found[one][other][sample.year(release)] += 1
    return found


def test_collaborators_and_their_years_are_those_of_the_records(api: Api) -> None:
    pairs = find_pairs()
    assert len(pairs) > 4
    for artist in sorted(set(sample.artists)):
        others = pairs.get(artist, {})
        answer = api.answer(f"collaborators/{artist}", limit=100)
        expected = sorted(others, key=lambda each: (-others[each].total(), each))
        assert [each["artist_id"] for each in answer["collaborators"]] == expected[:100]
        assert (answer["total"], answer["has_more"]) == (len(expected), len(expected) > 100)
        for each in answer["collaborators"]:
            years = {year: count for year, count in others[each["artist_id"]].items() if year}
            assert each["artist_name"] == sample.artists[each["artist_id"]]["name"]
            assert each["release_count"] == others[each["artist_id"]].total()
            assert {row["year"]: row["count"] for row in each["yearly_counts"]} == years
            assert (each["first_year"], each["last_year"]) == (min(years, default=None), max(years, default=None))


def test_pages_join_to_the_whole(api: Api) -> None:
    pairs = find_pairs()
    artist = max(pairs, key=lambda each: (len(pairs[each]), each))
    whole = api.answer(f"collaborators/{artist}", limit=100)["collaborators"]
    pages = [
        api.answer(f"collaborators/{artist}", limit=2, offset=at)["collaborators"] for at in range(0, len(whole), 2)
    ]
    assert [each for page in pages for each in page] == whole


def test_an_unknown_artist_is_not_found(api: Api) -> None:
    assert api.get("/api/collaborators/999999999").status_code == 404
