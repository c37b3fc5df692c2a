"""Search and autocomplete over the index of the published month."""

import asyncio
import html
import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Offset, Result, Text, question
from discogs_assets.queries.records.entities import LABELS, Kind, Named
from discogs_assets.schema.search_index import INDEXED

if TYPE_CHECKING:
    from discogs_assets.stores.search.documents import Hit

KINDS: dict[str, Kind] = {each.name: kind for each in INDEXED for kind, of in LABELS.items() if of.label == each.label}
"""Types by the entities of the index."""

ENTITIES = {kind: entity for entity, kind in KINDS.items()}

WORD = re.compile(r"\w+")

Words = Annotated[
    Text,
    StringConstraints(min_length=1),
    Field(description="Words or a catalogue number; accents, case and punctuation do not matter."),
]
Names = Annotated[list[Text] | None, Field(max_length=20)]
Year = Annotated[int | None, Field(ge=1000, le=9999)]


class Suggestion(Named):
    """An entity whose name continues the text."""

    score: float
    year: int | None
    subtitle: str | None
    """Artist of a release or master."""
    catno: str | None
    """First catalogue number of a release."""
    country: str | None


class Suggestions(Result):
    """Entities whose names continue a text, the best first."""

    results: list[Suggestion]


@question("/autocomplete", "search", example={"q": "pink f", "type": "artist"}, rows="results")
async def autocomplete(
    at: Reading,
    q: Words,
    type: Annotated[Kind | None, Field(description="Type of the entities; default: all.")] = None,  # noqa: A002
    limit: Annotated[int, Field(ge=1, le=50, description="Maximum number of results.")] = 10,
) -> Suggestions:
    """Complete the last word of a text to names of entities, popular ones first."""
    index = await at.index()
    hits = await asyncio.to_thread(index.complete, q, ENTITIES[type] if type else None, limit)
    return Suggestions(
        results=[
            Suggestion(
                **_name(hit),
                score=hit.score,
                year=hit.year,
                subtitle=hit.subtitle,
                catno=find_catno(hit),
                country=hit.country,
            )
            for hit in hits
        ]
    )


class Facet(Result):
    """Number of hits with a value."""

    name: str
    count: int


class Facets(Result):
    """Numbers of hits by value, over all pages; up to 100 values each."""

    type: list[Facet]
    genre: list[Facet]
    format: list[Facet]
    """Carriers of releases."""
    country: list[Facet]
    """Countries of releases."""
    decade: list[Facet]


class Metadata(Result):
    """Values of a hit besides its name."""

    year: int | None
    genres: list[str]
    styles: list[str]
    subtitle: str | None
    """Artist of a release or master."""
    catno: str | None
    """First catalogue number of a release."""
    country: str | None
    label: str | None
    """First label of a release."""
    formats: list[str]
    """Names of a release's formats."""
    release_count: int
    """Number of its releases."""


class Found(Named):
    """A hit."""

    highlight: str
    """The name as HTML, with the words searched for in <b>."""
    relevance: float
    metadata: Metadata


class Search(Result):
    """A page of hits, the best first."""

    query: str
    total: int
    facets: Facets
    results: list[Found]
    suggestions: list[str]
    """If there is no hit: names with words like all of these, or else like some."""
    pagination: Page


@question("/search", "search", example={"q": "kind of blue"}, rows="results")
async def search(
    at: Reading,
    q: Words,
    types: Annotated[list[Kind] | None, Field(max_length=6, description="Types to search; default: all.")] = None,
    genres: Annotated[Names, Field(description="Genres, one of which a release or master must have.")] = None,
    styles: Annotated[Names, Field(description="Styles, one of which a release or master must have.")] = None,
    formats: Annotated[Names, Field(description="Carriers, one of which a release must have.")] = None,
    countries: Annotated[Names, Field(description="Countries, one of which a release must be from.")] = None,
    year_min: Annotated[Year, Field(description="Earliest year.")] = None,
    year_max: Annotated[Year, Field(description="Latest year.")] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Hits of a page.")] = 20,
    offset: Annotated[Offset, Field(description="Hits to skip.")] = 0,
) -> Search:
    """Find entities by all words of a text, in any order, or by a catalogue number.

    A filter by genre, style or year leaves only releases and masters, one by format or country only releases. Facets
    count all hits.
    """
    from discogs_assets.stores.search.index_reader import COUNTED, Filters

    filters = Filters(genres or (), styles or (), formats or (), countries or (), year_min, year_max)
    entities = [ENTITIES[kind] for kind in types or ENTITIES]
    index = await at.index()
    page = await asyncio.to_thread(index.search, q, entities, filters, limit, offset, facets=True)
    words = {_fold(word) for word in WORD.findall(q)}
    return Search(
        query=q,
        total=page.total,
        facets=Facets(
            type=[Facet(name=KINDS[name], count=count) for name, count in page.facets["type"]],
            **{name: [Facet(name=value, count=count) for value, count in page.facets[name]] for name in COUNTED},
        ),
        results=[_describe(hit, words) for hit in page.hits],
        suggestions=[] if page.total else [*await asyncio.to_thread(index.suggest, q, entities)],
        pagination=Page(**place_page(page.total, limit, offset)),
    )


def find_catno(hit: "Hit") -> str | None:
    """Return the first catalogue number of a release, None without one."""
    return next((catno for _, _, catno in hit.labels if catno), None)


def describe_edition(hit: "Hit") -> dict[str, Any]:
    """Return the fields that tell releases of one title apart: `catno`, `country`, `label` and `formats`."""
    label = next((name for _, name, _ in hit.labels if name), None)
    return {"catno": find_catno(hit), "country": hit.country, "label": label, "formats": [*hit.formats]}


def _name(hit: "Hit") -> dict[str, object]:
    return {"type": KINDS[hit.entity], "id": hit.name if hit.id is None else hit.id, "name": hit.name}


def _describe(hit: "Hit", words: set[str]) -> Found:
    return Found(
        **_name(hit),
        highlight=mark_words(hit.name, words),
        relevance=hit.score,
        metadata=Metadata(
            year=hit.year,
            genres=[*hit.genres],
            styles=[*hit.styles],
            subtitle=hit.subtitle,
            **describe_edition(hit),
            release_count=hit.popularity,
        ),
    )


def mark_words(text: str, words: set[str]) -> str:
    """Return the text as HTML, with these folded words in bold."""
    pieces, place = list[str](), 0
    for found in WORD.finditer(text):
        word = html.escape(found[0])
        pieces += [html.escape(text[place : found.start()]), f"<b>{word}</b>" if _fold(found[0]) in words else word]
        place = found.end()
    return "".join([*pieces, html.escape(text[place:])])


def _fold(word: str) -> str:
    """Return the word in lower case without accents."""
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each)).casefold()
