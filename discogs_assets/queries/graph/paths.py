"""Shortest paths between entities."""

from typing import Annotated, Literal

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question
from discogs_assets.queries.records.entities import ID, LABELS, NAME, TYPE, Kind, Named, find_entity
from discogs_assets.schema.discogs import PLACEHOLDER_LABELS, PLACEHOLDERS

Way = Literal["releases", "credits", "membership", "aliases", "labels", "genres"]

TYPES: dict[Way, tuple[str, ...]] = {
    "releases": ("BY", "DERIVED_FROM"),
    "credits": ("CREDITED_ON", "APPEARS_ON"),
    "membership": ("MEMBER_OF",),
    "aliases": ("ALIAS_OF",),
    "labels": ("ON", "SUBLABEL_OF"),
    "genres": ("IS",),
}
"""Relationship types of each way."""

DEFAULT: tuple[Way, ...] = ("releases", "credits", "membership", "aliases")

ENDS: dict[Kind, Way] = {"label": "labels", "genre": "genres", "style": "genres"}
"""Ways that lead to the ends of a path, besides the default ones."""

INNER: dict[Way, str] = {
    "labels": "x:Label AND NOT x.id IN $ends",
    "genres": "(x:Genre OR x:Style) AND NOT x.name IN $ends",
}
"""Nodes that are passed only if asked for, not if they are an end alone.

Conditions on one node each: with one on its place in the path, Neo4j would examine every path there is.
"""


class Step(Named):
    """A node of a path."""

    rel: str | None
    """Type of the relationship that leads to it; null for the first."""
    role: str | None = None
    """Role of the credit that leads to it."""


class Path(Result):
    """The shortest path, if there is one."""

    found: bool
    length: int | None
    """Number of relationships."""
    path: list[Step]


@question(
    "/path",
    "neo4j",
    example={"from_type": "artist", "from_name": "David Bowie", "to_type": "artist", "to_name": "Nirvana"},
    rows="path",
)
async def path(
    at: Reading,
    from_type: TYPE = "artist",
    from_name: NAME = "",
    from_id: ID = None,
    to_type: TYPE = "artist",
    to_name: NAME = "",
    to_id: ID = None,
    via: Annotated[
        list[Way] | None,
        Field(max_length=len(TYPES), description=f"Ways that the path may take; default: {', '.join(DEFAULT)}."),
    ] = None,
    max_depth: Annotated[int, Field(ge=1, le=12, description="Maximum number of relationships.")] = 6,
) -> Path:
    """Return the shortest path between two entities; the releases that link them are nodes of it.

    Between two nodes with several relationships, the first of them in the order of `via` is shown: an artist of a
    release who is also credited on it leads there as its artist.
    Placeholders such as Various and Not On Label are never passed, and labels and genres only if `via` names them.
    """
    start = await find_entity(at, from_type, from_name, from_id)
    end = await find_entity(at, to_type, to_name, to_id)
    if (start.type, start.id) == (end.type, end.id):
        return Path(found=True, length=0, path=[Step(**start.model_dump(), rel=None)])
    rows = await at.cypher(
        _statement(start.type, end.type, via, max_depth),
        start=start.id,
        end=end.id,
        artists=[*PLACEHOLDERS],
        labels=[*PLACEHOLDER_LABELS],
        ends=[each.id for each in (start, end) if each.type in ENDS],
    )
    if not rows:
        return Path(found=False, length=None, path=[])
    steps = [Step(**node, **step) for node, step in zip(rows[0]["nodes"], rows[0]["steps"], strict=True)]
    return Path(found=True, length=len(steps) - 1, path=steps)


def _statement(start: Kind, end: Kind, via: list[Way] | None, depth: int) -> str:
    chosen, ends = via or DEFAULT, {"start": start, "end": end}
    needed = [ENDS[kind] for kind in ends.values() if kind in ENDS and not via]
    allowed = [each for way in dict.fromkeys([*chosen, *needed]) for each in TYPES[way]]
    types, order = "|".join(allowed), " ".join(f"WHEN '{each}' THEN {place}" for place, each in enumerate(allowed))
    closed = [condition for way, condition in INNER.items() if way in needed and way not in chosen]
    inner = "".join(f" OR ({condition})" for condition in closed)
    a, b = (f"(:{LABELS[kind].label} {{{LABELS[kind].key}: ${name}}})" for name, kind in ends.items())
    kinds = " ".join(f"WHEN x:{of.label} THEN '{kind}'" for kind, of in LABELS.items())
    return f"""
        MATCH p = shortestPath({a}-[:{types}*..{depth}]-{b})
        WHERE none(x IN nodes(p) WHERE (x:Label AND x.id IN $labels) OR (x:Artist AND x.id IN $artists){inner})
        RETURN {{nodes: [x IN nodes(p) | {{id: coalesce(x.id, x.name), name: coalesce(x.name, x.title),
                type: CASE {kinds} END}}],
            steps: [{{rel: NULL}}] + [r IN relationships(p) | head(COLLECT {{
                WITH startNode(r) AS x, endNode(r) AS y MATCH (x)-[s:{types}]-(y)
                WITH type(s) AS rel, s.role AS role ORDER BY CASE rel {order} END, role
                RETURN {{rel: rel, role: role}} LIMIT 1
            }})]}} AS row
    """
