"""All questions."""

from discogs_assets.queries.entities import RECORDS, node
from discogs_assets.queries.explore import expand, explore
from discogs_assets.queries.genres import genre_tree
from discogs_assets.queries.months import months
from discogs_assets.queries.paths import path
from discogs_assets.queries.search import autocomplete, search
from discogs_assets.queries.statistics import graph_stats
from discogs_assets.queries.trends import trends

QUESTIONS = {
    each.name: each
    for each in (
        *(autocomplete, search, node, *RECORDS),
        *(explore, expand, trends, path, graph_stats, genre_tree, months),
    )
}
"""All questions by name."""
