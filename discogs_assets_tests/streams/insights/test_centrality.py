"""Tests of `streams.insights.centrality`."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest

from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked


def collaborations(asked: Asked) -> "nx.Graph[int]":
    pairs = Counter(
        pair for crew in asked.referred("artists") if len(crew) <= 50 for pair in combinations(sorted(crew), 2)
    )
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from((one, other, count) for (one, other), count in pairs.items())
    return graph


def pagerank(graph: "nx.Graph[int]") -> dict[int, float]:
    """By the power method on the matrix that networkx makes of the graph."""
    matrix = np.asarray(nx.google_matrix(graph, alpha=0.85, weight="weight"))
    rank = np.full(len(graph), 1 / len(graph))
    for _ in range(300):
        rank = rank @ matrix
    return dict(zip(graph.nodes, rank, strict=True))


def test_pagerank_and_degree_are_those_that_networkx_finds(asked: Asked) -> None:
    graph, found = collaborations(asked), asked.answer("artist_centrality")
    assert set(found["artist_id"]) == set(graph)
    assert dict(found.select("artist_id", "pagerank").rows()) == pytest.approx(pagerank(graph), abs=1e-9)
    assert dict(found.select("artist_id", "degree").rows()) == dict(graph.degree)
    counts = Counter(artist for crew in asked.referred("artists") for artist in crew)
    assert dict(found.select("artist_id", "releases").rows()) == {artist: counts[artist] for artist in graph}
    names = {artist["id"]: artist["name"] for artist in asked.records("artists")}
    assert dict(found.select("artist_id", "name").rows()) == {artist: names[artist] for artist in graph}


def test_ranks_count_from_the_highest_pagerank(asked: Asked) -> None:
    found = asked.answer("artist_centrality")
    assert found["rank"].to_list() == list(range(1, len(found) + 1))
    order = found.select(-found["pagerank"], -found["degree"], found["artist_id"]).rows()
    assert order == sorted(order)
    assert found["pagerank"].sum() == pytest.approx(1)
    assert asked.answer("artist_centrality").equals(found)


def answer(folder: Path, *crews: list[int]) -> pl.DataFrame:
    artists = [{"id": number, "name": f"A{number}"} for number in (*range(1, 60), 194)]
    releases = [
        {"id": number, "artists": [{"id": each} for each in crew]} for number, crew in enumerate(crews, start=1)
    ]
    return fix_insights.answer(folder, "artist_centrality", {"artists": artists, "releases": releases})


def test_a_crowd_is_no_collaboration_and_various_is_nobody(tmp_path: Path) -> None:
    found = answer(tmp_path, [*range(1, 52)], [1, 194], [2, 3, 194, 3])
    assert found.select("rank", "artist_id", "degree", "releases").rows() == [(1, 2, 1, 2), (2, 3, 1, 2)]


def test_fifty_are_no_crowd(tmp_path: Path) -> None:
    assert set(answer(tmp_path, [*range(1, 51)])["degree"]) == {49}


def test_the_more_releases_the_heavier(tmp_path: Path) -> None:
    found = answer(tmp_path, [1, 2], [1, 2], [1, 3])
    assert found["artist_id"].to_list() == [1, 2, 3]


def test_where_nobody_collaborates_there_are_no_rows(tmp_path: Path) -> None:
    assert answer(tmp_path, [1], [2], []).is_empty()
