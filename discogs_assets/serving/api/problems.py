"""Errors as RFC 9457 problems."""

import json
import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from discogs_assets.errors import DiscogsError, QuestionError, TransientError

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"

WAIT = {"Retry-After": "2"}
"""Header that tells a client when to ask again while a store is away."""

CLOSE = {"Connection": "close"}

HEADERS = {503: WAIT, 408: CLOSE, 413: CLOSE}
"""Headers by status; the rest of a body that is slow or large is not read."""

CANDIDATE = {
    "id": {"type": ["integer", "string"]},
    "name": {"type": ["string", "null"]},
    "type": {"type": "string"},
    "artist": {"type": ["string", "null"], "description": "Artist of a release or master."},
    "year": {"type": ["integer", "null"], "description": "Year of a release or master."},
    "country": {"type": ["string", "null"], "description": "Country of a release."},
    "credits": {"type": "integer", "description": "Number of a person's credits."},
    "first_year": {"type": ["integer", "null"], "description": "First year of a person's credits."},
    "last_year": {"type": ["integer", "null"], "description": "Last year of a person's credits."},
}

SCHEMA = {
    "type": "object",
    "description": "A problem (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "candidates": {
            "type": "array",
            "items": {"type": "object", "required": ["id", "name"], "properties": CANDIDATE},
            "description": "Entities or persons of one name; ask by the id of one.",
        },
        "months": {"type": "array", "items": {"type": "string"}, "description": "Months that are loaded."},
        "genres": {"type": "array", "items": {"type": "string"}, "description": "Genres that there are."},
    },
    "required": ["type", "title", "status"],
}

STATUSES = {
    400: "The request is malformed.",
    404: "There is no such entity.",
    409: "The name is that of several entities, parameters exclude each other, or the data is not loaded.",
    410: "The cursor is of an earlier publication.",
    422: "A parameter is invalid.",
    429: "Too many requests.",
    503: "A store does not answer; ask again.",
    504: "The question took too long.",
}
"""Statuses of the problems that every question may answer with."""


def describe(docs: Mapping[int, str], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of these statuses, all of which are problems; `docs` describe them."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": docs[status], "content": content} for status in statuses}


RESPONSES = describe(STATUSES, *STATUSES)
"""Problems of every question as OpenAPI responses."""


def require_no_parameters(request: Request) -> None:
    """Raise QuestionError (422) if the query of a route without parameters has some."""
    for name in request.query_params:
        raise QuestionError(422, f"{name[:100]!r} is not a parameter, expected none")


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return the response for an error."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Response(json.dumps(body, ensure_ascii=False), status, dict(headers or {}), MEDIA)


def install(app: FastAPI) -> None:
    """Answer every error that is expected with a problem; `access_log` answers for the others."""
    app.add_exception_handler(DiscogsError, _respond)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    write_document = app.openapi

    def write_whole_document() -> dict[str, Any]:
        document = write_document()
        document["components"]["schemas"]["Problem"] = SCHEMA
        return document

    app.openapi = write_whole_document  # type: ignore[method-assign]


def write_wait(error: QuestionError) -> dict[str, str]:
    """Return the header with the seconds after which it is worth asking again, if they are known."""
    return {} if error.wait is None else {"Retry-After": str(math.ceil(error.wait))}


def describe_error(error: BaseException) -> Response:
    """Return the problem for an error; one that nobody expects is logged, and its text stays there."""
    if isinstance(error, QuestionError):
        headers = {**HEADERS.get(error.status, {}), **write_wait(error)}
        return problem(error.status, str(error), headers, **error.more)
    if isinstance(error, TransientError):
        return problem(503, str(error), WAIT)
    log.error("the question failed", exc_info=error)
    return problem(500, "the question failed; the server's log says why")


async def _respond(_: Request, error: Any) -> Response:
    return describe_error(error)


async def _invalid(_: Request, error: Any) -> Response:
    said = [f"{'.'.join(map(str, each['loc'][1:]))}: {_explain(each)}" for each in error.errors()]
    return problem(422, f"{'; '.join(said)}. /openapi.json lists the parameters.")


def _explain(each: Mapping[str, Any]) -> str:
    blank = each["type"] == "string_pattern_mismatch" and not str(each["input"]).strip()
    return "is blank, expected a value" if blank else str(each["msg"])


async def _http(_: Request, error: Any) -> Response:
    advice = ". /openapi.json lists the paths" if error.status_code in (404, 405) else ""
    headers = {**(error.headers or {})}
    if headers.get("Allow") == "GET":
        headers["Allow"] = "GET, HEAD"  # see `framing`
    return problem(error.status_code, f"{error.detail}{advice}", headers)
