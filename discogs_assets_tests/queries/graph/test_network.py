"""Tests of `queries.graph.network`: distances, measures and groups are those of the records."""

import asyncio
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.graph import network
from discogs_assets.stores.postgres.loads import Postgres
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
    for artist in ARTISTS:
        expected = search(artist, depth)
        answer = api.answer(f"network/artist/{artist}/collaborators", depth=depth, limit=200)
        order = sorted(expected, key=lambda each: (expected[each][0], -expected[each][1], each))
        found = [(each["artist_id"], each["distance"], each["collaboration_count"]) for each in answer["collaborators"]]
        assert found == [(each, *expected[each]) for each in order][:200]
        assert (answer["total"], answer["complete"], answer["cut"]) == (len(expected), True, None)


class Tables(Reading):
    """Tables of a test's own, in a graph with every artist."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    async def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement."""
        names = {name: name for name in ("artist_collaborations", "artist_communities")}
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.format_map(names).encode(), values).fetchall()

    async def cypher(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The artist that is asked for."""
        return [{"id": values["value"], "name": "A"}]


def ask(tables: Tables, artist: int, depth: int) -> network.Network:
    found: network.Network = asyncio.run(network.network.ask(tables, artist, depth=depth, limit=200))  # type: ignore[arg-type]
    return found


def test_distances_go_as_far_as_asked_and_a_cut_is_explained(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = {n: {m for m in (n - 2, n - 1, n + 1, n + 2) if 1 <= m <= 20} for n in range(1, 21)}
    rows = [(n, rank, m, 1) for n, others in chain.items() for rank, m in enumerate(sorted(others), 1)]
    with psycopg.connect(postgres.url) as connection:
        connection.execute(
            "CREATE TEMP TABLE artist_collaborations "
            "(artist_id bigint, rank bigint, collaborator_id bigint, releases bigint)"
        )
        connection.execute(
            "CREATE TEMP TABLE artist_communities AS "
            "SELECT n AS artist_id, 'A' AS name FROM generate_series(1, 20) AS n"
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO artist_collaborations VALUES (%s, %s, %s, %s)", rows)
        tables = Tables(connection)
        for depth in (1, 2, 3):
            whole = ask(tables, 1, depth)
            assert [(each.artist_id, each.distance) for each in whole.collaborators] == [
                (n, n // 2) for n in range(2, 2 * depth + 2)
            ]
            counts = [each.collaboration_count for each in whole.collaborators]
            assert counts == [1, 1, 2, 1, 2, 1][: 2 * depth]
            assert (whole.complete, whole.cut, whole.total) == (True, None, 2 * depth)
        monkeypatch.setattr(network, "EXPANDED", 1)
        cut = ask(tables, 1, 2)
        assert (cut.complete, cut.cut) == (False, "of 2 artists at distance 1, only 1 are followed")
        monkeypatch.setattr(network, "DIRECT", 1)
        assert ask(tables, 1, 1).cut == "of 1 artists at distance 0, only 1 collaborators are followed"


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
