"""Statistics of the graph."""

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question
from discogs_assets.schema.backends import cypher
from discogs_assets.schema.graph import NODES, RELATIONSHIPS


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
    (found,) = await at.cypher(cypher.counts())
    counts = {f"{each.label.lower()}s": found[each.label] for each in NODES}
    kinds = {each.type: found[each.type] for each in RELATIONSHIPS}
    return GraphStatistics(
        total_entities=sum(counts.values()),
        counts=counts,
        total_relationships=sum(kinds.values()),
        relationships=kinds,
    )
