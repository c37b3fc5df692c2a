"""Statistics of the graph."""

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question
from discogs_assets.schema.graph import NODES, RELATIONSHIPS

COUNT_NODES = " UNION ALL ".join(
    f"MATCH (n:{each.label}) WITH count(n) AS n RETURN {{name: '{each.label}', n: n}} AS row" for each in NODES
)
COUNT_RELATIONSHIPS = " UNION ALL ".join(
    f"MATCH ()-[r:{each.type}]->() WITH count(r) AS n RETURN {{name: '{each.type}', n: n}} AS row"
    for each in RELATIONSHIPS
)
"""Neo4j answers both from its count store."""


class GraphStatistics(Result):
    """Numbers of nodes and relationships."""

    total_entities: int
    counts: dict[str, int]
    """Number of nodes: artists, labels, masters, releases, genres, styles."""
    total_relationships: int
    relationships: dict[str, int]
    """Number of relationships by type."""


@question("/graph/stats", "neo4j", example={})
async def graph_stats(at: Reading) -> GraphStatistics:
    """Count the graph's nodes and relationships."""
    counts = {f"{row['name'].lower()}s": row["n"] for row in await at.cypher(COUNT_NODES)}
    kinds = {row["name"]: row["n"] for row in await at.cypher(COUNT_RELATIONSHIPS)}
    return GraphStatistics(
        total_entities=sum(counts.values()),
        counts=counts,
        total_relationships=sum(kinds.values()),
        relationships=kinds,
    )
