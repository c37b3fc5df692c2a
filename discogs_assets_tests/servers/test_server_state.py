"""The record of a running server, and finding a port for it."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers import json_state, process, server_state
from discogs_assets.servers.server_state import Record

LISTEN = (
    "import socket, sys, time; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
    "s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(); print('here', flush=True); time.sleep(60)"
)


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[list[Record]]:
    """The records of what a test launches; what still runs is ended."""
    made: list[Record] = []
    yield made
    for record in made:
        with suppress(psutil.NoSuchProcess):
            process.stop(psutil.Process(record.pid))


def launch(launched: list[Record], folder: Path, port: int) -> Record:
    started = process.spawn([sys.executable, "-c", LISTEN, str(port)], folder / "log", folder)
    record = Record(started.pid, started.create_time(), LISTEN, port, str(folder), "1.0")
    launched.append(record)
    return record


def answering(record: Record) -> Record:
    running = record.process()
    if not running:
        raise ServerError("it ended at once")
    log = Path(record.folder) / "log"
    process.wait_until(lambda: process.has_said(log, "here"), running, "it", log, 10)
    return record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(1, 2.5, "mark", 3, "/folder", "1.0").write(tmp_path / "a.json")
    assert server_state.read_record(tmp_path / "a.json") == record


@pytest.mark.parametrize("fields", [{}, {"pid": 1}, {"another": "program"}])
def test_a_record_that_is_none_is_ignored(tmp_path: Path, fields: dict[str, object]) -> None:
    json_state.write(tmp_path / "a.json", fields)
    assert server_state.read_record(tmp_path / "a.json") is None


def test_the_record_of_what_does_not_run_is_not_live(tmp_path: Path) -> None:
    Record(2**22 + 1, 0.0, "mark", 3, "/folder", "1.0").write(tmp_path / "a.json")
    assert server_state.live_record(tmp_path / "a.json") is None


def test_a_port_that_is_taken_while_we_start_is_given_up_for_another(tmp_path: Path, launched: list[Record]) -> None:
    preferred = process.free_port([])

    def launch_too_late(port: int) -> Record:
        if port == preferred:
            rival.bind((process.HOST, port))
            rival.listen()
        return launch(launched, tmp_path, port)

    with socket.socket() as rival:
        found = server_state.start_on_free_port([preferred], launch_too_late, answering)
    assert found.port != preferred
    assert len(launched) == 2


def test_a_port_that_was_taken_only_while_we_started_is_given_up_for_another(
    tmp_path: Path, launched: list[Record]
) -> None:
    def lose_the_first(record: Record) -> Record:
        if len(launched) > 1:
            return answering(record)
        process.stop(psutil.Process(record.pid), signal.SIGKILL, 10)
        raise ServerError('bind(..) failed with error(-98): Address already in use". Neo4j Server shutdown.')

    found = server_state.start_on_free_port([], lambda port: launch(launched, tmp_path, port), lose_the_first)
    assert [launched[1].pid] == [found.pid]


def test_a_server_that_fails_for_another_reason_is_not_tried_again(tmp_path: Path, launched: list[Record]) -> None:
    def fails(record: Record) -> Record:
        raise ServerError("the disk is full")

    with pytest.raises(ServerError, match="the disk is full"):
        server_state.start_on_free_port([], lambda port: launch(launched, tmp_path, port), fails)
    assert len(launched) == 1
