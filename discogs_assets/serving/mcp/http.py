"""MCP as streamable HTTP, without sessions: each request is served by itself, and ends when its client goes."""

import asyncio
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from discogs_assets.serving.api.security import BODY_BYTES

PATH = "/mcp"


def install(app: FastAPI) -> None:
    """Add the route to the application."""
    # Without sessions there is nothing for GET to listen to, nor for DELETE to end.
    app.router.routes.append(Route(PATH, Endpoint(app), methods=["POST"]))


class Endpoint:
    """The route as an ASGI application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._server: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the work for it is cancelled when the client disconnects."""
        gone = asyncio.Event()

        async def watch() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            return message

        served = asyncio.create_task(self._serve(scope, watch, send))
        left = asyncio.create_task(gone.wait())
        try:
            await asyncio.wait((served, left), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (served, left):
                each.cancel()
            await asyncio.gather(served, left, return_exceptions=True)
        if not served.cancelled() and (error := served.exception()):
            raise error

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The SDK takes a second to import: in a thread, so that other requests go on.
        sdk = await asyncio.to_thread(import_module, "mcp.server.streamable_http_manager")
        own = await asyncio.to_thread(import_module, "discogs_assets.serving.mcp.server")
        self._server = self._server or own.create_server(self._app.state)
        manager = sdk.StreamableHTTPSessionManager(self._server, stateless=True, max_request_body_size=BODY_BYTES)
        async with manager.run():
            await manager.handle_request(scope, receive, send)
