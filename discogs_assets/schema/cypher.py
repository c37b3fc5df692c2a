"""Graph model → Cypher: what an imported store needs before it can be asked.

What belongs here: statements as text. What doesn't: running them (see `stores.neo4j`).
"""

from collections.abc import Iterator

from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node, node
from discogs_assets.schema.model import Index


def indexes() -> Iterator[str]:
    """A unique id or name for every node, and indexes on what nodes are searched by."""
    for each in NODES:
        label, name = each.label.lower(), key(each.label)
        yield f"CREATE CONSTRAINT {label}_{name} IF NOT EXISTS FOR (n:{each.label}) REQUIRE n.{name} IS UNIQUE"
        yield from _searched(each, label)


def _searched(each: Node, label: str) -> Iterator[str]:
    texts = ["name"] if each.entity is None else []
    for value in each.entity.properties if each.entity else ():
        kind = getattr(value, "index", None)
        if kind is not None:
            yield f"CREATE INDEX {label}_{value.prop} IF NOT EXISTS FOR (n:{each.label}) ON (n.{value.prop})"
        if kind is Index.TEXT:
            texts.append(value.prop)
    on = ", ".join(f"n.{text}" for text in texts)
    yield f"CREATE FULLTEXT INDEX {label}_fulltext IF NOT EXISTS FOR (n:{each.label}) ON EACH [{on}]"


def counts() -> dict[str, str]:
    """For every label and type the query that counts it, answered from the store's own counters."""
    nodes = {each.label: f"MATCH (n:{each.label}) RETURN count(n)" for each in NODES}
    return nodes | {each.type: f"MATCH ()-[r:{each.type}]->() RETURN count(r)" for each in RELATIONSHIPS}


def clear(label: str) -> str:
    """Delete all nodes of a label with their relationships, in transactions of bounded size."""
    return f"MATCH (n:{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS"


def create_nodes(label: str) -> str:
    """Create a node for each of `$rows`, its properties."""
    return f"UNWIND $rows AS row CREATE (n:{label}) SET n = row"


def create_relationships(kind: str, start: str, end: str) -> str:
    """Create a relationship for each of `$rows`: the keys `start` and `end` of its nodes, its `properties`."""
    return (
        f"UNWIND $rows AS row MATCH (a:{start} {{{key(start)}: row.start}}) MATCH (b:{end} {{{key(end)}: row.end}}) "
        f"CREATE (a)-[r:{kind}]->(b) SET r = row.properties"
    )


def key(label: str) -> str:
    """The property that identifies a node of the label."""
    return "id" if node(label).entity else "name"
