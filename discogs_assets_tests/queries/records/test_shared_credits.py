"""Tests of `queries.records.shared_credits`, against the credits of the sample's records."""

from collections import Counter, defaultdict

import pytest

from discogs_assets.queries.records import shared_credits as questions
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.records.test_credits import CREDITS, PEOPLE, Person, ask, once

pytestmark = pytest.mark.timeout(600)


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


def walk_connections(start: Person, depth: int) -> tuple[list[tuple[int, int, Person]], bool]:
    """Distance, number of shared releases and person, by breadth-first search, and if all was read."""
    on, by = defaultdict[int, set[Person]](set), defaultdict[Person, list[tuple[int, int]]](list)
    for each in CREDITS:
        on[each.release].add(each.person)
        by[each.person].append((each.year or 9999, each.release))
    seen, front, found, complete = {start}, [start], list[tuple[int, int, Person]](), True
    for distance in range(1, depth + 1):
        followed, most = front[: questions.PERSONS_READ], questions.RELEASES_READ[distance - 1]
        read = [*dict.fromkeys(work for of in followed for _, work in sorted(by[of]))]
        complete = complete and len(front) == len(followed) and len(read) <= most
        shared = Counter(of for work in read[:most] for of in on[work] if of not in seen)
        front = sorted(shared, key=lambda of: (-shared[of], of[0], of[1] if not of[0] else ""))
        found += [(distance, shared[of], of) for of in front]
        seen |= {*front}
    return found, complete


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(("persons", "releases"), [(20, (200, 50, 50)), (1000, (1000, 1000, 1000)), (3, (4, 3, 2))])
def test_connections_are_those_of_a_breadth_first_search_to_each_depth(
    api: Api, monkeypatch: pytest.MonkeyPatch, depth: int, persons: int, releases: tuple[int, ...]
) -> None:
    monkeypatch.setattr(questions, "PERSONS_READ", persons)
    # An answer is cached by the parameters, not by the limits: no two cases ask for a page of the same size.
    size = 200 - (persons == 1000) - 2 * (persons == 3)
    monkeypatch.setattr(questions, "RELEASES_READ", releases)
    farther = 0
    for of in [*PEOPLE[::29], (0, "Alfred Lion"), (259769, "George Martin")]:
        expected, complete = walk_connections(of, depth)
        found = ask(api, "credits/connections/{}", of, depth=depth, limit=size)
        assert [
            (each["distance"], each["shared_count"], (each["artist_id"] or 0, each["name"]))
            for each in found["connections"]
        ] == expected[:size]
        assert (found["total"], found["complete"]) == (len(expected), complete)
        assert found["has_more"] == (len(expected) > size)
        page = ask(api, "credits/connections/{}", of, depth=depth, limit=size, offset=2)
        assert page["connections"][:3] == found["connections"][2:5]
        farther += any(distance == depth for distance, _, _ in expected)
    assert farther
