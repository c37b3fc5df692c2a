"""The files of a store."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.embedded.machine import MIB
from discogs_assets.embedded.store import Store, served_memory, temporary_memory


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    store = Store(tmp_path / "2026-11" / "0001")
    store.create()
    return store


def with_users(store: Store, name: str) -> Store:
    """The store with stand-ins for the files of its users."""
    for kind in ("databases", "transactions"):
        store.part(kind, "system").mkdir(parents=True)
        (store.part(kind, "system") / "users").write_text(name)
    return store


def users(store: Store) -> set[str]:
    """Whose files a store's users are, of both kinds; none where it has no users."""
    parts = [store.part(kind, "system") / "users" for kind in ("databases", "transactions")]
    return {part.read_text() for part in parts} if store.has_users else set()


def test_only_the_owner_can_look_into_a_store(store: Store) -> None:
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_store_is_whole_and_an_unfinished_one_is_not(store: Store) -> None:
    assert store.whole
    store.remove_data()
    assert not store.whole


def test_a_small_store_needs_little_memory_and_a_large_one_more(store: Store) -> None:
    assert max(served_memory(store)) <= 512 * MIB
    database = store.part("databases", "neo4j")
    database.mkdir(parents=True)
    with (database / "neostore").open("wb") as stream:
        stream.truncate(1024 * MIB)
    assert not store.small
    assert min(served_memory(store)) >= min(temporary_memory(store)) >= 256 * MIB


def test_an_empty_store_that_is_to_be_filled_has_the_memory_of_a_full_one(store: Store) -> None:
    filled = Store(store.folder, expected=1024 * MIB)
    assert filled == store
    assert not filled.small
    assert min(temporary_memory(filled)) >= 256 * MIB


def test_a_small_store_fits_into_its_page_cache(store: Store) -> None:
    database = store.part("databases", "neo4j")
    database.mkdir(parents=True)
    (database / "neostore").write_bytes(b"x" * 100 * MIB)
    assert store.small
    assert served_memory(store)[1] > store.size


def test_the_configuration_is_loopback_and_tells_nobody(store: Store) -> None:
    store.configure(port=1234, page_cache=64 * MIB)
    lines = (store.conf / "neo4j.conf").read_text().splitlines()
    assert "server.bolt.listen_address=127.0.0.1:1234" in lines
    assert "server.memory.pagecache.size=64m" in lines
    switched_off = ("dbms.usage_report", "server.fleet_discovery", "server.bolt.telemetry", "server.http")
    assert all(f"{setting}.enabled=false" in lines for setting in switched_off)


def test_the_first_password_is_kept_as_a_salted_hash_that_only_the_owner_reads(store: Store) -> None:
    file = store.folder / "data" / "dbms" / "auth.ini"
    store.set_first_password("secret password")
    first = file.read_text()
    store.set_first_password("secret password")
    assert "secret" not in first
    assert first.startswith("neo4j:SHA-256,")
    assert file.read_text() != first
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_store_that_has_users_keeps_their_passwords(store: Store) -> None:
    with_users(store, "ours").set_first_password("secret password")
    assert users(store) == {"ours"}
    assert not (store.folder / "data" / "dbms").exists()


def test_users_are_taken_whole(store: Store, tmp_path: Path) -> None:
    other = with_users(Store(tmp_path / "other"), "theirs")
    store.take_users(other)
    assert users(store) == users(other) == {"theirs"}
    store.take_users(Store(tmp_path / "without"))
    assert users(store) == {"theirs"}
    assert not (store.folder / "users.partial").exists()


@pytest.mark.parametrize("kills_at", range(8))
def test_taking_users_interrupted_anywhere_leaves_one_sides_or_none(
    store: Store, tmp_path: Path, kills_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(kills_at))

    def killed_in_time(original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if next(steps, None) is None:
                raise InterruptedError
            return original(*args, **kwargs)

        return step

    with_users(store, "ours")
    other = with_users(Store(tmp_path / "other"), "theirs")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed_in_time(shutil.rmtree))
        patch.setattr(shutil, "copytree", killed_in_time(shutil.copytree))
        patch.setattr(Path, "rename", killed_in_time(Path.rename))
        try:
            store.take_users(other)
        except InterruptedError:
            assert users(store) in ({"ours"}, set(), {"theirs"})
    store.take_users(other)
    assert users(store) == {"theirs"}
