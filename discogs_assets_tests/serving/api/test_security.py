"""Tests of `serving.api.security`: no page of another site reaches the API, and no request is too large for it."""

from collections.abc import Iterator

import pytest

from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import Api, open_api


@pytest.fixture(scope="module")
def client() -> Iterator[Api]:
    """A client of an API that is also served as music.example; no store is behind it."""
    settings = Settings(api_hosts="music.example, MIRROR.example", api_origins="https://app.example")
    with open_api(create_app(settings)) as client:
        yield client


def status(client: Api, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/health/live", headers=named).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8004", "localhost:8004", "localhost", "[::1]:8004", "music.example", "mirror.example:443"]
)
def test_a_host_that_is_ours_is_served(client: Api, host: str) -> None:
    assert status(client, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[", "a b", "user@evil.example"),
        *("[::1]evil.example", "localhost:8004/evil.example", "localhost:x", "localhost:999999", "localhost:", "::1"),
    ],
)
def test_a_host_that_is_not_ours_is_refused(client: Api, host: str) -> None:
    assert status(client, Host=host) == 421


def test_a_request_with_two_hosts_is_malformed(client: Api) -> None:
    named = [("Host", "localhost"), ("Host", "evil.example")]
    assert client.get("/health/live", headers=named).status_code == 400


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://127.0.0.1:8004", 200),
        ("https://app.example", 200),
        ("http://app.example", 403),
        ("https://evil.example", 403),
        ("http://127.0.0.1:9999", 403),
        ("null", 403),
    ],
)
def test_a_page_of_another_origin_is_refused_unless_listed(client: Api, origin: str, expected: int) -> None:
    assert status(client, Origin=origin) == expected


def test_a_listed_origin_may_read_the_answer_and_no_other(client: Api) -> None:
    listed = client.get("/health/live", headers={"Origin": "https://app.example"})
    assert listed.headers["access-control-allow-origin"] == "https://app.example"
    preflight = {"Access-Control-Request-Method": "GET"}
    for origin, expected in (("https://app.example", 200), ("https://evil.example", 403)):
        assert (
            client.request("OPTIONS", "/health/live", headers={"Origin": origin, **preflight}).status_code == expected
        )
    assert "access-control-allow-origin" not in client.get("/health/live").headers


def test_large_headers_and_bodies_are_refused(client: Api) -> None:
    assert status(client, X_Large="x" * 40_000) == 431
    assert client.request("GET", "/health/live", headers={"Content-Length": "9999999"}).status_code == 413
    assert client.request("GET", "/health/live", headers={"Content-Length": "x"}).status_code == 413


def test_a_request_id_is_taken_from_the_client_if_it_is_plain(client: Api) -> None:
    given = client.get("/health/live", headers={"X-Request-ID": "trace-1.2_3"})
    assert given.headers["x-request-id"] == "trace-1.2_3"
    for forged in ("a b", "x" * 65, "é", "a\\nb"):
        made = client.get("/health/live", headers={"X-Request-ID": forged.encode()}).headers["x-request-id"]
        assert made != forged
        assert len(made) == 16
