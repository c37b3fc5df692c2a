"""Tests of `queries.insights.years`: first and last years against the records."""

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def test_the_range_is_that_of_all_releases(api: Api) -> None:
    years = [found for each in sample.releases.values() if (found := sample.year(each))]
    assert api.answer("explore/year-range") == {"min_year": min(years), "max_year": max(years)}


@pytest.mark.parametrize("before", [None, 1860, 1959, 1980, 2100])
def test_genres_and_styles_emerge_in_the_year_of_their_first_release(api: Api, before: int | None) -> None:
    found = api.answer("explore/genre-emergence", **({"before_year": before} if before else {}))
    for kind in ("genre", "style"):
        names = {name for each in sample.releases.values() for name in each.get(f"{kind}s") or ()}
        first = {name: min(years) for name in names if (years := sample.years_of(kind, name))}
        expected = sorted((year, name) for name, year in first.items() if before is None or year <= before)
        assert [(row["first_year"], row["name"]) for row in found[f"{kind}s"]] == expected
