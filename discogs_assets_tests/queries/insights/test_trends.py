"""Tests of `queries.trends`: the years are those of the records."""

from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries.conftest import Served

pytestmark = pytest.mark.timeout(600)


def years(api: Api, **parameters: Any) -> dict[int, int]:
    return {row["year"]: row["count"] for row in api.answer("trends", **parameters)["data"]}


def test_the_releases_of_artists_labels_and_masters_are_counted_by_year(served: Served) -> None:
    places = [
        *(("artist", each) for each in [*served.month.artists][:30]),
        *(("label", each) for each in [*served.month.labels][:30]),
        *(("master", each) for each in [*served.month.masters][:10]),
    ]
    found = {place: years(served.api, type=place[0], id=place[1]) for place in places}
    assert found == {place: served.month.years_of(*place) for place in places}
    assert sum(map(len, found.values())) > 50


@pytest.mark.parametrize("kind", ["genre", "style"])
def test_the_releases_of_genres_and_styles_are_counted_by_year(served: Served, kind: str) -> None:
    names = {name for each in served.month.releases.values() for name in each.get(f"{kind}s") or ()}
    assert len(names) > 5
    for name in sorted(names)[:50]:
        assert years(served.api, type=kind, name=name) == served.month.years_of(kind, name)


def test_years_are_ascending(api: Api) -> None:
    found = [*years(api, type="label", name="Blue Note")]
    assert found == sorted(found)
    assert len(found) > 3
