"""Similar artists, and discoveries a few steps away from an entity."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Id, Offset, Result, Text, question
from discogs_assets.queries.records.entities import TYPE, Kind, Named, find_entity
from discogs_assets.schema.insights import LEAST_RELEASES, SIMILAR, SIMILARITY

BEAM = 10
"""Discoveries of a hop, the best ones, from which the next hop starts."""

LEAST_SIMILARITY = 0.1
"""Similarity below which two artists or labels have next to nothing in common, so that neither leads to the other."""

NEIGHBOURS = 20
"""Neighbours of each of them and each kind that a hop considers."""


class Breakdown(Result):
    """Similarity by criterion, each from 0 to 1."""

    genre: float
    style: float
    label: float
    collaborator: float


class SimilarArtist(Result):
    """A similar artist."""

    artist_id: int
    artist_name: str | None
    similarity: float
    """Weighted mean of the breakdown, from 0 to 1."""
    breakdown: Breakdown
    release_count: int
    """Number of all its releases as a main artist."""
    shared_genres: list[str]
    shared_labels: list[str]


class SimilarArtists(Page):
    """A page of artists similar to one."""

    artist_id: int
    artist_name: str | None
    similar: list[SimilarArtist]
    total: int


SIMILAR_ROWS = f"""
SELECT similar_id AS artist_id, name AS artist_name, similarity, releases AS release_count,
    shared_genres, shared_labels, {", ".join(SIMILARITY)}
FROM {{similar_artists}} s WHERE artist_id = %(id)s ORDER BY rank
"""


@question("/recommend/similar/artist/{id}", "postgres", "neo4j", example={"id": 45467}, rows="similar")
async def similar_artists(
    at: Reading,
    id: Annotated[Id, Field(description="Discogs id of the artist.")],  # noqa: A002
    limit: Annotated[int, Field(ge=1, le=SIMILAR, description="Artists of a page.")] = 20,
    offset: Annotated[Offset, Field(description="Artists to skip.")] = 0,
) -> SimilarArtists:
    """Return the artists most similar to one, the most similar first, with the reasons.

    The table `insights.similar_artists` has the definition, and at most 50 for each artist. An artist with fewer than 3
    releases has none: 404.
    """
    artist = await find_entity(at, "artist", "", id)
    found = await at.sql(SIMILAR_ROWS, id=id)
    if not found:
        await _require_releases(at, artist)
    similar = [
        SimilarArtist(breakdown=Breakdown(**{name: row.pop(name) for name in SIMILARITY}), **row)
        for row in found[offset : offset + limit]
    ]
    return SimilarArtists(
        artist_id=id,
        artist_name=artist.name,
        similar=similar,
        total=len(found),
        **place_page(len(found), limit, offset),
    )


async def _require_releases(at: Reading, artist: Named) -> None:
    """Raise QuestionError (404) if the artist has too few releases to be compared."""
    counted = "MATCH (n:Artist {id: $id}) RETURN {releases: count{(n)<-[:BY]-(:Release)}} AS row"
    (row,) = await at.cypher(counted, id=artist.id)
    if row["releases"] < LEAST_RELEASES:
        raise QuestionError(
            404,
            f"the artist {artist.id} has {row['releases']} releases as a main artist, expected at least "
            f"{LEAST_RELEASES} to compare it with others",
        )


class Discovery(Named):
    """An entity found by way of others."""

    score: float
    """Product of the weights of the steps, each from 0 to 1."""
    path: list[Named]
    """The steps from the start, the discovery included."""
    reason: str
    """Relation to the step before."""


class Discoveries(Result):
    """Entities to look at from one."""

    model_config = ConfigDict(serialize_by_alias=True)

    origin: Annotated[Named, Field(serialization_alias="from")]
    discoveries: list[Discovery]


class Step(Result):
    """A neighbour with the weight of the step to it; `source` is the entity before."""

    source: int | str
    id: int | str
    name: str | None
    type: Kind
    weight: float
    reason: str


# The strongest collaborator and the most popular artist weigh 1.
FROM_ARTISTS = f"""
SELECT artist_id AS source, similar_id AS id, name, 'artist' AS type, similarity AS weight,
    format('similar: %%s', round(similarity::numeric, 2)) AS reason
FROM {{similar_artists}} s WHERE artist_id = ANY(%(ids)s) AND rank <= {NEIGHBOURS} AND similarity >= {LEAST_SIMILARITY}
UNION ALL
SELECT artist_id, collaborator_id, name, 'artist',
    releases::float / max(releases) OVER (PARTITION BY artist_id), format('releases together: %%s', releases)
FROM {{artist_collaborations}} c WHERE artist_id = ANY(%(ids)s) AND rank <= {NEIGHBOURS}
"""

FROM_SUBJECTS = f"""
SELECT category AS source, id, name, 'artist' AS type,
    releases::float / max(releases) OVER (PARTITION BY category) AS weight,
    format('releases of %%s: %%s', category, releases) AS reason
FROM {{genre_leaders}} l
WHERE kind = %(type)s AND member = 'artist' AND category = ANY(%(ids)s) AND rank <= {NEIGHBOURS}
"""

OF_WORKS = "MATCH (n:{label} {{id: id}})-[:BY]->(m:Artist) RETURN m, 1 AS times"
FROM_NODES: dict[Kind, str] = {
    "label": "MATCH (n:Label {id: id})<-[:ON]-(r:Release)-[:BY]->(m:Artist) RETURN m, count(r) AS times",
    "release": OF_WORKS.format(label="Release"),
    "master": OF_WORKS.format(label="Master"),
}
"""Artists `m` of an entity, with the number of releases."""


@question(
    "/recommend/explore/{type}/{id:path}",
    "postgres",
    "neo4j",
    example={"type": "artist", "id": "45467"},
    rows="discoveries",
)
async def recommend(
    at: Reading,
    type: TYPE,  # noqa: A002
    id: Annotated[Text, Field(description="Discogs id; of a genre or style, its name.")],  # noqa: A002
    hops: Annotated[int, Field(ge=1, le=3, description="Maximum number of steps.")] = 2,
    limit: Annotated[int, Field(ge=1, le=50, description="Maximum number of discoveries.")] = 10,
) -> Discoveries:
    """Return artists to discover from an entity, with the way to each and the reason.

    From an artist, steps lead to similar artists, weighted by a similarity of 0.1 or more, and to collaborators,
    weighted by releases together; from a label, genre or style to its artists with the most releases; from a release or
    master to its artists. A step is weighted relative to the strongest one from the same entity, and a score is the
    product of the weights on the best way. Each further hop starts from the 10 best of the hop before and considers 20
    neighbours of each kind; ties are ordered by id.
    """
    named = type in ("genre", "style")
    if not named and not (id.isascii() and id.isdigit() and 0 < len(id) <= 10):
        raise QuestionError(404, f"there is no {type} with the id {id!r}, expected a number")
    start = await find_entity(at, type, id if named else "", None if named else int(id))
    found: dict[int | str, Discovery] = {}
    beam = [Discovery(**start.model_dump(), score=1.0, path=[start], reason="")]
    for _ in range(hops):
        before = {each.id: each for each in beam}
        for step in await _find_steps(at, beam[0].type, [*before]) if beam else []:
            score = round(before[step.source].score * step.weight, 6)
            known = found.get(step.id)
            if (step.type, step.id) != (start.type, start.id) and (known is None or known.score < score):
                found[step.id] = _extend(before[step.source], step, score)
        fresh = [each for each in found.values() if len(each.path) == len(beam[0].path) + 1] if beam else []
        beam = sorted(fresh, key=_order)[:BEAM]
    return Discoveries(origin=start, discoveries=sorted(found.values(), key=_order)[:limit])


def _order(found: Discovery) -> tuple[float, int, str]:
    return -found.score, len(found.path), str(found.id).zfill(10)


def _extend(before: Discovery, step: Step, score: float) -> Discovery:
    node = Named(id=step.id, name=step.name, type=step.type)
    return Discovery(**node.model_dump(), score=score, path=[*before.path, node], reason=step.reason)


async def _find_steps(at: Reading, kind: Kind, ids: Sequence[int | str]) -> list[Step]:
    """Return the steps from entities of one type, the heaviest first."""
    if kind == "artist":
        rows = await at.sql(FROM_ARTISTS, ids=ids)
    elif kind in ("genre", "style"):
        rows = await at.sql(FROM_SUBJECTS, type=kind, ids=ids)
    else:
        rows = await _find_artists(at, kind, ids)
    steps = [Step(**row) for row in rows]
    return sorted(steps, key=lambda each: (-each.weight, str(each.source), str(each.id).zfill(10), each.reason))


async def _find_artists(at: Reading, kind: Kind, ids: Sequence[int | str]) -> list[dict[str, Any]]:
    statement = (
        f"UNWIND $ids AS id CALL (id) {{ {FROM_NODES[kind]} ORDER BY times DESC, m.id LIMIT {NEIGHBOURS} }} "
        "RETURN {source: id, id: m.id, name: m.name, times: times} AS row"
    )
    rows = await at.cypher(statement, ids=ids)
    most = max((row["times"] for row in rows), default=1)
    reason = "releases: {}" if kind == "label" else "main artist"
    return [
        {**row, "type": "artist", "weight": row["times"] / most, "reason": reason.format(row["times"])}
        for row in ({name: row[name] for name in ("source", "id", "name", "times")} for row in rows)
    ]
