"""The Neo4j server of a home: one, whoever starts it; the switch between stores; and again after whatever happened."""

import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pyarrow as pa
import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from discogs_assets.errors import BusyError, LoadError, ServerError
from discogs_assets.servers import artifacts, json_state, os_user, process
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.server_process import Neo4jAddress
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets_tests.servers.fix_embedded import Python, User, passable_folder

START = """
import sys
from pathlib import Path
from discogs_assets.servers.neo4j.server import Neo4jServer
server = Neo4jServer(Path(sys.argv[1]), Path(sys.argv[2]))
print(server.start().port, server.status().pid)
"""

SERVE = """
import sys
from pathlib import Path
from discogs_assets.servers.neo4j.server import Neo4jServer
server, store = Neo4jServer(Path(sys.argv[1])), Path(sys.argv[2])
print("now", flush=True)
server.serve(store)
"""

WRITE = """
import os, signal, sys
from pathlib import Path
from neo4j import GraphDatabase
from discogs_assets.servers.neo4j.server import Neo4jServer
server = Neo4jServer(Path(sys.argv[1]))
with server.running(Path(sys.argv[2])) as at, GraphDatabase.driver(at.url, auth=at.auth) as driver:
    driver.execute_query("CREATE (:Kept)")
    print(at.port, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def server(parquet: Callable[[str, dict[str, pa.Array]], Path]) -> Iterator[Neo4jServer]:
    """A server of these tests' own with two stores: one node in October, two in November."""
    with passable_folder() as folder:
        server = Neo4jServer(folder)
        for store, ids in ((october(server), [1]), (november(server), [1, 2])):
            nodes = parquet(f"releases{len(ids)}", {"id:ID(Release)": pa.array(ids)})
            server.import_store(store, {"Release": [nodes]}, [])
        yield server
        server.stop()


def october(server: Neo4jServer) -> Path:
    return server.folder / "2026-10" / "0001"


def november(server: Neo4jServer) -> Path:
    return server.folder / "2026-11" / "0001"


def both(server: Neo4jServer) -> tuple[Path, Path]:
    """The store that is being served, whichever that is, and the other one."""
    stores = [october(server), november(server)]
    if server.find_served_folder() not in stores:
        server.serve(october(server))
    server.start()
    stores.remove(server.find_served_folder())
    return server.find_served_folder(), stores[0]


def nodes_of(store: Path) -> int:
    """How many releases one of the two stores has."""
    return {"2026-10": 1, "2026-11": 2}[store.parent.name]


def query(address: Neo4jAddress, text: str, auth: tuple[str, str] | None = None) -> list[Any]:
    with GraphDatabase.driver(address.url, auth=auth or address.auth) as driver:
        return [record[0] for record in driver.execute_query(text, database_="neo4j").records]


def count(address: Neo4jAddress) -> int:
    return int(query(address, "MATCH (r:Release) RETURN count(r)")[0])


def pid(server: Neo4jServer) -> int:
    found = server.status().pid
    assert found
    return found


def test_a_server_that_does_not_run_has_a_status_and_no_address(tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path)
    status = server.status()
    assert (status.running, status.url, status.folder) == (False, None, tmp_path / "neo4j" / "empty" / "0001")
    assert server.find_served_folder() == status.folder
    assert not server.stop()
    with pytest.raises(ServerError, match=r"does not run\. Start it with `discogs up`"):
        server.address()


def test_a_pointer_that_points_nowhere_is_an_error_that_names_it(tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path)
    json_state.write(server.folder / "served.json", {"store": "2026-09/0001"})
    with pytest.raises(LoadError, match=r"2026-09/0001 is not the complete result of an import"):
        server.start()
    (server.folder / "served.json").write_text("2026-09")
    with pytest.raises(ServerError, match=r"served\.json is damaged, .*Delete it, then run `discogs up`"):
        server.start()


def test_a_store_that_was_not_imported_to_the_end_is_not_served(tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path)
    with pytest.raises(LoadError, match="not the complete result of an import"):
        server.serve(october(server))
    with pytest.raises(LoadError, match="not the complete result of an import"), server.running(october(server)):
        pass


@pytest.mark.slow
def test_a_plain_user_s_home_without_a_month_serves_an_empty_graph_to_who_knows_the_password(
    server: Neo4jServer, clean_folder: Path, nobody: User, python: Python, caplog: pytest.LogCaptureFixture
) -> None:
    """The server runs as that user; of two starts at once one is made; no password is shown."""
    installed = artifacts.install(
        artifacts.neo4j(), os_user.place(artifacts.cache_folder(), os_user.choose_account(server.home))
    )
    programs = clean_folder / "programs"
    programs.mkdir()
    os.chown(programs, nobody.options["user"], nobody.options["group"])
    (programs / installed.name).symlink_to(installed)
    plain = Neo4jServer(clean_folder / "home")
    started = [python(START, plain.home, programs, **nobody.options) for _ in range(2)]
    try:
        printed = {process.communicate(timeout=120) for process in started}
        with caplog.at_level(logging.DEBUG, logger="discogs_assets"):
            address, status = plain.start(), plain.status()
        assert printed == {(f"{address.port} {pid(plain)}\n", "")}
        assert query(address, "MATCH (n) RETURN count(n)") == [0]
        with pytest.raises(AuthError):
            query(address, "RETURN 1", auth=("neo4j", "neo4j"))
        running = psutil.Process(pid(plain))
        written = (plain.find_served_folder() / "logs" / "output.log").read_text()
        shown = f"{address} {address!r} {address.url} {status} {caplog.text} {written} {running.cmdline()}"
        assert not [p for p in credentials(plain.home).passwords.values() if p in shown]
        assert running.uids().real == running.uids().effective == nobody.options["user"]
    finally:
        assert plain.stop()


@pytest.mark.slow
def test_the_switch_keeps_password_and_port_and_what_was_indexed_and_committed(
    server: Neo4jServer, python: Python
) -> None:
    """Readers meanwhile wait and get one store or the other; of the accounts, only ours stays."""
    shown, other = both(server)
    address, children = server.address(), set(psutil.Process().children())
    assert psutil.Process(pid(server)).uids().real != 0
    listening = [c for c in psutil.Process(pid(server)).net_connections() if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}
    query(address, "CREATE USER alice SET PASSWORD 'alice-1234' CHANGE NOT REQUIRED")

    # A short-lived server is stopped at the end of its block, even by an exception.
    with suppress(InterruptedError), server.running(other) as beside:
        with pytest.raises(BusyError, match=f"inspecting {other.parent.name}/0001"), server.running(other):
            pass
        assert (count(beside), count(address)) == (nodes_of(other), nodes_of(shown))
        query(beside, "CREATE INDEX release IF NOT EXISTS FOR (r:Release) ON (r.id)")
        raise InterruptedError
    assert not [c for c in set(psutil.Process().children()) - children if process.running(c)]
    with pytest.raises(BusyError, match="is being served"), server.running(shown):
        pass

    # It ends when its process is killed, and what it has committed stays in the store.
    output, errors = python(WRITE, server.home, other).communicate(timeout=60)
    assert not errors
    deadline = time.monotonic() + 5
    while process.listens(int(output)):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    with reading(address) as found:
        seconds = server.serve(other)
    assert set(found) == {nodes_of(shown), nodes_of(other)}
    assert found == sorted(found, reverse=found[0] > found[-1])
    assert 0 < seconds < 30
    assert server.address() == address
    assert "release" in query(address, "SHOW INDEXES YIELD name RETURN name")
    assert query(address, "MATCH (k:Kept) RETURN count(k)") == [1]
    assert query(address, "SHOW USERS YIELD user RETURN user") == ["neo4j"]
    assert server.find_served_folder() == other
    assert server.serve(other) == 0
    assert server.start() == address


@contextmanager
def reading(address: Neo4jAddress) -> Iterator[list[int]]:
    """Count the releases again and again, at least once before the block and once after it."""
    found, done = [count(address)], threading.Event()

    def read() -> None:
        while not done.is_set():
            found.append(count(address))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield found
    finally:
        done.set()
        reader.join()
        found.append(count(address))


@pytest.mark.slow
def test_a_switch_killed_before_its_end_did_not_happen_and_neo4js_browser_is_served_if_it_is_asked_for(
    server: Neo4jServer,
) -> None:
    shown, other = both(server)
    address = server.address()
    # The state that a process leaves if it dies after the new server answers and before it writes the pointer.
    json_state.write(server.folder / "served.json", {"store": other.relative_to(server.folder).as_posix()})
    asked = Neo4jServer(server.home, browser=True)
    assert server.find_browser() is None
    assert asked.start() == address
    assert count(address) == nodes_of(other)
    assert asked.status().folder == other != shown
    url = asked.find_browser()
    assert url
    assert url.startswith("http://127.0.0.1:")
    with urlopen(url) as page:  # noqa: S310
        assert b"<title>Neo4j Browser</title>" in page.read()
    with urlopen(url.removesuffix("browser/")) as found:  # noqa: S310
        assert json.load(found)["bolt_direct"] == address.url
    # Nothing but pages is served over HTTP: no query is answered.
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(url.replace("browser/", "db/neo4j/query/v2"), b'{"statement": "RETURN 1"}'))  # noqa: S310
    # A server started by another version is restarted.
    state, before = server.folder / "server.json", pid(server)
    written = json_state.read(state) or {}
    json_state.write(state, {name: value for name, value in written.items() if name != "recipe"})
    server.start()
    assert pid(server) != before
    with pytest.raises(URLError, match="refused"):
        urlopen(url)  # noqa: S310


@pytest.mark.slow
def test_neither_a_killed_server_nor_a_store_that_does_not_start_keeps_the_one_before_from_being_served(
    server: Neo4jServer,
) -> None:
    """A record of another process and a taken port are no obstacle, either."""
    shown, _ = both(server)
    port, state = server.address().port, server.folder / "server.json"
    killed = psutil.Process(pid(server))
    killed.kill()
    psutil.wait_procs([killed], timeout=10)
    assert not server.status().running
    json_state.write(state, {**(json_state.read(state) or {}), "pid": os.getpid()})
    assert not server.status().running
    broken = server.folder / "2026-12" / "0001"
    (broken / "data" / "databases" / "store_lock").mkdir(parents=True)
    json_state.write(broken / "imported.json", {})
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind((process.HOST, port))
        rival.listen()
        with pytest.raises(ServerError, match=r"(?s)2026-12/0001 did not start.*is served again"):
            server.serve(broken)
    assert server.address().port != port
    assert count(server.address()) == nodes_of(shown)
    assert server.find_served_folder() == shown


@pytest.fixture
def closed(clean_folder: Path) -> Neo4jServer:
    """The server of a home that only root can reach."""
    if os.geteuid() != 0:
        pytest.skip("servers run as another user only where root starts them")
    (clean_folder / "closed").mkdir(mode=0o700)
    return Neo4jServer(clean_folder / "closed" / "home")


@pytest.mark.slow
def test_stores_of_a_home_that_the_servers_user_cannot_reach_move_where_it_can(
    server: Neo4jServer, closed: Neo4jServer, parquet: Callable[[str, dict[str, pa.Array]], Path]
) -> None:
    nodes = parquet("closed", {"id:ID(Release)": pa.array([1])})
    _, unserved = both(server)
    shutil.copytree(unserved, october(closed))
    assert not closed.folder.is_symlink()
    place = os_user.fallback(closed.folder)
    try:
        closed.serve(october(closed))
        assert count(closed.address()) == nodes_of(unserved)
        assert closed.folder.resolve() == place
        assert closed.find_served_folder() == october(closed)
        closed.import_store(november(closed), {"Release": [nodes]}, [])
        assert closed.stores() == [october(closed), november(closed)]
        assert closed.remove(november(closed)) > 0
    finally:
        closed.stop()
        shutil.rmtree(place)


def test_stores_that_cannot_move_where_the_servers_user_can_reach_are_refused_with_what_to_do(
    closed: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (closed.home.parent / "file").touch()
    monkeypatch.setattr(os_user, "FALLBACK", closed.home.parent / "file")
    monkeypatch.setattr(os_user, "place", lambda folder, user: folder)
    StoreDirectory(october(closed)).create()
    json_state.write(closed.folder / "served.json", {"store": "2026-10/0001"})
    with pytest.raises(ServerError, match=r"cannot reach .*home/neo4j, which cannot move to .*: .*`mv .* && ln -s "):
        closed.start()
    assert october(closed).exists()


@pytest.mark.slow
def test_a_switch_killed_anywhere_leaves_one_whole_store(server: Neo4jServer, python: Python) -> None:
    """Killed while the old server ends, and again while the new one starts."""
    shown, other = both(server)
    before = server.address()
    for seconds in (0.05, 1.0):
        switching = python(SERVE, server.home, other)
        assert switching.stdout
        assert switching.stdout.readline() == "now\n"
        time.sleep(seconds)
        switching.kill()
        switching.wait()
    address = server.start()
    assert address == before
    assert count(address) == nodes_of(server.find_served_folder())
    assert server.find_served_folder() in (shown, other)


@pytest.mark.slow
def test_a_damaged_state_file_repairs_itself_while_the_server_runs_on_until_it_is_stopped(server: Neo4jServer) -> None:
    both(server)
    address, running, shown = server.start(), pid(server), server.find_served_folder()
    for name, damaged in product(("served.json", "server.json"), ("", '{"store": "20', "[]")):
        (server.folder / name).write_text(damaged)
        assert (server.start(), pid(server), server.find_served_folder()) == (address, running, shown), (name, damaged)
        assert json_state.read(server.folder / name)
    stopped = psutil.Process(running)
    assert server.stop()
    assert not process.running(stopped)
