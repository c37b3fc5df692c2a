"""Rarity of releases: ranked lists, and the signals of one release."""

from typing import Annotated, Any, Literal

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import CountedPage, read_page
from discogs_assets.queries.question import OFFSET_LIMIT, Id, Offset, Result, question
from discogs_assets.schema.rarity import TIERS, WEIGHTS

Tier = Literal["ultra-rare", "rare", "scarce", "uncommon", "common"]

NUMBER = Annotated[
    int | None, Field(ge=1, le=OFFSET_LIMIT + 1, description="Number of the page, from 1. It excludes an offset.")
]
SIZE = Annotated[int | None, Field(ge=1, le=100, description="Releases of a page; default: 20. It excludes a limit.")]
LIMIT = Annotated[int | None, Field(ge=1, le=100, description="Releases of a page, instead of page_size.")]
OFFSET = Annotated[Offset | None, Field(description="Releases to skip, instead of page.")]

SORT = Annotated[
    Literal["rarity", "gem"],
    Field(description="Score that orders the releases, the highest first: rarity or hidden gem."),
]

DEFAULT_SIZE = 20

Window = tuple[int | None, int | None, int | None, int | None]
"""Page, page_size, limit and offset."""

OWNED = "SELECT release_id FROM {{release_{kind}s}} o WHERE {kind}_id = %(id)s"
FEW = f"(SELECT DISTINCT release_id FROM ({OWNED}) AS d) AS o JOIN {{{{release_rarity}}}} r USING (release_id)"
MANY = f"{{{{release_rarity}}}} r WHERE release_id IN ({OWNED})"
"""Releases of an artist or label: all are looked up and sorted, or found while all releases are read in order."""

FEW_RELEASES = 20_000
COUNT = f"SELECT count(*) AS count FROM ({OWNED} LIMIT {FEW_RELEASES + 1}) AS counted"

BY_RARITY = "rarity_score DESC, release_id DESC"
BY_GEM = "hidden_gem_score DESC, release_id DESC"
ORDERS = {"rarity": BY_RARITY, "gem": BY_GEM}
"""Orders that the indexes of the table have."""


class Rated(Result):
    """A release with its scores."""

    release_id: int
    title: str | None
    artist: str | None
    year: int | None
    rarity_score: float
    """Rarity from 0 to 100: the weighted mean of five signals, which `release_rarity` lists."""
    tier: Tier
    """By the score: ultra-rare from 80, rare from 60, scarce from 40, uncommon from 20, else common."""
    hidden_gem_score: float
    """Rarity times the fame of its artist, label and genre, each from 0 to 1, weighted 0.4, 0.3 and 0.3."""


class Ranking(CountedPage):
    """A page of releases; of one score, the newest ids come first."""

    items: list[Rated]
    page: int
    """Number of the page, from 1; if an offset is given, of the page that its first release is on."""
    page_size: int


class RankingOf(Ranking):
    """A page of an artist's or label's releases."""

    id: int
    name: str | None


class Signal(Result):
    """A part of the rarity score."""

    score: float
    """From 0 to 100."""
    weight: float
    """Weight in the score; the weights add up to 1."""


class Signals(Result):
    """Signals of rarity; one for which the record lacks the information has a score of 50."""

    pressing_scarcity: Signal
    """Few releases of the same master; 90 without a master."""
    label_catalog: Signal
    """Few releases of the smallest of its labels."""
    format_rarity: Signal
    """The rarest of its formats and their descriptions, such as Test Pressing (100) or Shellac (90)."""
    temporal_scarcity: Signal
    """Age: 1.5 points for each year, less 40 if the master was released again in the last 10 years."""
    graph_isolation: Signal
    """Few relationships in the graph."""


class Breakdown(Rated):
    """A release with the signals of its rarity score, the weighted mean of them."""

    breakdown: Signals


async def _rank(at: Reading, source: str, order: str, window: Window, **values: Any) -> dict[str, Any]:
    """Return the fields of a `Ranking`.

    Raises QuestionError: 404 for a page beyond the last one, 409 for two starts or two sizes.
    """
    page, page_size, limit, offset = window
    for names, given in (("page and offset", (page, offset)), ("page_size and limit", (page_size, limit))):
        if None not in given:
            raise QuestionError(409, f"{names} are both given, expected one of them")
    size = limit or page_size or DEFAULT_SIZE
    start = ((page or 1) - 1) * size if offset is None else offset
    if start > OFFSET_LIMIT:
        last = OFFSET_LIMIT // size + 1
        raise QuestionError(404, f"page {page} is beyond the last one, expected 1 to {last} of {size} releases")
    # The index alone yields the ids: the rows of a page are read, not those that it skips.
    found, place = await read_page(at, source, order, size, start, "release_id", **values)
    ids = [row["release_id"] for row in found]
    rows = await at.sql("SELECT * FROM {release_rarity} r WHERE release_id = ANY(%(ids)s)", ids=ids)
    items = sorted((Rated(**row) for row in rows), key=lambda each: ids.index(each.release_id))
    return {"items": items, "page": start // size + 1, "page_size": size, **place}


@question("/rarity/leaderboard", "postgres", example={"tier": "rare"}, rows="items")
async def rarity_leaderboard(
    at: Reading,
    tier: Annotated[Tier | None, Field(description="Only releases of this tier.")] = None,
    page: NUMBER = None,
    page_size: SIZE = None,
    limit: LIMIT = None,
    offset: OFFSET = None,
) -> Ranking:
    """Return the rarest releases."""
    least = TIERS[tier] if tier else 0
    below = min((each for each in TIERS.values() if tier and each > least), default=101)
    source = "{release_rarity} r WHERE rarity_score >= %(least)s AND rarity_score < %(below)s"
    return Ranking(**await _rank(at, source, BY_RARITY, (page, page_size, limit, offset), least=least, below=below))


@question("/rarity/hidden-gems", "postgres", example={}, rows="items")
async def hidden_gems(
    at: Reading,
    min_rarity: Annotated[float, Field(ge=0, le=100, description="Least rarity score.")] = 41,
    page: NUMBER = None,
    page_size: SIZE = None,
    limit: LIMIT = None,
    offset: OFFSET = None,
) -> Ranking:
    """Return the rare releases whose artist, label and genre are best known."""
    source = "{release_rarity} r WHERE rarity_score >= %(least)s"
    return Ranking(**await _rank(at, source, BY_GEM, (page, page_size, limit, offset), least=min_rarity))


async def _rank_of(at: Reading, kind: str, id: int, sort: str, window: Window) -> RankingOf:  # noqa: A002
    """Return the releases of an artist or label with the highest scores.

    Raises QuestionError (404) if there is none with the id.
    """
    found = await at.sql(f"SELECT name FROM {{{kind}s}} o WHERE id = %(id)s", id=id)
    if not found:
        raise QuestionError(404, f"there is no {kind} with the id {id} in {at.publication.month}")
    (owned,) = await at.sql(COUNT.format(kind=kind), id=id)
    source = FEW if owned["count"] <= FEW_RELEASES else MANY
    ranked = await _rank(at, source.format(kind=kind), ORDERS[sort], window, id=id)
    return RankingOf(id=id, name=found[0]["name"], **ranked)


@question("/rarity/artist/{id}", "postgres", example={"id": 45467}, rows="items")
async def artist_rarity(
    at: Reading,
    id: Annotated[Id, Field(description="Discogs id of the artist.")],  # noqa: A002
    sort: SORT = "rarity",
    page: NUMBER = None,
    page_size: SIZE = None,
    limit: LIMIT = None,
    offset: OFFSET = None,
) -> RankingOf:
    """Return the rarest releases of which an artist is a main artist, or the hidden gems among them."""
    return await _rank_of(at, "artist", id, sort, (page, page_size, limit, offset))


@question("/rarity/label/{id}", "postgres", example={"id": 281}, rows="items")
async def label_rarity(
    at: Reading,
    id: Annotated[Id, Field(description="Discogs id of the label.")],  # noqa: A002
    sort: SORT = "rarity",
    page: NUMBER = None,
    page_size: SIZE = None,
    limit: LIMIT = None,
    offset: OFFSET = None,
) -> RankingOf:
    """Return the rarest releases of a label, or its hidden gems."""
    return await _rank_of(at, "label", id, sort, (page, page_size, limit, offset))


@question("/rarity/{release_id}", "postgres", example={"release_id": 1873013})
async def release_rarity(
    at: Reading, release_id: Annotated[Id, Field(description="Discogs id of the release.")]
) -> Breakdown:
    """Return the rarity of a release and the signals that make it up."""
    found = await at.sql("SELECT * FROM {release_rarity} r WHERE release_id = %(id)s", id=release_id)
    if not found:
        raise QuestionError(404, f"there is no release with the id {release_id} in {at.publication.month}")
    signals = {name: Signal(score=found[0][name], weight=weight) for name, weight in WEIGHTS.items()}
    return Breakdown(**found[0], breakdown=Signals(**signals))
