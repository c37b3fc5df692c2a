"""Creating the cache of loaded classes."""

import os
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers import artifacts, os_user
from discogs_assets.servers.neo4j import aot_cache
from discogs_assets.servers.neo4j.jvm import Java


@pytest.mark.slow
def test_the_cache_is_created_and_nothing_else_is_left(clean_folder: Path) -> None:
    """The cache of this machine, which the first start of a server begins and later ones use."""
    user = os_user.choose_account(clean_folder)
    java = Java(artifacts.install(artifacts.neo4j(), os_user.place(artifacts.cache_folder(), user)), user)
    deadline = time.monotonic() + 240
    while thread := aot_cache.begin(java):
        assert time.monotonic() < deadline
        thread.join(timeout=240)
        time.sleep(0.2)  # another process may be creating it
    assert java.cache.stat().st_size > 50_000_000
    assert java.cache.stat().st_uid == os.geteuid()
    assert [f.name for f in java.cache.parent.iterdir() if f.name.startswith(("training-", "unverified"))] == []


def test_of_two_attempts_at_once_one_is_made_and_what_earlier_ones_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, reached, ended = list[str](), threading.Event(), threading.Event()
    java = Java(tmp_path)

    def launch(*_: object, **__: object) -> NoReturn:
        found.extend(f.name for f in java.cache.parent.iterdir() if not f.name.startswith("training.lock"))
        reached.set()
        ended.wait(timeout=10)
        raise ServerError("no server is started here")

    monkeypatch.setattr(aot_cache, "launch", launch)
    (java.cache.parent / "training-killed").mkdir(parents=True)
    (java.cache.parent / "neo4j.jsa").touch()  # of an earlier version
    first = aot_cache.begin(java)
    assert reached.wait(timeout=10)
    second = aot_cache.begin(java)
    assert first
    assert second
    second.join(timeout=10)
    assert (first.is_alive(), second.is_alive()) == (True, False)
    ended.set()
    first.join(timeout=10)
    (draft,) = found
    assert draft.startswith("training-")
    assert draft != "training-killed"
    assert sorted(f.name for f in java.cache.parent.iterdir()) == ["training.lock", "training.lock.holder"]


def test_without_a_place_for_the_cache_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "archives").write_text("a file where a folder belongs")
    thread = aot_cache.begin(Java(tmp_path))
    assert thread
    thread.join(timeout=10)
    assert not thread.is_alive()
