"""Tests of `bench.sandbox`, and of a stage that is run in one."""

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from discogs_assets.bench import sandbox, stages
from discogs_assets.bench.dumps import generate_dumps
from discogs_assets.errors import LoadError
from discogs_assets.sample.generator import Plan
from discogs_assets_tests.forks import Fork

pytestmark = pytest.mark.slow

KEY = "dumps/discogs/labels"


def silent(*_: object) -> None:
    """For what is said on the way."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that the servers' own user can reach."""
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(0o755)
    return tmp_path


def left(folder: Path) -> list[str]:
    """Processes and files of a home below the folder."""
    commands = (" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"]))
    running = [each[:200] for each in commands if f"{folder}/discogs_bench_" in each]
    return running + [str(each) for each in folder.glob("discogs_bench_*")]


def test_a_stage_is_measured_in_a_home_of_which_nothing_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_EXECUTOR", "in_process")
    monkeypatch.setattr(stages, "list_assets", lambda: {"dumps": [KEY]})
    with generate_dumps(Plan(60, months=1), folder, silent, silent) as dumps, sandbox.open_home(dumps) as home:
        found, steps = stages.measure_stages(home, ["dumps"], silent)
        with pytest.raises(LoadError, match=r"(?s)failed with status \d+ in a new home.*it says why"):
            home.run(sys.executable, "-c", "raise SystemExit('it says why')")
        assert left(folder)
    assert not left(folder)
    assert (found.releases, found.subject, found.role) == (60, "dumps", "ours")
    assert found.written == dumps.find_file("labels").stat().st_size
    assert 0 < (found.seconds or 0) < found.about["process_seconds"]
    assert found.processor > 0
    assert found.servers_processor > 0
    assert found.peak > 0 < found.servers_peak
    assert found.about["assets"].keys() == {KEY}
    assert 0 < (steps.seconds or 0) < (found.seconds or 0)
    assert "dumps__discogs__labels" in found.about["steps"]


def test_whoever_ends_a_benchmark_ends_its_servers(folder: Path) -> None:
    words = ["bench", "changes", "--releases", "50", "--keep", str(folder)]
    with (folder / "log").open("wb") as log:
        running = Fork(["discogs", *words], folder, os.environ, log.fileno(), log.fileno())
    deadline = time.monotonic() + 60
    while not list(folder.glob("discogs_bench_*/home/postgres/server.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left(folder)
    os.kill(running.pid, signal.SIGTERM)
    assert running.wait(60) == 130, (folder / "log").read_text()
    assert not left(folder)
