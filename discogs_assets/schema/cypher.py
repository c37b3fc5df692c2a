"""Graph model → Cypher: what an imported store needs before it can be asked.

What belongs here: statements as text. What doesn't: running them (see `stores.neo4j`).
"""

from collections.abc import Iterator

from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node
from discogs_assets.schema.model import Index


def indexes() -> Iterator[str]:
    """A unique id or name for every node, and indexes on what nodes are searched by."""
    for node in NODES:
        key = "id" if node.entity else "name"
        label = node.label.lower()
        yield f"CREATE CONSTRAINT {label}_{key} IF NOT EXISTS FOR (n:{node.label}) REQUIRE n.{key} IS UNIQUE"
        yield from _searched(node, label)


def _searched(node: Node, label: str) -> Iterator[str]:
    texts = ["name"] if node.entity is None else []
    for value in node.entity.properties if node.entity else ():
        kind = getattr(value, "index", None)
        if kind is not None:
            yield f"CREATE INDEX {label}_{value.prop} IF NOT EXISTS FOR (n:{node.label}) ON (n.{value.prop})"
        if kind is Index.TEXT:
            texts.append(value.prop)
    on = ", ".join(f"n.{text}" for text in texts)
    yield f"CREATE FULLTEXT INDEX {label}_fulltext IF NOT EXISTS FOR (n:{node.label}) ON EACH [{on}]"


def counts() -> dict[str, str]:
    """For every label and type the query that counts it, answered from the store's own counters."""
    nodes = {node.label: f"MATCH (n:{node.label}) RETURN count(n)" for node in NODES}
    return nodes | {each.type: f"MATCH ()-[r:{each.type}]->() RETURN count(r)" for each in RELATIONSHIPS}
