"""Making the archive of classes."""

import os
from pathlib import Path

import pytest

from discogs_assets.servers import artifacts, os_user
from discogs_assets.servers.neo4j import cds_archive
from discogs_assets.servers.neo4j.jvm import Java


@pytest.fixture
def java(clean_folder: Path) -> Java:
    """Java with Neo4j's jars and no archive, for servers of another user where root runs them."""
    program, user = clean_folder / "program", os_user.unprivileged(clean_folder)
    program.mkdir()
    cache = os_user.place(artifacts.cache_folder(), user)
    (program / "jars").symlink_to(artifacts.install(artifacts.neo4j(), cache) / "jars")
    return Java(program, user)


@pytest.mark.slow
def test_the_archive_is_made_once_and_nothing_else_is_left(java: Java) -> None:
    (java.archive.parent / "training-killed").mkdir(parents=True)
    for thread in [cds_archive.begin(java), cds_archive.begin(java)]:  # both begin before either is waited for
        assert thread
        thread.join(timeout=120)
    assert java.archive.stat().st_size > 50_000_000
    assert java.archive.stat().st_uid == os.geteuid()
    assert sorted(f.name for f in java.archive.parent.iterdir()) == ["base.jsa", "neo4j.jsa", "training.lock"]
    assert cds_archive.begin(java) is None


def test_where_no_archive_can_be_made_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "archives").write_text("a file where a folder belongs")
    thread = cds_archive.begin(Java(tmp_path))
    assert thread
    thread.join(timeout=10)
    assert not thread.is_alive()
