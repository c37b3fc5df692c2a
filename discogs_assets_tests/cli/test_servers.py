"""Tests of `cli.servers`."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from discogs_assets_tests.fix_project import BARE, Project

RUNS = "{ runsOrError { ... on Runs { results { status tags { key value } } } } }"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, query: str) -> object:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read())["data"]


@pytest.mark.slow
def test_the_ui_shows_the_runs_of_the_command_line_and_ends_with_all_its_processes(project: Project) -> None:
    port = free_port()
    program = Path(sys.executable).with_name("discogs")
    with (project.folder / "dev.log").open("wb") as log:
        dev = subprocess.Popen(
            [program, "dev", "--port", str(port)],
            cwd=project.folder,
            env=BARE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            found = wait_for_runs(port)
            children = psutil.Process(dev.pid).children(recursive=True)
        finally:
            dev.send_signal(signal.SIGTERM)
            dev.wait(60)
    assert [{"key": "dagster/partition", "value": "2026-11-01"} in run["tags"] for run in found].count(True) >= 1
    assert children
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def wait_for_runs(port: int) -> list[dict[str, list[dict[str, str]]]]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            return list(ask(port, RUNS)["runsOrError"]["results"])  # type: ignore[index]
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the UI did not answer within 90 s")
