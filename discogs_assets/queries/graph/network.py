"""Networks of collaborators: by distance, by centrality, by community."""

from typing import Annotated, Any

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Id, Offset, Result, question
from discogs_assets.queries.records.entities import find_entity
from discogs_assets.schema.insights import CROWD

EXPANDED = 300
"""Artists of one distance whose collaborators are followed."""

FOLLOWED = 100
"""Collaborators followed from each artist at a distance of 1 or more."""

DIRECT = 10_000
"""Collaborators of the artist itself that are followed."""

MEMBERS = 20
"""Members that a cluster lists."""

ARTIST_ID = Annotated[Id, Field(description="Discogs id of the artist.")]


class Reached(Result):
    """An artist of the network."""

    artist_id: int
    artist_name: str | None
    distance: int
    """Number of collaborations between it and the artist, 1 for collaborators."""
    collaboration_count: int
    """Number of releases with artists that are one step nearer; a release with several of them counts for each."""


class Network(Page):
    """A page of the artists around one."""

    artist_id: int
    artist_name: str | None
    depth: int
    collaborators: list[Reached]
    total: int
    """Number of artists found."""
    complete: bool
    """True if these are all artists within the depth."""
    cut: str | None
    """Reason if they are not."""


STEP = """
SELECT coalesce(array_agg(id ORDER BY number DESC, id), '{{}}') AS ids,
    coalesce(array_agg(number ORDER BY number DESC, id), '{{}}') AS numbers
FROM (SELECT collaborator_id AS id, sum(releases)::bigint AS number FROM {artist_collaborations} c
    WHERE artist_id = ANY(%(front)s) AND rank <= %(followed)s AND collaborator_id <> ALL(%(seen)s)
    GROUP BY collaborator_id) AS reached
"""
LONGER = """
SELECT count(*) AS number FROM {artist_collaborations} c WHERE artist_id = ANY(%(front)s) AND rank = %(followed)s + 1
"""
NAMES = "SELECT artist_id, name FROM {artist_communities} m WHERE artist_id = ANY(%(ids)s)"


@question(
    "/network/artist/{id}/collaborators", "postgres", "neo4j", example={"id": 46481, "depth": 2}, rows="collaborators"
)
async def network(
    at: Reading,
    id: ARTIST_ID,  # noqa: A002
    depth: Annotated[int, Field(ge=1, le=3, description="Maximum distance.")] = 2,
    limit: Annotated[int, Field(ge=1, le=200, description="Artists of a page.")] = 50,
    offset: Annotated[Offset, Field(description="Artists to skip.")] = 0,
) -> Network:
    """Return the artists within a distance in the collaboration graph: collaborators, their collaborators, and so on.

    They are ordered by distance, then by releases with nearer artists, then by id. Of the artists at one distance, the
    first 300 are followed further, each to its 100 strongest collaborators; `complete` and `cut` tell if there are
    more. Releases with more than 50 main artists are ignored.
    """
    artist = await find_entity(at, "artist", "", id)
    found, front, cuts = list[tuple[int, int, int]](), [id], list[str]()
    for distance in range(1, depth + 1):
        followed = DIRECT if distance == 1 else FOLLOWED
        (longer,) = await at.sql(LONGER, front=front, followed=followed)
        if longer["number"]:
            cuts.append(
                f"of {longer['number']} artists at distance {distance - 1}, only {followed} collaborators are followed"
            )
        (step,) = await at.sql(STEP, front=front, seen=[id, *(each for each, _, _ in found)], followed=followed)
        found += [(each, distance, number) for each, number in zip(step["ids"], step["numbers"], strict=True)]
        if distance < depth and len(step["ids"]) > EXPANDED:
            cuts.append(f"of {len(step['ids'])} artists at distance {distance}, only {EXPANDED} are followed")
        front = step["ids"][:EXPANDED]
    page = found[offset : offset + limit]
    names = {row["artist_id"]: row["name"] for row in await at.sql(NAMES, ids=[each for each, _, _ in page])}
    return Network(
        artist_id=id,
        artist_name=artist.name,
        depth=depth,
        collaborators=[
            Reached(artist_id=each, artist_name=names[each], distance=distance, collaboration_count=number)
            for each, distance, number in page
        ],
        total=len(found),
        complete=not cuts,
        cut="; ".join(cuts) or None,
        **place_page(len(found), limit, offset),
    )


class Measures(Result):
    """Measures of an artist's place in the graph."""

    degree: int
    """Number of all its relationships."""
    collaborator_count: int
    collaboration_releases: int
    """Number of its releases with other main artists, but at most 50."""
    group_count: int
    """Number of groups that it is a member of."""
    alias_count: int
    pagerank: float | None
    """PageRank in the collaboration graph; null without a collaborator."""
    rank: int | None
    """Rank by PageRank, from 1."""


class Centrality(Result):
    """An artist with measures of its centrality."""

    artist_id: int
    artist_name: str | None
    centrality: Measures


MEASURES = f"""
MATCH (n:Artist {{id: $id}})
CALL (n) {{
    MATCH (n)<-[:BY]-(r:Release) WITH count{{(r)-[:BY]->()}} AS artists WHERE artists > 1 AND artists <= {CROWD}
    RETURN count(*) AS collaboration_releases
}}
CALL (n) {{ MATCH (n)-[:MEMBER_OF]->(g:Artist) RETURN count(DISTINCT g) AS group_count }}
CALL (n) {{ MATCH (n)-[:ALIAS_OF]-(a:Artist) RETURN count(DISTINCT a) AS alias_count }}
RETURN {{degree: count{{(n)--()}}, collaboration_releases: collaboration_releases, group_count: group_count,
    alias_count: alias_count}} AS row
"""


@question("/network/artist/{id}/centrality", "postgres", "neo4j", example={"id": 46481})
async def centrality(at: Reading, id: ARTIST_ID) -> Centrality:  # noqa: A002
    """Return measures of an artist's centrality: its relationships, collaborators, groups, aliases, and PageRank.

    Placeholders such as Various have no relationships.
    """
    artist = await find_entity(at, "artist", "", id)
    (measures,) = await at.cypher(MEASURES, id=id)
    statement = (
        "SELECT pagerank, rank, degree AS collaborator_count FROM {artist_centrality} c WHERE artist_id = %(id)s"
    )
    ranked = await at.sql(statement, id=id) or [{"pagerank": None, "rank": None, "collaborator_count": 0}]
    return Centrality(artist_id=id, artist_name=artist.name, centrality=Measures(**measures, **ranked[0]))


class Member(Result):
    """A collaborator of the artist."""

    artist_id: int
    artist_name: str | None
    shared_releases: int


class Cluster(Result):
    """The artist's collaborators of one community."""

    cluster_id: int
    """Discogs id of the community's hub."""
    cluster_label: str | None
    """Name of the hub, the most connected artist of the community."""
    members: list[Member]
    """The 20 with the most releases together."""
    size: int
    """Number of the artist's collaborators of the community."""
    community_size: int
    """Number of all artists of the community."""


class Clusters(Page):
    """A page of the communities of an artist's collaborators."""

    artist_id: int
    artist_name: str | None
    clusters: list[Cluster]
    total_clusters: int
    total_members: int


CLUSTERS = f"""
SELECT m.community_id AS cluster_id, min(m.community) AS cluster_label, min(m.size) AS community_size, count(*) AS size,
    count(*) OVER () AS total_clusters, (sum(count(*)) OVER ())::bigint AS total_members,
    (array_agg(jsonb_build_object('artist_id', c.collaborator_id, 'artist_name', c.name, 'shared_releases', c.releases)
        ORDER BY c.rank))[:{MEMBERS}] AS members
FROM {{artist_collaborations}} c JOIN {{artist_communities}} m ON m.artist_id = c.collaborator_id
WHERE c.artist_id = %(id)s GROUP BY m.community_id ORDER BY size DESC, cluster_id
"""


@question("/network/cluster/{id}", "postgres", "neo4j", example={"id": 46481}, rows="clusters")
async def cluster(
    at: Reading,
    id: ARTIST_ID,  # noqa: A002
    limit: Annotated[int, Field(ge=1, le=200, description="Clusters of a page.")] = 50,
    offset: Annotated[Offset, Field(description="Clusters to skip.")] = 0,
) -> Clusters:
    """Return an artist's collaborators grouped by community, the largest groups first, then by id of the hub.

    Communities are those of `insights.artist_communities`, named after their hubs.
    """
    artist = await find_entity(at, "artist", "", id)
    rows: list[dict[str, Any]] = await at.sql(CLUSTERS, id=id)
    totals = [{name: row.pop(name) for name in ("total_clusters", "total_members")} for row in rows]
    return Clusters(
        artist_id=id,
        artist_name=artist.name,
        clusters=[Cluster(**row) for row in rows[offset : offset + limit]],
        **(totals[0] if totals else {"total_clusters": 0, "total_members": 0}),
        **place_page(len(rows), limit, offset),
    )
