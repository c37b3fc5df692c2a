"""Tests of `bench.api`: requests drawn from the demo's month, and answers of a server that fails at times."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest

from discogs_assets.bench import api as bench
from discogs_assets.bench.api import REQUESTS, Requests
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import Project


class Handler(BaseHTTPRequestHandler):
    """Answers every third request with 503."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_GET(self) -> None:
        """Answer."""
        self.asked.append(self.path)
        body = b'{"detail": "away"}' if self.path.endswith("3") else b"{}"
        self.send_response(503 if self.path.endswith("3") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and the paths that it was asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"asked": asked}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("clients", [1, 4])
def test_each_path_is_asked_once_and_what_is_no_answer_is_an_error(site: tuple[str, list[str]], clients: int) -> None:
    address, asked = site
    paths = [f"/{number}" for number in range(20)]
    found = bench.ask_all(address, paths, clients)
    assert sorted(asked) == sorted(paths)
    assert (len(found.seconds), sorted(found.errors)) == (18, ["/13: 503 away", "/3: 503 away"])
    described = found.describe()
    assert described["errors"] == 2
    assert 0 < described["median_ms"] <= described["p99_ms"]  # type: ignore[operator]
    assert described["requests_per_second"] == round(18 / found.elapsed, 1)


def test_a_server_that_is_not_there_gives_errors_only() -> None:
    found = bench.ask_all("http://127.0.0.1:9", ["/"], 1)
    assert (found.seconds, len(found.errors)) == ([], 1)
    assert found.describe()["slowest_ms"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("requests", REQUESTS, ids=lambda requests: requests.name)
def test_the_requests_drawn_from_a_month_are_answered(requests: Requests, project: Project, api: Api) -> None:
    with psycopg.connect(project.postgres.url) as connection:
        paths = requests.draw(connection)
    assert paths
    assert len(set(paths)) == len(paths)
    assert {api.get(path).status_code for path in paths[:10]} == {200}
