"""Graph model → Cypher: what an imported store needs before it can be asked, and what changes one over Bolt.

What belongs here: statements as text. What doesn't: running them (see `stores.neo4j` and `stores.bolt`).

A statement that changes the graph takes `$rows` and returns as `done` how many of them it found and changed.
"""

from collections.abc import Iterator

from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node, node
from discogs_assets.schema.model import Index


def constraints() -> Iterator[str]:
    """A unique id or name for every node, by which relationships find it."""
    for each in NODES:
        label, name = each.label.lower(), key(each.label)
        yield f"CREATE CONSTRAINT {label}_{name} IF NOT EXISTS FOR (n:{each.label}) REQUIRE n.{name} IS UNIQUE"


def indexes() -> Iterator[str]:
    """Indexes on what nodes are searched by."""
    for each in NODES:
        yield from _searched(each, each.label.lower())


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


START, END = "start_key", "end_key"
"""Under these names a row of relationships has the keys of its nodes; no property is called so."""

LEDGER = "(l:Load {source: 'discogs'})"
"""The node in which a database that is loaded over Bolt says what it holds; no label or type of the model."""

LEDGER_CONSTRAINT = "CREATE CONSTRAINT load_source IF NOT EXISTS FOR (l:Load) REQUIRE l.source IS UNIQUE"
LOCK_LEDGER = f"MERGE {LEDGER} SET l.changed = datetime()"
WRITE_LEDGER = f"MATCH {LEDGER} SET l = $ledger, l.source = 'discogs', l.changed = datetime()"

STAGES = "(s:Load) WHERE s.source STARTS WITH 'discogs/'"
"""Beside the ledger, while a load is under way, a node for each of its stages."""

READ_LEDGER = f"MATCH {LEDGER} OPTIONAL MATCH {STAGES} RETURN properties(l) AS ledger, sum(s.rows) AS sent"
READ_STAGES = f"MATCH {STAGES} RETURN s.stage AS stage, s.rows AS rows"
MARK_STAGES = f"MATCH {STAGES} SET s.load = $load"
CLEAR_STAGES = f"MATCH {STAGES} DELETE s"
ADD_STAGES = "UNWIND $stages AS stage CREATE (:Load {source: 'discogs/' + stage, load: $load, stage: stage, rows: 0})"

MOVE_STAGE = (
    # What is written first locks the node: its rows are read as nobody else changes them any more.
    "MATCH (s:Load {source: 'discogs/' + $stage, load: $load}) SET s.changed = datetime() "
    "WITH s WHERE s.rows = $before SET s.rows = $after RETURN count(s) AS moved"
)


def clear_relationships(kind: str) -> str:
    """Delete relationships of a type, `$most` of them."""
    return f"MATCH ()-[r:{kind}]->() WITH r LIMIT $most DELETE r RETURN count(*) AS done"


def clear_nodes(label: str) -> str:
    """Delete nodes of a label, `$most` of them, with what others have attached to them."""
    return f"MATCH (n:{label}) WITH n LIMIT $most DETACH DELETE n RETURN count(*) AS done"


def create_nodes(label: str) -> str:
    """Create a node for each row, its properties."""
    return f"UNWIND $rows AS row CREATE (n:{label}) SET n = row RETURN count(n) AS done"


def update_nodes(label: str) -> str:
    """Give each node that a row's key names the row as its properties, and no others."""
    return f"UNWIND $rows AS row MATCH (n:{label} {{{_same_key(label)}}}) SET n = row RETURN count(n) AS done"


def delete_nodes(label: str) -> str:
    """Delete the node that each row's key names, with what others have attached to it."""
    return f"UNWIND $rows AS row MATCH (n:{label} {{{_same_key(label)}}}) DETACH DELETE n RETURN count(*) AS done"


def create_relationships(kind: str, start: str, end: str) -> str:
    """Create a relationship for each row: the keys of its nodes, its `properties`."""
    return f"{_ends(start, end)} CREATE (a)-[r:{kind}]->(b) SET r = row.properties RETURN count(r) AS done"


def delete_relationships(kind: str, start: str, end: str) -> str:
    """Delete of the relationships between a row's nodes that have its `properties` so many as `times` says.

    The limit, which no batch reaches, has both nodes found by their keys before what lies between them: the planner
    would else start at one and walk all its relationships, of which some nodes have millions.
    """
    return (
        f"{_ends(start, end)} WITH row, a, b LIMIT 1000000 "
        f"MATCH (a)-[r:{kind}]->(b) WHERE properties(r) = row.properties "
        "WITH row, collect(r)[..row.times] AS gone WITH gone, size(gone) AS found "
        "FOREACH (r IN gone | DELETE r) RETURN sum(found) AS done"
    )


def _ends(start: str, end: str) -> str:
    """The nodes `a` and `b` of each row."""
    return (
        f"UNWIND $rows AS row MATCH (a:{start} {{{key(start)}: row.{START}}}) MATCH (b:{end} {{{key(end)}: row.{END}}})"
    )


def _same_key(label: str) -> str:
    return f"{key(label)}: row.{key(label)}"


def key(label: str) -> str:
    """The property that identifies a node of the label."""
    return "id" if node(label).entity else "name"
