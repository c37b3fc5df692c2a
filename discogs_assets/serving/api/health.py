"""Health of the API and its stores."""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from discogs_assets.connections import contents
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
    health = await contents.examine(request.app.state.readers)
    month = health.publication.month if health.publication else None
    status = "ok" if month and not any(health.faults.values()) else "degraded"
    stores = {store: "away" if fault else "ok" for store, fault in health.faults.items()}
    return {"status": status, "month": month, "stores": stores}
