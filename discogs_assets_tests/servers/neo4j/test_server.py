"""The Neo4j server of a home: one, whoever starts it; the switch between stores; and again after whatever happened."""

import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
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
from discogs_assets.servers import json_state, os_user, process
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.server_process import Neo4jAddress
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets_tests.servers.fix_embedded import Python, User, passable_folder

START = """
import sys
from pathlib import Path
from discogs_assets.servers.neo4j.server import Neo4jServer
server = Neo4jServer(Path(sys.argv[1]))
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
    """How many nodes one of the two stores has."""
    return {"2026-10": 1, "2026-11": 2}[store.parent.name]


def query(address: Neo4jAddress, text: str, auth: tuple[str, str] | None = None) -> list[Any]:
    with GraphDatabase.driver(address.url, auth=auth or address.auth) as driver:
        return [record[0] for record in driver.execute_query(text, database_="neo4j").records]


def count(address: Neo4jAddress) -> int:
    return int(query(address, "MATCH (n) RETURN count(n)")[0])


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
def test_a_home_without_a_month_serves_an_empty_graph_to_who_knows_the_password(
    clean_folder: Path, python: Python, caplog: pytest.LogCaptureFixture
) -> None:
    server = Neo4jServer(clean_folder)
    started = [python(START, clean_folder) for _ in range(2)]
    try:
        printed = {process.communicate() for process in started}
        with caplog.at_level(logging.DEBUG, logger="discogs_assets"):
            address, status = server.start(), server.status()
        assert printed == {(f"{address.port} {pid(server)}\n", "")}
        assert count(address) == 0
        with pytest.raises(AuthError):
            query(address, "RETURN 1", auth=("neo4j", "neo4j"))
        written = (server.find_served_folder() / "logs" / "output.log").read_text()
        shown = f"{address} {address!r} {address.url} {status} {caplog.text} {written}"
        shown += " ".join(psutil.Process(pid(server)).cmdline())
        assert not [p for p in credentials(clean_folder).passwords.values() if p in shown]
        assert psutil.Process(pid(server)).uids().real != 0
        listening = [c for c in psutil.Process(pid(server)).net_connections() if c.status == psutil.CONN_LISTEN]
        assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}
    finally:
        server.stop()


@pytest.mark.slow
def test_the_switch_keeps_password_and_port_and_what_was_indexed(server: Neo4jServer) -> None:
    shown, other = both(server)
    address = server.address()
    query(address, "CREATE USER alice SET PASSWORD 'alice-1234' CHANGE NOT REQUIRED")
    with server.running(other) as beside:
        assert (count(beside), count(address)) == (nodes_of(other), nodes_of(shown))
        query(beside, "CREATE INDEX release IF NOT EXISTS FOR (r:Release) ON (r.id)")
    seconds = server.serve(other)
    assert 0 < seconds < 30
    assert server.address() == address
    assert count(address) == nodes_of(other)
    assert "release" in query(address, "SHOW INDEXES YIELD name RETURN name")
    assert query(address, "SHOW USERS YIELD user RETURN user") == ["neo4j"]
    assert server.find_served_folder() == other
    assert server.serve(other) == 0
    assert server.start() == address


@pytest.mark.slow
def test_who_reads_during_the_switch_waits_and_gets_one_store_or_the_other(server: Neo4jServer) -> None:
    shown, other = both(server)
    address, found, done = server.address(), [], threading.Event()

    def read() -> None:
        while not done.is_set():
            found.append(count(address))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        time.sleep(0.3)
        server.serve(other)
    finally:
        time.sleep(0.3)
        done.set()
        reader.join()
    assert set(found) == {nodes_of(shown), nodes_of(other)}
    assert found == sorted(found, reverse=found[0] > found[-1])


@pytest.mark.slow
def test_a_store_that_does_not_start_leaves_the_one_before_served(server: Neo4jServer) -> None:
    shown, _ = both(server)
    broken = server.folder / "2026-12" / "0001"
    (broken / "data" / "databases" / "store_lock").mkdir(parents=True)
    json_state.write(broken / "imported.json", {})
    with pytest.raises(ServerError, match=r"(?s)2026-12/0001 did not start.*is served again"):
        server.serve(broken)
    assert count(server.address()) == nodes_of(shown)
    assert server.find_served_folder() == shown


@pytest.mark.slow
def test_a_switch_killed_before_its_end_did_not_happen(server: Neo4jServer) -> None:
    shown, other = both(server)
    pointer = json_state.read(server.folder / "served.json")
    assert pointer
    server.serve(other)
    # What is left when the process dies after the new server answered and before the pointer is written.
    json_state.write(server.folder / "served.json", pointer)
    assert count(server.start()) == nodes_of(shown)
    assert server.status().folder == shown


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.05, 1.0])
def test_a_switch_killed_anywhere_leaves_one_whole_store(server: Neo4jServer, python: Python, seconds: float) -> None:
    shown, other = both(server)
    switching = python(SERVE, server.home, other)
    assert switching.stdout
    assert switching.stdout.readline() == "now\n"
    time.sleep(seconds)
    switching.kill()
    address = server.start()
    assert count(address) == nodes_of(server.find_served_folder())
    assert server.find_served_folder() in (shown, other)


@pytest.mark.slow
def test_a_killed_server_starts_again_where_it_was(server: Neo4jServer) -> None:
    shown, _ = both(server)
    address = server.address()
    killed = psutil.Process(pid(server))
    killed.kill()
    psutil.wait_procs([killed], timeout=10)
    assert not server.status().running
    assert server.start() == address
    assert count(address) == nodes_of(shown)


@pytest.mark.slow
def test_a_store_whose_writer_was_killed_is_served_with_what_was_committed(server: Neo4jServer) -> None:
    """As one is that a server of an earlier version, which readers could write to, left behind."""
    _, other = both(server)
    before = set(psutil.Process().children())
    with server.running(other) as beside:
        query(beside, "CREATE (:Kept)")
        (writer,) = set(psutil.Process().children()) - before
        writer.kill()
        psutil.wait_procs([writer], timeout=10)
    server.serve(other)
    assert query(server.address(), "MATCH (k:Kept) RETURN count(k)") == [1]
    server.serve(next(store for store in (october(server), november(server)) if store != other))
    with server.running(other) as beside:
        query(beside, "MATCH (k:Kept) DELETE k")


@pytest.mark.slow
def test_a_server_that_another_version_started_is_started_anew(server: Neo4jServer) -> None:
    server.start()
    state, before = server.folder / "server.json", pid(server)
    written = json_state.read(state) or {}
    json_state.write(state, {name: value for name, value in written.items() if name != "recipe"})
    server.start()
    assert pid(server) != before


@pytest.mark.slow
def test_neo4js_browser_is_served_on_loopback_only_if_it_is_asked_for(server: Neo4jServer) -> None:
    asked = Neo4jServer(server.home, browser=True)
    assert server.find_browser() is None
    address, url = asked.start(), asked.find_browser()
    assert url
    assert url.startswith("http://127.0.0.1:")
    with urlopen(url) as page:  # noqa: S310
        assert b"<title>Neo4j Browser</title>" in page.read()
    with urlopen(url.removesuffix("browser/")) as found:  # noqa: S310
        assert json.load(found)["bolt_direct"] == address.url
    # Nothing but pages is served over HTTP: no query is answered.
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(url.replace("browser/", "db/neo4j/query/v2"), b'{"statement": "RETURN 1"}'))  # noqa: S310
    server.start()
    with pytest.raises(URLError, match="refused"):
        urlopen(url)  # noqa: S310


@pytest.fixture
def closed(clean_folder: Path) -> Neo4jServer:
    """The server of a home that only root can reach."""
    if os.geteuid() != 0:
        pytest.skip("servers run as another user only where root starts them")
    (clean_folder / "closed").mkdir(mode=0o700)
    return Neo4jServer(clean_folder / "closed" / "home")


@pytest.mark.slow
def test_stores_of_a_home_that_the_servers_user_cannot_reach_move_where_it_can(
    closed: Neo4jServer, parquet: Callable[[str, dict[str, pa.Array]], Path]
) -> None:
    nodes = parquet("closed", {"id:ID(Release)": pa.array([1])})
    closed.import_store(october(closed), {"Release": [nodes]}, [])
    json_state.write(closed.folder / "served.json", {"store": "2026-10/0001"})
    assert not closed.folder.is_symlink()
    place = os_user.fallback(closed.folder)
    try:
        assert count(closed.start()) == 1
        assert closed.folder.resolve() == place
        assert closed.find_served_folder() == october(closed)
        closed.import_store(november(closed), {"Release": [nodes]}, [])
        closed.serve(november(closed))
        assert count(closed.address()) == 1
        assert closed.remove(october(closed)) > 0
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
@pytest.mark.parametrize("damaged", ["", '{"store": "20', "[]"])
@pytest.mark.parametrize("name", ["served.json", "server.json"])
def test_a_damaged_state_file_repairs_itself_while_the_server_runs_on(
    server: Neo4jServer, name: str, damaged: str
) -> None:
    both(server)
    address, running, shown = server.start(), pid(server), server.find_served_folder()
    (server.folder / name).write_text(damaged)
    assert (server.start(), pid(server), server.find_served_folder()) == (address, running, shown)
    assert json_state.read(server.folder / name)


@pytest.mark.slow
def test_a_stale_record_and_a_taken_port_are_no_obstacle(server: Neo4jServer) -> None:
    port = server.start().port
    stopped = psutil.Process(pid(server))
    assert server.stop()
    assert not process.running(stopped)
    state = server.folder / "server.json"
    json_state.write(state, {**(json_state.read(state) or {}), "pid": os.getpid()})
    assert not server.status().running
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind((process.HOST, port))
        rival.listen()
        address = server.start()
    assert address.port != port
    assert count(address) > 0


@pytest.mark.slow
def test_a_short_lived_server_is_gone_when_its_block_ends_however_it_ends(server: Neo4jServer) -> None:
    shown, other = both(server)
    children = set(psutil.Process().children())
    with suppress(ZeroDivisionError), server.running(other) as address:
        with pytest.raises(BusyError, match=f"inspecting {other.parent.name}/0001"), server.running(other):
            pass
        assert count(address) / 0
    assert not [c for c in set(psutil.Process().children()) - children if process.running(c)]
    with pytest.raises(BusyError, match="is being served"), server.running(shown):
        pass


RUN = """
import os, signal, sys
from pathlib import Path
from discogs_assets.servers.neo4j.server import Neo4jServer
server = Neo4jServer(Path(sys.argv[1]))
with server.running(Path(sys.argv[2])) as address:
    print(address.port, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_short_lived_server_dies_with_the_process_that_is_killed(server: Neo4jServer, python: Python) -> None:
    _, other = both(server)
    output, errors = python(RUN, server.home, other).communicate(timeout=60)
    assert not errors
    deadline = time.monotonic() + 5
    while process.listens(int(output)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_plain_user_runs_it_as_itself(clean_folder: Path, nobody: User, python: Python) -> None:
    code = START + "import psutil; print(psutil.Process(server.status().pid).uids().effective, server.stop())"
    output, errors = python(code, clean_folder / "home", **nobody.options).communicate(timeout=120)
    assert not errors
    assert output.splitlines()[1] == f"{nobody.options['user']} True"
