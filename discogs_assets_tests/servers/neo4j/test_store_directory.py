"""The files of a store."""

import os
from pathlib import Path

import pytest

from discogs_assets.servers.host_limits import MIB
from discogs_assets.servers.neo4j.store_directory import (
    StoreDirectory,
    reader_settings,
    served_memory,
    temporary_memory,
)
from discogs_assets.servers.os_user import Account


@pytest.fixture
def store(tmp_path: Path) -> StoreDirectory:
    """An empty store."""
    store = StoreDirectory(tmp_path / "2026-11" / "0001")
    store.create()
    return store


def test_only_the_owner_can_look_into_a_store(store: StoreDirectory) -> None:
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_store_is_whole_and_an_unfinished_one_is_not(store: StoreDirectory) -> None:
    assert store.whole
    store.remove_data()
    assert not store.whole


def test_a_small_store_needs_little_memory_and_a_large_one_more(store: StoreDirectory) -> None:
    assert max(served_memory(store)) <= 512 * MIB
    database = store.part("databases", "neo4j")
    database.mkdir(parents=True)
    with (database / "neostore").open("wb") as stream:
        stream.truncate(1024 * MIB)
    assert not store.small
    assert min(served_memory(store)) >= min(temporary_memory(store)) >= 256 * MIB


def test_an_empty_store_that_is_to_be_filled_has_the_memory_of_a_full_one(store: StoreDirectory) -> None:
    filled = StoreDirectory(store.folder, expected=1024 * MIB)
    assert filled == store
    assert not filled.small
    assert min(temporary_memory(filled)) >= 256 * MIB


def test_a_small_store_fits_into_its_page_cache(store: StoreDirectory) -> None:
    database = store.part("databases", "neo4j")
    database.mkdir(parents=True)
    (database / "neostore").write_bytes(b"x" * 100 * MIB)
    assert store.small
    assert served_memory(store)[1] > store.size


def test_the_configuration_is_loopback_and_tells_nobody(store: StoreDirectory) -> None:
    store.configure(port=1234, page_cache=64 * MIB)
    lines = (store.conf / "neo4j.conf").read_text().splitlines()
    assert "server.bolt.listen_address=127.0.0.1:1234" in lines
    assert "server.memory.pagecache.size=64m" in lines
    switched_off = ("dbms.usage_report", "server.fleet_discovery", "server.bolt.telemetry", "server.http")
    assert all(f"{setting}.enabled=false" in lines for setting in switched_off)


def test_the_password_is_kept_as_a_salted_hash_that_only_the_owner_reads(store: StoreDirectory) -> None:
    file = store.folder / "data" / "dbms" / "auth.ini"
    store.set_password("secret password")
    first = file.read_text()
    store.set_password("secret password")
    assert "secret" not in first
    assert first.startswith("neo4j:SHA-256,")
    assert file.read_text() != first
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_user_of_a_store_outlives_a_start(store: StoreDirectory) -> None:
    parts = [store.part(kind, database) for kind in ("databases", "transactions") for database in ("system", "neo4j")]
    for part in parts:
        part.mkdir(parents=True)
    store.set_password("secret password")
    assert [part.name for part in parts if part.exists()] == ["neo4j", "neo4j"]


@pytest.mark.parametrize("link", ["conf", "conf/neo4j.conf", "data/dbms", "data/dbms/auth.ini", "logs", "tmp"])
def test_what_is_written_for_a_server_goes_through_no_link_of_its_user(
    store: StoreDirectory, tmp_path: Path, link: str
) -> None:
    """A server that somebody broke into may leave links in its store."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "file" if Path(link).suffix else elsewhere
    if target != elsewhere:
        target.write_text("untouched")
    (store.folder / link).parent.mkdir(parents=True, exist_ok=True)
    (store.folder / link).symlink_to(target)
    store.configure()
    store.set_password("secret password")
    assert [file.read_text() for file in elsewhere.iterdir()] == ["untouched"] * (target != elsewhere)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands files over")
def test_a_store_is_handed_over_whole_but_for_what_has_a_name_elsewhere(store: StoreDirectory, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.touch()
    (store.folder / "logs").mkdir()
    (store.folder / "logs" / "soft").symlink_to(ours)
    (store.folder / "logs" / "hard").hardlink_to(ours)
    store.set_password("secret password")
    store.hand_over(Account(54321, 54321))
    owned = {path.name for path in store.folder.rglob("*") if path.lstat().st_uid == 54321}
    assert owned == {"imported.json", "logs", "soft", "data", "dbms", "auth.ini"}
    assert ours.stat().st_uid == 0


def test_only_a_server_for_readers_is_read_only_and_bounds_their_memory(store: StoreDirectory) -> None:
    store.configure()
    assert "read_only" not in (store.conf / "neo4j.conf").read_text()
    store.configure(more=reader_settings(512 * MIB))
    lines = (store.conf / "neo4j.conf").read_text().splitlines()
    assert "server.databases.read_only=neo4j" in lines
    assert "db.memory.transaction.max=204m" in lines
