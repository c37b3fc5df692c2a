"""Tests of `stores.neo4j` and `streams.bolt`, against a real server."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.errors import LoadError, ServerError
from discogs_assets.stores.neo4j import Graph

pytestmark = pytest.mark.slow


@pytest.fixture
def graph(neo4j_server: Neo4jServer) -> Graph:
    """The empty store of the session's server."""
    address = neo4j_server.start()
    graph = Graph(address.url, address.user, address.password)
    graph.ask("MATCH (n) DETACH DELETE n")
    return graph


def write(folder: Path, name: str, columns: dict[str, Any]) -> list[Path]:
    path = folder / f"{name}.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return [path]


def month(folder: Path, names: list[str]) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Releases by one artist each, in one genre."""
    ids = list(range(1, len(names) + 1))
    nodes = {
        "Artist": write(
            folder,
            "Artist",
            {"id:ID(Artist)": ids, "name": names, "namevariations:string[]": [[name] for name in names]},
        ),
        "Release": write(folder, "Release", {"id:ID(Release)": ids, "title": [*names[1:], None]}),
        "Genre": write(folder, "Genre", {":ID(Genre)": [7], "name": ["Rock"]}),
    }
    by = {":START_ID(Release)": ids, ":END_ID(Artist)": ids, "anv": [None, *names[1:]], "position": ids}
    relationships = {
        "BY": write(folder, "Release-Artist", by),
        "IS": write(folder, "Release-Genre", {":START_ID(Release)": ids, ":END_ID(Genre)": [7] * len(ids)}),
    }
    return nodes, relationships


def test_a_graph_is_sent_replaced_and_counted(graph: Graph, tmp_path: Path) -> None:
    graph.replace("2026-10", *month(tmp_path, ["A", "B", "C"]), print)
    graph.replace("2026-11", *month(tmp_path, ["D", "E"]), print)
    found = graph.counts()
    assert {name: count for name, count in found.items() if count} == {
        "Artist": 2, "Release": 2, "Genre": 1, "BY": 2, "IS": 2,
    }  # fmt: skip
    assert graph.held() == "2026-11"
    question = "MATCH (r:Release {id: 2})-[b:BY]->(a), (r)-[:IS]->(g)"
    (row,) = graph.ask(f"{question} RETURN keys(r) AS k, properties(b) AS b, a.name, a.namevariations, g.name")
    assert row == {
        "k": ["id"],
        "b": {"anv": "E", "position": 2},
        "a.name": "E",
        "a.namevariations": ["E"],
        "g.name": "Rock",
    }


def test_an_older_month_does_not_replace_a_newer_one(graph: Graph, tmp_path: Path) -> None:
    graph.replace("2026-11", *month(tmp_path, ["A"]), print)
    with pytest.raises(LoadError, match="holds 2026-11, which is newer than 2026-10"):
        graph.replace("2026-10", *month(tmp_path, ["B"]), print)
    assert graph.ask("MATCH (a:Artist) RETURN a.name") == [{"a.name": "A"}]


def test_a_refused_statement_says_why(graph: Graph) -> None:
    with pytest.raises(LoadError, match="refused a statement"):
        graph.ask("MATCH (a RETURN a")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    absent = Graph("bolt://127.0.0.1:1", "neo4j", "secret")
    with pytest.raises(ServerError, match="does not answer") as caught:
        absent.counts()
    assert "secret" not in f"{caught.value}{absent!r}"
