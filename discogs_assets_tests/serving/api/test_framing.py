"""Tests of `serving.api.framing`: responses to HEAD and to HTTP/1.0."""

import asyncio
from typing import Any

import pytest

from discogs_assets.queries.reference import write_path
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.api import framing
from discogs_assets.serving.api.framing import Framing
from discogs_assets_tests.fix_api import Api

pytestmark = pytest.mark.timeout(600)

PAGES = ("/docs", "/docs.css", "/openapi.json", "/health", "/explore/main.js", "/nothing", "/api/artists/0")

UNSTEADY = {"x-request-id", "date"}


@pytest.mark.parametrize("path", [*PAGES, *map(write_path, QUESTIONS.values())])
def test_a_head_is_answered_like_a_get_without_its_body(api: Api, path: str) -> None:
    whole, head = api.get(path), api.request("HEAD", path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    both = [{name: text for name, text in each.headers.items() if name not in UNSTEADY} for each in (whole, head)]
    assert both[0] == both[1]


def test_a_route_without_get_refuses_a_head(api: Api) -> None:
    assert api.request("HEAD", "/api/snapshot").status_code == 405


def send_through(app: Any, **scope: Any) -> list[dict[str, Any]]:
    """The messages that a client gets from an application."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(Framing(app)({"type": "http", "method": "GET", "http_version": "1.0", **scope}, receive, send))
    return sent


@pytest.mark.parametrize("count", [0, 1, 40])
@pytest.mark.parametrize("memory", [1 << 20, 10])
def test_http_1_0_gets_the_whole_body_and_its_length(monkeypatch: pytest.MonkeyPatch, count: int, memory: int) -> None:
    monkeypatch.setattr(framing, "MEMORY_BYTES", memory)
    monkeypatch.setattr(framing, "BLOCK_BYTES", 7)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(count):
            await send({"type": "http.response.body", "body": b"%d," % number, "more_body": True})
        await send({"type": "http.response.body", "body": b"."})

    start, *parts = send_through(app)
    expected = b"".join(b"%d," % number for number in range(count)) + b"."
    assert b"".join(each.get("body", b"") for each in parts) == expected
    assert start["headers"] == [(b"content-length", b"%d" % len(expected))]
    assert [bool(each.get("more_body")) for each in parts] == [True] * (len(parts) - 1) + [False]


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_without_a_body_has_no_length(status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    assert send_through(app)[0]["headers"] == []


def test_a_body_that_fails_is_not_begun_for_http_1_0() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sent.append(send)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("the rest is gone")

    with pytest.raises(ValueError, match="the rest is gone"):
        send_through(app)


def test_a_head_does_not_wait_for_the_body() -> None:
    ended = False

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal ended
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(60)
        ended = True

    start, body = send_through(app, method="HEAD", http_version="1.1")
    assert start["status"] == 200
    assert not body.get("body")
    assert not ended


def test_a_refused_method_names_head_and_a_refused_parameter_the_ones_there_are(api: Api) -> None:
    refused = api.request("POST", "/api/autocomplete")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert "expected month" in api.get("/api/genre-tree", params={"depth": "1"}).json()["detail"]
