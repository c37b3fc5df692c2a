"""Tests of `queries.genres`: the tree of genres and styles."""

from collections import Counter

import pytest

from discogs_assets_tests.queries.conftest import Served

pytestmark = pytest.mark.timeout(600)


def test_the_tree_has_every_genre_with_the_styles_of_its_own_releases(served: Served) -> None:
    found, month = served.api.answer("genre-tree")["genres"], served.month
    genres = Counter(name for each in month.releases.values() for name in set(each.get("genres") or ()))
    assert {each["name"]: each["release_count"] for each in found if each["release_count"]} == genres
    styles = Counter(name for each in month.releases.values() for name in set(each.get("styles") or ()))
    alone = {
        (each["genres"][0], style)
        for each in month.releases.values()
        if len(each.get("genres") or ()) == 1
        for style in each.get("styles") or ()
    }
    drawn = {(genre["name"], style["name"]): style for genre in found for style in genre["styles"]}
    assert set(drawn) == alone
    assert all(style["release_count"] == styles[name] for (_, name), style in drawn.items())
    assert [each["release_count"] for each in found] == sorted((each["release_count"] for each in found), reverse=True)
