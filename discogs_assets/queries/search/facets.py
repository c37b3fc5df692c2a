"""Releases by a filter of conditions, with live counts of their values."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Unpack
from urllib.parse import urlencode

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Offset, Result, question
from discogs_assets.queries.search.filters import FilterText, Simple, read_filter
from discogs_assets.queries.search.text import Facet

if TYPE_CHECKING:
    from discogs_assets.stores.search.documents import Hit
    from discogs_assets.stores.search.facets import Counts

Order = Literal["popularity", "year", "-year"]

Sort = Annotated[
    Order,
    Field(description="Order: the releases of the most pressed masters first, or by year; ties by id."),
]

FacetName = Literal["genre", "style", "format", "description", "country", "decade"]

DEFAULT_SORT: Order = "popularity"


class Linked(Result):
    """An artist; `id` is empty if the name is not linked to a record."""

    id: int | None
    name: str | None


class Numbered(Linked):
    """A label with the catalogue number printed."""

    catno: str | None


class Release(Result):
    """A release that matches."""

    id: int
    title: str
    artist: str | None
    """Credit as printed."""
    artists: list[Linked]
    labels: list[Numbered]
    year: int | None
    country: str | None
    formats: list[str]
    descriptions: list[str]
    genres: list[str]
    styles: list[str]
    release_count: int
    """Releases of its master, itself included."""


class Facets(Result):
    """A page of releases."""

    filter: str
    """All conditions in canonical form."""
    link: str
    """Path and parameters of this question, to be shared; it has no month, so it asks the published one."""
    total: int
    results: list[Release]
    facets: dict[str, list[Facet]]
    """Counts of the facets asked for, without the conditions on the facet itself; up to 100 values each."""
    pagination: Page


@question(
    "/facets", "search", example={"genre": "Jazz", "format": "Vinyl", "facets": "decade", "limit": 5}, rows="results"
)
async def facets(
    at: Reading,
    filter: FilterText = None,  # noqa: A002
    facets: Annotated[
        list[FacetName] | None, Field(max_length=6, description="Facets whose values are counted.")
    ] = None,
    sort: Sort = DEFAULT_SORT,
    limit: Annotated[int, Field(ge=1, le=100, description="Releases of a page.")] = 20,
    offset: Annotated[Offset, Field(description="Releases to skip.")] = 0,
    **simple: Unpack[Simple],
) -> Facets:
    """Find releases by conditions joined by AND, OR and NOT, and count their values.

    The filter and the other parameters are joined by AND. Names of artists, labels and people are whole names; case and
    accents do not matter. The counts of a facet leave out the conditions on it, so that they are the numbers that other
    values would find.
    """
    wanted = read_filter(filter, simple)
    counted = [*dict.fromkeys(facets or ())]
    search = (await at.index()).facets

    def find() -> tuple[int, list[Release], dict[str, "Counts"]]:
        total, hits = search.find(wanted, sort, limit, offset)
        return total, [describe_release(hit) for hit in hits], search.count(wanted, counted)

    total, results, counts = await asyncio.to_thread(find)
    return Facets(
        filter=str(wanted or ""),
        link=_write_link(str(wanted or ""), sort, counted),
        total=total,
        results=results,
        facets={name: [Facet(name=value, count=count) for value, count in found] for name, found in counts.items()},
        pagination=Page(**place_page(total, limit, offset)),
    )


def describe_release(hit: "Hit") -> Release:
    """Return a hit as it is shown."""
    return Release(
        id=hit.id or 0,
        title=hit.name,
        artist=hit.subtitle,
        artists=[Linked(id=key or None, name=name) for key, name in hit.artists],
        labels=[Numbered(id=key or None, name=name, catno=catno) for key, name, catno in hit.labels],
        year=hit.year,
        country=hit.country,
        formats=[*hit.formats],
        descriptions=[*hit.descriptions],
        genres=[*hit.genres],
        styles=[*hit.styles],
        release_count=hit.popularity,
    )


def _write_link(text: str, sort: str, counted: Sequence[str]) -> str:
    given = [("filter", text)] if text else []
    given += [("sort", sort)] if sort != DEFAULT_SORT else []
    query = urlencode([*given, *(("facets", name) for name in counted)])
    return f"/api/facets{'?' if query else ''}{query}"
