"""What is in the cluster before anybody connects."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors

from discogs_assets.schema.backends import provisioning
from discogs_assets.schema.tables import SOURCES
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.postgres import provision
from discogs_assets.servers.postgres.provision import recipe
from discogs_assets.servers.postgres.server import PostgresServer


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


def test_the_reader_sees_views_and_not_what_is_behind_them(reader: Connection[Any], probe: str) -> None:
    assert only(reader, "SELECT id FROM probe") == 1
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute("SELECT id FROM probe_2026_11.t")


REFUSED = [
    "INSERT INTO probe VALUES (2)",
    "UPDATE probe SET id = 2",
    "DELETE FROM probe",
    "MERGE INTO probe USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE probe_2026_11.t",
    "SELECT * FROM probe FOR UPDATE",
    "SELECT * FROM probe FOR KEY SHARE",
    "SELECT * INTO s FROM probe",
    "COPY probe FROM STDIN",
    "COPY probe TO PROGRAM 'true'",
    "COPY probe TO '/tmp/probe'",
    "COPY probe FROM '/etc/hosts'",
    *(
        f"BEGIN; LOCK TABLE probe IN {mode} MODE"
        for mode in ("ROW SHARE", "ROW EXCLUSIVE", "SHARE", "ACCESS EXCLUSIVE")
    ),
    "BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE",
    "CREATE TABLE t (i int)",
    "CREATE TABLE public.t (i int)",
    "CREATE TABLE discogs.t (i int)",
    "CREATE TEMP TABLE t (i int)",
    "CREATE TEMP VIEW t AS SELECT 1",
    "CREATE TEMP SEQUENCE t",
    "CREATE VIEW public.v AS SELECT 1",
    "CREATE SCHEMA s",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE TYPE public.e AS ENUM ('a')",
    "CREATE DOMAIN public.d AS int",
    "CREATE CAST (text AS int) WITH INOUT",
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE DATABASE d",
    "CREATE ROLE r",
    "CREATE TABLESPACE s LOCATION '/tmp'",
    "CREATE PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
    "CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION public.f()",
    "CREATE INDEX ON probe_2026_11.t (id)",
    "CREATE STATISTICS public.s ON id, id FROM probe_2026_11.t",
    "ALTER VIEW probe RENAME TO other",
    "ALTER SCHEMA discogs RENAME TO other",
    "ALTER DATABASE discogs SET work_mem = '1GB'",
    "ALTER ROLE reader CONNECTION LIMIT -1",
    "ALTER ROLE reader SUPERUSER",
    "ALTER ROLE reader SET temp_file_limit = -1",
    "ALTER ROLE reader SET log_min_messages = debug5",
    "ALTER ROLE reader RESET temp_file_limit",
    "ALTER ROLE discogs PASSWORD 'mine'",
    "ALTER ROLE dagster SET work_mem = '1GB'",
    "ALTER ROLE ALL SET work_mem = '1GB'",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "SET temp_file_limit = -1",
    "SET session_replication_role = replica",
    "SELECT set_config('log_min_messages', 'debug5', false)",
    "DROP VIEW probe",
    "DROP SCHEMA discogs CASCADE",
    "DROP DATABASE dagster",
    "DROP ROLE discogs",
    "DROP OWNED BY discogs",
    "REASSIGN OWNED BY discogs TO reader",
    "GRANT discogs TO reader",
    "GRANT pg_read_all_data TO reader",
    "GRANT reader TO dagster",
    "COMMENT ON VIEW probe IS 'mine'",
    "COMMENT ON ROLE reader IS 'mine'",
    "SECURITY LABEL ON VIEW probe IS 'mine'",
    "DO $$ BEGIN NULL; END $$",
    "DO LANGUAGE sql $$ SELECT 1 $$",
    "CALL public.p()",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_import('/etc/hosts')",
    "SELECT lo_unlink(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock_shared(1, 2)",
    "SELECT pg_notify('channel', 'x')",
    "SELECT pg_sleep(0)",
    "SELECT pg_export_snapshot()",
    "SELECT pg_current_xact_id()",
    "SELECT txid_current()",
    "SELECT pg_logical_emit_message(true, 'x', 'x')",
    "SELECT pg_create_physical_replication_slot('s')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_stat_reset()",
    "SELECT pg_stat_statements_reset()",
    "SELECT pg_log_backend_memory_contexts(pg_backend_pid())",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'discogs'",
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'discogs'",
    "SELECT rolpassword FROM pg_authid",
    "SELECT dblink('host=127.0.0.1', 'SELECT 1')",
    "REINDEX SCHEMA discogs",
    "REINDEX TABLE probe_2026_11.t",
    "CLUSTER probe_2026_11.t USING k",
    "CHECKPOINT",
    "LOAD 'auto_explain'",
    "SET ROLE discogs",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION discogs",
    "BEGIN; PREPARE TRANSACTION 't'",
]
"""Statements that are no reader's, also where it has switched off that it only reads."""

OTHERWISE = (
    *(errors.UndefinedFunction, errors.UndefinedObject),
    *(errors.ObjectNotInPrerequisiteState, errors.InvalidParameterValue),
)
"""Refusals other than for lack of a right: there is no such thing on this server."""

HARMLESS = [
    "LISTEN channel",
    "UNLISTEN *",
    "NOTIFY channel",
    "DISCARD ALL",
    "SELECT pg_advisory_unlock_all()",
    "SELECT pg_is_in_recovery(), pg_database_size('discogs'), gen_random_uuid(), random()",
    "SELECT set_limit(0.5)",
    "BEGIN; LOCK TABLE probe IN ACCESS SHARE MODE",
    "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM probe",
    "PREPARE p AS SELECT * FROM probe",
    "EXPLAIN ANALYZE SELECT * FROM probe",
    "SELECT count(*) FROM pg_stat_statements",
    "SELECT plain('Björk'), 'a' % 'b', words('The Who') @@ all_words('who')",
]
"""Statements that change nothing for others; LISTEN, NOTIFY and LOCK … ACCESS SHARE cannot be forbidden to it."""

WITHOUT_EFFECT = [
    "GRANT SELECT ON probe TO dagster WITH GRANT OPTION",
    "REVOKE SELECT ON probe FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO dagster",
    "VACUUM probe_2026_11.t",
    "ANALYZE probe_2026_11.t",
]
"""Statements that end with a warning where the right is missing."""


@pytest.fixture(scope="module")
def probe(postgres_server: PostgresServer) -> Iterator[str]:
    """A view of a table that is not empty, as publications make them."""
    with psycopg.connect(postgres_server.address().url, autocommit=True) as owner:
        owner.execute("DROP SCHEMA IF EXISTS probe_2026_11 CASCADE; CREATE SCHEMA probe_2026_11")
        owner.execute("GRANT USAGE ON SCHEMA probe_2026_11 TO PUBLIC")
        owner.execute("CREATE TABLE probe_2026_11.t AS SELECT 1 AS id; CREATE INDEX k ON probe_2026_11.t (id)")
        owner.execute("CREATE VIEW insights.probe AS SELECT id FROM probe_2026_11.t")
        yield "insights.probe"
        owner.execute("DROP SCHEMA probe_2026_11 CASCADE")


@pytest.fixture(scope="module")
def session(postgres_server: PostgresServer, probe: str) -> Iterator[Connection[Any]]:
    """A session of the reader for several tests."""
    with psycopg.connect(postgres_server.reader().url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def writing(session: Connection[Any]) -> Iterator[Connection[Any]]:
    """That session, in which the reader has switched off that it only reads."""
    session.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    yield session
    session.rollback()


@pytest.mark.parametrize("statement", REFUSED)
def test_the_reader_may_not(writing: Connection[Any], statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, *OTHERWISE)):
        writing.execute(statement)


@pytest.mark.parametrize("statement", HARMLESS)
def test_the_reader_may(writing: Connection[Any], statement: str) -> None:
    writing.execute(statement)


@pytest.mark.parametrize("statement", WITHOUT_EFFECT)
def test_the_reader_does_nothing_by(writing: Connection[Any], owner: Connection[Any], statement: str) -> None:
    rights = "SELECT array_agg((oid, relacl, relpages, reltuples)::text ORDER BY oid) FROM pg_class"
    defaults = "SELECT count(*) FROM pg_default_acl WHERE defaclrole = 'discogs'::regrole"
    before = only(owner, rights), only(owner, defaults)
    writing.execute(statement)
    assert (only(owner, rights), only(owner, defaults)) == before


def test_the_reader_copies_rows_out(reader: Connection[Any], probe: str) -> None:
    with reader.cursor().copy(f"COPY (SELECT * FROM {probe}) TO STDOUT") as copy:
        assert b"".join(bytes(each) for each in copy) == b"1\n"


def test_every_function_that_does_more_than_compute_is_known_to_be_harmless_or_refused(
    reader: Connection[Any],
) -> None:
    callable_ = "provolatile = 'v' AND has_function_privilege(oid, 'EXECUTE')"
    found = reader.execute(f"SELECT DISTINCT proname::text FROM pg_proc WHERE {callable_}").fetchall()
    assert {name for (name,) in found} == set(provisioning.HARMLESS)


@pytest.mark.parametrize("role", ["discogs", "dagster"])
def test_an_owner_may_call_in_its_database_all_that_anybody_could(postgres_server: PostgresServer, role: str) -> None:
    address = {"discogs": postgres_server.address, "dagster": postgres_server.dagster}[role]()
    with psycopg.connect(address.url, autocommit=True) as connection:
        for call in ("pg_advisory_lock(1)", "pg_notify('a', 'b')", "lo_create(0)", "pg_sleep(0)", "txid_current()"):
            connection.execute(f"BEGIN; SELECT {call}; ROLLBACK")
        connection.execute("BEGIN; CREATE TEMP TABLE t (i int); DO $$ BEGIN NULL; END $$; ROLLBACK")


@pytest.mark.parametrize("database", ["dagster", "postgres", "template1"])
def test_the_reader_reaches_no_other_database(postgres_server: PostgresServer, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(postgres_server.reader().of(database).url)


def test_dagster_writes_to_its_database(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.dagster().url) as connection:
        connection.execute("CREATE TABLE t (i int)")
        connection.rollback()


def take_all(url: str, held: ExitStack) -> str:
    """Connect until the server refuses it; its words."""
    try:
        for _ in range(provisioning.CONNECTIONS):
            held.enter_context(psycopg.connect(url))
    except psycopg.OperationalError as error:
        return str(error)
    return ""


def test_a_reader_that_takes_all_connections_it_can_leaves_everybody_elses(postgres_server: PostgresServer) -> None:
    with ExitStack() as held:
        assert 'too many connections for role "reader"' in take_all(postgres_server.reader().url, held)
        for address in (postgres_server.address(), *[postgres_server.dagster()] * 20):
            held.enter_context(psycopg.connect(address.url)).execute("SELECT 1")
        postgres_server.restore_roles()


def break_reader(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        connection.execute(GIVEN_UP.replace("api", "reader"))


def test_what_the_reader_has_changed_of_its_role_is_taken_back(postgres_server: PostgresServer) -> None:
    url = postgres_server.reader().url
    break_reader(url)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)
    postgres_server.restore_roles()
    with psycopg.connect(url, autocommit=True) as connection:
        assert only(connection, "SHOW statement_timeout") == "0"
        assert only(connection, "SHOW search_path") == provisioning.SEARCH_PATH
        assert only(connection, "SHOW default_transaction_read_only") == "on"
        assert only(connection, "SHOW temp_file_limit") == provisioning.READER_TEMPORARY_FILES


def test_a_reader_that_is_altering_its_role_does_not_hold_up_its_restoration(
    postgres_server: PostgresServer,
) -> None:
    with (
        psycopg.connect(postgres_server.reader().url) as connection,
        psycopg.connect(postgres_server.reader().url) as innocent,
    ):
        connection.execute("SET TRANSACTION READ WRITE")
        connection.execute("ALTER ROLE reader PASSWORD 'stolen'")
        innocent.execute("SELECT 1")
        begun = time.monotonic()
        postgres_server.restore_roles()
        assert time.monotonic() - begun < 4.5
        assert innocent.execute("SELECT 1").fetchall() == [(1,)]
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    psycopg.connect(postgres_server.reader().url).close()


@pytest.mark.parametrize(("limit", "value", "idle_ended"), [("PATIENCE", "0 s", False), ("QUEUE", -1.0, True)])
def test_a_reader_that_leaves_a_transaction_open_or_notifications_unread_is_ended(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, limit: str, value: object, idle_ended: bool
) -> None:
    monkeypatch.setattr(provision, limit, value)
    url = postgres_server.reader().url
    with psycopg.connect(url) as open_, psycopg.connect(url, autocommit=True) as idle:
        open_.execute("SELECT 1")
        postgres_server.restore_roles()
        with pytest.raises(errors.AdminShutdown):
            open_.execute("SELECT 1")
        with pytest.raises(errors.AdminShutdown) if idle_ended else nullcontext():
            idle.execute("SELECT 1")


EARLIER = """
    GRANT ALL ON DATABASE postgres, template1 TO PUBLIC;
    GRANT CONNECT, TEMP ON DATABASE discogs, dagster TO PUBLIC;
    REVOKE pg_use_reserved_connections FROM discogs, dagster;
    GRANT USAGE ON LANGUAGE sql, plpgsql TO PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_catalog TO PUBLIC;
    GRANT USAGE ON SCHEMA discogs, musicbrainz, insights TO reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA discogs, musicbrainz, insights TO reader;
    ALTER DEFAULT PRIVILEGES FOR ROLE discogs IN SCHEMA insights GRANT SELECT ON TABLES TO reader;
    ALTER ROLE reader CONNECTION LIMIT -1;
    ALTER ROLE reader RESET ALL;
    ALTER ROLE reader SET default_transaction_read_only = on;
    ALTER ROLE reader IN DATABASE discogs SET search_path = discogs, musicbrainz, insights, public"""
"""The rights that clusters had first."""


def test_a_running_cluster_with_earlier_rights_is_brought_up_to_todays(postgres_server: PostgresServer) -> None:
    known = credentials(postgres_server.home).password("postgres/postgres")
    address = replace(postgres_server.address(), user="postgres", password=known)
    with psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute(EARLIER)
    with psycopg.connect(postgres_server.reader().of("postgres").url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
    (postgres_server.status().folder / "discogs_assets.provisioned").write_text("earlier")
    postgres_server.start()
    with psycopg.connect(postgres_server.reader().url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("SELECT pg_advisory_lock(1)", "CREATE TEMP TABLE t (i int)", "DO $$ BEGIN NULL; END $$"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
        assert only(connection, "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'reader'") == 60
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(postgres_server.reader().of("postgres").url)


@pytest.fixture
def api(postgres_server: PostgresServer) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres_server.api().url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        yield connection


def test_the_api_reads_the_tables_of_loads_and_changes_none(
    owner: Connection[Any], api: Connection[Any], probe: str
) -> None:
    owner.execute("CREATE TABLE probe_2026_11.later AS SELECT 2 AS id")
    assert only(api, "SELECT id FROM probe_2026_11.later") == 2
    for statement in (
        "INSERT INTO probe_2026_11.later VALUES (3)",
        "DELETE FROM discogs.publication",
        "CREATE TABLE discogs.mine (i int)",
        "CREATE TEMP TABLE t (i int)",
        "SELECT pg_advisory_lock(1)",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            api.execute(statement)


@pytest.fixture
def month(owner: Connection[Any]) -> Iterator[str]:
    """The schema of a month."""
    owner.execute("CREATE SCHEMA discogs_2020_01; GRANT USAGE ON SCHEMA discogs_2020_01 TO PUBLIC")
    yield "discogs_2020_01"
    owner.execute("DROP SCHEMA discogs_2020_01 CASCADE")


def test_the_api_reads_loads_of_before_it_had_a_role(
    postgres_server: PostgresServer, owner: Connection[Any], api: Connection[Any], month: str
) -> None:
    owner.execute(f"CREATE TABLE {month}.t AS SELECT 3 AS id; REVOKE ALL ON {month}.t FROM api")
    (postgres_server.status().folder / "discogs_assets.provisioned").write_text("earlier")
    postgres_server.start()
    assert only(api, f"SELECT id FROM {month}.t") == 3


GIVEN_UP = """
    DROP OWNED BY api;
    ALTER ROLE api RESET ALL;
    ALTER ROLE api SET statement_timeout = 1;
    ALTER ROLE api IN DATABASE discogs SET search_path = pg_catalog;
    ALTER ROLE api PASSWORD 'stolen'"""
"""Changes of the API's role to itself, as the reader's could be."""


def test_the_api_gets_back_all_that_it_gave_up(
    postgres_server: PostgresServer, owner: Connection[Any], api: Connection[Any], month: str
) -> None:
    owner.execute(f"CREATE TABLE {month}.earlier AS SELECT 1 AS id")
    api.execute(GIVEN_UP)
    owner.execute(f"CREATE TABLE {month}.meanwhile AS SELECT 1 AS id")
    with pytest.raises(errors.InsufficientPrivilege):
        api.execute(f"SELECT id FROM {month}.meanwhile")
    postgres_server.restore_roles()
    owner.execute(f"CREATE TABLE {month}.later AS SELECT 1 AS id")
    with psycopg.connect(postgres_server.api().url) as again:
        assert [only(again, f"SELECT id FROM {month}.{name}") for name in ("earlier", "meanwhile", "later")] == [1] * 3
        assert only(again, "SHOW default_transaction_read_only") == "on"
        found = [only(again, f"SHOW {name}") for name in ("statement_timeout", "search_path", "temp_file_limit")]
        assert found == ["0", provisioning.SEARCH_PATH, provisioning.API_TEMPORARY_FILES]


@pytest.mark.parametrize("database", ["dagster", "postgres", "template1"])
def test_the_api_reaches_no_other_database(postgres_server: PostgresServer, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(postgres_server.api().of(database).url)


@pytest.mark.parametrize("part", ["server", "database", "inside", "reader", "api", "loads", "serving"])
def test_the_recipe_is_of_every_statement(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    before = recipe()
    monkeypatch.setattr(provisioning, part, lambda *_: iter(["SELECT 1"]))
    assert recipe() != before


def test_dagsters_role_logs_in_without_the_rounds_that_guard_a_weak_password(superuser: Connection[Any]) -> None:
    query = "SELECT rolname, split_part(split_part(rolpassword, '$', 2), ':', 1) FROM pg_authid WHERE rolcanlogin"
    found = dict(superuser.execute(query).fetchall())
    assert found == {**dict.fromkeys(("postgres", "discogs", "reader", "api", "serving"), "4096"), "dagster": "1"}


def test_a_role_cannot_come_in_with_another_password(postgres_server: PostgresServer) -> None:
    address = postgres_server.address()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.url.replace(address.password, "guess"))


def test_the_schemas_belong_to_the_owner(owner: Connection[Any]) -> None:
    query = "SELECT nspname FROM pg_namespace WHERE nspowner = 'discogs'::regrole"
    assert {name for (name,) in owner.execute(query).fetchall()} >= set(SOURCES) - {"discogs"}
