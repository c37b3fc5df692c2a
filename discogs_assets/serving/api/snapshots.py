"""Snapshots: share links of the explorer, created and read without a login."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import Depends, FastAPI, Path, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.graph.explore import Category
from discogs_assets.queries.question import ID_LIMIT, Result, Text
from discogs_assets.queries.records.credits import Category as RoleCategory
from discogs_assets.queries.records.entities import LABELS, Kind
from discogs_assets.serving.api import caching, problems
from discogs_assets.serving.api.bodies import list_statuses, read_body, read_model
from discogs_assets.stores.postgres.snapshots import SnapshotStore

BODY_BYTES = 64 << 10
NODES = 100
EXAMPLE = {
    "nodes": [
        {"type": "artist", "id": 45467, "categories": [{"category": "genres", "pages": 1, "x": 0, "y": -105}]},
        {"type": "genre", "id": "Rock", "x": 12.5, "y": -180, "pinned": True},
    ],
    "center": {"type": "artist", "id": 45467},
    "before_year": 1975,
}

Content = dict[str, Any]


class Given(BaseModel):
    """Base class of what a client sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _read_integer(value: Any) -> Any:
    """Return a number such as 3.0 as an integer, which it is in JSON Schema, and any other value as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_read_integer)


class SnapshotEntity(Given):
    """An entity with an id."""

    type: Literal["artist", "label", "master", "release"]
    id: Annotated[int, Field(strict=True, ge=1, le=ID_LIMIT), WHOLE]
    """Discogs id."""


class SnapshotCategory(Given):
    """A genre or a style."""

    type: Literal["genre", "style"]
    id: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    """Its name."""


Node = Annotated[SnapshotEntity | SnapshotCategory, Field(discriminator="type")]

Coordinate = Annotated[float, Field(strict=True, ge=-1e6, le=1e6)] | None
Year = Annotated[int, Field(strict=True, ge=1860, le=2100), WHOLE] | None


class Place(Given):
    """Place in the picture, in units of the graph."""

    x: Coordinate = None
    y: Coordinate = None
    pinned: bool = False


class Neighbourhood(Place):
    """A category of a node's neighbours."""

    category: Category
    pages: Annotated[int, Field(strict=True, ge=0, le=250), WHOLE] = 0
    """Open pages of 40 neighbours; 0 if it is closed."""
    more: Place | None = None
    """Place of the node that leads to the next page."""


class Placed(Place):
    """A node with its place. A node with categories shows them."""

    categories: Annotated[tuple[Neighbourhood, ...], Field(max_length=len(get_args(Category)))] = ()


class PlacedEntity(SnapshotEntity, Placed):
    """An entity with an id, and its place."""


class PlacedCategory(SnapshotCategory, Placed):
    """A genre or a style, and its place."""


class SnapshotGraph(Given):
    """Nodes of the explorer, with the one in the centre. Answers have their names and relationships."""

    nodes: Annotated[
        list[Annotated[PlacedEntity | PlacedCategory, Field(discriminator="type")]],
        Field(min_length=1, max_length=NODES),
    ]
    center: Node
    """One of the nodes; it becomes one if it is not."""
    selected: Node | None = None
    path: tuple[Node, Node] | None = None
    """Ends of a path that is shown."""
    before_year: Year = None
    compared_year: Year = None
    """Earlier year, compared with `before_year`."""
    role: RoleCategory | None = None

    def add_center(self) -> "SnapshotGraph":
        """Return the graph with the centre as one of the nodes."""
        if (self.center.type, self.center.id) in {(each.type, each.id) for each in self.nodes}:
            return self
        kind = PlacedEntity if isinstance(self.center, SnapshotEntity) else PlacedCategory
        return self.model_copy(update={"nodes": [*self.nodes, kind(**self.center.model_dump())]})

    @property
    def all(self) -> list[SnapshotEntity | SnapshotCategory]:
        """All nodes that are named."""
        return [*self.nodes, self.center, *(self.path or ()), *([self.selected] if self.selected else ())]


class Created(Result):
    """A new snapshot."""

    token: str
    """Secret of the link: who has it can read the snapshot."""
    url: str
    """Path of the snapshot."""
    expires_at: datetime


class Snapshot(SnapshotGraph):
    """A snapshot as it was created."""

    created_at: datetime
    expires_at: datetime


def _schema() -> dict[str, Any]:
    """Return the schema of the body; its parts are also those of an answer, so that the document has them."""
    schema = SnapshotGraph.model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]
    return schema


BODY = {
    "requestBody": {
        "required": True,
        "description": "Nodes with their places, and their centre, at most 64 KiB of JSON.",
        "content": {"application/json": {"schema": _schema(), "example": EXAMPLE}},
    }
}


STATUSES = {
    **problems.STATUSES,
    **list_statuses(BODY_BYTES),
    404: "There is no such snapshot, or it has expired.",
    409: "The graph is not loaded, so that names of genres and styles cannot be checked.",
    429: "Too many requests, or too many snapshots of this address.",
    503: "The store does not answer, or keeps as many snapshots as there may be.",
}


def install(app: FastAPI) -> None:
    """Add the routes to create and to read a snapshot."""

    @app.post(
        "/api/snapshot",
        status_code=201,
        response_model=Created,
        openapi_extra=BODY,
        responses={
            **problems.describe(STATUSES, 400, 408, 409, 413, 415, 422, 429, 503, 504),
            **problems.describe({404: "There is no such genre or style."}, 404),
        },
        operation_id="create_snapshot",
        dependencies=[Depends(problems.require_no_parameters)],
    )
    async def create_snapshot(request: Request) -> Response:
        """Keep nodes of the explorer behind a link.

        Names of genres and styles must exist. The snapshot is kept for some weeks and read by its token, without a
        login.
        """
        content = read_model(SnapshotGraph, await read_body(request, BODY_BYTES))
        await _require_names(request, content)
        store: SnapshotStore = request.app.state.snapshots
        kept = content.add_center().model_dump(mode="json", exclude_defaults=True)
        token, end = await store.create(kept, request.client.host if request.client else "")
        path = f"/api/snapshot/{token}"
        created = Created(token=token, url=path, expires_at=end)
        return Response(created.model_dump_json(), 201, {**caching.NO_STORE, "Location": path}, "application/json")

    @app.get(
        "/api/snapshot/{token}",
        response_model=Snapshot,
        responses=problems.describe(STATUSES, 400, 404, 422, 429, 503, 504),
        operation_id="read_snapshot",
        dependencies=[Depends(problems.require_no_parameters)],
    )
    async def read_snapshot(
        request: Request, token: Annotated[str, Path(description="Token of a created snapshot.")]
    ) -> Response:
        """Return a snapshot: the nodes as they were sent, of whatever month."""
        found = await request.app.state.snapshots.find(token)
        snapshot = Snapshot(**found.content, created_at=found.created_at, expires_at=found.expires_at)
        return Response(snapshot.model_dump_json(exclude_defaults=True), 200, caching.NO_STORE, "application/json")


async def _require_names(request: Request, content: SnapshotGraph) -> None:
    """Raise QuestionError (404) for a genre or style that does not exist: a snapshot holds ids, and no text."""
    kinds: tuple[Kind, ...] = ("genre", "style")
    for kind in kinds:
        names = sorted({str(each.id) for each in content.all if each.type == kind})
        if names:
            readers: Readers = request.app.state.readers
            at = Reading(readers, await readers.find())
            rows = await at.cypher(
                f"MATCH (n:{LABELS[kind].label}) WHERE n.name IN $names RETURN {{name: n.name}} AS row", names=names
            )
            if unknown := {*names} - {row["name"] for row in rows}:
                raise QuestionError(404, f"there is no {kind} {min(unknown)!r}")
