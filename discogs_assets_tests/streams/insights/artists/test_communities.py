"""Tests of `streams.insights.artists.communities`."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import networkx as nx

from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked
from discogs_assets_tests.streams.insights.test_centrality import collaborations


def find_members(asked: Asked) -> dict[int, set[int]]:
    found = defaultdict(set)
    for artist, community in asked.answer("artist_communities").select("artist_id", "community_id").rows():
        found[community].add(artist)
    return found


def test_communities_part_the_graph_into_connected_groups_as_well_as_networkx_does(asked: Asked) -> None:
    graph, members = collaborations(asked), find_members(asked)
    assert set.union(set(), *members.values()) == set(graph)
    assert all(nx.is_connected(graph.subgraph(each)) for each in members.values())
    if graph:
        reached = nx.community.modularity(graph, members.values())
        assert reached > nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1)) - 0.02


def test_a_community_is_named_after_its_most_connected_artist(asked: Asked) -> None:
    graph, members = collaborations(asked), find_members(asked)
    names = {each["id"]: each["name"] for each in asked.records("artists")}
    for row in asked.answer("artist_communities").rows(named=True):
        inside = {each: graph.subgraph(members[row["community_id"]]).degree[each] for each in (row["artist_id"],)}
        assert row["inside"] == inside[row["artist_id"]]
        assert row["collaborators"] == graph.degree[row["artist_id"]]
        assert (row["size"], row["community"]) == (len(members[row["community_id"]]), names[row["community_id"]])
    for hub, each in members.items():
        within = graph.subgraph(each)
        assert hub == min(each, key=lambda artist: (-within.degree[artist], -graph.degree[artist], artist))


def test_two_circles_with_a_single_link_are_two_communities(tmp_path: Path) -> None:
    circles = [*combinations(range(1, 7), 2), *combinations(range(11, 17), 2), (6, 11)]
    people = [{"id": number, "name": f"A{number}"} for number in (*range(1, 20), 194)]
    releases = [
        {"id": number, "artists": [{"id": each} for each in (*pair, 194)]} for number, pair in enumerate(circles, 1)
    ]
    records = {"artists": people, "releases": releases}
    found = fix_insights.answer(tmp_path, "artist_communities", records)
    communities = dict(found.select("artist_id", "community_id").rows())
    assert communities == {**dict.fromkeys(range(1, 7), 6), **dict.fromkeys(range(11, 17), 11)}


def test_where_nobody_collaborates_there_are_no_communities(tmp_path: Path) -> None:
    assert fix_insights.answer(tmp_path, "artist_communities", {"artists": [{"id": 1, "name": "A"}]}).is_empty()
