"""What is in the cluster before anybody connects."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors

from discogs_assets.embedded.credentials import credentials
from discogs_assets.embedded.postgres import PostgresServer
from discogs_assets.embedded.provision import SCHEMAS


@pytest.fixture
def owner(postgres_server: PostgresServer) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres_server.address().url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def reader(postgres_server: PostgresServer) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres_server.reader().url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def superuser(postgres_server: PostgresServer) -> Iterator[Connection[Any]]:
    known = credentials(postgres_server.home).password("postgres/postgres")
    address = replace(postgres_server.address(), user="postgres", password=known, database="postgres")
    with psycopg.connect(address.url, autocommit=True) as connection:
        yield connection


def only(connection: Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row
    return row[0]


def test_unqualified_names_are_found_by_every_role(owner: Connection[Any], reader: Connection[Any]) -> None:
    for connection in (owner, reader):
        assert only(connection, "SHOW search_path") == "discogs, musicbrainz, insights, public"


def test_the_extensions_are_there(owner: Connection[Any]) -> None:
    found = owner.execute("SELECT extname FROM pg_extension").fetchall()
    assert {"pg_trgm", "unaccent", "pg_stat_statements"} <= {name for (name,) in found}
    assert only(owner, "SELECT unaccent('Björk')") == "Bjork"


def test_trigrams_know_letters_outside_ascii(owner: Connection[Any]) -> None:
    assert only(owner, "SELECT similarity('кино', 'Кино')") == 1
    assert only(owner, "SELECT lower('ÀÉЖ')") == "àéж"


def test_text_sorts_by_code_point_on_every_machine(owner: Connection[Any]) -> None:
    assert only(owner, "SELECT array_agg(t ORDER BY t) FROM unnest(ARRAY['é', 'Z', 'a']) t") == ["Z", "a", "é"]
    assert only(owner, "SHOW server_encoding") == "UTF8"
    assert only(owner, "SHOW data_checksums") == "on"


def test_the_reader_sees_views_and_not_what_is_behind_them(owner: Connection[Any], reader: Connection[Any]) -> None:
    owner.execute("DROP SCHEMA IF EXISTS probe_2026_11 CASCADE; CREATE SCHEMA probe_2026_11")
    try:
        owner.execute("CREATE TABLE probe_2026_11.t AS SELECT 1 AS id")
        owner.execute("CREATE VIEW insights.probe AS SELECT id FROM probe_2026_11.t")
        assert only(reader, "SELECT id FROM probe") == 1
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute("SELECT id FROM probe_2026_11.t")
    finally:
        owner.execute("DROP SCHEMA probe_2026_11 CASCADE")


@pytest.mark.parametrize("statement", ["CREATE TABLE t (i int)", "CREATE SCHEMA s", "CREATE TABLE public.t (i int)"])
def test_the_reader_writes_nothing(reader: Connection[Any], statement: str) -> None:
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute(statement)


def test_the_reader_does_not_reach_dagsters_database(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(postgres_server.reader().of("dagster").url)
    with psycopg.connect(postgres_server.dagster().url) as connection:
        connection.execute("CREATE TABLE t (i int)")
        connection.rollback()


def test_dagsters_role_logs_in_without_the_rounds_that_guard_a_weak_password(superuser: Connection[Any]) -> None:
    query = "SELECT rolname, split_part(split_part(rolpassword, '$', 2), ':', 1) FROM pg_authid WHERE rolcanlogin"
    found = {str(role): rounds for role, rounds in superuser.execute(query).fetchall()}
    assert found == {"postgres": "4096", "discogs": "4096", "reader": "4096", "dagster": "1"}


def test_a_role_cannot_come_in_with_another_password(postgres_server: PostgresServer) -> None:
    address = postgres_server.address()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.url.replace(address.password, "guess"))


def test_the_schemas_belong_to_the_owner(owner: Connection[Any]) -> None:
    query = "SELECT nspname FROM pg_namespace WHERE nspowner = 'discogs'::regrole"
    assert {name for (name,) in owner.execute(query).fetchall()} >= set(SCHEMAS) - {"discogs"}
