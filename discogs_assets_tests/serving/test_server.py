"""Tests of `serving.server`: the API as a process."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from discogs_assets.cli import app
from discogs_assets.errors import ServerError
from discogs_assets.serving.server import STOP_SECONDS
from discogs_assets_tests.cli.test_servers import free_port
from discogs_assets_tests.fix_project import BARE, Project
from discogs_assets_tests.watching import await_truth

STREAM_SECONDS = 1
"""Time after which streams have ended, once their server is to stop."""

PROGRAM = Path(sys.executable).with_name("discogs")


@contextmanager
def serving(project: Project, port: int, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """The running process, once it answers."""
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", str(port)],
        cwd=project.folder,
        env={**BARE, **variables},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def _answers(port: int) -> bool:
    try:
        return get(port, "/health/live")[0] == 200
    except OSError:
        return False


def get(port: int, path: str) -> tuple[int, str, bytes]:
    """Status, content type and body."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as found:
            return found.status, found.headers["content-type"], found.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read()


def open_stream(port: int) -> socket.socket:
    """A stream of events, once its first one is here."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET /api/status/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.settimeout(60)
    seen = b""
    while b"event: status" not in seen:
        seen += client.recv(1024)
    assert b"text/event-stream" in seen
    return client


def find_children(server: psutil.Process) -> list[psutil.Process]:
    """The processes that read Dagster's records."""
    return [each for each in server.children() if "discogs_assets.defs.run_reporter" in each.cmdline()]


def end_with_streams(process: subprocess.Popen[str], port: int, number: signal.Signals) -> None:
    """Open streams of events, send the server a signal, and require that streams, server and child end at once."""
    streams = [open_stream(port) for _ in range(4)]
    await_truth(lambda: find_children(psutil.Process(process.pid)))
    (child,) = find_children(psutil.Process(process.pid))
    began = time.monotonic()
    process.send_signal(number)
    for each in streams:
        while each.recv(65_536):
            pass
        each.close()
    assert time.monotonic() - began < STREAM_SECONDS
    process.wait(10)
    # A stream that did not end would keep it for ten seconds; without other load it takes less than one.
    assert time.monotonic() - began < STOP_SECONDS / 2
    child.wait(10)


@pytest.mark.slow
def test_the_api_answers_survives_huge_requests_and_stops_cleanly_with_open_streams(project: Project) -> None:
    port = free_port()
    with serving(project, port, DISCOGS_API_LOG="json") as process:
        status, _, body = get(port, "/api/months")
        assert status == 200
        assert json.loads(body)["published"] == "2026-11"
        began = time.monotonic()
        status, kind, body = get(port, f"/api/explore?type=label&name={'x' * 1_000_000}")
        assert time.monotonic() - began < 1
        assert (status, kind) == (414, "application/problem+json")
        assert get(port, "/health/ready")[0] == 200
        end_with_streams(process, port, signal.SIGTERM)
        _, said = process.communicate(timeout=15)
    assert process.returncode == 0
    (entry,) = [json.loads(line) for line in said.splitlines() if '"/api/months"' in line]
    assert entry["status"] == 200
    assert re.fullmatch(r"[0-9a-f]{16}", entry["request_id"])
    assert project.graph.counts()


def test_a_port_that_is_taken_is_refused_before_any_server_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerError, match=r"cannot be used: .* discogs serve --port \d+"):
            app(["serve", "--port", str(taken.getsockname()[1])], result_action="return_value")
    assert list(tmp_path.iterdir()) == []
