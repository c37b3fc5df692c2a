"""The PostgreSQL server of a home: one, whoever starts it, and again after whatever happened to it."""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers import json_state, os_user, process
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.postgres.server import PostgresAddress, PostgresServer
from discogs_assets_tests.servers.fix_embedded import Python, User

pytestmark = pytest.mark.slow

START = """
import sys
from pathlib import Path
from discogs_assets.servers.postgres.server import PostgresServer
server = PostgresServer(Path(sys.argv[1]))
print(server.start().port, server.status().pid)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user run PostgreSQL")


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_embedded_"))
    folder.chmod(0o755)
    server = PostgresServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(own_server: PostgresServer) -> PostgresServer:
    """A running server of these tests' own, which they may stop and kill."""
    own_server.start()
    return own_server


def pid(server: PostgresServer) -> int:
    found = server.status().pid
    assert found
    return found


def ones(address: PostgresAddress) -> int:
    with psycopg.connect(address.url) as connection:
        return len(connection.execute("SELECT 1").fetchall())


def test_starting_again_attaches_at_once(postgres_server: PostgresServer) -> None:
    before = pid(postgres_server)
    begun = time.monotonic()
    assert postgres_server.start() == PostgresServer(postgres_server.home).start() == postgres_server.address()
    assert time.monotonic() - begun < 0.1
    assert pid(postgres_server) == before


def test_the_status_of_a_running_server_says_since_when(postgres_server: PostgresServer) -> None:
    status = postgres_server.status()
    assert (status.running, status.url) == (True, postgres_server.address().safe_url)
    assert (status.folder, status.version) == (postgres_server.data, postgres_server.program().version)
    assert status.seconds_up is not None
    assert 0 <= status.seconds_up < 24 * 3600


def test_no_password_is_shown(postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        address, status = postgres_server.start(), postgres_server.status()
    log = (postgres_server.folder / "server.log").read_text()
    shown = f"{address} {address!r} {address.safe_url} {status} {caplog.text} {log}"
    shown += " ".join(psutil.Process(pid(postgres_server)).cmdline())
    assert not [p for p in credentials(postgres_server.home).passwords.values() if p in shown]
    assert address.password in address.url


def test_the_url_survives_every_character() -> None:
    address = PostgresAddress("127.0.0.1", 1, "a b", "p@ss/w:rd?", "d")
    parsed = psycopg.conninfo.conninfo_to_dict(address.url)
    assert (parsed["user"], parsed["password"], parsed["port"]) == ("a b", "p@ss/w:rd?", "1")
    assert "p@ss" not in address.safe_url


def test_it_listens_on_loopback_alone(postgres_server: PostgresServer) -> None:
    listening = [c for c in psutil.Process(pid(postgres_server)).net_connections() if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_a_server_that_does_not_run_has_a_status_and_no_address(clean_folder: Path) -> None:
    server = PostgresServer(clean_folder)
    assert not server.status().running
    assert not server.stop()
    with pytest.raises(ServerError, match=r"does not run\. Start it with `discogs up`"):
        server.address()


def test_stopping_leaves_no_process_and_keeps_the_port(server: PostgresServer) -> None:
    port = server.start().port
    family = [psutil.Process(pid(server)), *psutil.Process(pid(server)).children()]
    with psycopg.connect(server.address().url):
        assert server.stop()
    assert not [p for p in family if process.running(p)]
    assert not server.status().running
    assert server.start().port == port


def test_a_killed_server_starts_again_with_what_was_committed(server: PostgresServer) -> None:
    with psycopg.connect(server.address().url) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 1")
    killed = pid(server)
    with psycopg.connect(server.address().url, autocommit=True) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        backend.suspend()  # an orphan that is still there when the next server starts
        os.kill(killed, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(killed)], timeout=10)
    with psycopg.connect(server.start().url) as connection:
        assert connection.execute("SELECT * FROM public.kept").fetchall() == [(1,)]
    assert pid(server) != killed
    assert not process.running(backend)


def test_a_stale_record_with_a_recycled_number_is_not_believed(server: PostgresServer) -> None:
    server.stop()
    state = server.folder / "server.json"
    ours = os.getpid()
    json_state.write(state, {**(json_state.read(state) or {}), "pid": ours})
    (server.status().folder / "postmaster.pid").write_text(f"{ours}\n")
    assert not server.status().running
    assert ones(server.start()) == 1
    assert pid(server) != ours


@pytest.mark.parametrize("left", [None, "", '{"pid": 1', "[]"])
def test_a_server_whose_record_was_lost_or_damaged_is_found_again(server: PostgresServer, left: str | None) -> None:
    before, state = pid(server), server.folder / "server.json"
    state.unlink()
    if left is not None:
        state.write_text(left)
    assert server.status().running
    assert ones(server.start()) == 1
    assert pid(server) == before


def test_a_server_whose_record_and_pid_file_were_lost_never_shares_its_data_with_the_next(
    server: PostgresServer,
) -> None:
    before, file = psutil.Process(pid(server)), server.status().folder / "postmaster.pid"
    (server.folder / "server.json").unlink()
    file.write_text(f"{before.pid}\n")
    assert ones(server.start()) == 1
    assert not process.running(before)


def test_a_port_taken_by_someone_else_is_left_to_them(server: PostgresServer) -> None:
    port = server.start().port
    server.stop()
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind((process.HOST, port))
        rival.listen()
        assert server.start().port != port
        assert ones(server.address()) == 1


@pytest.mark.slow
def test_processes_that_start_at_once_get_one_server(clean_folder: Path, python: Python) -> None:
    server = PostgresServer(clean_folder)
    started = [python(START, server.home) for _ in range(3)]
    try:
        printed = {process.communicate() for process in started}
        assert printed == {(f"{server.start().port} {pid(server)}\n", "")}
    finally:
        server.stop()


def test_a_server_whose_starter_was_killed_is_finished_by_the_next(server: PostgresServer) -> None:
    state = server.folder / "server.json"
    json_state.write(state, {**(json_state.read(state) or {}), "ready": False})
    (server.status().folder / "discogs_assets.provisioned").unlink()
    before = pid(server)
    assert ones(server.start()) == 1
    assert pid(server) == before


def test_nobody_attaches_to_a_server_that_was_told_to_end(server: PostgresServer) -> None:
    state = server.folder / "server.json"
    json_state.write(state, {**(json_state.read(state) or {}), "ready": False, "stopping": True})
    before = psutil.Process(pid(server))
    assert ones(server.start()) == 1
    assert not process.running(before)


def test_other_passwords_than_the_clusters_are_an_error_that_says_so(server: PostgresServer) -> None:
    server.stop()
    (server.home / "credentials.json").rename(server.home / "kept")
    with pytest.raises(ServerError, match="has other passwords than"):
        server.start()
    (server.home / "kept").rename(server.home / "credentials.json")
    assert ones(server.start()) == 1


def test_what_the_server_says_when_it_refuses_is_in_the_error(server: PostgresServer) -> None:
    server.stop()
    settings = server.status().folder / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text(f"{before}shared_buffers = 'a lot'\n")
    with pytest.raises(ServerError, match=r'(?s)(ended|failed) .*invalid value for parameter "shared_buffers"'):
        server.start()
    settings.write_text(before)


@as_root
def test_root_runs_it_as_somebody_else(postgres_server: PostgresServer) -> None:
    assert psutil.Process(pid(postgres_server)).uids().effective != 0


@pytest.mark.slow
@as_root
def test_a_home_that_nobody_reaches_has_its_data_elsewhere(clean_folder: Path) -> None:
    closed = clean_folder / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(closed / "home")
    try:
        assert ones(server.start()) == 1
        folder = server.status().folder
        assert folder.is_relative_to(os_user.FALLBACK)
        assert folder == PostgresServer(closed / "home").status().folder
    finally:
        server.stop()
        for file in sorted(folder.parent.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()
        folder.parent.rmdir()


@pytest.mark.slow
def test_a_plain_user_runs_it_as_itself(clean_folder: Path, nobody: User, python: Python) -> None:
    code = START + "import psutil; print(psutil.Process(server.status().pid).uids().effective, server.stop())"
    output, errors = python(code, clean_folder / "home", **nobody.options).communicate(timeout=60)
    assert not errors
    assert output.splitlines()[1] == f"{nobody.options['user']} True"
    assert sys.platform != "linux" or (clean_folder / "home" / "postgres" / "data").stat().st_uid != 0
