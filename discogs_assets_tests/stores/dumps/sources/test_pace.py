"""Tests of `stores.dumps.sources.pace`: what is too slow; answers of servers are in `test_site`."""

import pytest

from discogs_assets.stores.dumps.sources.pace import Pace


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that it is, in the list's only place."""
    time = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: time[0])
    return time


def test_all_of_a_page_has_one_time_however_much_comes(now: list[float]) -> None:
    page = Pace.of_page(hurried=True)
    for _ in range(14):
        assert page.require_time() == 15.0 - (now[0] - 100.0)
        now[0] += 1
        page.count(1 << 20)
    now[0] += 1
    with pytest.raises(TimeoutError):
        page.require_time()
    assert page.cause == "only 14,680,064 bytes came within 15 s"


def test_a_file_has_its_time_again_with_each_mebibyte(now: list[float]) -> None:
    file = Pace.of_file()
    for _ in range(100):
        assert file.require_time() > 20
        now[0] += 99
        file.count(1 << 20)
    file.count(1000)
    now[0] += 119
    file.count(1000)
    assert file.require_time() == 1.0
    now[0] += 1
    with pytest.raises(TimeoutError):
        file.require_time()
    assert file.cause == "only 2,000 bytes came within 120 s"


def test_silence_is_told_from_slowness(now: list[float]) -> None:
    file = Pace.of_file()
    file.count(10)
    now[0] += 120
    assert file.cause == "no byte came for 120 s"
