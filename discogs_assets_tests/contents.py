"""All that a graph holds, to compare it with another.

What belongs here: reading it. What doesn't: any claim.
"""

from typing import Any

from discogs_assets.stores.neo4j.driver import Graph


def contents(graph: Graph) -> list[str]:
    """Every node and every relationship with all properties, in an order of their own; the ledger is none of them."""
    nodes = graph.ask("MATCH (n) WHERE NOT n:Load RETURN labels(n) AS labels, properties(n) AS p")
    relationships = graph.ask(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS a, coalesce(a.id, a.name) AS i, type(r) AS t,"
        " labels(b) AS b, coalesce(b.id, b.name) AS j, properties(r) AS p"
    )
    return sorted(map(_describe_row, [*nodes, *relationships]))


def _describe_row(row: dict[str, Any]) -> str:
    return repr({**row, "p": sorted(row["p"].items())})
