"""Rankings: the most central artists, and the labels that have lasted longest."""

from typing import Annotated

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.page import PAGE_LIMIT, CountedPage, read_page
from discogs_assets.queries.question import Offset, Result, question

OFFSET = Annotated[Offset, Field(description="Ranks to skip.")]


class RankedArtist(Result):
    """An artist with its rank."""

    rank: int
    artist_id: int
    artist_name: str | None
    edge_count: int
    """Number of distinct collaborators."""
    pagerank: float
    release_count: int


class TopArtists(CountedPage):
    """A page of artists."""

    metric: str = "pagerank"
    """Measure of the rank."""
    items: list[RankedArtist]
    count: int
    """Number of artists of the page."""


@question("/insights/top-artists", "postgres", example={}, rows="items")
async def top_artists(
    at: Reading,
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT, description="Artists of a page.")] = 100,
    offset: OFFSET = 0,
) -> TopArtists:
    """Rank artists by their PageRank in the graph of collaborations; placeholders such as Various are no artists."""
    rows, place = await read_page(at, "{artist_centrality} a", "rank", limit, offset)
    items = [
        RankedArtist(artist_name=row["name"], edge_count=row["degree"], release_count=row["releases"], **row)
        for row in rows
    ]
    return TopArtists(items=items, count=len(items), **place)


class RankedLabel(Result):
    """A label with its rank."""

    rank: int
    label_id: int
    label_name: str | None
    first_year: int
    last_year: int
    years_active: int
    total_releases: int
    peak_decade: int
    """First year of the decade with the most releases."""
    still_active: bool


class LabelLongevity(CountedPage):
    """A page of labels."""

    items: list[RankedLabel]
    count: int
    """Number of labels of the page."""


@question("/insights/label-longevity", "postgres", example={}, rows="items")
async def label_longevity(
    at: Reading,
    limit: Annotated[int, Field(ge=1, le=200, description="Labels of a page.")] = 50,
    offset: OFFSET = 0,
) -> LabelLongevity:
    """Rank labels by the years from their first to their last release, then by their number of releases."""
    order = "years_active DESC, releases DESC, label_id"
    rows, place = await read_page(at, "{label_longevity} l", order, limit, offset)
    items = [
        RankedLabel(rank=rank, label_name=row["name"], total_releases=row["releases"], **row)
        for rank, row in enumerate(rows, offset + 1)
    ]
    return LabelLongevity(items=items, count=len(items), **place)
