"""Tests of `serving.api.snapshots`: what is stored and read back, and all that is refused."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from discogs_assets.serving.api import bodies, snapshots
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres import snapshots as store
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.timeout(600)

ARTIST = {"type": "artist", "id": 45467}
NODES = [
    ARTIST,
    {"type": "label", "id": 281},
    {"type": "genre", "id": "Funk / Soul"},
    {"type": "style", "id": "Prog Rock"},
]
JSON = {"Content-Type": "application/json"}


def body(nodes: Any, center: Any = ARTIST, **more: Any) -> bytes:
    return json.dumps({"nodes": nodes, "center": center, **more}).encode()


def post(api: Api, content: Any, **headers: str) -> httpx.Response:
    return api.request("POST", "/api/snapshot", content=content, headers={**JSON, **headers})


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A client of an API without stores: all that it refuses, it refuses before them."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), api_origins="https://app.example")
    with open_api(create_app(settings)) as client:
        yield client


@pytest.fixture
def empty(project: Project) -> None:
    """No snapshot of an earlier test."""
    with project.postgres.connection() as connection:
        connection.execute("DELETE FROM serving.snapshots")


def test_a_snapshot_is_read_as_it_was_created(api: Api, empty: None) -> None:
    created = post(api, body(NODES))
    assert created.status_code == 201
    answer = created.json()
    assert created.headers["location"] == answer["url"] == f"/api/snapshot/{answer['token']}"
    assert created.headers["cache-control"] == "no-store"
    found = api.get(answer["url"])
    assert found.status_code == 200
    assert {name: found.json()[name] for name in ("nodes", "center", "expires_at")} == {
        "nodes": NODES,
        "center": ARTIST,
        "expires_at": answer["expires_at"],
    }
    assert found.headers["cache-control"] == "no-store"
    assert "etag" not in found.headers


def test_places_categories_and_filters_of_a_snapshot_are_read_as_they_were_created(api: Api, empty: None) -> None:
    shown = {"category": "releases", "pages": 2, "x": -105.25, "y": 0.0, "more": {"x": 1.5, "y": -2.5, "pinned": True}}
    nodes = [{**ARTIST, "x": 1.25, "y": -3.5, "pinned": True, "categories": [shown]}, {"type": "genre", "id": "Rock"}]
    more = {
        "selected": {"type": "release", "id": 1}, "path": [ARTIST, {"type": "style", "id": "Prog Rock"}],
        "before_year": 1990, "compared_year": 1975, "role": "production",
    }  # fmt: skip
    created = post(api, body(nodes, **more))
    found = api.get(created.json()["url"]).json()
    assert {name: value for name, value in found.items() if not name.endswith("_at")} == {
        "nodes": nodes,
        "center": ARTIST,
        **more,
    }


def test_a_snapshot_is_of_no_month(api: Api, project: Project, empty: None) -> None:
    url = post(api, body(NODES)).json()["url"]
    with open_api(create_app(Settings(home=project.home))) as again:
        assert again.get(url).json()["nodes"] == NODES
    schemas = {table.partition(".")[0] for table in project.postgres.read_published_loads().values()}
    assert "serving" not in schemas
    assert "serving" not in {view.partition(".")[0] for view in project.postgres.read_published_loads()}


def test_the_largest_snapshot_has_100_nodes(api: Api, empty: None) -> None:
    nodes = [{"type": "release", "id": 2**53 - number} for number in range(100)]
    created = post(api, body(nodes, nodes[99]))
    assert created.status_code == 201
    assert api.get(created.json()["url"]).json()["nodes"] == nodes


@pytest.mark.parametrize(
    "content",
    [
        body([]),
        body([ARTIST] * 101),
        body([{"type": "user", "id": 1}], {"type": "user", "id": 1}),
        body([{**ARTIST, "name": "x"}], {**ARTIST, "name": "x"}),
        body([ARTIST], note="text"),
        *(body([{**ARTIST, **each}]) for each in ({"x": "1"}, {"x": 1e7}, {"pinned": "<b>"}, {"name": "x"})),
        *(body([{**ARTIST, "categories": each}]) for each in ([{"category": "fans"}], [{"pages": 1}], ["releases"])),
        body([{**ARTIST, "categories": [{"category": "releases"}] * 14}]),
        body([{**ARTIST, "categories": [{"category": "releases", "pages": 251}]}]),
        *(
            body([ARTIST], **each)
            for each in ({"role": "<b>"}, {"before_year": 1}, {"path": [ARTIST]}, {"selected": 1})
        ),
        body([ARTIST], None),
        *(body([each], each) for each in ({"type": "artist", "id": 0}, {"type": "artist", "id": -1})),
        *(body([each], each) for each in ({"type": "artist", "id": 2**53 + 1}, {"type": "artist", "id": "45467"})),
        *(body([each], each) for each in ({"type": "artist", "id": True}, {"type": "artist", "id": 1.5})),
        *(body([each], each) for each in ({"type": "genre", "id": 1}, {"type": "genre", "id": ""})),
        *(body([each], each) for each in ({"type": "genre", "id": "x" * 101}, {"type": "genre", "id": "a\0b"})),
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"nodes": "\\ud800"}',
        b"[" * 60_000,
        b'{"nodes":' * 7_000,
        b'{"nodes": [1e999], "center": NaN}',
        json.dumps({"nodes": [{"type": "x" * 60_000, "id": 1}]}).encode(),
    ],
    ids=lambda value: str(value[:60]),
)
def test_a_body_of_another_form_is_refused(bare: Api, content: bytes) -> None:
    refused = post(bare, content)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert len(refused.content) < 1_000


def test_an_id_may_be_any_integer_of_json(api: Api, empty: None) -> None:
    created = post(api, json.dumps({"nodes": [ARTIST], "center": ARTIST}).replace("45467", "45467.0").encode())
    assert api.get(created.json()["url"]).json()["nodes"] == [ARTIST]


def test_a_centre_becomes_a_node(api: Api, empty: None) -> None:
    other = {"type": "label", "id": 1}
    found = api.get(post(api, body([ARTIST], other)).json()["url"]).json()
    assert (found["nodes"], found["center"]) == ([ARTIST, other], other)


@pytest.mark.parametrize("kind", ["genre", "style"])
def test_a_name_that_is_none_of_a_genre_or_style_is_refused(api: Api, kind: str) -> None:
    node = {"type": kind, "id": "<script>alert(1)</script>"}
    for content in (body([ARTIST, node]), body([ARTIST], selected=node), body([ARTIST], path=[ARTIST, node])):
        refused = post(api, content)
        assert refused.status_code == 404
        assert f"there is no {kind}" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/jsonp"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Content-Length": "70000"}, 413),
        ({"Content-Length": "9999999"}, 413),
    ],
    ids=str,
)
def test_a_foreign_page_and_another_form_of_body_are_refused(bare: Api, headers: dict[str, str], status: int) -> None:
    refused = post(bare, b"x" * 70_000 if status == 413 else body(NODES), **headers)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_listed_origin_may_post_json(bare: Api) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    asked = {**headers, "Access-Control-Request-Headers": "content-type"}
    allowed = bare.request("OPTIONS", "/api/snapshot", headers=asked)
    assert allowed.status_code == 200
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert post(bare, b"{", Origin="https://app.example").status_code == 422


async def stream(chunks: int, seconds: float = 0.0) -> AsyncIterator[bytes]:
    """A body of unknown length."""
    for _ in range(chunks):
        await asyncio.sleep(seconds)
        yield b" " * 1_000


def test_a_body_of_unknown_length_is_read_no_further_than_the_limit(bare: Api) -> None:
    refused = post(bare, stream(1_000_000))
    assert refused.status_code == 413
    assert refused.headers["connection"] == "close"


def test_a_body_that_does_not_arrive_is_not_waited_for(bare: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    began = time.monotonic()
    assert post(bare, stream(100, 0.1)).status_code == 408
    assert time.monotonic() - began < 2


def test_a_flood_is_refused_and_questions_are_answered_all_the_same(
    api: Api, project: Project, empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CLIENT_SNAPSHOTS", 5)
    options = {"content": body([ARTIST]), "headers": JSON}
    *found, other = api.gather([*[("POST", "/api/snapshot", options)] * 100, ("GET", "/api/months", {})])
    assert Counter(each.status_code for each in found) == {201: 5, 429: 95}
    for each in found:
        if each.status_code == 429:
            assert "5 snapshots of this address are kept" in each.json()["detail"]
            assert 20 * 86_400 < int(each.headers["retry-after"]) < 40 * 86_400
    assert other.status_code == 200
    with project.postgres.connection() as connection:
        assert connection.execute("SELECT count(*) FROM serving.snapshots").fetchall() == [(5,)]


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/snapshot"), ("GET", f"/api/snapshot/{'A' * 22}")])
def test_a_parameter_is_refused(bare: Api, method: str, path: str) -> None:
    refused = bare.request(method, f"{path}?month=2026-11", content=body(NODES), headers=JSON)
    assert refused.status_code == 422
    assert "'month' is not a parameter" in refused.json()["detail"]


@pytest.mark.parametrize(
    "token", ["A" * 22, "A" * 21, "..%2f..%2fetc", "%00", "'; DROP TABLE x", "é" * 22, "x" * 3_000]
)
def test_a_guess_of_a_token_finds_nothing(api: Api, token: str) -> None:
    assert api.get(f"/api/snapshot/{token}").status_code in (400, 404)


def test_no_token_is_found_by_its_digest(api: Api, project: Project, empty: None) -> None:
    token = post(api, body([ARTIST])).json()["token"]
    with project.postgres.connection() as connection:
        ((digest,),) = connection.execute("SELECT encode(token, 'hex') FROM serving.snapshots").fetchall()
    assert digest != token
    assert api.get(f"/api/snapshot/{digest[:22]}").status_code == 404


def test_without_its_store_a_snapshot_is_503(bare: Api) -> None:
    refused = bare.get(f"/api/snapshot/{'A' * 22}")
    assert refused.status_code == 503
    assert refused.headers["retry-after"]


def test_both_routes_are_in_the_document_with_an_example(bare: Api) -> None:
    document = bare.get("/openapi.json").json()
    created = document["paths"]["/api/snapshot"]["post"]
    content = created["requestBody"]["content"]["application/json"]
    assert snapshots.SnapshotGraph.model_validate(content["example"])
    references = [part.partition('"')[0] for part in json.dumps(content).split('"#/components/schemas/')[1:]]
    assert {*references} <= {*document["components"]["schemas"]}
    assert references
    assert {"201", "413", "415", "422", "429", "503"} <= {*created["responses"]}
    assert {"200", "404"} <= {*document["paths"]["/api/snapshot/{token}"]["get"]["responses"]}
