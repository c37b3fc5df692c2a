"""Tests of `failpoints`."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from discogs_assets import failpoints


def test_nothing_happens_at_a_place_that_nobody_names(monkeypatch: pytest.MonkeyPatch) -> None:
    failpoints.reach("copy")
    monkeypatch.setenv(failpoints.VARIABLE, "parse:full")
    failpoints.reach("copy")


def test_a_place_finds_the_disk_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(failpoints.VARIABLE, "copy:full")
    with pytest.raises(OSError, match="No space left"):
        failpoints.reach("copy")


def test_a_place_kills_its_process() -> None:
    code = "from discogs_assets import failpoints; failpoints.reach('copy')"
    done = subprocess.run([sys.executable, "-c", code], env={failpoints.VARIABLE: "copy:kill"}, check=False)
    assert done.returncode == -9


def test_a_place_waits_until_it_is_told_to_go_and_is_passed_after_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    monkeypatch.setenv(failpoints.VARIABLE, f"copy:wait:{mark}")
    waiting = threading.Thread(target=failpoints.reach, args=["copy"])
    waiting.start()
    while not mark.exists():
        time.sleep(0.01)
    assert waiting.is_alive()
    mark.write_text("go")
    waiting.join(timeout=5)
    assert not waiting.is_alive()
    failpoints.reach("copy")


def test_of_several_threads_at_a_place_one_waits_and_the_others_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    monkeypatch.setenv(failpoints.VARIABLE, f"upload:wait:{mark}")
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(failpoints.reach, "upload") for _ in range(8)]
        while sum(each.done() for each in done) < 7:
            time.sleep(0.01)
        assert mark.read_text() == str(os.getpid())
        mark.write_text("go")
    assert [each.exception() for each in done] == [None] * 8
    assert [*tmp_path.iterdir()] == [mark]


def test_what_cannot_happen_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(failpoints.VARIABLE, "copy:explode")
    with pytest.raises(ValueError, match="'explode', expected kill, full or wait:"):
        failpoints.reach("copy")


def test_every_place_is_reached_somewhere() -> None:
    package = Path(failpoints.__file__).parent
    code = "\n".join(path.read_text() for path in package.rglob("*.py"))
    assert {place for place in failpoints.PLACES if f'failpoints.reach("{place}")' in code} == set(failpoints.PLACES)
