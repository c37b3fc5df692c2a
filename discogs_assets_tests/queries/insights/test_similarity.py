"""Tests of `queries.insights.similarity`."""

from collections import Counter
from typing import Any

import pytest

from discogs_assets.queries.insights import similarity
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

COUNTS = Counter(artist for each in sample.releases.values() for artist in sample.artist_ids(each))
WEIGHTS = {"genre": 0.35, "style": 0.25, "label": 0.25, "collaborator": 0.15}
STARTS: list[tuple[str, Any]] = [
    *(("artist", each) for each, _ in COUNTS.most_common(6)),
    *(("label", each) for each in [*sample.labels][:4]),
    *(("release", each) for each in [*sample.releases][:4]),
    *(("master", each) for each in [*sample.masters][:2]),
    *(("genre", each) for each in ("Rock", "Funk / Soul", "Folk, World, & Country")),
    ("style", "Jazz-Rock"),
]


def test_similar_artists_have_true_counts_and_a_breakdown_that_adds_up(api: Api) -> None:
    for artist, _ in COUNTS.most_common(10):
        answer = api.answer(f"recommend/similar/artist/{artist}", limit=50)
        assert answer["artist_name"] == sample.artists[artist]["name"]
        assert answer["total"] == len(answer["similar"])
        order = [(-each["similarity"], -each["release_count"], each["artist_id"]) for each in answer["similar"]]
        assert order == sorted(order)
        for each in answer["similar"]:
            assert each["release_count"] == COUNTS[each["artist_id"]] >= 3
            total = sum(weight * each["breakdown"][name] for name, weight in WEIGHTS.items())
            assert each["similarity"] == pytest.approx(total, abs=1e-5)
        page = api.answer(f"recommend/similar/artist/{artist}", limit=2, offset=1)
        assert page["similar"] == answer["similar"][1:3]


def test_an_artist_of_few_releases_is_refused_and_an_unknown_one_not_found(api: Api) -> None:
    few = next(each for each in sample.artists if COUNTS[each] == 2)
    refused = api.get(f"/api/recommend/similar/artist/{few}")
    assert refused.status_code == 404
    assert "has 2 releases as a main artist, expected at least 3" in refused.json()["detail"]
    assert api.get("/api/recommend/similar/artist/999999999").status_code == 404


@pytest.mark.parametrize(("kind", "key"), STARTS)
@pytest.mark.parametrize("hops", [1, 3])
def test_discoveries_are_reached_by_their_paths_and_scored_by_them(api: Api, kind: str, key: Any, hops: int) -> None:
    found = api.get(f"/api/recommend/explore/{kind}/{key}", params={"hops": hops, "limit": 50})
    if found.status_code == 404:
        assert (kind, key) == ("style", "Jazz-Rock")
        return
    answer = found.json()
    assert (answer["from"]["type"], answer["from"]["id"]) == (kind, key)
    order = [(-each["score"], len(each["path"])) for each in answer["discoveries"]]
    assert order == sorted(order)
    ids = [each["id"] for each in answer["discoveries"]]
    assert len({*ids}) == len(ids)
    for each in answer["discoveries"]:
        assert 0 < each["score"] <= 1
        assert each["path"][0] == answer["from"]
        assert each["path"][-1] == {name: each[name] for name in ("id", "name", "type")}
        assert 2 <= len(each["path"]) <= hops + 1
        assert each["id"] not in sample.PLACEHOLDERS
        assert each["reason"]


def test_the_first_hop_from_a_label_counts_its_releases(api: Api) -> None:
    label = max(sample.labels, key=lambda each: (len(sample.releases_of("label", each)), -each))
    counts = Counter(artist for each in sample.releases_of("label", label) for artist in sample.artist_ids(each))
    ranked = sorted(counts, key=lambda each: (-counts[each], each))[: similarity.NEIGHBOURS]
    found = api.answer(f"recommend/explore/label/{label}", hops=1, limit=50)["discoveries"]
    assert [each["id"] for each in found] == ranked
    assert [each["reason"] for each in found] == [f"releases: {counts[each]}" for each in ranked]


@pytest.mark.parametrize("place", ["artist/x", "artist/-1", "artist/99999999999", "genre/Nonsense", "label/%E2%91%A1"])
def test_an_unknown_start_is_not_found(api: Api, place: str) -> None:
    assert api.get(f"/api/recommend/explore/{place}").status_code == 404
