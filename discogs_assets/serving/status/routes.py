"""Routes of the status: one answer, and a stream of events."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from discogs_assets.serving.api import caching, problems
from discogs_assets.serving.status.poller import Poller
from discogs_assets.serving.status.report import Status

STREAM_SECONDS = 3_600.0
"""Lifetime of a stream; its client connects again."""

END_SECONDS = 0.2
"""Time in which a stream ends when the server stops; one whose client does not read is cut off."""


def install(app: FastAPI) -> None:
    """Add the routes /api/status and /api/status/events."""

    @app.get(
        "/api/status",
        response_model=Status,
        responses=problems.describe(problems.STATUSES, 400, 422, 429, 503),
        operation_id="status",
    )
    async def status(request: Request) -> Response:
        """Return the status: stores, the published month, runs and failed checks.

        `/api/status/events` streams it as server-sent events: `status` with each change, `beat` if there is none for 10
        seconds.
        """
        problems.require_no_parameters(request)
        found: Status = await request.app.state.poller.read()
        headers = {**caching.NO_STORE, **({"X-Discogs-Month": found.month} if found.month else {})}
        return Response(found.model_dump_json(), 200, headers, "application/json")

    # A stream has no end that a reader of the document could wait for.
    @app.get("/api/status/events", include_in_schema=False)
    async def events(request: Request) -> Response:
        problems.require_no_parameters(request)
        return EventStream(request.app.state.poller, request.client.host if request.client else "")


class EventStream(StreamingResponse):
    """The poller's events for a client; it ends when the client leaves or the server stops."""

    def __init__(self, poller: Poller, address: str) -> None:
        super().__init__(poller.follow(), 200, caching.STREAM, "text/event-stream")
        self._poller = poller
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events. Raises QuestionError if too many streams are open."""
        with self._poller.admit(self._address):
            tasks: list[asyncio.Task[Any]] = [
                asyncio.create_task(super().__call__(scope, receive, send)),
                asyncio.create_task(self._poller.closed.wait()),
            ]
            try:
                await asyncio.wait(tasks, timeout=STREAM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait(tasks[:1], timeout=END_SECONDS)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
