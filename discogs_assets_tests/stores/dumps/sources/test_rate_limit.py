"""Tests of `stores.dumps.sources.rate_limit`."""

from itertools import pairwise
from pathlib import Path

import pytest
from filelock import FileLock

from discogs_assets.errors import BusyError, ServerError
from discogs_assets.stores.dumps.sources import rate_limit
from discogs_assets.stores.dumps.sources.rate_limit import REQUESTS, WINDOW, Throttle
from discogs_assets.stores.dumps.sources.retry import moment
from discogs_assets_tests.fix_site import FakeClock


def turns(ledger: Path, clock: FakeClock, count: int, patience: float = WINDOW) -> list[float]:
    """When each turn came; each by an object of its own, as if by another process."""
    came = []
    for _ in range(count):
        with Throttle(ledger, patience, clock).turn():
            came.append(clock.time)
            clock.time += 1
    return came


def test_there_are_never_more_requests_in_a_window_than_the_site_answers(tmp_path: Path) -> None:
    clock = FakeClock()
    came = turns(tmp_path / "ledger.json", clock, 4 * REQUESTS)
    assert all(later - earlier >= WINDOW for earlier, later in zip(came, came[REQUESTS:], strict=False))
    assert all(later > earlier for earlier, later in pairwise(came))
    assert max(clock.slept) <= WINDOW


def test_who_has_no_patience_is_told_when_to_come_back(tmp_path: Path) -> None:
    clock = FakeClock()
    (first, *_) = turns(tmp_path / "ledger.json", clock, REQUESTS, patience=0)
    with pytest.raises(ServerError, match=r"has received 15 requests within 360 s.*Run again then") as raised:
        turns(tmp_path / "ledger.json", clock, 1, patience=0)
    assert (raised.value.retry_not_before, clock.slept) == (moment(first + WINDOW), [])


def test_a_site_that_wants_to_be_left_alone_is_left_alone_by_every_process(tmp_path: Path) -> None:
    clock = FakeClock()
    until = moment(clock.time + 7200)
    with Throttle(tmp_path / "ledger.json", WINDOW, clock).turn():
        Throttle(tmp_path / "ledger.json", WINDOW, clock).forbid(until)
    with pytest.raises(ServerError, match="none was sent") as raised:
        turns(tmp_path / "ledger.json", clock, 1)
    assert raised.value.retry_not_before == until
    clock.time += 7200
    assert len(turns(tmp_path / "ledger.json", clock, 1)) == 1


def test_one_request_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LOCK_SECONDS", 0.1)
    with (
        FileLock(tmp_path / "ledger.lock"),
        pytest.raises(BusyError, match="another process is sending a request to the same site"),
    ):
        turns(tmp_path / "ledger.json", FakeClock(), 1)


@pytest.mark.parametrize(
    "noted", ["", "[]", "null", '{"asked": 1}', '{"asked": [9e12], "closed": 9e12}', '{"asked": ["x"], "closed": 0}']
)
def test_a_damaged_ledger_or_a_clock_set_back_stops_nobody(tmp_path: Path, noted: str) -> None:
    (tmp_path / "ledger.json").write_text(noted)
    assert len(turns(tmp_path / "ledger.json", FakeClock(), 1, patience=0)) == 1
