"""Modes of what a home keeps from other users."""

import os
from pathlib import Path

import pytest

from discogs_assets.servers import permissions
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets.servers.postgres.server import PostgresServer

PLACES = [".", "credentials.json", "postgres/data", "neo4j/empty/0001", "neo4j/2026-11/0002", "../.env"]


@pytest.fixture
def home(clean_folder: Path) -> Path:
    """A home as our own code makes it, with two stores, and a file of passwords beside it."""
    home = clean_folder / "home"
    credentials(home)
    for name in ("empty/0001", "2026-11/0002"):
        StoreDirectory(Neo4jServer(home).folder / name).create()
    PostgresServer(home).data.mkdir(parents=True, mode=0o700)
    (clean_folder / ".env").touch(mode=0o600)
    return home


def find_open(home: Path) -> list[permissions.Open]:
    return permissions.find(home, home.parent / ".env")


def test_what_we_make_is_closed(home: Path) -> None:
    assert find_open(home) == []


def test_a_home_that_is_not_there_yet_is_not_open(tmp_path: Path) -> None:
    assert find_open(tmp_path / "absent") == []


@pytest.mark.parametrize("place", PLACES)
def test_what_is_open_is_found_and_closed(home: Path, place: str) -> None:
    path = (home / place).resolve()
    before = path.stat().st_mode
    path.chmod(0o777)
    (each,) = find_open(home)
    assert (each.path.resolve(), each.mode, each.ours) == (path, 0o777, True)
    assert [changed.resolve() for changed in permissions.close([each])] == [path]
    assert find_open(home) == []
    assert path.stat().st_mode & before == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("place", PLACES[1:])
@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_what_another_user_owns_is_found_and_left(home: Path, place: str, mode: int) -> None:
    os.chown(home / place, 54321, 54321)
    (home / place).chmod(mode)
    (each,) = find_open(home)
    assert (each.owner, each.ours) == (54321, False)
    assert list(permissions.close([each])) == []
    assert (home / place).stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user run a server")
def test_what_the_user_of_a_server_owns_is_ours(home: Path) -> None:
    os.chown(home, 54321, 54321)
    for place in ("postgres/data", "neo4j/empty/0001"):
        os.chown(home / place, 54321, 54321)
    assert find_open(home) == []
