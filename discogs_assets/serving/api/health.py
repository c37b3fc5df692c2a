"""Health of the API and its stores."""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import DiscogsError
from discogs_assets.serving.api.problems import WAIT


def install(app: FastAPI) -> None:
    """Add the routes /health, /health/live (the process answers) and /health/ready (so do its stores)."""

    @app.get("/health", include_in_schema=False)
    @app.get("/health/ready", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        found = await _examine(request)
        return JSONResponse(found) if found["status"] == "ok" else JSONResponse(found, 503, WAIT)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}


async def _examine(request: Request) -> dict[str, Any]:
    """Return the state of each store that the published month is in."""
    stores: dict[str, str] = {}
    month: str | None = None
    try:
        publication = await request.app.state.readers.find()
        month, stores["postgres"] = publication.month, "ok"
        if publication.graph is not None:
            stores["neo4j"] = "away"
            await Reading(request.app.state.readers, publication).cypher("RETURN {} AS row")
            stores["neo4j"] = "ok"
        if publication.search is not None:
            stores["search"] = "away"
            await Reading(request.app.state.readers, publication).index()
            stores["search"] = "ok"
    except DiscogsError:
        stores.setdefault("postgres", "away")
    status = "ok" if set(stores.values()) == {"ok"} else "degraded"
    return {"status": status, "month": month, "stores": stores}
