"""Tests of `serving.nlq.model`, against a server that plays the model."""

import asyncio
import json
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from discogs_assets.serving.nlq import model
from discogs_assets.serving.nlq.conversation import Call, Conversation, NlqError, Offer, Reply, Turn
from discogs_assets.serving.nlq.model import Model, complete_url
from discogs_assets.serving.nlq.openai import OpenAI
from discogs_assets_tests.fix_model import KEY, ModelServer, Scene

KINDS = ("openai", "anthropic")
OFFERS = [Offer("search", "Find.", {"type": "object", "properties": {}})]
TALK = Conversation("Be brief.", "Who?")

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    monkeypatch.setattr(model, "PAUSES", (0.01, 0.01))


def ask(server: ModelServer, kind: str, talk: Conversation = TALK, **settings: Any) -> tuple[Turn, list[str]]:
    """The turn, and the pieces that its text came in."""
    pieces: list[str] = []

    async def run() -> Turn:
        async with Model(server.settings(kind, **settings)) as found:
            return await found.ask(found.write(talk, OFFERS, 99, last=False), pieces.append)

    return asyncio.run(run()), pieces


def test_text_and_calls_arrive_in_pieces_and_are_counted(model_server: ModelServer, kind: str) -> None:
    arguments = json.dumps({"query": "Sigur Rós", "types": ["artist"]})
    model_server.play(Scene("Let me look at it.", (("search", arguments), ("get_genre_tree", "{}"))))
    turn, pieces = ask(model_server, kind)
    assert ("".join(pieces), len(pieces)) == ("Let me look at it.", 3)
    assert [(each.name, each.arguments) for each in turn.calls.values()] == [
        ("search", {"query": "Sigur Rós", "types": ["artist"]}),
        ("get_genre_tree", {}),
    ]
    assert (turn.read, turn.written) == (1000, 20)


def test_a_request_has_the_key_the_tools_and_the_replies(model_server: ModelServer, kind: str) -> None:
    model_server.play(Scene("Yes."))
    calls = [Call("1", "search", '{"query": "x"}'), Call("2", "search", "{broken")]
    before = Turn("Hm.", dict(enumerate(calls)))
    replies = [Reply(calls[0], "nothing"), Reply(calls[1], "no JSON", failed=True)]
    ask(model_server, kind, Conversation("Be brief.", "Who?", [(before, replies)]))
    headers, body = model_server.asked[0]
    assert KEY in (headers["authorization"] if kind == "openai" else headers["x-api-key"])
    assert model_server.replies() == ["nothing", "no JSON"]
    assert "{broken" not in json.dumps(body)
    assert "Be brief." in json.dumps(body)
    assert body["tools"][0] == (
        {"type": "function", "function": {"name": "search", "description": "Find.", "parameters": OFFERS[0].schema}}
        if kind == "openai"
        else {"name": "search", "description": "Find.", "input_schema": OFFERS[0].schema}
    )


@pytest.mark.parametrize("status", [429, 529, 500, 502])
def test_a_busy_server_is_asked_again(model_server: ModelServer, kind: str, status: int) -> None:
    soon = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    model_server.play(
        Scene(status=status, headers={"Retry-After": soon}), Scene(status=status, body=b""), Scene("Here.")
    )
    assert ask(model_server, kind)[0].text == "Here."
    assert len(model_server.asked) == 3


@pytest.mark.parametrize(
    ("scene", "said", "times"),
    [
        (Scene(status=429, headers={"Retry-After": "3600"}, body=b""), r"busy \(429\)", 1),
        (Scene(status=500, headers={"Retry-After": "?"}, body=b"no"), r"fault \(500\)", 3),
        (Scene(status=401, body=f"bad key {KEY}".encode()), "check DISCOGS_NLQ_KEY", 1),
        (Scene(status=404, body=b""), "check DISCOGS_NLQ_URL and DISCOGS_NLQ_MODEL", 1),
        (Scene(status=400, body=b""), "can call tools", 1),
        (Scene(status=302, headers={"Location": "http://127.0.0.1:1/"}, body=b""), r"refuses the request \(302\)", 1),
        (Scene("Some text " * 20, after=700), "ended early", 1),
        (Scene("x", after=0), "ended early", 3),
        (Scene(body=b'{"choices": []}'), "ended early", 3),
        (Scene(body=b"data: {broken\n\n"), "protocol", 1),
        (Scene(body=b"data: [1]\n\n"), "protocol", 1),
        (Scene(body=b"data: " + b"[" * 100_000 + b"\n\n"), "protocol", 1),
        (Scene(body=b"data: " + b"x" * model.TURN_BYTES), "longer than 1,048,576 bytes", 1),
        (Scene(body=b'data: {"type": "error", "error": {"message": "overloaded"}}\n\n'), "broke off", 3),
        (Scene(body=b'data: {"type": "content_block_start", "choices": {"delta": 1}}\n\n'), "protocol", 1),
        (Scene(body=b"\x1f\x8b\x08junk", headers={"Content-Encoding": "gzip"}), "ended early", 3),
        (Scene("Some text " * 20, after=700, headers={"Content-Length": "9999"}), "broke off", 1),
    ],
)
def test_a_fault_of_the_server_is_a_problem_that_says_what_to_do_and_keeps_the_key(
    model_server: ModelServer, kind: str, scene: Scene, said: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    model_server.play(scene)
    with caplog.at_level(logging.DEBUG), pytest.raises(NlqError, match=f"(?i){said}") as raised:
        ask(model_server, kind)
    assert raised.value.status == 503
    assert len(model_server.asked) == times
    assert KEY not in caplog.text + str(raised.value)


def test_a_connection_that_breaks_after_the_answer_loses_nothing(model_server: ModelServer, kind: str) -> None:
    model_server.play(Scene("Whole.", headers={"Content-Length": "9999"}))
    assert ask(model_server, kind)[0].text == "Whole."


def test_a_server_that_is_not_there_is_a_problem(kind: str) -> None:
    with pytest.raises(NlqError, match="does not answer"):
        ask(ModelServer(port=1), kind)


def test_silence_ends_with_the_time_limit(model_server: ModelServer, kind: str) -> None:
    model_server.play(Scene("slow", pause=0.5))
    began = time.monotonic()
    with pytest.raises(NlqError, match="does not answer"):
        ask(model_server, kind, nlq_seconds=0.1)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("http://h:1", "http://h:1{}"),
        ("http://h/v1/", "http://h{}"),
        ("http://h/proxy/v1", "http://h/proxy{}"),
        ("http://h/a{}", "http://h/a{}"),
    ],
)
def test_the_url_of_a_server_of_an_api_or_of_an_endpoint_is_completed(kind: str, given: str, whole: str) -> None:
    endpoint = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}[kind]
    assert str(complete_url(httpx.URL(given.format(endpoint)), endpoint)) == whole.format(endpoint)


def test_calls_without_places_and_ids_are_kept_apart(kind: str) -> None:
    turn, dialect = Turn(), OpenAI("play", f"{kind}.example")
    for name, key in (("a", "1"), ("b", "2"), ("c", None)):
        part = {"id": key, "function": {"name": name, "arguments": "{}"}}
        index = {} if key else {"index": 1}
        dialect.read({"choices": [{"delta": {"tool_calls": [{**part, **index}]}}]}, turn)
    assert [(each.id, each.name, each.raw) for each in turn.calls.values()] == [
        ("1", "a", "{}"),
        ("2", "b", "{}"),
        ("call_2", "c", "{}"),
    ]
