"""HTTP/1.1 of the server: requests that cannot be parsed are answered with a problem, too."""

from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from discogs_assets.serving.api.problems import problem
from discogs_assets.serving.api.security import HEADERS

URL_BYTES = 65_535
"""Longest URL that the parser takes apart."""

HEAD_BYTES = 4 << 20
"""Bytes of a URL or of a request's headers after which no more are read."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with bounded heads of requests."""

    def on_url(self, url: bytes) -> None:
        """Collect the URL. Raises ValueError, which ends the connection, if it is huge."""
        super().on_url(url)
        if len(self.url) > HEAD_BYTES:
            raise ValueError("the URL is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. Raises ValueError, which ends the connection, if they are huge."""
        super().on_header(name, value)
        self._head = getattr(self, "_head", 0) + len(name) + len(value)
        if self._head > HEAD_BYTES:
            raise ValueError("the headers are too long")

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._head = 0
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that could not be parsed, and close the connection."""
        status = 414 if len(getattr(self, "url", b"")) > URL_BYTES else 400
        said: Any = problem(status, "the URL is too long" if status == 414 else msg, {**HEADERS, "Connection": "close"})
        lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%b: %b" % header for header in said.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", said.body]))
        self.transport.close()
