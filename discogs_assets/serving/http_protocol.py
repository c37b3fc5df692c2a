"""HTTP/1.1 of the server: limits of connections and requests; ones that cannot be parsed get a problem, too."""

import asyncio
import resource
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from discogs_assets.serving.api.problems import problem
from discogs_assets.serving.api.security import HEADERS

URL_BYTES = 65_535
"""Longest URL that the parser takes apart."""

HEAD_BYTES = 4 << 20
"""Bytes of a URL or of a request's headers after which no more are read."""


RESERVED_FILES = 256
"""Open files that the limit of connections leaves to the stores' pools, to logs and to connections not yet refused."""


def limit_connections(files: int) -> int:
    """Return the number of connections to hold under a limit of open files, RLIM_INFINITY among them."""
    return 1 << 20 if files == resource.RLIM_INFINITY else max(files - RESERVED_FILES, files // 2)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with bounded heads of requests and bounded connections."""

    HEAD_SECONDS: ClassVar[float] = 10
    """Time to receive a head: from the opening of the connection, later from the first byte after an answer."""

    ADDRESS_CONNECTIONS: ClassVar[int] = 256
    """Connections of one address, a proxy's and the loopback's included; more are closed at once."""

    CONNECTIONS: ClassVar[int] = limit_connections(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    """Connections of all addresses; more are closed at once."""

    PIPELINE: ClassVar[int] = 16
    """Requests that wait on a connection for the one under way; with more it is closed."""

    _head = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, or close it if there are too many."""
        super().connection_made(transport)
        address = self.client and self.client[0]
        peers = [each.client for each in self.connections if isinstance(each, HttpProtocol)]
        same = sum((peer and peer[0]) == address for peer in peers)
        if same > self.ADDRESS_CONNECTIONS or len(self.connections) > self.CONNECTIONS:
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_wait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the bytes. Without a request under way, they begin one, whose head has to follow in time."""
        super().data_received(data)
        if not self._deadline and (self.cycle is None or self.cycle.response_complete):
            self._await_head()

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.HEAD_SECONDS, self.transport.abort)

    def _end_wait(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def on_url(self, url: bytes) -> None:
        """Collect the URL. Raises ValueError, which ends the connection, if it is huge."""
        super().on_url(url)
        if len(self.url) > HEAD_BYTES:
            raise ValueError("the URL is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. Raises ValueError, which ends the connection, if they are huge."""
        super().on_header(name, value)
        self._head += len(name) + len(value)
        if self._head > HEAD_BYTES:
            raise ValueError("the headers are too long")

    def on_headers_complete(self) -> None:
        """Begin the request. Raises ValueError, which ends the connection, if too many wait before it."""
        self._head = 0
        self._end_wait()
        if len(self.pipeline) >= self.PIPELINE:
            raise ValueError("too many requests wait for an answer")
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Begin the next request; while others wait, no more are read."""
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that could not be parsed, and close the connection."""
        status = 414 if len(getattr(self, "url", b"")) > URL_BYTES else 400
        said: Any = problem(status, "the URL is too long" if status == 414 else msg, {**HEADERS, "Connection": "close"})
        lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%b: %b" % header for header in said.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", said.body]))
        self.transport.close()
