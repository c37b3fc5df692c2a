"""Routes of questions in natural language; an answer comes whole or as a stream of events."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from discogs_assets.queries.question import Result, Text
from discogs_assets.queries.records.entities import Kind
from discogs_assets.serving.api import caching, problems
from discogs_assets.serving.api.bodies import list_statuses, read_body, read_model
from discogs_assets.serving.nlq.access import Access
from discogs_assets.serving.nlq.conversation import NlqError
from discogs_assets.serving.nlq.suggestions import list_suggestions
from discogs_assets.serving.nlq.tool_loop import Asked, NlqAnswer, Tell, answer
from discogs_assets.settings import Settings

BODY_BYTES = 16 << 10

GONE = 499
"""Status in the log if the client went before the answer."""

EXAMPLE = {
    "query": "Who engineered The Dark Side Of The Moon?",
    "context": {"entity_id": 10362, "entity_type": "master"},
}

EVENTS = """\
Events: status (step, steps), tool (name, arguments), text (a piece of it; what came before a tool is no part of the
answer), actions, and at the end result, with the answer, or error, with a problem."""

STATUSES = {
    **problems.STATUSES,
    401: "The token is missing or wrong.",
    **list_statuses(BODY_BYTES),
    429: "Too many questions.",
    503: "Questions in natural language are off, or the model or a store does not answer.",
    504: "The answer took too long, or too many steps or tokens.",
}


class NlqStatus(Result):
    """State of questions in natural language."""

    enabled: bool
    """True if this client may ask."""


class Suggestions(Result):
    """Suggested questions."""

    suggestions: list[str]


def _write_schema() -> dict[str, Any]:
    """Return the schema of the body, in one piece."""
    schema = Asked.model_json_schema()
    parts = schema.pop("$defs")
    schema["properties"]["context"] = {"anyOf": [parts["Context"], {"type": "null"}], "default": None}
    return schema


BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _write_schema(), "example": EXAMPLE}},
    }
}


def install(app: FastAPI, settings: Settings) -> None:
    """Add the routes."""
    app.state.nlq = access = Access(settings)
    app.add_exception_handler(NlqError, _respond_problem)

    @app.get(
        "/api/nlq/status",
        response_model=NlqStatus,
        operation_id="nlq_status",
        responses=problems.describe(STATUSES, 429),
    )
    async def nlq_status(request: Request) -> Response:
        """Return the state of questions in natural language."""
        return _respond(NlqStatus(enabled=access.allows(request)))

    @app.get(
        "/api/nlq/suggestions",
        response_model=Suggestions,
        operation_id="nlq_suggestions",
        responses=problems.describe(STATUSES, 422, 429),
    )
    async def nlq_suggestions(
        request: Request,
        pane: Annotated[Text, Query(description="Pane of the explorer, such as path.")] = "explore",
        focus: Annotated[Text, Query(description="Id or name of the entity that is shown.")] = "",
        focus_type: Annotated[Kind | None, Query(description="Its type.")] = None,
    ) -> Response:
        """Suggest four to six questions, with names of the published month."""
        return _respond(Suggestions(suggestions=await list_suggestions(request.app.state, pane, focus, focus_type)))

    @app.post(
        "/api/nlq/query",
        response_model=NlqAnswer,
        operation_id="nlq_query",
        openapi_extra=BODY,
        responses={
            **problems.describe(STATUSES, 400, 401, 408, 413, 415, 422, 429, 503, 504),
            200: {"content": {"text/event-stream": {"schema": {"type": "string", "description": EVENTS}}}},
        },
    )
    async def nlq_query(request: Request) -> Response:
        """Answer a question in natural language with the model of DISCOGS_NLQ_URL, by calls of tools.

        The answer comes as events if the request accepts text/event-stream.
        """
        access.require(request)
        asked = read_model(Asked, await read_body(request, BODY_BYTES))
        try:
            if "text/event-stream" in request.headers.get("accept", ""):
                return await _stream(request, settings, asked)
            return _respond(await _answer(request, settings, asked, lambda *event: None))
        except ClientDisconnect:
            return Response(status_code=GONE)


def _respond(found: Result) -> Response:
    return Response(found.model_dump_json(), 200, caching.STREAM, "application/json")


async def _answer(request: Request, settings: Settings, asked: Asked, tell: Tell) -> NlqAnswer:
    """Return the answer, kept or of the model. Raises ClientDisconnect if the client goes before."""
    state = request.app.state
    access: Access = state.nlq
    with access.enter(request):
        tag = caching.entity_tag(await state.readers.find())
        key = f"nlq {tag} {settings.nlq_url} {settings.nlq_model} {asked.model_dump_json()}"
        if kept := state.cache.get(key):
            return NlqAnswer.model_validate_json(kept).model_copy(update={"cached": True})
        work = asyncio.ensure_future(answer(state, settings, asked, tell, access.spend))
        gone = asyncio.ensure_future(_await_end(request))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise ClientDisconnect
            found = work.result()
        finally:
            work.cancel()
            gone.cancel()
        failed = any(each.error for each in found.tools_used)
        if not failed and caching.entity_tag(await state.readers.find()) == tag:
            state.cache.put(key, found.model_dump_json().encode())
        return found


async def _await_end(request: Request) -> None:
    """Return when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _stream(request: Request, settings: Settings, asked: Asked) -> Response:
    """Return the events as they come. A failure before the first one is raised instead."""
    events: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()
    work = asyncio.ensure_future(_answer(request, settings, asked, lambda *event: events.put_nowait(event)))

    def end(done: asyncio.Future[NlqAnswer]) -> None:
        if not done.cancelled():
            done.exception()  # is seen here even if the client has gone and nobody else looks at it
        events.put_nowait(None)

    work.add_done_callback(end)
    first = await events.get()
    if first is None:
        await work

    async def write() -> AsyncIterator[str]:
        event = first
        try:
            while event is not None:
                yield _write_event(*event)
                event = await events.get()
            for last in _finish(work):
                yield _write_event(*last)
        finally:
            work.cancel()

    return StreamingResponse(write(), 200, caching.STREAM, "text/event-stream")


def _finish(work: asyncio.Future[NlqAnswer]) -> list[tuple[str, dict[str, Any]]]:
    """Return the last events: actions and result, or the error."""
    error = work.exception()
    if error is None:
        found = work.result().model_dump(mode="json")
        return [("actions", {"actions": found["actions"]}), ("result", found)]
    if isinstance(error, ClientDisconnect):
        return []
    return [("error", json.loads(bytes(_describe_error(error).body)))]


def _write_event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _respond_problem(_: Request, error: Any) -> Response:
    return _describe_error(error)


def _describe_error(error: BaseException) -> Response:
    """Return the problem for an error."""
    if isinstance(error, NlqError):
        # Without a wait of its own, a question that is off or failed is not worth asking again soon.
        challenge = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}
        return problems.problem(error.status, str(error), {**problems.write_wait(error), **challenge})
    return problems.describe_error(error)
