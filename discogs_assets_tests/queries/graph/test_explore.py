"""Tests of `queries.graph.explore`: categories and pages of neighbours."""

import base64
import json
from collections import Counter
from typing import Any, get_args

import pytest

from discogs_assets.queries.graph.explore import PATTERNS, Category
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.conftest import Served
from discogs_assets_tests.queries.sample import Month

pytestmark = pytest.mark.timeout(600)


def read_all(api: Api, limit: int, by_cursor: bool, **parameters: Any) -> list[dict[str, Any]]:
    """All pages together."""
    found, page = [], api.answer("expand", limit=limit, **parameters)
    while True:
        found += page["children"]
        assert page["has_more"] == (page["cursor"] is not None)
        assert len(found) <= page["total"]
        if not page["has_more"]:
            assert len(found) == page["total"]
            return found
        place = {"cursor": page["cursor"]} if by_cursor else {"offset": len(found)}
        page = api.answer("expand", limit=limit, **place, **parameters)


def draw_heaviest(month: Month, kind: str) -> object:
    """The key of the entity of a type with most releases."""
    if kind == "release":
        return max(month.releases.values(), key=lambda each: len(month.credited(each)))["id"]
    keys = {"artist": month.artist_ids, "label": month.label_ids, "master": lambda each: {each.get("master_id")}}
    of = keys.get(kind, lambda each: each.get(f"{kind}s") or ())
    counted = Counter(key for each in month.releases.values() for key in of(each) if key)
    return counted.most_common(1)[0][0]


@pytest.mark.parametrize("kind", PATTERNS)
def test_each_category_has_as_many_neighbours_as_explore_counts_each_once_in_pages_of_any_size(
    served: Served, kind: str
) -> None:
    api, key = served.api, draw_heaviest(served.month, kind)
    named = {"id": key} if isinstance(key, int) else {"name": key}
    node = {"id": key} if isinstance(key, int) else {"node_id": key}
    explored = api.answer("explore", type=kind, **named)
    assert explored["categories"]
    for category in explored["categories"]:
        asked = {"type": kind, "category": category["category"], **node}
        whole = read_all(api, 200, True, **asked)
        assert len(whole) == category["count"], category
        keys = [(each["type"], each["id"]) for each in whole]
        assert len(set(keys)) == len(keys)
        for limit, by_cursor in ((1, True), (3, False), (7, True)):
            if len(whole) < 20:
                assert read_all(api, limit, by_cursor, **asked) == whole


def test_the_releases_of_a_label_are_those_of_the_records_by_year_and_id_undated_last(served: Served) -> None:
    for key in [*served.month.labels][:25:3]:
        found = read_all(served.api, 5, True, type="label", id=key, category="releases")
        expected = sorted(
            ((sample.year(each) or 9999, each["id"]) for each in served.month.releases_of("label", key)),
        )
        assert [(each["year"] or 9999, each["id"]) for each in found] == expected
        for each in found:
            require_facts(served, each)


def require_facts(served: Served, shown: dict[str, Any]) -> None:
    """Require the country, the catalogue number and the artist of a release's record."""
    record = served.month.releases[shown["id"]]
    numbers = [label["catno"] for label in record.get("labels") or () if label.get("catno")]
    assert (shown["country"], shown["catno"]) == (record.get("country"), next(iter(numbers), None))
    assert shown["label"] == next((label["name"] for label in record.get("labels") or ()), None)
    assert shown["formats"] == [*dict.fromkeys(each["name"] for each in record.get("formats") or ())]
    names = [each.get("anv") or each["name"].partition(" (")[0] for each in record.get("artists") or ()]
    assert all(name in shown["artist"] for name in names)


def test_a_work_has_the_same_facts_however_it_is_reached(served: Served) -> None:
    for category, kind in (("releases", "release"), ("credits", "release"), ("masters", "master")):
        for key in [*served.month.artists][:60:4]:
            for each in read_all(served.api, 50, True, type="artist", id=key, category=category):
                assert each["type"] == kind
                if kind == "release":
                    require_facts(served, each)
                else:
                    assert each["artist"]
                    assert each["year"] == sample.year(served.month.masters[each["id"]])


def test_the_artists_of_a_label_are_counted_by_release(served: Served) -> None:
    for key in [*served.month.labels][:25:3]:
        found = read_all(served.api, 4, False, type="label", id=key, category="artists")
        expected: dict[int, int] = {}
        for release in served.month.releases_of("label", key):
            for artist in served.month.artist_ids(release):
                expected[artist] = expected.get(artist, 0) + 1
        assert {each["id"]: each["release_count"] for each in found} == expected
        assert [each["release_count"] for each in found] == sorted(expected.values(), reverse=True)


@pytest.mark.parametrize("category", ["releases", "artists"])
def test_neighbours_may_be_limited_to_the_years_up_to_one(api: Api, category: str) -> None:
    found = read_all(api, 50, True, type="label", node_id="Blue Note", category=category, before_year=1960)
    key = next(key for key, each in sample.labels.items() if each["name"] == "Blue Note")
    early = [each for each in sample.releases_of("label", key) if (sample.year(each) or 9999) <= 1960]
    expected = {each["id"] for each in early} if category == "releases" else set().union(*map(sample.artist_ids, early))
    assert {each["id"] for each in found} == expected
    if category == "artists":
        first = {each["id"]: each["first_year"] for each in found}
        assert first == {
            key: min(year for each in early if key in sample.artist_ids(each) and (year := sample.year(each)))
            for key in expected
        }
    assert 0 < len(early) < len(sample.releases_of("label", key))


def test_credits_may_be_limited_to_roles_of_a_category(api: Api) -> None:
    asked = {"type": "release", "id": 1873013, "category": "credits"}
    everyone = {each["id"] for each in read_all(api, 50, True, **asked)}
    roles = api.answer("credits/release/1873013", limit=200)["credits"]
    categories = {each["category"] for each in roles}
    assert len(categories) > 1
    for category in categories:
        found = {each["id"] for each in read_all(api, 1, True, role=category, **asked)}
        assert found == {each["artist_id"] for each in roles if each["category"] == category} & everyone
    refused = api.get("/api/expand", params={**asked, "category": "artists", "role": "production"})
    assert refused.status_code == 409
    assert "expected the category 'credits'" in refused.json()["detail"]


def test_a_category_of_another_type_has_no_neighbours(api: Api) -> None:
    refused = api.get("/api/expand", params={"type": "artist", "node_id": "Pink Floyd", "category": "sublabels"})
    assert refused.status_code == 404
    assert "expected one of releases, masters" in refused.json()["detail"]
    assert {name for each in PATTERNS.values() for name in each} == {*get_args(Category)}


@pytest.mark.parametrize("place", ["Infinity", "1e400", "1.5", "true", '"1"', "200001", "2147483647", "[1]", "-1"])
def test_a_cursor_that_nobody_was_given_leads_nowhere_and_reserves_no_memory(api: Api, place: str) -> None:
    sequence = json.loads(api.get("/api/genre-tree").headers["etag"].partition("-")[0].removeprefix('W/"'))
    for numbers in (f"[{sequence}, {place}]", f"[{place}, 0]"):
        cursor = base64.urlsafe_b64encode(numbers.encode()).decode().rstrip("=")
        asked = {"type": "genre", "node_id": "Rock", "category": "releases", "cursor": cursor}
        assert api.get("/api/expand", params=asked).status_code in (404, 410), numbers


@pytest.mark.parametrize("question", ["explore", "trends"])
def test_an_entity_without_name_and_id_is_refused(api: Api, question: str) -> None:
    refused = api.get(f"/api/{question}", params={"type": "artist"})
    assert refused.status_code == 404
    assert "neither a name nor an id" in refused.json()["detail"]


def read_cursor(cursor: str) -> list[int]:
    numbers: list[int] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return numbers


def test_a_cursor_is_of_one_publication_and_one_list(api: Api) -> None:
    asked = {"type": "label", "node_id": "Blue Note", "category": "releases"}
    given = api.answer("expand", limit=2, **asked)["cursor"]
    stale = base64.urlsafe_b64encode(json.dumps([0, *read_cursor(given)[1:]]).encode()).decode()
    assert api.get("/api/expand", params={**asked, "cursor": stale}).status_code == 410
    for other in ({"category": "artists"}, {"before_year": 1960}, {"node_id": "Columbia"}):
        assert api.get("/api/expand", params={**asked, **other, "cursor": given}).status_code == 404, other
    for cursor in ("", "x", "WzAsIDBd", "WzAsIC0xXQ", "e30", "bnVsbA", "%%%", "é"):
        assert api.get("/api/expand", params={**asked, "cursor": cursor}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 201},
        {"offset": -1},
        {"offset": 10**9},
        {"before_year": 1},
        {"category": "fans"},
        {"x": 1},
    ],
    ids=str,
)
def test_a_parameter_out_of_bounds_is_refused_by_name(api: Api, wrong: dict[str, Any]) -> None:
    asked = {"type": "label", "node_id": "Blue Note", "category": "releases", **wrong}
    refused = api.get("/api/expand", params=asked)
    assert refused.status_code == 422
    assert next(iter(wrong)) in refused.json()["detail"]
