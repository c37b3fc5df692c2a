"""Tests of `serving.status.run_feed`."""

import asyncio
import sys
from pathlib import Path

import pytest

from discogs_assets.connections import Connections
from discogs_assets.connections.run_report import RunReport
from discogs_assets.serving.status import run_feed
from discogs_assets.serving.status.run_feed import RunFeed
from discogs_assets.settings import Settings

REPORT = RunReport().model_dump_json()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose instance the environment names."""
    (tmp_path / "instance").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "instance"))
    return tmp_path


def collect(home: Path, monkeypatch: pytest.MonkeyPatch, code: str, changes: int) -> list[tuple[str, str]]:
    """The first states of a feed whose child runs this code, each with its fault."""
    monkeypatch.setattr(run_feed, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(run_feed, "FIRST_PAUSE", 0.05)
    found = list[tuple[str, str]]()

    async def main() -> None:
        over = asyncio.Event()

        def note() -> None:
            state = feed.describe()
            found.append((state.state, state.fault))
            if len(found) >= changes:
                over.set()

        feed = RunFeed(Connections(Settings(home=home)), note)
        feed.start()
        feed.start()
        async with asyncio.timeout(60):
            await over.wait()
        await feed.stop()

    asyncio.run(main())
    return found[:changes]


def test_a_child_that_ends_is_started_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"print({REPORT!r})"
    ended = ("away", "the process that reads Dagster's records ended with status 0")
    assert collect(home, monkeypatch, code, 5) == [("starting", ""), ("ok", ""), ended, ("ok", ""), ended]


@pytest.mark.parametrize(
    "code",
    ["print('a traceback')", "print('{}' * 3)", "raise SystemExit(3)", "import time; time.sleep(60)"],
    ids=["text", "no report", "status", "silence"],
)
def test_a_child_that_reports_nothing_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(run_feed, "SILENCE_SECONDS", 1.0)
    (_, (state, fault)) = collect(home, monkeypatch, code, 2)
    assert state == "away"
    assert "ended with status" in fault


def test_a_fault_that_the_child_reports_is_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"print({RunReport(fault='PostgreSQL does not answer').model_dump_json()!r})"
    assert collect(home, monkeypatch, code, 2) == [("starting", ""), ("away", "PostgreSQL does not answer")]


def test_no_child_is_started_before_there_are_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collect(tmp_path, monkeypatch, "raise AssertionError", 2) == [("starting", ""), ("none", "")]
