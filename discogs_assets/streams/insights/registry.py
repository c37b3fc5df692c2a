"""Registry of the insights into a month: sheet, what is read, rows and picture of each.

The log of computations is not among them, since it reads no data (see `defs.assets.insights`).
"""

from functools import partial

from discogs_assets.schema import insights
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.streams.insights import (
    anniversaries,
    centrality,
    completeness,
    credit_totals,
    label_dna,
    leaders,
    longevity,
    rarity,
    similar_labels,
    trends,
)
from discogs_assets.streams.insights.artists import collaborations, communities, similarity
from discogs_assets.streams.insights.insight import Insight

REGISTRY = (
    Insight(insights.ARTIST_CENTRALITY, ("BY", "Artist"), centrality.rows, centrality.picture),
    Insight(insights.GENRE_TRENDS, ("releases",), partial(trends.rows, "genre"), partial(trends.picture, "genre")),
    Insight(insights.STYLE_TRENDS, ("releases",), partial(trends.rows, "style"), partial(trends.picture, "style")),
    Insight(insights.LABEL_LONGEVITY, ("releases", "Label"), longevity.rows, longevity.picture),
    Insight(
        insights.GENRE_LEADERS,
        ("BY", "ON", "IS", "Artist", "Label", "Genre", "Style"),
        leaders.rows,
        leaders.picture,
    ),
    Insight(insights.LABEL_DNA, ("releases", "Label"), label_dna.rows, label_dna.picture),
    Insight(insights.SIMILAR_LABELS, ("releases", "Label"), similar_labels.rows, similar_labels.picture),
    Insight(
        insights.MONTHLY_ANNIVERSARIES,
        ("masters", "releases"),
        partial(anniversaries.rows, insights.MILESTONES),
        anniversaries.picture,
    ),
    Insight(insights.DATA_COMPLETENESS, tuple(each.name for each in ENTITIES), completeness.rows, completeness.picture),
    Insight(insights.RELEASE_RARITY, rarity.READS, rarity.rows, rarity.picture),
    Insight(insights.CREDIT_TOTALS, ("releases", "Artist"), credit_totals.rows, credit_totals.picture),
    Insight(insights.SIMILAR_ARTISTS, similarity.READS, similarity.rows, similarity.picture),
    Insight(insights.ARTIST_COLLABORATIONS, ("releases", "BY", "Artist"), collaborations.rows, collaborations.picture),
    Insight(insights.ARTIST_COMMUNITIES, ("BY", "Artist"), communities.rows, communities.picture),
)
"""All insights, in the order of their sheets."""


def find_insight(name: str) -> Insight:
    """Return the insight with a sheet of this name. Raises KeyError if there is none."""
    return {each.sheet.name: each for each in REGISTRY}[name]
