"""Statements that prepare our PostgreSQL server for the first load: roles, rights, schemas and extensions.

`database` is for the owner of a database, ours or external; the rest is for a superuser.
"""

from collections.abc import Iterator

from discogs_assets.schema.backends import search
from discogs_assets.schema.backends.sql import NUMBERS
from discogs_assets.schema.tables import SOURCES

OWNER = "discogs"
READER = "reader"
DAGSTER = "dagster"
API = "api"
"""Role of the API: it reads the tables of loads, which the reader sees through views only."""

SERVING = "serving"
"""Role of the API for snapshots, the only rows that it writes; also the name of their schema."""

DATABASES = {"discogs": OWNER, "dagster": DAGSTER}
"""Databases and their owners."""

EXTENSIONS = ("pg_trgm", "unaccent")
"""Extensions shipped with PostgreSQL that search needs."""

PUBLICATION = f"{search.SCHEMA}.publication"
"""Table of the publication record."""

SNAPSHOTS = f"{SERVING}.snapshots"
"""Table of snapshots: share links of the explorer. It belongs to no month."""

SEARCH_PATH = ", ".join((*SOURCES, "public"))

CONNECTIONS = 160
"""Connections that the server accepts: `READER_CONNECTIONS`, and 100 for all other roles."""

READER_CONNECTIONS = 60

RESERVED_CONNECTIONS = 20
"""Connections reserved for the owner and Dagster."""

READER_TEMPORARY_FILES = "2GB"
"""Disk space that the sorts and joins of one reader session may use at a time."""

API_CONNECTIONS = 40
API_TEMPORARY_FILES = "256MB"

SERVING_CONNECTIONS = 10

HARMLESS = (
    *("array_sample", "array_shuffle", "clock_timestamp", "current_query", "gen_random_uuid", "random"),
    *("random_normal", "set_config", "set_limit", "setseed", "timeofday", "ts_rewrite", "ts_stat", "uuidv4", "uuidv7"),
    # Called by clients when they connect, inspect a server or return a connection to a pool.
    *("pg_advisory_unlock_all", "pg_collation_actual_version", "pg_database_collation_actual_version"),
    *("pg_is_in_recovery", "pg_is_wal_replay_paused", "pg_jit_available", "pg_partition_ancestors"),
    *("pg_partition_tree", "pg_sequence_last_value"),
    *("pg_database_size", "pg_indexes_size", "pg_relation_size", "pg_table_size", "pg_tablespace_size"),
    *("pg_total_relation_size", "pg_stat_statements", "pg_stat_statements_info"),
    # Limited to sessions of the caller's own role.
    *("pg_cancel_backend", "pg_terminate_backend"),
)
"""Volatile functions that anybody may call: they change only the session, and hold nothing.

All others are for the owner alone. Among these are advisory locks, which a publication waits for; large objects;
messages to the write-ahead log; exported snapshots, each a file."""

NUMBERED = ("pg_current_xact_id", "txid_current")
"""Functions that are not volatile but use up a transaction ID, of which a database has two billion."""


def database(name: str) -> Iterator[str]:
    """Yield the database owner's statements: the schemas of the views, search, and a search path that covers both."""
    for schema in SOURCES:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
        yield f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC"
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO PUBLIC"
    for extension in EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA public"
    yield from search.create()
    yield f"CREATE SEQUENCE IF NOT EXISTS {NUMBERS}"
    yield from publication()
    yield from snapshots()
    yield f'ALTER DATABASE "{name}" SET search_path = {SEARCH_PATH}'


def publication() -> Iterator[str]:
    """Yield the statements that create the publication record, readable by anybody."""
    yield (
        f"CREATE TABLE IF NOT EXISTS {PUBLICATION} (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "state text NOT NULL CHECK (state IN ('intended', 'done', 'undone')), month text NOT NULL, "
        "tables jsonb NOT NULL, graph text, search text, "
        "intended_at timestamptz NOT NULL DEFAULT clock_timestamp(), settled_at timestamptz)"
    )
    yield (
        f"COMMENT ON TABLE {PUBLICATION} IS 'Publications. The published month is the row in state done with the "
        "highest sequence number.'"
    )
    yield f"GRANT SELECT ON {PUBLICATION} TO PUBLIC"


def snapshots() -> Iterator[str]:
    """Yield the statements that create the table of snapshots.

    Neither tokens nor addresses are stored, only digests of them. Clients read through the API alone.
    """
    yield f"CREATE SCHEMA IF NOT EXISTS {SERVING}"
    yield (
        f"CREATE TABLE IF NOT EXISTS {SNAPSHOTS} (token bytea PRIMARY KEY, client bytea NOT NULL, content jsonb "
        "NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL)"
    )
    for column in ("client", "expires_at"):
        yield f"CREATE INDEX IF NOT EXISTS snapshots_{column} ON {SNAPSHOTS} ({column})"
    yield f"COMMENT ON TABLE {SNAPSHOTS} IS 'Snapshots of the explorer: ids of entities behind a secret link.'"


def server() -> Iterator[str]:
    """Yield the superuser's statements that may run in any database."""
    yield f"GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO {OWNER}"
    yield f"GRANT pg_use_reserved_connections TO {OWNER}, {DAGSTER}"
    for name in ("postgres", "template1", *DATABASES):
        yield f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"
    # Earlier versions set the path for the role, too, where an old one would override the database's.
    yield f"ALTER ROLE {OWNER} IN DATABASE discogs RESET search_path"


def loads() -> Iterator[str]:
    """Yield the statements, in the tables' database, that let the API read the tables of all loads."""
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT ON TABLES TO {API}"
    yield f"""
        DO $$
        DECLARE load regclass;
        BEGIN
            FOR load IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND n.nspname ~ '^({"|".join(SOURCES)})(_[0-9]{{4}}_[0-9]{{2}})?$'
                    AND NOT has_table_privilege('{API}', c.oid, 'SELECT')
            LOOP
                EXECUTE format('GRANT SELECT ON %s TO {API}', load);
            END LOOP;
        END $$"""


def inside(owner: str) -> Iterator[str]:
    """Yield the superuser's statements for a database of this owner: rights of PUBLIC by default go to the owner."""
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    for language in ("sql", "plpgsql"):
        yield f"REVOKE USAGE ON LANGUAGE {language} FROM PUBLIC"
        yield f"GRANT USAGE ON LANGUAGE {language} TO {owner}"
    yield f"""
        DO $$
        DECLARE routine regprocedure;
        BEGIN
            FOR routine IN
                SELECT p.oid FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) granted
                WHERE granted.grantee = 0 AND (p.proname = ANY ('{{{",".join(NUMBERED)}}}')
                    OR p.provolatile = 'v' AND p.proname <> ALL ('{{{",".join(HARMLESS)}}}'))
            LOOP
                EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine);
                EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO {owner}', routine);
            END LOOP;
        END $$"""


def reader() -> Iterator[str]:
    """Yield the superuser's statements that undo the reader's changes to its own role, except to its password."""
    yield from _role(READER, READER_CONNECTIONS, READER_TEMPORARY_FILES)
    yield f"ALTER ROLE {READER} SET idle_in_transaction_session_timeout = '1h'"
    # Errors in its queries are returned to it and stay out of the server's log.
    yield f"ALTER ROLE {READER} SET log_min_messages = fatal"


def api() -> Iterator[str]:
    """Yield the superuser's statements that undo the API's changes to its own role, except to its password.

    `loads` restores its rights on tables.
    """
    yield from _role(API, API_CONNECTIONS, API_TEMPORARY_FILES)


def serving() -> Iterator[str]:
    """Yield the superuser's statements, in the tables' database, for the role that writes snapshots."""
    yield f"GRANT CONNECT ON DATABASE discogs TO {SERVING}"
    yield f"ALTER ROLE {SERVING} CONNECTION LIMIT {SERVING_CONNECTIONS}"
    yield f"GRANT USAGE ON SCHEMA {SERVING} TO {SERVING}"
    yield f"GRANT SELECT, INSERT, DELETE ON {SNAPSHOTS} TO {SERVING}"
    # The API's own role has a default right to read all tables of the owner.
    yield f"REVOKE ALL ON {SNAPSHOTS} FROM {API}"


def _role(role: str, connections: int, temporary_files: str) -> Iterator[str]:
    """Yield the statements that restore a role's limits and settings, and its right to connect.

    PostgreSQL lets every role change its own settings, except those that only a superuser may change, and give up its
    rights (`DROP OWNED`).
    """
    yield f"GRANT CONNECT ON DATABASE discogs TO {role}"
    yield f"ALTER ROLE {role} CONNECTION LIMIT {connections}"
    yield f"ALTER ROLE {role} RESET ALL"
    yield f"ALTER ROLE {role} IN DATABASE discogs RESET ALL"
    yield f"ALTER ROLE {role} SET default_transaction_read_only = on"
    yield f"ALTER ROLE {role} SET temp_file_limit = '{temporary_files}'"
