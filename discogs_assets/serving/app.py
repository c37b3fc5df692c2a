"""The HTTP API and the explorer as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from discogs_assets import __version__
from discogs_assets.connections.readers import Readers
from discogs_assets.serving import explorer
from discogs_assets.serving.api import docs, health, metrics, problems, routes, snapshots, warming
from discogs_assets.serving.api.access_log import AccessLog
from discogs_assets.serving.api.caching import open_cache
from discogs_assets.serving.api.framing import Framing
from discogs_assets.serving.api.limits import RateLimit
from discogs_assets.serving.api.metrics import Metrics
from discogs_assets.serving.api.security import Guard
from discogs_assets.serving.mcp import http
from discogs_assets.serving.nlq import routes as nlq
from discogs_assets.serving.status import routes as status
from discogs_assets.serving.status.poller import Poller
from discogs_assets.settings import Settings

DESCRIPTION = """\
Questions about one month of Discogs. Every answer is of a single month, named by the header `X-Discogs-Month`. Errors
are RFC 9457 problems. An answer stays valid until the next publication: send its `ETag` as `If-None-Match`."""

COMPRESSED_BYTES = 1_000
"""Smallest body that is compressed."""


def _split(names: str) -> list[str]:
    return [each.strip() for each in names.split(",") if each.strip()]


def create_app(settings: Settings | None = None, *, warm: bool = False) -> FastAPI:
    """Return the application; it opens the stores when it starts.

    With `warm`, it asks what everybody needs after each publication.
    """
    settings = settings or Settings()
    measured = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            Readers(settings, warm=warm) as readers,
            readers.connections.snapshots as kept,
            Poller(readers) as poller,
        ):
            app.state.readers = readers
            app.state.snapshots = kept
            app.state.poller = poller
            task = asyncio.create_task(warming.keep_warm(app.state)) if warm else None
            yield
            if task:
                task.cancel()

    origins = _split(settings.api_origins)
    app = FastAPI(
        title="discogs_assets",
        description=DESCRIPTION,
        version=__version__,
        lifespan=lifespan,
        # FastAPI's pages load scripts from other sites, which the security policy forbids.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(AccessLog, form=settings.api_log, metrics=measured),
            Middleware(Framing),
            Middleware(Guard, hosts=_split(settings.api_hosts), origins=origins),
            Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], expose_headers=["*"]),
            Middleware(RateLimit, rate=settings.api_rate),
            Middleware(GZipMiddleware, minimum_size=COMPRESSED_BYTES),
        ],
    )
    app.state.cache = open_cache()
    app.state.metrics = measured
    problems.install(app)
    health.install(app)
    metrics.install(app)
    routes.install(app)
    snapshots.install(app)
    status.install(app)
    nlq.install(app, settings)
    docs.install(app)
    http.install(app)
    explorer.install(app)
    return app
