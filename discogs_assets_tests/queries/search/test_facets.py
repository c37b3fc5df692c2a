"""Tests of `queries.search.facets`: releases of the sample months by conditions, against plain Python."""

from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def find_ids(api: Api, **parameters: Any) -> list[int]:
    """The ids of all pages."""
    found, ids = api.answer("facets", limit=100, **parameters), []
    for start in range(0, found["total"] + 100, 100):
        ids += [each["id"] for each in api.answer("facets", limit=100, offset=start, **parameters)["results"]]
    assert len(ids) == found["total"]
    return ids


def has_video(each: dict[str, Any]) -> bool:
    return bool(each.get("videos"))


def formats(each: dict[str, Any]) -> set[str]:
    return {part["name"] for part in each.get("formats") or ()}


def genres(each: dict[str, Any]) -> set[str]:
    return {*(each.get("genres") or ())}


def artists(each: dict[str, Any]) -> set[int]:
    return {part.get("id") for part in each.get("artists") or ()}


def credited(each: dict[str, Any], person: int, role: str) -> bool:
    tracks = [*(each.get("tracklist") or ())]
    tracks += [inner for track in tracks for inner in track.get("sub_tracks") or ()]
    stated = [credit for part in [each, *tracks] for credit in part.get("extraartists") or ()]
    return any(credit.get("id") == person and role in (credit.get("role") or "") for credit in stated)


def find_credit() -> tuple[int, str]:
    """A person and a role that a release of the sample credits it with."""
    for each in sample.releases.values():
        for credit in each.get("extraartists") or ():
            if credit.get("id") in sample.artists and (credit.get("role") or "").isalpha():
                return credit["id"], credit["role"]
    raise AssertionError


PERSON, ROLE = find_credit()

QUESTIONS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda each: True),
    ({"genre": "rock"}, lambda each: "Rock" in genres(each)),
    (
        {"genre": ["Jazz", "Rock"], "format": "Vinyl"},
        lambda each: genres(each) & {"Jazz", "Rock"} and "Vinyl" in formats(each),
    ),
    ({"year_min": 1960, "year_max": 1969}, lambda each: 1960 <= (sample.year(each) or 0) <= 1969),
    ({"decade": "1960s"}, lambda each: 1960 <= (sample.year(each) or 0) <= 1969),
    ({"has": "video"}, has_video),
    (
        {"artist": "MILES davis"},
        lambda each: any(sample.artists[key]["name"] == "Miles Davis" for key in artists(each) & {*sample.artists}),
    ),
    (
        {"label": "Blue Note"},
        lambda each: any(sample.labels[key]["name"] == "Blue Note" for key in sample.label_ids(each)),
    ),
    ({"credit_id": PERSON, "role": ROLE}, lambda each: credited(each, PERSON, ROLE)),
    (
        {"filter": "NOT (genre:Rock OR has:video) AND (format:Vinyl or year:1990..)", "sort": "-year"},
        lambda each: (
            not ("Rock" in genres(each) or has_video(each))
            and ("Vinyl" in formats(each) or (sample.year(each) or 0) >= 1990)
        ),
    ),
]


@pytest.mark.parametrize(("parameters", "matches"), QUESTIONS, ids=[str(asked)[:60] for asked, _ in QUESTIONS])
def test_the_releases_that_match_are_found_each_once(api: Api, parameters: dict[str, Any], matches: Any) -> None:
    expected = {key for key, each in sample.releases.items() if matches(each)}
    found = find_ids(api, **parameters)
    assert expected
    assert len(found) == len({*found})
    assert {*found} == expected


def test_a_hit_shows_the_release(api: Api) -> None:
    found = api.answer("facets", label="Blue Note", sort="year", limit=1)["results"][0]
    record = sample.releases[found["id"]]
    assert found["title"] == record["title"]
    assert found["year"] == sample.year(record)
    assert found["country"] == record.get("country")
    assert found["genres"] == record["genres"]
    assert {*found["formats"]} == formats(record)
    assert [(each["id"], each["name"], each["catno"]) for each in found["labels"]] == [
        (each["id"], each["name"], each["catno"]) for each in record["labels"]
    ]
    assert {each["id"] for each in found["artists"]} == artists(record)


def test_a_link_asks_the_same_again_however_it_was_asked(api: Api) -> None:
    asked = {
        "filter": 'not country:UK and genre:"Funk / Soul" OR genre:Rock',
        "format": ["Vinyl", "CD"],
        "sort": "year",
    }
    found = api.answer("facets", facets=["genre", "decade", "genre"], **asked)
    again = api.get(found["link"]).json()
    assert again == found
    assert found["total"]
    assert found["filter"] == (
        '(format:CD OR format:Vinyl) AND (genre:Rock OR (genre:"Funk / Soul" AND NOT country:UK))'
    )
    assert api.answer("facets")["link"] == "/api/facets"


def test_counts_are_those_that_another_value_would_find(api: Api) -> None:
    found = api.answer("facets", genre="Jazz", format="Vinyl", facets=["genre", "format", "country", "decade"], limit=1)
    for facet, counts in found["facets"].items():
        assert counts
        for each in counts[:5]:
            other = {"genre": "Jazz", "format": "Vinyl"} | {facet: each["name"]}
            assert api.answer("facets", limit=1, **other)["total"] == each["count"], (facet, each)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"filter": "genre:Funk / Soul"}, "at character 12"),
        ({"filter": "x"}, "expected NOT, ( or a condition"),
        ({"filter": "genre:a" + " OR genre:a" * 800}, "8000"),
        ({"decade": "1975"}, "decade"),
        *[
            ({name: blank}, f"{name}.0: is blank")
            for name in ("genre", "role", "credit", "title")
            for blank in ("", " ", "\u00a0")
        ],
        ({"facets": "title"}, "facets"),
        ({"sort": "id"}, "sort"),
        ({"has": "cover"}, "has"),
        ({"artist_id": 2**64}, "artist_id"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_parameter_is_refused_with_the_reason(api: Api, wrong: dict[str, Any], said: str) -> None:
    refused = api.get("/api/facets", params=wrong)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


@pytest.mark.parametrize("facet", ["genre", "style", "format", "description", "country"])
def test_each_counted_value_finds_as_many_releases_as_are_counted(api: Api, facet: str) -> None:
    counted = api.answer("facets", facets=facet, limit=1)["facets"][facet]
    assert counted
    for each in counted:
        assert api.answer("facets", limit=1, **{facet: each["name"]})["total"] == each["count"], each
