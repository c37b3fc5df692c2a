"""Tests of `bench.changes`, and with it of what all benchmarks in a home of their own have in common."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from discogs_assets.bench import changes
from discogs_assets.bench.dumps import Dumps
from discogs_assets.errors import DumpMissingError

pytestmark = pytest.mark.slow

DISCOGS = Path(sys.executable).with_name("discogs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that the servers' own user can reach."""
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(0o755)
    return tmp_path


def left(folder: Path) -> list[str]:
    """Processes of a home below the folder."""
    return [
        " ".join(each.info["cmdline"])[:200]
        for each in psutil.process_iter(["cmdline"])
        if any(f"{folder}/discogs_bench_" in word for word in each.info["cmdline"] or ())
    ]


def test_a_stage_is_measured_in_a_home_of_which_nothing_is_left(folder: Path) -> None:
    words = ["bench", "changes", "--releases", "150", "--keep", str(folder), "--json", str(folder / "figures.json")]
    done = subprocess.run([DISCOGS, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not left(folder)
    assert not list(folder.glob("discogs_bench_*"))
    found: dict[str, Any] = json.loads((folder / "figures.json").read_text())
    before, _, ours, ids, whole = found["figures"]
    assert [each["role"] for each in found["figures"]] == ["before", "before", "ours", "limit", "limit"]
    assert ids["records"] == whole["records"] > 2 * before["records"] * 0.9
    assert ours["processor"] > 0
    assert ours["servers_processor"] > 0
    assert ours["about"]["assets"].keys() == {f"changes/discogs/{name}" for name in found_entities(before)}
    assert found["machine"]["cores"] >= 1
    assert "polars" in found["versions"]
    assert "cost" not in found


def found_entities(figure: dict[str, Any]) -> set[str]:
    return {key.rpartition("/")[2] for key in figure["about"]["assets"]}


def test_whoever_ends_a_benchmark_ends_its_servers(folder: Path) -> None:
    words = ["bench", "changes", "--releases", "50", "--keep", str(folder)]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [DISCOGS, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ)
        )
    deadline = time.monotonic() + 60
    while not list(folder.glob("discogs_bench_*/home/postgres/server.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left(folder)
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 130, (folder / "log").read_text()
    assert not left(folder)
    assert not list(folder.glob("discogs_bench_*"))


def test_one_month_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="expected two to be compared"):
        next(changes.figures(Dumps(tmp_path, 1, ("2026-11-01",)), None, print))
