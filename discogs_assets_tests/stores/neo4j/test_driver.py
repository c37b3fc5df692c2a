"""Tests of `stores.neo4j.driver`: the indexes that it creates, against a real server."""

import pytest

from discogs_assets.errors import LoadError, ServerError
from discogs_assets.stores.neo4j.driver import Graph

pytestmark = pytest.mark.slow


def test_an_empty_database_is_indexed_and_counted(graph: Graph) -> None:
    graph.index()
    graph.ask("CREATE (:Genre {name: 'Rock'}), (:Load {source: 'discogs'})")
    found = graph.counts()
    assert {name: count for name, count in found.items() if count} == {"Genre": 1}
    with pytest.raises(LoadError, match="refused a statement"):
        graph.ask("CREATE (:Genre {name: 'Rock'})")


def test_a_refused_statement_says_why(graph: Graph) -> None:
    with pytest.raises(LoadError, match="refused a statement"):
        graph.ask("MATCH (a RETURN a")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    absent = Graph("bolt://127.0.0.1:1", "neo4j", "secret")
    with pytest.raises(ServerError, match="does not answer") as caught:
        absent.counts()
    assert "secret" not in f"{caught.value}{absent!r}"
