"""The cluster's files."""

import pwd
import shutil
from pathlib import Path

import psutil
import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers.os_user import Account, choose_account
from discogs_assets.servers.postgres.cluster import Cluster
from discogs_assets.servers.postgres.server import PostgresServer


@pytest.fixture
def programs(postgres_server: PostgresServer) -> Path:
    """The programs that the session's server runs."""
    return Path(psutil.Process(postgres_server.status().pid).cmdline()[0]).parent.parent


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerError, match=r"is of PostgreSQL 12, these programs are of 18"):
        Cluster(tmp_path, tmp_path, None).create("secret")


def test_a_cluster_made_half_way_does_not_count_and_is_swept(clean_folder: Path, programs: Path) -> None:
    half = clean_folder / ".data.partial-1234"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    cluster = Cluster(clean_folder / "data", programs, choose_account(clean_folder))
    cluster.create("secret")
    assert [f.name for f in clean_folder.iterdir()] == ["data"]
    assert not list(clean_folder.rglob("password"))
    assert (cluster.data / "pg_hba.conf").read_text() == "host all all 127.0.0.1/32 scram-sha-256\n"


def test_a_signal_that_ends_initdb_is_in_the_error(clean_folder: Path) -> None:
    (clean_folder / "programs" / "bin").mkdir(parents=True)
    program = clean_folder / "programs" / "bin" / "initdb"
    program.write_text("#!/bin/sh\nulimit -c 0; kill -XFSZ $$\n")
    program.chmod(0o755)
    with pytest.raises(
        ServerError, match=r"^initdb was ended by SIGXFSZ \(file size limit exceeded; see `ulimit -f`\)$"
    ):
        Cluster(clean_folder / "data", clean_folder / "programs", choose_account(clean_folder)).create("secret")


def test_what_initdb_says_is_in_the_error(clean_folder: Path, programs: Path) -> None:
    incomplete = clean_folder / "programs"
    (incomplete / "bin").mkdir(parents=True)
    shutil.copy(programs / "bin" / "initdb", incomplete / "bin")
    (incomplete / "lib").symlink_to(programs / "lib")
    with pytest.raises(ServerError, match=r'(?s)initdb failed with status 1.*"postgres" is needed by initdb'):
        Cluster(clean_folder / "data", incomplete, choose_account(clean_folder)).create("secret")


def test_a_user_id_without_a_name_is_refused_with_what_to_do(clean_folder: Path, programs: Path) -> None:
    nameless = max(entry.pw_uid for entry in pwd.getpwall()) - 7
    assert nameless not in {entry.pw_uid for entry in pwd.getpwall()}
    with pytest.raises(ServerError, match=rf"user id {nameless}, which has no name.*useradd.*DISCOGS_POSTGRES_URL"):
        Cluster(clean_folder / "data", programs, Account(nameless, nameless)).create("secret")
    assert list(clean_folder.iterdir()) == []


def test_settings_are_of_this_machine_and_loopback_only(postgres_server: PostgresServer) -> None:
    folder = postgres_server.status().folder
    settings = dict(line.split(" = ") for line in (folder / "postgresql.conf").read_text().splitlines()[1:])
    assert settings["listen_addresses"] == "'127.0.0.1'"
    assert settings["unix_socket_directories"] == "''"
    assert settings["shared_preload_libraries"] == "'pg_stat_statements'"
    shared, cached = (
        int(settings[n].strip("'").removesuffix("kB")) for n in ("shared_buffers", "effective_cache_size")
    )
    assert 64 * 1024 <= shared < cached
