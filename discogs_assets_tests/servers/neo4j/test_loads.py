"""Tests of `servers.neo4j.loads`: which stores of a month go, with directories alone and no server."""

from collections.abc import Collection
from pathlib import Path

import pytest

from discogs_assets.errors import BusyError
from discogs_assets.servers import json_state
from discogs_assets.servers.neo4j import loads
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory

NOVEMBER, OCTOBER = "2026-11", "2026-10"


@pytest.fixture
def server(tmp_path: Path) -> Neo4jServer:
    return Neo4jServer(tmp_path)


def load(server: Neo4jServer, month: str, keep: Collection[Path] = (), finished: bool = True) -> Path:
    """A new store of the month, whole, and indexed or not."""
    with loads.alone(server, month):
        store = loads.fresh(server, month, map(str, keep))
        StoreDirectory(store).create()
        if finished:
            loads.finish(store)
    return store


def serve(server: Neo4jServer, store: Path) -> None:
    json_state.write(server.folder / "served.json", {"store": store.relative_to(server.folder).as_posix()})


def test_what_the_served_store_supersedes_is_swept_and_what_is_newer_stays(server: Neo4jServer) -> None:
    first = load(server, NOVEMBER)
    second, third = load(server, NOVEMBER, [first]), load(server, NOVEMBER, [first])
    serve(server, second)
    assert loads.sweep(server, NOVEMBER) == ["2026-11/0001"]
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)


def test_what_a_kept_store_of_a_month_not_served_supersedes_is_swept(server: Neo4jServer) -> None:
    serve(server, load(server, OCTOBER))
    first = load(server, NOVEMBER)
    second, third = load(server, NOVEMBER, [first]), load(server, NOVEMBER, [first])
    assert loads.sweep(server, NOVEMBER) == []
    assert loads.sweep(server, NOVEMBER, [second]) == ["2026-11/0001"]
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)


def test_what_a_killed_load_has_left_is_swept_by_the_next(server: Neo4jServer) -> None:
    served = load(server, NOVEMBER)
    serve(server, served)
    killed = load(server, NOVEMBER, finished=False)
    assert load(server, NOVEMBER).name == "0003"
    assert served.exists()
    assert not killed.exists()


def test_nothing_is_swept_while_the_month_is_being_loaded(server: Neo4jServer) -> None:
    loading = load(server, NOVEMBER, finished=False)
    with loads.alone(server, NOVEMBER):
        assert loads.sweep(server, NOVEMBER) == []
        with pytest.raises(BusyError, match="loading 2026-11 into Neo4j"):
            loads.drop(server, NOVEMBER)
    assert loading.exists()


def test_a_dropped_month_is_gone_and_its_numbers_are_never_given_again(server: Neo4jServer) -> None:
    serve(server, load(server, NOVEMBER))
    load(server, OCTOBER)
    assert loads.months(server) == [OCTOBER, NOVEMBER]
    assert list(loads.drop(server, OCTOBER)) == ["2026-10/0001"]
    assert loads.months(server) == [NOVEMBER]
    assert not list(server.folder.rglob("*2026-10*"))
    assert load(server, OCTOBER).name == "0002"


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"2026-11": "x"}'])
def test_a_damaged_file_of_numbers_gives_none_that_is_there(server: Neo4jServer, damaged: str) -> None:
    first = load(server, NOVEMBER)
    (server.folder / loads.NUMBERS).write_text(damaged)
    assert load(server, NOVEMBER, [first]).name == "0002"


def test_a_number_of_an_earlier_version_s_file_of_the_month_is_not_given_again(server: Neo4jServer) -> None:
    json_state.write(server.folder / OCTOBER / loads.NUMBERS, {"last": 7})
    loads.drop(server, OCTOBER)
    assert load(server, OCTOBER).name == "0008"


def test_the_served_month_is_not_dropped(server: Neo4jServer) -> None:
    store = load(server, NOVEMBER)
    serve(server, store)
    with pytest.raises(BusyError, match="readers of Neo4j see"):
        loads.drop(server, NOVEMBER)
    assert StoreDirectory(store).whole
