"""Tests of `queries.records.credits`, against the credits of the sample's records."""

from collections import Counter, defaultdict
from typing import Any, get_args
from urllib.parse import quote

import pytest

from discogs_assets.queries.records import credits as questions
from discogs_assets.queries.records.credits import Category
from discogs_assets.schema import roles
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.sample import Credit

pytestmark = pytest.mark.timeout(600)

CREDITS = [each for each in sample.credits() if each.person[0] not in PLACEHOLDERS]
PEOPLE = [*dict.fromkeys(each.person for each in CREDITS)]

Person = tuple[int, str]


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
    for of in PEOPLE:
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
    assert len(PEOPLE) > 250


def test_the_names_as_printed_and_the_tracks_in_free_text_are_those_of_the_credit(api: Api) -> None:
    printed, tracks = 0, 0
    for release in sample.releases.values():
        for stated in release.get("extraartists") or ():
            if stated.get("id") and (stated.get("anv") or stated.get("tracks")) and stated.get("role"):
                role = roles.split(stated["role"])[0]
                answer = api.answer("credits/person/x", id=stated["id"], limit=200)["credits"]
                found = [each for each in answer if (each["release_id"], each["role"]) == (release["id"], role)]
                named = [each["credited_as"] for each in found]
                assert not stated.get("anv") or named == [stated["anv"]]
                assert not stated.get("tracks") or [each["tracks"] for each in found] == [stated["tracks"]]
                printed, tracks = printed + bool(stated.get("anv")), tracks + bool(stated.get("tracks"))
    assert printed
    assert tracks


def test_credits_of_one_category_are_a_part_of_all(api: Api) -> None:
    of = (259769, "George Martin")
    for category in {roles.category(each.role) for each in once(of)}:
        found = ask(api, "credits/person/{}", of, category=category, limit=200)
        expected = [each for each in once(of) if roles.category(each.role) == category]
        assert [(each["release_id"], each["role"]) for each in found["credits"]] == [
            (each.release, each.role) for each in expected
        ]
        assert found["total_credits"] == len(expected)


def test_timelines_and_profiles_count_a_role_once_per_release(api: Api) -> None:
    for of in PEOPLE:
        expected = once(of)
        years = Counter((each.year, roles.category(each.role)) for each in expected if each.year)
        timeline = ask(api, "credits/person/{}/timeline", of)["timeline"]
        assert [((each["year"], each["category"]), each["count"]) for each in timeline] == sorted(years.items())
        profile, dated = ask(api, "credits/person/{}/profile", of), [year for year, _ in years]
        categories = Counter(roles.category(each.role) for each in expected)
        assert {each["category"]: each["count"] for each in profile["role_breakdown"]} == categories
        assert [each["category"] for each in profile["role_breakdown"]] == profile["categories"]
        assert profile["total_credits"] == len(expected)
        assert (profile["first_year"], profile["last_year"]) == (min(dated, default=None), max(dated, default=None))


def test_a_name_of_several_persons_is_refused_with_their_ids(api: Api) -> None:
    twins = [name for name, count in Counter(name for _, name in PEOPLE).items() if count > 1]
    assert twins == ["Gus Dudgeon"]
    for path in ("person/{}", "person/{}/timeline", "person/{}/profile", "connections/{}"):
        refused = api.get(f"/api/credits/{path.format('Gus Dudgeon')}")
        assert refused.status_code == 409
        assert refused.json()["candidates"] == [
            {"id": 0, "name": "Gus Dudgeon"},
            {"id": 179206, "name": "Gus Dudgeon"},
        ]
    ids = [api.answer("credits/person/Gus Dudgeon", id=key)["artist_id"] for key in (0, 179206)]
    assert ids == [None, 179206]


@pytest.mark.parametrize("path", ["person/{}", "person/{}/timeline", "person/{}/profile", "connections/{}"])
@pytest.mark.parametrize("name", ["AC/DC", "a/profile", "a/timeline", "Nobody", "'; --", "%", "rudy van gelder"])
def test_a_name_that_nobody_is_credited_by_is_not_found_slashes_included(api: Api, path: str, name: str) -> None:
    refused = api.get(f"/api/credits/{path.format(quote(name, safe=''))}")
    assert refused.status_code == 404
    assert repr(name.removesuffix("/profile").removesuffix("/timeline")) in refused.json()["detail"]


def test_a_person_without_name_and_id_is_refused(api: Api) -> None:
    for path in ("person/", "connections/", "person/?id=0", "shared"):
        assert api.get(f"/api/credits/{path}").status_code == 422
    assert api.get("/api/credits/person/x?id=999999999").status_code == 404
    assert api.get("/api/credits/person/x?id=-1").status_code == 422


def test_the_credits_of_each_release_are_in_the_order_of_the_record(api: Api) -> None:
    whole = defaultdict[int, list[Credit]](list)
    for each in sample.credits():
        whole[each.release].append(each)
    for key in sample.releases:
        pages = [api.answer(f"credits/release/{key}", limit=9, offset=start) for start in range(0, 200, 9)]
        found = [each for page in pages for each in page["credits"]]
        assert [(each["artist_id"] or 0, each["role"], each["track"], each["sub_track"]) for each in found] == [
            (each.person[0], each.role, each.track, each.sub_track) for each in whole[key]
        ]
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


def test_shared_releases_are_those_that_credit_both(api: Api) -> None:
    by_release = defaultdict[Person, set[int]](set)
    for each in CREDITS:
        by_release[each.person].add(each.release)
    pairs = 0
    for one, two in zip(PEOPLE, PEOPLE[1:] + PEOPLE[:1], strict=True):
        both = by_release[one] & by_release[two]
        expected = sorted(both, key=lambda key: (sample.year(sample.releases[key]) or 9999, key))
        asked = {"person1": one[1], "person2": two[1], "id1": one[0], "id2": two[0]}
        answer = api.answer("credits/shared", **asked, limit=200)
        assert [each["release_id"] for each in answer["shared_releases"]] == expected
        assert answer["total"] == len(expected)
        for each in answer["shared_releases"]:
            for person, field in ((one, "person1_roles"), (two, "person2_roles")):
                assert each[field] == sorted(e.role for e in once(person) if e.release == each["release_id"])
        if len(expected) > 1:
            page = api.answer("credits/shared", **asked, limit=1, offset=1)
            assert [each["release_id"] for each in page["shared_releases"]] == expected[1:2]
            assert api.answer("credits/shared", **asked, offset=len(expected))["total"] == len(expected)
            pairs += 1
    assert pairs


def walk_connections(start: Person, depth: int) -> list[tuple[int, int, Person]]:
    """Distance, number of shared releases and person, by breadth-first search."""
    on, by = defaultdict[int, set[Person]](set), defaultdict[Person, list[int]](list)
    for each in sorted(CREDITS, key=lambda each: (each.year or 9999, each.release)):
        on[each.release].add(each.person)
        by[each.person].append(each.release)
    seen, front, found = {start}, [start], list[tuple[int, int, Person]]()
    for distance in range(1, depth + 1):
        read = [*dict.fromkeys(work for of in front[: questions.PERSONS_READ] for work in by[of])]
        shared = Counter(of for work in read[: questions.RELEASES_READ] for of in on[work] if of not in seen)
        front = sorted(shared, key=lambda of: (-shared[of], of[0], of[1] if not of[0] else ""))
        found += [(distance, shared[of], of) for of in front]
        seen |= {*front}
    return found


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_connections_are_those_of_a_breadth_first_search_to_each_depth(api: Api, depth: int) -> None:
    farther = 0
    for of in [*PEOPLE[::9], (0, "Alfred Lion")]:
        expected = walk_connections(of, depth)
        found = ask(api, "credits/connections/{}", of, depth=depth, limit=200)
        assert [
            (each["distance"], each["shared_count"], (each["artist_id"] or 0, each["name"]))
            for each in found["connections"]
        ] == expected[:200]
        assert found["total"] == len(expected)
        assert found["has_more"] == (len(expected) > 200)
        assert found["complete"]
        page = ask(api, "credits/connections/{}", of, depth=depth, limit=3, offset=2)
        assert page["connections"] == found["connections"][2:5]
        farther += any(distance == depth for distance, _, _ in expected)
    assert farther


def test_connections_say_when_they_are_a_part_of_the_whole(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "PERSONS_READ", 3)
    monkeypatch.setattr(questions, "RELEASES_READ", 4)
    of = (259769, "George Martin")
    found = ask(api, "credits/connections/{}", of, depth=3, limit=199)
    assert [(each["distance"], each["artist_id"] or 0) for each in found["connections"]] == [
        (distance, key) for distance, _, (key, _) in walk_connections(of, 3)
    ]
    assert not found["complete"]


def test_a_credited_artist_is_completed_with_the_number_of_its_credits(api: Api) -> None:
    for key, name in PEOPLE:
        if key in sample.artists:
            found = api.answer("credits/autocomplete", q=name[: max(2, len(name) - 1)], limit=50)["results"]
            assert (key, name, len(once((key, name)))) in [(each["id"], each["name"], each["score"]) for each in found]
            assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    for text in ("(", "+-&|!{}[]^~*?:\\/", "AND OR", "''"):
        assert api.get("/api/credits/autocomplete", params={"q": text}).status_code in (200, 422)
