"""Tests of `serving.nlq.routes`: answers over HTTP, their events, and who may ask how much."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from discogs_assets.serving.app import create_app
from discogs_assets.serving.nlq import access, model
from discogs_assets.serving.nlq.tool_loop import Asked
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.fix_browser import serve
from discogs_assets_tests.fix_model import KEY, ModelServer, Scene, use
from discogs_assets_tests.fix_project import Project

EVENTS = {"Accept": "text/event-stream"}
TOKEN = "a-token-of-tests"
REMOTE = "192.0.2.7"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    monkeypatch.setattr(model, "PAUSES", (0.01, 0.01))


@pytest.fixture(scope="module")
def asked(project: Project, model_server: ModelServer) -> Iterator[Api]:
    """A client of an application with a model."""
    with open_api(create_app(model_server.settings(home=project.home, nlq_steps=3, nlq_seconds=20))) as api:
        yield api


@pytest.fixture(autouse=True)
def forget(asked: Api) -> None:
    """No answer is kept."""
    asked.state.cache._kept.clear()  # noqa: SLF001


def query(api: Api, text: str = "Who?", headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return api.request("POST", "/api/nlq/query", json={"query": text, **more}, headers=headers)


def read_events(found: httpx.Response) -> list[tuple[str, Any]]:
    assert found.headers["content-type"].startswith("text/event-stream")
    parts = [each.split("\n") for each in found.text.split("\n\n") if each]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def test_without_a_model_questions_are_off(api: Api) -> None:
    assert api.answer("nlq/status") == {"enabled": False}
    refused = query(api)
    assert refused.status_code == 503
    assert "DISCOGS_NLQ_URL" in refused.json()["detail"]


def test_an_answer_comes_whole_or_as_events_and_is_kept(asked: Api, model_server: ModelServer) -> None:
    model_server.play(use("search", query="Pink Floyd"), Scene("Pink Floyd it is."))
    assert asked.answer("nlq/status") == {"enabled": True}
    whole = query(asked)
    assert whole.headers["cache-control"] == "no-store"
    found = whole.json()
    assert (found["summary"], found["cached"]) == ("Pink Floyd it is.", False)
    assert found["tools_used"] == [{"name": "search", "arguments": {"query": "Pink Floyd"}, "error": None}]
    assert found["entities"][0] == {"id": 45467, "name": "Pink Floyd", "type": "artist"}
    requests = len(model_server.asked)
    events = read_events(query(asked, "  Who? ", EVENTS))
    assert events == [("actions", {"actions": found["actions"]}), ("result", {**found, "cached": True})]
    assert len(model_server.asked) == requests
    model_server.play(use("search", query="Pink Floyd"), Scene("Another."))
    context = {"entity_id": "Rock", "entity_type": "genre"}
    names = [name for name, _ in read_events(query(asked, headers=EVENTS, context=context))]
    assert [*dict.fromkeys(names)] == ["status", "text", "tool", "actions", "result"]


@pytest.mark.parametrize(
    ("scenes", "status", "said"),
    [
        ([use("get_genre_tree")], 504, "no answer in 3 steps"),
        ([Scene(status=429, headers={"Retry-After": "77"}, body=b"")], 503, "busy"),
        ([Scene(status=500, body=b"")], 503, "fault"),
        ([Scene(status=401, body=KEY.encode())], 503, "DISCOGS_NLQ_KEY"),
        ([use("get_genre_tree"), Scene("Some text " * 20, after=700)], 503, "ended early"),
        ([Scene(body=b"data: {\n\n")], 503, "protocol"),
        ([Scene(body=b"data: " + b"x" * (2 << 20))], 503, "longer"),
    ],
)
def test_a_fault_of_the_model_is_a_problem_and_the_last_event(
    asked: Api, model_server: ModelServer, scenes: list[Scene], status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        model_server.play(*scenes)
        whole = query(asked)
        model_server.play(*scenes)
        name, data = read_events(query(asked, headers=EVENTS))[-1]
    assert (whole.status_code, name, data["status"]) == (status, "error", status)
    assert whole.headers["content-type"] == "application/problem+json"
    assert said in whole.json()["detail"] == data["detail"]
    assert KEY not in caplog.text + whole.text
    assert whole.headers.get("retry-after") == ("77" if said == "busy" else None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "x" * 501}, 422),
        ({"query": " \n "}, 422),
        ({"query": "a\0b"}, 422),
        ({"query": "x", "context": {"entity_id": -1, "entity_type": "artist"}}, 422),
        ({"query": "x", "context": {"entity_id": 1, "entity_type": "planet"}}, 422),
        ({"query": "x", "more": 1}, 422),
        ({"query": "x" * 20_000}, 413),
    ],
)
def test_a_body_of_another_form_is_refused(asked: Api, model_server: ModelServer, body: Any, status: int) -> None:
    model_server.play(Scene("x"))
    assert asked.request("POST", "/api/nlq/query", json=body).status_code == status
    assert asked.request("POST", "/api/nlq/query", content=b"query=x").status_code == 415
    assert model_server.asked == []


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, {}, 503),
        (TOKEN, {}, 401),
        (TOKEN, {"Authorization": "Bearer wrong"}, 401),
        (TOKEN, {"Authorization": f"bearer {TOKEN}"}, 200),
    ],
)
@pytest.mark.parametrize(
    ("address", "base", "proxy"),
    [
        (REMOTE, "http://127.0.0.1:8004", {}),
        ("127.0.0.1", "http://music.example", {}),
        ("127.0.0.1", "http://127.0.0.1:8004", {"X-Forwarded-For": REMOTE}),
    ],
)
def test_other_machines_need_the_token_and_a_proxy_is_one(
    project: Project,
    model_server: ModelServer,
    token: str | None,
    headers: dict[str, str],
    status: int,
    address: str,
    base: str,
    proxy: dict[str, str],
) -> None:
    model_server.play(Scene("Hello."))
    settings = model_server.settings(home=project.home, api_token=token, api_hosts="music.example")
    with open_api(create_app(settings), address, base) as api:
        found = query(api, headers={**headers, **proxy})
        assert found.status_code == status
        assert api.get("/api/nlq/status", headers={**headers, **proxy}).json() == {"enabled": status == 200}
        assert TOKEN not in found.text
        assert len(model_server.asked) == (status == 200)


def test_an_address_has_a_rate_and_all_have_the_tokens_of_a_day(project: Project, model_server: ModelServer) -> None:
    model_server.play(Scene("Hello."))
    settings = model_server.settings(home=project.home, api_token=TOKEN, nlq_rate="2/minute", nlq_day_tokens=3_000)
    said = {"Authorization": f"Bearer {TOKEN}"}
    with open_api(create_app(settings), REMOTE) as api:
        assert [query(api, str(place), said).status_code for place in range(3)] == [200, 200, 429]
    with open_api(create_app(settings)) as api:
        found = [query(api, str(place)) for place in range(4)]
    assert [each.status_code for each in found] == [200, 200, 200, 503]
    assert "DISCOGS_NLQ_DAY_TOKENS" in found[-1].json()["detail"]
    assert int(found[-1].headers["retry-after"]) > 86_000


def test_questions_under_way_are_bounded_and_end_with_their_client(
    project: Project, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "CLIENT_QUESTIONS", 2)
    model_server.play(Scene("slow " * 1_000, pause=0.05))
    app = create_app(model_server.settings(home=project.home))

    async def ask(origin: str) -> None:
        async with httpx.AsyncClient(base_url=origin, timeout=30) as client:
            body = {"query": "Who?"}
            async with client.stream("POST", "/api/nlq/query", json=body, headers=EVENTS) as first:
                pieces = first.aiter_text()
                assert "event: status" in await anext(pieces)
                whole = asyncio.ensure_future(client.post("/api/nlq/query", json=body))
                async with asyncio.timeout(30):
                    while app.state.nlq.count_questions() < 2:
                        await asyncio.sleep(0.02)
                refused = await client.post("/api/nlq/query", json=body, headers=EVENTS)
                assert refused.status_code == 429
                assert refused.headers["retry-after"] == "5"
                whole.cancel()
            async with asyncio.timeout(30):
                while app.state.nlq.count_questions():
                    await asyncio.sleep(0.02)
        assert await asyncio.to_thread(model_server.left.wait, 30)

    with serve(app) as origin:
        asyncio.run(ask(origin))


def test_suggestions_have_names_of_the_month(asked: Api) -> None:
    def suggest(**given: Any) -> list[str]:
        found: list[str] = asked.answer("nlq/suggestions", **given)["suggestions"]
        assert 4 <= len(found) <= 6
        assert not [each for each in found if "{" in each]
        return found

    assert any("Michael Jackson" in each for each in suggest())
    assert (
        suggest(pane="explore", focus="45467", focus_type="artist")[0] == "Who worked on most releases of Pink Floyd?"
    )
    assert suggest(pane="trends")[0].startswith("Compare Rock and ")
    assert suggest(focus="Rock", focus_type="genre")[0] == "Which styles belong to Rock?"
    assert suggest(focus="999999999", focus_type="artist") == suggest(pane="none")
    assert asked.get("/api/nlq/suggestions?focus_type=planet").status_code == 422


def test_suggestions_need_no_store() -> None:
    with open_api(create_app()) as bare:
        found = bare.answer("nlq/suggestions")["suggestions"]
    assert len(found) >= 4


def test_the_routes_are_in_the_document(asked: Api) -> None:
    document = asked.get("/openapi.json").json()
    content = document["paths"]["/api/nlq/query"]["post"]
    assert "text/event-stream" in content["responses"]["200"]["content"]
    body = content["requestBody"]["content"]["application/json"]
    assert Asked.model_validate(body["example"])
    assert "#/$defs" not in json.dumps(body)
