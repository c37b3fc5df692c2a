"""Cypher statements derived from the graph model: constraints, indexes, counts, and changes sent over Bolt.

A statement that changes the graph takes `$rows` and returns as `done` the number of rows that it found and changed.
"""

from collections.abc import Iterator

from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node, node
from discogs_assets.schema.model import Index, Texts


def constraints() -> Iterator[str]:
    """Yield a uniqueness constraint on the id or name of each label; relationships look up their nodes by it."""
    for each in NODES:
        label, name = each.label.lower(), key(each.label)
        yield f"CREATE CONSTRAINT {label}_{name} IF NOT EXISTS FOR (n:{each.label}) REQUIRE n.{name} IS UNIQUE"


def indexes() -> Iterator[str]:
    """Yield the indexes of the properties that nodes and credits are searched by."""
    for each in NODES:
        yield from _create_indexes(each, each.label.lower())
    for kind in (each.type for each in RELATIONSHIPS if any(stated.link.roles for stated in each.stated)):
        for name in ("role", "category"):
            yield f"CREATE INDEX {kind.lower()}_{name} IF NOT EXISTS FOR ()-[r:{kind}]-() ON (r.{name})"


def _create_indexes(each: Node, label: str) -> Iterator[str]:
    texts = ["name"] if each.entity is None else []
    for value in each.entity.properties if each.entity else ():
        kind = getattr(value, "index", None)
        if kind is not None and not isinstance(value, Texts):
            yield f"CREATE INDEX {label}_{value.prop} IF NOT EXISTS FOR (n:{each.label}) ON (n.{value.prop})"
        if kind is Index.TEXT:
            texts.append(value.prop)
    on = ", ".join(f"n.{text}" for text in texts)
    yield f"CREATE FULLTEXT INDEX {label}_fulltext IF NOT EXISTS FOR (n:{each.label}) ON EACH [{on}]"


def counts() -> str:
    """Return the query for the number of nodes of each label and relationships of each type, as a map `row`.

    Neo4j reads them all from its count store. A new server plans one query in half the time of one for each.
    """
    nodes = (f"{each.label}: COUNT {{ (:{each.label}) }}" for each in NODES)
    relationships = (f"{each.type}: COUNT {{ ()-[:{each.type}]->() }}" for each in RELATIONSHIPS)
    return f"RETURN {{{', '.join([*nodes, *relationships])}}} AS row"


START, END = "start_key", "end_key"
"""Fields of a relationship row with the keys of its nodes; no property has these names."""

LEDGER = "(l:Load {source: 'discogs'})"
"""Load record of a database that is loaded over Bolt: a node with a label outside the model."""

LEDGER_CONSTRAINT = "CREATE CONSTRAINT load_source IF NOT EXISTS FOR (l:Load) REQUIRE l.source IS UNIQUE"
LOCK_LEDGER = f"MERGE {LEDGER} SET l.changed = datetime()"
WRITE_LEDGER = f"MATCH {LEDGER} SET l = $ledger, l.source = 'discogs', l.changed = datetime()"

READ_LEDGER = f"MATCH {LEDGER} RETURN properties(l) AS ledger"

ADVANCE_LEDGER = (
    # The first SET locks the node, so no other transaction can change `rows` before they are compared.
    f"MATCH {LEDGER} SET l.changed = datetime() WITH l WHERE l.load = $load AND l.rows[$stage] = $before "
    "SET l.rows = l.rows[..$stage] + $after + l.rows[$stage + 1..] RETURN count(l) AS done"
)

CLEAR_STAGES = "MATCH (s:Load) WHERE s.source <> 'discogs' WITH s LIMIT $most DELETE s RETURN count(*) AS done"
"""Deletes the checkpoints of interrupted loads of earlier versions: they had a node for each stage."""


def clear_relationships(kind: str) -> str:
    """Delete up to `$most` relationships of a type."""
    return f"MATCH ()-[r:{kind}]->() WITH r LIMIT $most DELETE r RETURN count(*) AS done"


def clear_nodes(label: str) -> str:
    """Delete up to `$most` nodes of a label, with any relationships that others have attached to them."""
    return f"MATCH (n:{label}) WITH n LIMIT $most DETACH DELETE n RETURN count(*) AS done"


def create_nodes(label: str) -> str:
    """Create a node for each row, with the row as its properties."""
    return f"UNWIND $rows AS row CREATE (n:{label}) SET n = row RETURN count(n) AS done"


def update_nodes(label: str) -> str:
    """Replace the properties of each node, found by the row's key, with the row."""
    return f"UNWIND $rows AS row MATCH (n:{label} {{{_same_key(label)}}}) SET n = row RETURN count(n) AS done"


def delete_nodes(label: str) -> str:
    """Delete the node with each row's key, with any relationships that others have attached to it."""
    return f"UNWIND $rows AS row MATCH (n:{label} {{{_same_key(label)}}}) DETACH DELETE n RETURN count(*) AS done"


def create_relationships(kind: str, start: str, end: str) -> str:
    """Create a relationship for each row, from the keys of its nodes and its `properties`."""
    return f"{_ends(start, end)} CREATE (a)-[r:{kind}]->(b) SET r = row.properties RETURN count(r) AS done"


def delete_relationships(kind: str, start: str, end: str) -> str:
    """Delete up to `times` relationships between each row's nodes that have exactly its `properties`.

    The LIMIT, larger than any batch, makes the planner look up both nodes by key before it expands. It would otherwise
    start at one node and walk all its relationships; some nodes have millions.
    """
    return (
        f"{_ends(start, end)} WITH row, a, b LIMIT 1000000 "
        f"MATCH (a)-[r:{kind}]->(b) WHERE properties(r) = row.properties "
        "WITH row, collect(r)[..row.times] AS gone WITH gone, size(gone) AS found "
        "FOREACH (r IN gone | DELETE r) RETURN sum(found) AS done"
    )


def _ends(start: str, end: str) -> str:
    """Match the nodes `a` and `b` of each row."""
    return (
        f"UNWIND $rows AS row MATCH (a:{start} {{{key(start)}: row.{START}}}) MATCH (b:{end} {{{key(end)}: row.{END}}})"
    )


def _same_key(label: str) -> str:
    return f"{key(label)}: row.{key(label)}"


def key(label: str) -> str:
    """Return the property that identifies a node of the label."""
    return "id" if node(label).entity else "name"
