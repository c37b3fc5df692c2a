"""Tests of `queries.graph.network`: distances, measures and groups are those of the records."""

import pytest

from discogs_assets.queries.graph import network
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.graph.test_collaborators import find_pairs

pytestmark = pytest.mark.timeout(600)

PAIRS = find_pairs()
ARTISTS = sorted(PAIRS, key=lambda each: (-len(PAIRS[each]), each))[:12]


def search(start: int, depth: int) -> dict[int, tuple[int, int]]:
    """The distance of each artist, and its releases with artists one step nearer, by breadth-first search."""
    found, front = {start: (0, 0)}, [start]
    for distance in range(1, depth + 1):
        counts: dict[int, int] = {}
        for artist in front:
            for other, years in PAIRS.get(artist, {}).items():
                if other not in found:
                    counts[other] = counts.get(other, 0) + years.total()
        found |= {other: (distance, count) for other, count in counts.items()}
        front = [*counts]
    return {artist: each for artist, each in found.items() if artist != start}


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_distances_and_counts_are_those_of_a_search_through_the_records(api: Api, depth: int) -> None:
    farthest = 0
    for artist in ARTISTS:
        expected = search(artist, depth)
        answer = api.answer(f"network/artist/{artist}/collaborators", depth=depth, limit=200)
        order = sorted(expected, key=lambda each: (expected[each][0], -expected[each][1], each))
        found = [(each["artist_id"], each["distance"], each["collaboration_count"]) for each in answer["collaborators"]]
        assert found == [(each, *expected[each]) for each in order][:200]
        assert (answer["total"], answer["complete"], answer["cut"]) == (len(expected), True, None)
        farthest = max(farthest, *(distance for _, distance, _ in found))
    assert farthest == depth


def test_a_network_that_is_cut_tells_why(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    artist = next(each for each in ARTISTS if len(search(each, 2)) > len(search(each, 1)) > 1)
    monkeypatch.setattr(network, "EXPANDED", 1)
    answer = api.answer(f"network/artist/{artist}/collaborators", depth=2, limit=199)
    assert not answer["complete"]
    assert "only 1 are followed" in answer["cut"]
    monkeypatch.setattr(network, "EXPANDED", 300)
    monkeypatch.setattr(network, "DIRECT", 1)
    answer = api.answer(f"network/artist/{artist}/collaborators", depth=1, limit=199)
    assert (answer["total"], answer["complete"]) == (1, False)


def test_measures_are_those_of_the_records(api: Api) -> None:
    edges = [edge for edge in sample.edges() if edge[0] in ("membership", "aliases")]
    for artist in ARTISTS:
        found = api.answer(f"network/artist/{artist}/centrality")["centrality"]
        crews = [sample.artist_ids(each) for each in sample.releases.values()]
        together = [each for each in crews if artist in each and len(each) > 1]
        assert found["collaborator_count"] == len(PAIRS[artist])
        assert found["collaboration_releases"] == len(together)
        others = {
            frozenset((a[1], b[1])) - {artist} for way, a, b in edges if way == "aliases" and artist in (a[1], b[1])
        }
        assert found["alias_count"] == len(others)
        assert found["degree"] >= len(together)
        assert found["pagerank"] > 0


def test_various_is_no_hub(api: Api) -> None:
    found = api.answer("network/artist/194/centrality")["centrality"]
    assert (found["degree"], found["collaborator_count"], found["rank"]) == (0, 0, None)
    assert api.answer("network/artist/194/collaborators", depth=3)["total"] == 0
    assert api.answer("network/cluster/194")["clusters"] == []


def test_clusters_part_the_collaborators(api: Api) -> None:
    for artist in ARTISTS:
        answer = api.answer(f"network/cluster/{artist}", limit=200)
        members = {each["artist_id"]: each for one in answer["clusters"] for each in one["members"]}
        assert {each: row["shared_releases"] for each, row in members.items()} == {
            other: years.total() for other, years in PAIRS[artist].items()
        }
        assert answer["total_members"] == len(members)
        assert answer["total_clusters"] == len(answer["clusters"])
        sizes = [(-each["size"], each["cluster_id"]) for each in answer["clusters"]]
        assert sizes == sorted(sizes)
        assert all(each["size"] == len(each["members"]) <= each["community_size"] for each in answer["clusters"])
        assert all(each["cluster_label"] == sample.artists[each["cluster_id"]]["name"] for each in answer["clusters"])


@pytest.mark.parametrize("place", ["network/artist/999999999/collaborators", "network/cluster/999999999"])
def test_an_unknown_artist_is_not_found(api: Api, place: str) -> None:
    assert api.get(f"/api/{place}").status_code == 404
    assert api.get("/api/network/artist/45467/collaborators", params={"depth": 4}).status_code == 422
