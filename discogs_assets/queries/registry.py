"""Registry of the questions."""

from discogs_assets.queries.graph.collaborators import collaborators
from discogs_assets.queries.graph.explore import expand, explore
from discogs_assets.queries.graph.genres import genre_tree
from discogs_assets.queries.graph.network import centrality, cluster, network
from discogs_assets.queries.graph.paths import path
from discogs_assets.queries.graph.statistics import graph_stats
from discogs_assets.queries.insights.labels import label_dna, label_dna_compare, label_similar
from discogs_assets.queries.insights.rankings import label_longevity, top_artists
from discogs_assets.queries.insights.rarity import (
    artist_rarity,
    hidden_gems,
    label_rarity,
    rarity_leaderboard,
    release_rarity,
)
from discogs_assets.queries.insights.reports import data_completeness, genre_trends, insights_status, this_month
from discogs_assets.queries.insights.similarity import recommend, similar_artists
from discogs_assets.queries.insights.trends import compare_trends, trends
from discogs_assets.queries.insights.years import genre_emergence, year_range
from discogs_assets.queries.months import months
from discogs_assets.queries.records.changes import CHANGE_QUESTIONS
from discogs_assets.queries.records.credits import CREDITS_QUESTIONS
from discogs_assets.queries.records.entities import RECORDS, node
from discogs_assets.queries.records.media import MEDIA_QUESTIONS
from discogs_assets.queries.records.musicbrainz import MUSICBRAINZ_QUESTIONS
from discogs_assets.queries.records.shared_credits import CONNECTION_QUESTIONS
from discogs_assets.queries.search.exports import export
from discogs_assets.queries.search.facets import facets
from discogs_assets.queries.search.text import autocomplete, search

QUESTIONS = {
    each.name: each
    for each in (
        *(autocomplete, search, facets, export, node, *RECORDS),
        *(explore, expand, trends, path, graph_stats, genre_tree, months),
        *(label_dna, label_dna_compare, label_similar),
        *(*CREDITS_QUESTIONS, *MEDIA_QUESTIONS, *MUSICBRAINZ_QUESTIONS, *CHANGE_QUESTIONS),
        *(year_range, genre_emergence, compare_trends),
        *(top_artists, genre_trends, label_longevity, this_month, data_completeness, insights_status),
        # A path with a parameter follows those that it would match.
        *(rarity_leaderboard, hidden_gems, artist_rarity, label_rarity, release_rarity),
        *(similar_artists, recommend, collaborators, network, centrality, cluster, *CONNECTION_QUESTIONS),
    )
}
"""All questions by name."""
