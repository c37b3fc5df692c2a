"""Tests of `serving.api.limits`: addresses beyond their rate wait; the loopback never does."""

from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import open_api


def count_served(address: str) -> int:
    with open_api(create_app(Settings(api_rate="5/minute")), address) as client:
        found = [client.get("/health/live") for _ in range(8)]
    for each in found:
        if each.status_code == 429:
            assert 0 < int(each.headers["retry-after"]) <= 60
            assert each.headers["content-type"] == "application/problem+json"
    return sum(each.status_code == 200 for each in found)


def test_an_address_has_its_rate() -> None:
    assert count_served("203.0.113.7") == 5
    assert count_served("2001:db8::1") == 5


def test_the_loopback_is_not_limited() -> None:
    assert count_served("127.0.0.1") == 8
    assert count_served("::1") == 8
