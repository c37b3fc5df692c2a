"""A route for each question."""

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from starlette.datastructures import State
from starlette.responses import JSONResponse, Response, StreamingResponse

from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import File, Question, Result, answer
from discogs_assets.queries.reference import read_answers
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.api import caching, problems
from discogs_assets.stores.postgres.publication import Publication

HEADERS = {
    "X-Discogs-Month": {"description": "Month of the answer, such as 2026-11.", "schema": {"type": "string"}},
    "ETag": {
        "description": "Tag of the publication; send it as If-None-Match. Absent from answers about all months.",
        "schema": {"type": "string"},
    },
}
"""Headers of an answer, for OpenAPI."""

UNCHANGED = {"description": "The answer is the one whose ETag was sent as If-None-Match."}


def install(app: FastAPI) -> None:
    """Add the routes to the application."""
    for asked in QUESTIONS.values():
        app.add_api_route(
            asked.path,
            _endpoint(asked),
            methods=["GET"],
            name=asked.name,
            operation_id=asked.name,
            summary=asked.doc.partition("\n")[0],
            description=asked.doc,
            response_model=None if asked.media else asked.result,
            response_class=Response if asked.media else JSONResponse,
            responses={**problems.RESPONSES, 200: {"headers": HEADERS, **_describe_answer(asked)}, 304: UNCHANGED},
        )


def _describe_answer(asked: Question) -> dict[str, Any]:
    """Return the OpenAPI response: the media types of a file, or the answer to the example."""
    if asked.media:
        schemas = {media: {"type": "object" if media.endswith("json") else "string"} for media in asked.media}
        return {"description": "A file.", "content": {media: {"schema": schema} for media, schema in schemas.items()}}
    return {"content": {"application/json": {"example": read_answers().get(asked.name)}}}


def _endpoint(asked: Question) -> Callable[..., Awaitable[Response]]:
    async def endpoint(request: Request, **values: Any) -> Response:
        return await respond(request, asked, values)

    keyword = inspect.Parameter.KEYWORD_ONLY
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    parameters = [
        inspect.Parameter(name, keyword, annotation=_annotate(asked, name), default=_default(default))
        for name, (_, default) in asked.parameters.items()
    ]
    endpoint.__signature__ = inspect.Signature([request, *parameters])  # type: ignore[attr-defined]
    return endpoint


def _annotate(asked: Question, name: str) -> Any:
    """Return the parameter's type for FastAPI, with its description and example."""
    kind = Path if asked.in_path(name) else Query
    field = asked.arguments.model_fields[name]
    examples = [asked.example[name]] if name in asked.example else None
    return Annotated[asked.parameters[name][0], kind(description=field.description, examples=examples)]


def _default(value: Any) -> Any:
    return inspect.Parameter.empty if value is ... else value


async def respond(request: Request, asked: Question, values: dict[str, Any]) -> Response:
    """Return the answer as JSON or a file, or 304 if the client has it already."""
    _require_known(request, asked)
    found, publication = await find_answer(request.app.state, asked, values)
    headers = {"X-Discogs-Month": publication.month, "Cache-Control": "no-cache" if asked.monthly else "no-store"}
    if asked.monthly:
        headers["ETag"] = tag = caching.entity_tag(publication)
        # Only now is it known that there is an answer.
        if caching.matches(request.headers.get("if-none-match"), tag):
            return Response(None, 304, headers)
    if isinstance(found, File):
        headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
        return StreamingResponse(found.parts, 200, headers, found.media)
    return Response(found, 200, headers, "application/json")


async def find_answer(state: State, asked: Question, values: dict[str, Any]) -> tuple[bytes | File, Publication]:
    """Return the answer as JSON or a file, kept or asked for, and its publication."""
    texts = json.dumps(values, sort_keys=True, default=str)

    def key(publication: Publication) -> str:
        return f"{asked.name} {caching.entity_tag(publication)} {texts}"

    def find_kept(publication: Publication) -> Any:
        return state.cache.get(key(publication)) if asked.monthly else None

    found, publication = await answer(asked, state.readers, values, find_kept)
    if isinstance(found, Result):
        found = found.model_dump_json().encode()
        if asked.monthly:
            state.cache.put(key(publication), found)
    return found, publication


def _require_known(request: Request, asked: Question) -> None:
    """Raise QuestionError (422) for an unknown parameter, and for one with several values that takes one."""
    known = [each for each in asked.parameters if not asked.in_path(each)]
    for name in dict.fromkeys(request.query_params):
        if name not in known:
            raise QuestionError(422, f"{name[:100]!r} is not a parameter, expected {', '.join(known) or 'none'}")
        if len(request.query_params.getlist(name)) > 1 and not asked.takes_several(name):
            raise QuestionError(422, f"{name} is given several times, expected once")
