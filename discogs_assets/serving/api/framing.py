"""Forms of a response's body: none for a HEAD, and one of known length for HTTP/1.0, which has no chunks."""

from tempfile import SpooledTemporaryFile

import anyio
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEMORY_BYTES = 1 << 20
"""Largest body that is collected in memory; a larger one is in a temporary file."""

BLOCK_BYTES = 1 << 16


class Framing:
    """Middleware that answers a HEAD like a GET without its body, and collects bodies for HTTP/1.0."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its response back in the form that the client understands."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._send_head(scope, receive, send)
        elif scope["type"] == "http" and scope["http_version"] == "1.0":
            await self._send_whole(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _send_head(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, "method": "GET"}
        with anyio.CancelScope() as running:

            async def send_start(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await send(message)
                    await send({"type": "http.response.body"})
                    # A body that is made while it is sent need not be made.
                    running.cancel()

            await self._app(asked, receive, send_start)
        scope.setdefault("route", asked.get("route"))

    async def _send_whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        with SpooledTemporaryFile(MEMORY_BYTES) as body:

            async def collect(message: Message) -> None:
                if message["type"] == "http.response.start":
                    start.update(message)
                    return
                body.write(message.get("body", b""))
                if message.get("more_body"):
                    return
                if start["status"] not in (204, 304):
                    MutableHeaders(scope=start)["Content-Length"] = f"{body.tell()}"
                await send(start)
                body.seek(0)
                while block := body.read(BLOCK_BYTES):
                    await send({"type": "http.response.body", "body": block, "more_body": True})
                await send({"type": "http.response.body"})

            await self._app(scope, receive, collect)
