"""Tests of `cli.servers`."""

import json
import os
import re
import signal
import socket
import time
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import psutil
import psycopg
import pytest

from discogs_assets.cli import servers
from discogs_assets.errors import ServerError
from discogs_assets_tests.fix_project import BARE, Project
from discogs_assets_tests.forks import Fork

RUN = "pipelineName repositoryOrigin { repositoryLocationName } tags { key value }"
RUNS = f"{{ runsOrError {{ ... on Runs {{ results {{ {RUN} }} }} }} }}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, query: str) -> object:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read())["data"]


def test_a_port_that_is_taken_is_refused_before_any_server_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerError, match=r"cannot be used: .* --port"):
            servers.run_dagster(taken.getsockname()[1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_month_that_is_up_to_date_is_not_loaded_again(project: Project) -> None:
    with project.hold_sample():
        done = project.run("discogs", "load", "2026-11")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Discogs dumps: \S+; MusicBrainz: \S+/musicbrainz", done.stderr)
    assert "2026-11 is loaded as the source announces it" in done.stderr
    absent = project.run("discogs", "load", "2026-09")
    assert absent.returncode == 1
    assert "has no dumps of 2026-09" in absent.stderr


@pytest.mark.slow
def test_the_addresses_for_readers_work_as_printed(project: Project) -> None:
    printed = project.run("discogs", "status", "--urls").stdout.splitlines()
    address = printed[printed.index("drivers") + 1]
    assert "password" not in address
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("reader",)
    lake = printed[printed.index("DuckDB, all months of the lake") + 1]
    found = duckdb.connect().execute(lake).fetchall()
    assert sorted(month for month, _ in found) == ["2026-10", "2026-11"]


@pytest.mark.slow
def test_the_ui_shows_the_runs_of_the_command_line_and_ends_with_all_its_processes(project: Project) -> None:
    port = free_port()
    with (project.folder / "dev.log").open("wb") as log:
        dev = Fork(["discogs", "dev", "--port", str(port)], project.folder, BARE, log.fileno(), log.fileno())
        try:
            found = wait_for_runs(port)
            children = psutil.Process(dev.pid).children(recursive=True)
        finally:
            os.kill(dev.pid, signal.SIGTERM)
            dev.wait(60)
    of_month = [run for run in found if {"key": "dagster/partition", "value": "2026-11-01"} in run["tags"]]
    # Only runs with an origin are in the UI's timeline, and under their job.
    assert {(run["pipelineName"], run["repositoryOrigin"]["repositoryLocationName"]) for run in of_month} == {
        ("monthly", "discogs_assets")
    }
    assert children
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def wait_for_runs(port: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            return list(ask(port, RUNS)["runsOrError"]["results"])  # type: ignore[index]
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the UI did not answer within 90 s")
