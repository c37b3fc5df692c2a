"""Tests of `stores.neo4j.driver`, against a real server."""

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


CREATE = """
CREATE (a:Artist {id: 990001, name: 'Prince', namevariations: ['Camille Quux', 'TAFKAP']}), (r:Release {id: 990001})
CREATE (a)-[:CREDITED_ON {role: 'Guitar Quux', category: 'performance'}]->(r)
"""


@pytest.fixture
def indexed(writable_graph: Graph) -> Graph:
    """The graph with its indexes and one credit of an artist with name variations."""
    writable_graph.index()
    with writable_graph.session() as session:
        session.run("MATCH (n) WHERE n.id = 990001 DETACH DELETE n").consume()
        session.run(CREATE).consume()
        session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()
    return writable_graph


def test_an_artist_is_found_by_a_name_variation(indexed: Graph) -> None:
    query = "CALL db.index.fulltext.queryNodes('artist_fulltext', 'quux') YIELD node RETURN node.name AS name"
    with indexed.session() as session:
        assert [each["name"] for each in session.run(query)] == ["Prince"]
        session.run("MATCH (n) WHERE n.id = 990001 DETACH DELETE n").consume()


@pytest.mark.parametrize("condition", ["c.role = 'Guitar Quux'", "c.category = 'performance'"])
def test_credits_are_found_by_role_and_by_category(indexed: Graph, condition: str) -> None:
    query = (
        f"MATCH (a:Artist)-[c:CREDITED_ON]->() WHERE {condition} RETURN a.name AS name, count(*) AS n ORDER BY n DESC"
    )
    with indexed.session() as session:
        result = session.run(f"PROFILE {query}")
        assert [each.data() for each in result] == [{"name": "Prince", "n": 1}]
        assert "RelationshipIndexSeek" in str(result.consume().profile)
        session.run("MATCH (n) WHERE n.id = 990001 DETACH DELETE n").consume()
