"""Request ids, the access log, and the metrics of requests."""

import json
import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discogs_assets.serving.api.metrics import Metrics
from discogs_assets.serving.api.problems import problem
from discogs_assets.serving.api.security import HEADERS

log = logging.getLogger("discogs_assets.access")

ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
"""Request ids that are taken from the client."""

URL_LENGTH = 500
"""Characters of a URL that are logged."""


class AccessLog:
    """Middleware that numbers, measures and logs requests; `form` is text, json or off.

    An error that no handler expects becomes a problem here, so that it has the headers of any other response.
    """

    def __init__(self, app: ASGIApp, form: str, metrics: Metrics) -> None:
        self._app = app
        self._form = form
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if ID.fullmatch(given) else secrets.token_hex(8)
        began, status = time.perf_counter(), 0

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_numbered)
        except Exception:
            log.exception("request %s failed", request_id)
            if not status:
                await problem(500, "the server has a fault; its log says why", HEADERS)(scope, receive, send_numbered)
        finally:
            self._record(scope, request_id, status or 499, time.perf_counter() - began)

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.requests.labels(route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        query = scope["query_string"].decode("ascii", "backslashreplace")
        path = (scope.get("raw_path") or b"").decode("ascii", "backslashreplace").partition("?")[0]
        entry = {
            "client": (scope.get("client") or ("-",))[0],
            "method": scope["method"],
            "url": f"{path}{'?' if query else ''}{query}"[:URL_LENGTH],
            "status": status,
            "ms": round(seconds * 1000, 1),
            "request_id": request_id,
        }
        if self._form == "json":
            log.info(json.dumps({"time": round(time.time(), 3), **entry}))
        elif self._form == "text":
            log.info(" ".join(map(str, entry.values())))
