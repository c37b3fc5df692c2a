"""Tests of `queries.records.credits`, against the credits of the sample's records."""

from collections import Counter, defaultdict
from functools import cache
from typing import Any, get_args
from urllib.parse import quote

import pytest

from discogs_assets.queries.records.credits import Category
from discogs_assets.schema import roles
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.sample import Credit

pytestmark = pytest.mark.timeout(600)

CREDITS = [each for each in sample.credits() if each.person[0] not in PLACEHOLDERS]
PEOPLE = [*dict.fromkeys(each.person for each in CREDITS)]
SOME = PEOPLE[::4]

Person = tuple[int, str]


@cache
def once(of: Person) -> list[Credit]:
    """The credits of a person, one for each role on a release, in order."""
    found = {(each.release, each.role): each for each in CREDITS if each.person == of}
    return sorted(found.values(), key=lambda each: (each.year or 9999, each.release, each.role))


def ask(api: Api, path: str, of: Person, **parameters: Any) -> dict[str, Any]:
    """The answer about a person, asked by id or by an unambiguous name."""
    key, name = of
    place = path.format(quote(name if not key else "any/name", safe=""))
    return api.answer(place, id=key, **parameters)


def test_the_credits_of_each_person_are_those_of_the_records_in_pages_of_any_size(api: Api) -> None:
    for of in SOME:
        expected, tracks = once(of), defaultdict[tuple[int, str], set[int]](set)
        for each in CREDITS:
            if each.person == of and each.track:
                tracks[each.release, each.role].add(each.track)
        pages = [ask(api, "credits/person/{}", of, limit=7, offset=start) for start in range(0, len(expected), 7)]
        found = [each for page in pages for each in page["credits"]]
        assert [(each["release_id"], each["role"]) for each in found] == [(e.release, e.role) for e in expected]
        assert [page["has_more"] for page in pages] == [True] * (len(pages) - 1) + [False]
        assert {page["total_credits"] for page in pages} == {len(expected)}
        for each in found:
            record = sample.releases[each["release_id"]]
            assert (each["title"], each["year"]) == (record["title"], sample.year(record))
            assert each["category"] == roles.category(each["role"])
            assert set(each["track_numbers"]) == tracks[each["release_id"], each["role"]]
            assert [artist["name"] for artist in each["artists"]] == [artist["name"] for artist in record["artists"]]
    assert len(SOME) > 60


def test_the_names_as_printed_and_the_tracks_in_free_text_are_those_of_the_credits(api: Api) -> None:
    named, tracks = defaultdict[Any, set[str]](set), defaultdict[Any, set[str]](set)
    for release in sample.releases.values():
        for stated in release.get("extraartists") or ():
            for role in roles.split(stated.get("role") or ""):
                key = (stated.get("id"), release["id"], role)
                named[key] |= {stated["anv"]} if stated.get("anv") else set()
                tracks[key] |= {stated["tracks"]} if stated.get("tracks") else set()
    for artist in {key[0] for key in (*named, *tracks) if key[0]} - {*PLACEHOLDERS}:
        for each in api.answer("credits/person/x", id=artist, limit=200)["credits"]:
            key = (artist, each["release_id"], each["role"])
            assert each["tracks"] == sorted(tracks[key])
            assert {*each["credited_as"]} >= named[key]
            assert len({*each["credited_as"]}) == len(each["credited_as"])
    assert sum(map(bool, named.values())) > 50
    assert sum(map(bool, tracks.values())) > 10


def test_credits_of_one_category_are_a_part_of_all(api: Api) -> None:
    of = (259769, "George Martin")
    for category in {roles.category(each.role) for each in once(of)}:
        found = ask(api, "credits/person/{}", of, category=category, limit=200)
        expected = [each for each in once(of) if roles.category(each.role) == category]
        assert [(each["release_id"], each["role"]) for each in found["credits"]] == [
            (each.release, each.role) for each in expected
        ]
        assert found["total_credits"] == len(expected)


def test_timelines_and_profiles_count_a_role_once_per_release_and_tell_who_has_a_record(api: Api) -> None:
    for of in SOME:
        expected = once(of)
        years = Counter((each.year, roles.category(each.role)) for each in expected if each.year)
        timeline = ask(api, "credits/person/{}/timeline", of)["timeline"]
        assert [((each["year"], each["category"]), each["count"]) for each in timeline] == sorted(years.items())
        profile, dated = ask(api, "credits/person/{}/profile", of), [year for year, _ in years]
        categories = Counter(roles.category(each.role) for each in expected)
        assert {each["category"]: each["count"] for each in profile["role_breakdown"]} == categories
        assert [each["category"] for each in profile["role_breakdown"]] == profile["categories"]
        assert profile["total_credits"] == len(expected)
        assert profile["has_record"] == (of[0] in sample.artists)
        assert (profile["first_year"], profile["last_year"]) == (min(dated, default=None), max(dated, default=None))


def test_a_name_of_several_persons_is_refused_with_their_ids(api: Api) -> None:
    twins = [name for name, count in Counter(name for _, name in PEOPLE).items() if count > 1]
    assert twins == ["Gus Dudgeon"]
    for path in ("person/{}", "person/{}/timeline", "person/{}/profile", "connections/{}"):
        refused = api.get(f"/api/credits/{path.format('Gus Dudgeon')}")
        assert refused.status_code == 409
        for each, key in zip(refused.json()["candidates"], (0, 179206), strict=True):
            roles_of = once((key, "Gus Dudgeon"))
            years = [role.year for role in roles_of if role.year]
            assert each == {
                "id": key,
                "name": "Gus Dudgeon",
                "credits": len(roles_of),
                "first_year": min(years, default=None),
                "last_year": max(years, default=None),
            }
    ids = [api.answer("credits/person/Gus Dudgeon", id=key)["artist_id"] for key in (0, 179206)]
    assert ids == [None, 179206]


@pytest.mark.parametrize("path", ["person/{}", "person/{}/timeline", "person/{}/profile", "connections/{}"])
@pytest.mark.parametrize("name", ["AC/DC", "a/profile", "a/timeline", "Nobody", "'; --", "%", "rudy van gelder"])
def test_a_name_that_nobody_is_credited_by_is_not_found_slashes_included(api: Api, path: str, name: str) -> None:
    refused = api.get(f"/api/credits/{path.format(quote(name, safe=''))}")
    assert refused.status_code == 404
    asked = name.removesuffix("/profile").removesuffix("/timeline") if path == "person/{}" else name
    assert repr(asked) in refused.json()["detail"]


def test_a_person_without_name_and_id_is_refused(api: Api) -> None:
    for path in ("person/", "connections/", "person/?id=0", "shared"):
        assert api.get(f"/api/credits/{path}").status_code == 404
    assert api.get("/api/credits/person/x?id=999999999").status_code == 404
    assert api.get("/api/credits/person/x?id=-1").status_code == 422


def test_the_credits_of_each_release_are_in_the_order_of_the_record(api: Api) -> None:
    whole = defaultdict[int, list[Credit]](list)
    for each in sample.credits():
        whole[each.release].append(each)
    for key in [*sample.releases][::3]:
        starts = range(0, len(whole[key]) + 9, 9)
        pages = [api.answer(f"credits/release/{key}", limit=9, offset=start) for start in starts]
        found = [each for page in pages for each in page["credits"]]
        assert [(each["artist_id"] or 0, each["role"], each["track"], each["sub_track"]) for each in found] == [
            (each.person[0], each.role, each.track, each.sub_track) for each in whole[key]
        ]
        for category in {each["category"] for each in found} if key % 4 == 0 else ():
            chosen = api.answer(f"credits/release/{key}", limit=1000, category=category)["credits"]
            assert chosen == [each for each in found if each["category"] == category]
        assert all(page["has_more"] == (9 * place + 9 < len(found)) for place, page in enumerate(pages))
        tracks = sample.releases[key].get("tracklist") or ()
        for each in found:
            if each["track"] and not each["sub_track"]:
                assert each["title"] == tracks[each["track"] - 1].get("title")
    assert api.get("/api/credits/release/999999999").status_code == 404


@pytest.mark.parametrize("category", [*roles.CATEGORIES, roles.OTHER])
def test_the_top_of_a_category_has_those_with_the_most_credits(api: Api, category: str) -> None:
    counts = Counter(of for of in PEOPLE for each in once(of) if roles.category(each.role) == category)
    expected = sorted(counts, key=lambda of: (-counts[of], of))
    pages = [api.answer(f"credits/role/{category}/top", limit=20, offset=at) for at in range(0, len(expected) + 1, 20)]
    found = [each for page in pages for each in page["entries"]]
    assert [(each["artist_id"] or 0, each["name"]) for each in found] == expected
    assert [each["credit_count"] for each in found] == [counts[of] for of in expected]
    assert [each["rank"] for each in found] == [*range(1, len(expected) + 1)]
    assert [page["has_more"] for page in pages] == [20 * at + 20 < len(expected) for at in range(len(pages))]


def test_every_category_can_be_asked_and_no_other(api: Api) -> None:
    assert {*get_args(Category)} == {*roles.CATEGORIES, roles.OTHER}
    refused = api.get("/api/credits/role/singing/top")
    assert refused.status_code == 422
    assert "'performance'" in refused.json()["detail"]


def test_a_credited_person_is_completed_by_any_words_with_the_number_of_its_credits(api: Api) -> None:
    for key, name in SOME:
        *_, last = name.split()
        for text in {name[: max(2, len(name) - 1)], last if len(last) > 1 else name}:
            found = api.answer("credits/autocomplete", q=text, limit=50)["results"]
            assert (key, name, len(once((key, name)))) in [(each["id"], each["name"], each["score"]) for each in found]
            assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    for text in ("(", "+-&|!{}[]^~*?:\\/", "AND OR", "''", "\u2048\u2474 \u00bd"):
        assert api.get("/api/credits/autocomplete", params={"q": text}).status_code in (200, 422)


def test_credits_are_narrowed_to_releases_of_others(api: Api) -> None:
    narrowed = False
    for of in SOME:
        own = {key for key, each in sample.releases.items() if of[0] in {by["id"] for by in each["artists"]}}
        expected = [(each.release, each.role) for each in once(of) if not of[0] or each.release not in own]
        found = ask(api, "credits/person/{}", of, others=True, limit=200)
        assert [(each["release_id"], each["role"]) for each in found["credits"]] == expected
        assert found["total_credits"] == len(expected)
        narrowed |= 0 < len(expected) < len(once(of))
    assert narrowed
