"""Protection of the API: Host and Origin, sizes, malformed text, and security headers.

The loopback is no boundary: any web page can reach it, by DNS rebinding under a name of its own.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discogs_assets.serving.api.problems import problem

LOOPBACK = ("localhost", "127.0.0.1", "::1")

HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::[0-9]{1,5})?", re.ASCII)
"""The Host header: a name or an address, and perhaps a port."""

PATH_BYTES = 4_096
QUERY_BYTES = 16_384
HEADER_BYTES = 32_768
BODY_BYTES = 1 << 20

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every response."""


class Guard:
    """Middleware that refuses what no route should see, and adds security headers to every response."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], origins: Sequence[str]) -> None:
        self._app = app
        self._hosts = {*LOOPBACK, *map(str.lower, hosts)}
        self._origins = set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._find_refusal(scope)
        if refusal:
            return await problem(*refusal)(scope, receive, send_protected)
        return await self._app(scope, receive, send_protected)

    def _find_refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        return self._find_foreigner(scope, headers) or _find_excess(scope, headers) or _find_malformed(scope)

    def _find_foreigner(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        named = headers.getlist("host")
        if len(named) != 1:
            return 400, f"{len(named)} Host headers, expected 1"
        (host,) = named
        found = HOST.fullmatch(host)
        if not found or (found["address"] or found["name"]).lower() not in self._hosts:
            return 421, f"the host {host[:100]!r} is not served here; DISCOGS_API_HOSTS lists the names that are"
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{host}" and origin not in self._origins:
            return 403, f"the origin {origin[:100]!r} may not call this API; DISCOGS_API_ORIGINS lists those that may"
        return None


def _find_excess(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    if len(scope.get("raw_path") or b"") > PATH_BYTES or len(scope["query_string"]) > QUERY_BYTES:
        return (
            414,
            f"the URL is too long, expected a path of at most {PATH_BYTES} bytes and {QUERY_BYTES} of parameters",
        )
    if sum(len(name) + len(value) for name, value in headers.raw) > HEADER_BYTES:
        return 431, f"the headers are too long, expected at most {HEADER_BYTES} bytes"
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_BYTES:
        return 413, f"the body is too long, expected at most {BODY_BYTES} bytes"
    return None


def _find_malformed(scope: Scope) -> tuple[int, str] | None:
    for part in (scope.get("raw_path") or b"", scope["query_string"]):
        decoded = unquote_to_bytes(part)
        try:
            decoded.decode()
        except UnicodeDecodeError:
            return 400, "the URL is not UTF-8 once its percent signs are decoded"
        if b"\0" in decoded:
            return 400, "the URL contains NUL"
    return None
