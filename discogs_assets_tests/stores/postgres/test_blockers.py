"""Readers that hold a publication up, and what of ours waits for a lock: none of it for long."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from discogs_assets.errors import BusyError, LoadError
from discogs_assets.schema.backends.provisioning import READER_CONNECTIONS
from discogs_assets.schema.child_tables import Table
from discogs_assets.schema.discogs import LABELS
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.postgres import loads as module
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets_tests.stores.postgres.test_loads import NOVEMBER, labels

OCTOBER = "2026-10-01"


@pytest.fixture
def shown(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Table, str]:
    """Labels that are shown; a publication bears with readers for a moment."""
    monkeypatch.setattr(module, "READER_SECONDS", 0.5)
    loaded: dict[Table, str] = {LABELS: postgres.load(LABELS, NOVEMBER, labels(tmp_path, *"ABCDEFGH")).table}
    postgres.publish(loaded)
    return loaded


@pytest.fixture
def readers(postgres_server: PostgresServer) -> Iterator[Callable[[], Connection[Any]]]:
    """Opens sessions of the reader."""
    url, opened = postgres_server.reader().url, list[Connection[Any]]()

    def connect() -> Connection[Any]:
        opened.append(psycopg.connect(url, application_name="a notebook"))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def read(session: Connection[Any]) -> None:
    session.execute("SELECT * FROM labels").fetchall()


def lock(session: Connection[Any]) -> None:
    session.execute("LOCK TABLE labels IN ACCESS SHARE MODE")


def fetch(session: Connection[Any]) -> None:
    session.execute("DECLARE c CURSOR FOR SELECT * FROM labels")
    session.execute("FETCH 1 FROM c")


def compute(session: Connection[Any]) -> None:
    """Ask what takes long, and do not wait for the answer."""
    session.execute("SELECT 1 FROM labels")
    session.pgconn.send_query(b"SELECT count(*) FROM labels, generate_series(1, 10000000000)")


def stall(session: Connection[Any]) -> None:
    """Take none of the rows, so that the server waits for room in the connection."""
    session.execute("SELECT 1")
    session.pgconn.send_query(b"COPY (SELECT repeat('x', 100000) FROM labels, generate_series(1, 1000)) TO STDOUT")


def fail(session: Connection[Any]) -> None:
    """Hold the lock in a transaction that has failed within a savepoint."""
    read(session)
    session.execute("SAVEPOINT s")
    with pytest.raises(psycopg.errors.DivisionByZero):
        session.execute("SELECT 1/0")


@pytest.mark.parametrize("hold", [read, lock, fetch, compute, stall, fail])
def test_a_reader_that_holds_the_views_is_ended_when_its_time_is_up(
    postgres: Postgres,
    shown: dict[Table, str],
    readers: Callable[[], Connection[Any]],
    hold: Callable[[Connection[Any]], None],
) -> None:
    blocker, innocent, said = readers(), readers(), list[str]()
    hold(blocker)
    innocent.execute("SELECT 1")
    assert 0.5 < postgres.publish(shown, said.append) < 10
    (ended,) = (line for line in said if line.startswith("ended"))
    assert f"session {blocker.info.backend_pid}, " in ended
    assert "role reader, application a notebook, last query of 20" in ended
    assert innocent.execute("SELECT 1").fetchall() == [(1,)]


def test_a_role_of_a_persons_own_reads_and_is_ended_like_the_reader(
    postgres: Postgres, postgres_server: PostgresServer, shown: dict[Table, str]
) -> None:
    password = credentials(postgres_server.home).password("postgres/postgres")
    superuser = replace(postgres_server.address(), user="postgres", password=password)
    with psycopg.connect(superuser.url, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE person LOGIN PASSWORD 'x' CONNECTION LIMIT 5 IN ROLE reader")
        try:
            own = psycopg.connect(replace(superuser, user="person", password="x").url)
            with pytest.raises(psycopg.errors.InsufficientPrivilege), own.transaction():
                own.execute("SELECT pg_advisory_lock(1)")
            read(own)
            assert postgres.publish(shown) < 10
            own.close()
        finally:
            administrator.execute("DROP ROLE person")


def test_readers_that_come_back_at_once_are_ended_too(
    postgres: Postgres, postgres_server: PostgresServer, shown: dict[Table, str]
) -> None:
    done, ended, url = threading.Event(), list[int](), postgres_server.reader().url

    def insist() -> None:
        while not done.is_set():
            try:
                with psycopg.connect(url) as session:
                    read(session)
                    session.execute("SELECT count(*) FROM generate_series(1, 10000000000)")
            except psycopg.OperationalError:
                ended.append(1)

    threads = [threading.Thread(target=insist) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        assert postgres.publish(shown) < 20
    finally:
        done.set()
        with postgres.connection(autocommit=True) as connection:
            while any(thread.is_alive() for thread in threads):
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
                time.sleep(0.05)
    assert len(ended) >= 8


def test_all_the_readers_that_there_can_be_hold_up_nothing_but_the_publication_and_that_not_for_long(
    postgres: Postgres,
    shown: dict[Table, str],
    readers: Callable[[], Connection[Any]],
    postgres_server: PostgresServer,
    tmp_path: Path,
) -> None:
    for _ in range(READER_CONNECTIONS):
        read(readers())
    begun = time.monotonic()
    postgres_server.start()
    postgres_server.restore_roles()
    postgres.prepare()
    with psycopg.connect(postgres_server.dagster().url) as connection:
        connection.execute("CREATE TEMP TABLE t (i int)")
    loaded: dict[Table, str] = {
        LABELS: postgres.load(LABELS, NOVEMBER, labels(tmp_path, "B"), keep=shown[LABELS]).table
    }
    assert postgres.sweep(NOVEMBER, []) == []
    assert time.monotonic() - begun < 20
    assert postgres.publish(loaded) < 10
    assert postgres.sweep(NOVEMBER, []) == [shown[LABELS]]


def test_a_session_of_our_own_role_is_not_ended(
    postgres: Postgres, shown: dict[Table, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PUBLISH_SECONDS", 0.6)
    monkeypatch.setattr(module, "INSISTING", "500ms")
    with psycopg.connect(postgres.url) as other:
        read(other)
        with pytest.raises(BusyError, match="End the long queries"):
            postgres.publish(shown)
        read(other)


@pytest.mark.parametrize(
    ("lock", "held_up"),
    [
        ("hashtext('discogs.prepare')", lambda postgres, folder: postgres.prepare()),
        ("hashtext('discogs_2026_10')", lambda postgres, folder: postgres.load(LABELS, OCTOBER, labels(folder, "A"))),
    ],
)
def test_whatever_waits_for_a_lock_gives_up(
    postgres: Postgres,
    tmp_path: Path,
    lock: str,
    held_up: Callable[[Postgres, Path], object],
) -> None:
    impatient = Postgres(f"{postgres.url}?options=-c%20lock_timeout%3D1s")
    with psycopg.connect(postgres.url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({lock})")
        with pytest.raises(BusyError, match="a lock was not free in time"):
            held_up(impatient, tmp_path)
    held_up(impatient, tmp_path)


def test_the_options_of_a_url_hold_beside_ours(postgres: Postgres) -> None:
    given = Postgres(f"{postgres.url}?options=-c%20work_mem%3D5MB")
    assert given.ask("SELECT current_setting('work_mem') AS a, current_setting('lock_timeout') AS b") == [
        {"a": "5MB", "b": "1min"}
    ]


def test_what_the_rights_do_not_allow_is_left_to_the_administrator(
    postgres: Postgres, postgres_server: PostgresServer
) -> None:
    password = credentials(postgres_server.home).password("postgres/postgres")
    administrator = replace(postgres_server.address(), user="postgres", password=password, database="postgres")
    external = Postgres(postgres_server.dagster().of("external").url)
    with psycopg.connect(administrator.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE external")
        try:
            connection.execute("GRANT CONNECT ON DATABASE external TO dagster")
            with pytest.raises(LoadError) as refused:
                external.prepare()
            for statement in ("CREATE SCHEMA IF NOT EXISTS insights", "CREATE EXTENSION IF NOT EXISTS pg_trgm"):
                assert statement in str(refused.value)
            statement = 'ALTER DATABASE "external" OWNER TO "dagster"'
            assert str(refused.value).endswith(statement)
            connection.execute(statement)
            external.prepare()
            external.prepare()
            assert external.ask("SELECT plain('Björk') AS it") == [{"it": "bjork"}]
            assert external.ask("SHOW search_path") == postgres.ask("SHOW search_path")
        finally:
            connection.execute("DROP DATABASE external WITH (FORCE)")
