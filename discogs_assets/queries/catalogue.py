"""All questions."""

from discogs_assets.queries.graph.explore import expand, explore
from discogs_assets.queries.graph.genres import genre_tree
from discogs_assets.queries.graph.paths import path
from discogs_assets.queries.graph.statistics import graph_stats
from discogs_assets.queries.insights.trends import trends
from discogs_assets.queries.months import months
from discogs_assets.queries.records.entities import RECORDS, node
from discogs_assets.queries.search.text import autocomplete, search

QUESTIONS = {
    each.name: each
    for each in (
        *(autocomplete, search, node, *RECORDS),
        *(explore, expand, trends, path, graph_stats, genre_tree, months),
    )
}
"""All questions by name."""
