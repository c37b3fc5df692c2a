"""Tests of `serving.app`: the answers as HTTP."""

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from psycopg.rows import class_row

from discogs_assets import serving
from discogs_assets.connections import Connections
from discogs_assets.queries.question import Question
from discogs_assets.queries.reference import write_path
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.serving.api import problems
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres.publication import Publication
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.fix_project import Project
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

PAGE = Path(serving.__file__).parent / "README.md"

each_question = pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)


def get(api: Api, asked: Question, **options: Any) -> Any:
    """The answer to the example of a question."""
    return api.get(write_path(asked), **options)


@each_question
def test_the_example_of_each_question_has_an_answer_of_the_declared_form(api: Api, asked: Question) -> None:
    found = get(api, asked)
    assert found.status_code == 200, found.text
    assert found.headers["x-discogs-month"] == "2026-11"
    if asked.rows:
        assert found.json()[asked.rows]
    entry = api.get("/openapi.json").json()["paths"][asked.route]["get"]
    assert entry["operationId"] == asked.name
    assert {each["name"] for each in entry.get("parameters", ())} == set(asked.parameters)
    assert all(each["description"] for each in entry.get("parameters", ()))
    assert {int(status) for status in entry["responses"]} == {200, 304, *problems.STATUSES}


@each_question
def test_an_answer_is_kept_for_a_publication_and_need_not_be_sent_twice(api: Api, asked: Question) -> None:
    first, again = get(api, asked), get(api, asked)
    assert first.content == again.content
    if asked.monthly:
        tag = first.headers["etag"]
        for header in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
            unchanged = get(api, asked, headers={"If-None-Match": header})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["etag"] == tag
        assert get(api, asked, headers={"If-None-Match": 'W/"1-0"'}).status_code == 200
    assert api.get("/api/artists/999999999", headers={"If-None-Match": "*"}).status_code == 404


def test_a_large_answer_is_compressed_on_request(api: Api) -> None:
    found = api.get("/api/genre-tree", headers={"Accept-Encoding": "gzip"})
    assert found.headers["content-encoding"] == "gzip"
    plain = api.get("/api/genre-tree", headers={"Accept-Encoding": "identity"}).content
    assert found.content == plain
    assert int(found.headers["content-length"]) < len(plain)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/artists/1e3", 422),
        ("GET", "/api/artists/2147483000", 404),
        ("POST", "/api/months", 405),
        ("DELETE", "/api/artists/1", 405),
        ("GET", "/api/explore?type=band&name=x", 422),
        ("GET", "/api/explore?type=label&type=artist&name=x", 422),
        ("GET", "/api/explore?type=label&name=a%00b", 400),
        ("GET", "/api/explore?type=label&name=%ED%A0%80", 400),
        ("GET", "/api/explore?type=label&name=%FF", 400),
        ("GET", "/api/node/%ED%A0%80?type=genre", 400),
        ("GET", "/api/explore?type=label&name=a%0Ab", 422),
        ("GET", "/api/months?x=1", 422),
        ("GET", f"/api/explore?type=label&name={'x' * 20_000}", 414),
        ("GET", f"/api/artists/{'1' * 5_000}", 414),
    ],
    ids=lambda value: str(value)[:50],
)
def test_every_refusal_is_a_problem_that_says_what_is_wrong(api: Api, method: str, path: str, status: int) -> None:
    refused = api.request(method, path)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    body = refused.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert refused.headers["x-request-id"]
    assert "default-src 'none'" in refused.headers["content-security-policy"]


def test_a_fault_is_a_problem_without_its_details() -> None:
    app = create_app()

    @app.get("/fault", include_in_schema=False)
    def fault() -> None:
        raise ZeroDivisionError("secret")

    with open_api(app) as client:
        found = client.get("/fault")
    assert found.status_code == 500
    assert found.headers["content-type"] == "application/problem+json"
    assert "secret" not in found.text
    assert found.headers["x-content-type-options"] == "nosniff"


def test_without_its_stores_the_api_lives_and_says_that_it_is_not_ready() -> None:
    with open_api(create_app()) as client:
        assert client.get("/health/live").status_code == 200
        found = client.get("/health/ready")
        assert found.status_code == 503
        assert found.json()["stores"] == {"postgres": "away"}


def test_health_and_metrics_name_the_published_month(api: Api) -> None:
    health = api.get("/health").json()
    assert health == {"status": "ok", "month": "2026-11", "stores": {"postgres": "ok", "neo4j": "ok", "search": "ok"}}
    api.get("/api/genre-tree")
    text = api.get("/metrics").text
    assert 'discogs_published{month="2026-11"} 1.0' in text
    assert 'discogs_requests_total{route="/api/genre-tree",status="200"}' in text
    assert 'discogs_cache{what="hits"}' in text
    assert "discogs_postgres_pool" in text


def test_importing_the_api_loads_neither_dagster_nor_polars_nor_lxml() -> None:
    heavy = ("dagster", "polars", "lxml", "pyarrow", "neo4j", "duckdb", "boto3")
    code = f"import sys, json, discogs_assets.serving.app; print(json.dumps([n for n in {heavy} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_client_of_the_documentation_reads_all_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^```python\n(import httpx.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)

    class Here(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            found = api.get(request.url.raw_path.decode())
            return httpx.Response(found.status_code, content=found.content)

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=Here()))
    names: dict[str, Any] = {}
    exec(code.replace("50", "2"), names)  # noqa: S102 - the code of the documentation, with small pages
    ids = {each["id"] for each in sample.releases_of("label", 281)}
    assert len(ids) > 1
    assert sorted(each["id"] for each in names["releases"]) == sorted(ids)
    assert sorted(each["release_id"] for each in names["rarest"]) == sorted(ids)
    with httpx.Client(base_url="http://127.0.0.1") as client, pytest.raises(httpx.HTTPStatusError):
        next(names["read_all"](client, "/api/rarity/label/999999999", "items"))


PATHS = ("/api/graph/stats", "/api/genre-tree", "/api/trends?type=label&name=Blue+Note", "/api/artists/45467",
    "/api/explore?type=artist&name=Pink+Floyd", "/api/search?q=the", "/api/autocomplete?q=pink",
    "/api/expand?type=label&node_id=Blue+Note&category=releases", "/api/node/Rock?type=genre")  # fmt: skip


PAUSE = 0.02
"""Seconds between two rounds of questions, which would otherwise take most of the CPU from what they wait for."""


@pytest.mark.slow
def test_each_answer_is_of_the_month_that_it_names_while_months_are_published(api: Api, project: Project) -> None:
    connections = Connections(Settings(home=project.home))
    months = find_publications(project)
    truth = {("2026-11", path): api.get(path).content for path in PATHS}
    seen: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    try:
        for month in ("2026-10", "2026-11"):
            with ThreadPoolExecutor(1) as pool:
                published = pool.submit(publish, connections, months[month])
                while not published.done():
                    for path in PATHS:
                        found = api.get(path)
                        assert found.status_code == 200, found.text
                        seen[found.headers["x-discogs-month"], path].add(found.content)
                    time.sleep(PAUSE)
                published.result()
            truth |= {(month, path): api.get(path).content for path in PATHS}
    finally:
        publish(connections, months["2026-11"])
    assert len({*truth.values()}) > len(PATHS) + 3
    assert {month for month, _ in seen} == {"2026-10", "2026-11"}
    assert seen == {place: {truth[place]} for place in seen}


def find_publications(project: Project) -> dict[str, Publication]:
    """The newest publication of each month."""
    with project.postgres.connection() as connection, connection.cursor(row_factory=class_row(Publication)) as cursor:
        query = "SELECT sequence, state, month, tables, graph, search FROM discogs.publication ORDER BY sequence"
        return {each.month: replace(each, sequence=0, state="intended") for each in cursor.execute(query)}


def publish(connections: Connections, wanted: Publication) -> None:
    with connections.publishing() as publisher:
        publisher.publish(wanted)


@pytest.mark.slow
def test_an_outage_is_503_and_never_a_wrong_answer_and_ends_with_it(api: Api, project: Project) -> None:
    truth = {path: api.get(path).content for path in PATHS}
    for server in (PostgresServer(project.home), Neo4jServer(project.home)):
        psutil.Process(server.status().pid).kill()
    with ThreadPoolExecutor(1) as pool:
        seen, started = set[int](), pool.submit(project.run, "discogs", "up")
        while not started.done():
            for path in PATHS:
                found = api.get(path)
                seen.add(found.status_code)
                if found.status_code == 503:
                    assert found.headers["retry-after"]
                    assert found.headers["content-type"] == "application/problem+json"
                else:
                    assert (found.status_code, found.content) == (200, truth[path])
            time.sleep(PAUSE)
    assert started.result().returncode == 0
    assert 503 in seen
    deadline = time.monotonic() + 10
    while any(api.get(path).status_code != 200 for path in PATHS):
        assert time.monotonic() < deadline
    assert {path: api.get(path).content for path in PATHS} == truth
