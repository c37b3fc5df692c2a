"""Creating the cache of loaded classes."""

import os
from pathlib import Path

import pytest

from discogs_assets.servers import artifacts, os_user
from discogs_assets.servers.neo4j import aot_cache
from discogs_assets.servers.neo4j.jvm import Java


@pytest.fixture
def java(clean_folder: Path) -> Java:
    """Java with Neo4j's jars and no cache, for servers of another user where root runs them."""
    program, user = clean_folder / "program", os_user.choose_account(clean_folder)
    program.mkdir()
    cache = os_user.place(artifacts.cache_folder(), user)
    (program / "jars").symlink_to(artifacts.install(artifacts.neo4j(), cache) / "jars")
    return Java(program, user)


@pytest.mark.slow
def test_the_cache_is_created_once_and_nothing_else_is_left(java: Java) -> None:
    (java.cache.parent / "training-killed").mkdir(parents=True)
    (java.cache.parent / "neo4j.jsa").touch()  # of an earlier version
    for thread in [aot_cache.begin(java), aot_cache.begin(java)]:  # both begin before either is waited for
        assert thread
        thread.join(timeout=120)
    assert java.cache.stat().st_size > 50_000_000
    assert java.cache.stat().st_uid == os.geteuid()
    assert sorted(f.name for f in java.cache.parent.iterdir()) == ["neo4j.aot", "training.lock", "training.lock.holder"]
    assert aot_cache.begin(java) is None


def test_without_a_place_for_the_cache_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "archives").write_text("a file where a folder belongs")
    thread = aot_cache.begin(Java(tmp_path))
    assert thread
    thread.join(timeout=10)
    assert not thread.is_alive()
