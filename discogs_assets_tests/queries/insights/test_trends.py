"""Tests of `queries.trends`: the years are those of the records."""

from collections import Counter
from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.conftest import Served

pytestmark = pytest.mark.timeout(600)


def years(api: Api, **parameters: Any) -> dict[int, int]:
    return {row["year"]: row["count"] for row in api.answer("trends", **parameters)["data"]}


def test_the_releases_of_artists_labels_and_masters_are_counted_by_year(served: Served) -> None:
    places = [
        *(("artist", each) for each in [*served.month.artists][:30:2]),
        *(("label", each) for each in [*served.month.labels][:30:2]),
        *(("master", each) for each in [*served.month.masters][:10]),
    ]
    found = {place: years(served.api, type=place[0], id=place[1]) for place in places}
    assert found == {place: served.month.years_of(*place) for place in places}
    assert sum(map(len, found.values())) > 50


@pytest.mark.parametrize("kind", ["genre", "style"])
def test_the_releases_of_genres_and_styles_are_counted_by_year(served: Served, kind: str) -> None:
    names = {name for each in served.month.releases.values() for name in each.get(f"{kind}s") or ()}
    assert len(names) > 5
    for name in sorted(names)[:50:4]:
        assert years(served.api, type=kind, name=name) == served.month.years_of(kind, name)


def test_years_are_ascending(api: Api) -> None:
    found = [*years(api, type="label", name="Blue Note")]
    assert found == sorted(found)
    assert len(found) > 3


def test_compared_entities_have_their_counts_and_shares_of_each_year(api: Api) -> None:
    whole = Counter(found for each in sample.releases.values() if (found := sample.year(each)))
    compared: list[tuple[str, Any]] = [
        *(("artist", each) for each in [*sample.artists][:2]),
        ("label", 281),
        ("master", next(iter(sample.masters))),
        ("genre", "Funk / Soul"),
        ("style", "Prog Rock"),
    ]
    entities = [f"{kind}:{key}" for kind, key in compared]
    entities[2] = "label:Blue Note"
    series = api.answer("trends/compare", entities=entities)["series"]
    assert [(each["type"], each["id"]) for each in series] == compared
    for each, place in zip(series, compared, strict=True):
        counts = sample.years_of(*place)
        assert {row["year"]: row["count"] for row in each["data"]} == counts
        assert all(row["share"] == row["count"] / whole[row["year"]] for row in each["data"])
    assert sum(len(each["data"]) for each in series) > 10


@pytest.mark.parametrize(
    ("entities", "status"),
    [
        ([], 422),
        (["genre:Rock"] * 7, 422),
        (["Rock"], 422),
        (["band:1"], 422),
        (["artist:"], 422),
        (["artist:0"], 404),
        (["artist:9999999999999999999999"], 404),
        (["artist:999999999", "genre:Rock"], 404),
        (["genre:1"], 404),
        ([f"release:{next(iter(sample.find_twins()))}"], 409),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_comparison_that_cannot_be_is_refused(api: Api, entities: list[str], status: int) -> None:
    assert api.get("/api/trends/compare", params={"entities": entities}).status_code == status
