"""What a PostgreSQL server of ours has before its first load: roles, rights, schemas, extensions, as statements.

What belongs here: the text of the statements, and whose rights they take. What doesn't: running them.

`database` is for the owner of a database, ours or external. The others are for a superuser: on our own server
`embedded.provision` runs them.
"""

from collections.abc import Iterator

from discogs_assets.schema import search
from discogs_assets.schema.sql import NUMBERS
from discogs_assets.schema.tables import SOURCES

OWNER = "discogs"
READER = "reader"
DAGSTER = "dagster"
DATABASES = {"discogs": OWNER, "dagster": DAGSTER}
"""Databases and the roles that own them."""

EXTENSIONS = ("pg_trgm", "unaccent")
"""PostgreSQL's own extensions that search needs."""

PUBLICATION = f"{search.SCHEMA}.publication"
"""Table of the publication record."""

SEARCH_PATH = ", ".join((*SOURCES, "public"))

CONNECTIONS = 160
"""Connections that the server accepts: `READER_CONNECTIONS`, and 100 for everybody else."""

READER_CONNECTIONS = 60

RESERVED_CONNECTIONS = 20
"""The last connections, which only the owner and Dagster get."""

READER_TEMPORARY_FILES = "2GB"
"""Disk that the sorts and joins of one session of the reader may take at a time."""

HARMLESS = (
    *("array_sample", "array_shuffle", "clock_timestamp", "current_query", "gen_random_uuid", "random"),
    *("random_normal", "set_config", "set_limit", "setseed", "timeofday", "ts_rewrite", "ts_stat", "uuidv4", "uuidv7"),
    # What clients ask when they connect, show a server or return a connection to a pool.
    *("pg_advisory_unlock_all", "pg_collation_actual_version", "pg_database_collation_actual_version"),
    *("pg_is_in_recovery", "pg_is_wal_replay_paused", "pg_jit_available", "pg_partition_ancestors"),
    *("pg_partition_tree", "pg_sequence_last_value"),
    *("pg_database_size", "pg_indexes_size", "pg_relation_size", "pg_table_size", "pg_tablespace_size"),
    *("pg_total_relation_size", "pg_stat_statements", "pg_stat_statements_info"),
    # They reach sessions of the caller's own role alone.
    *("pg_cancel_backend", "pg_terminate_backend"),
)
"""Volatile functions that anybody may call: they change nothing but the session, and hold nothing.

Others are for the owner alone. Among them are advisory locks, which a publication waits for; large objects; messages
to the write-ahead log; exported snapshots, each a file.
"""

NUMBERED = ("pg_current_xact_id", "txid_current")
"""Functions that are not volatile and use up a transaction number, of which a database has two billion."""


def database(name: str) -> Iterator[str]:
    """Statements of the owner of the database: the schemas of the views, search, and a path to find both by."""
    for schema in SOURCES:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
        yield f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC"
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO PUBLIC"
    for extension in EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA public"
    yield from search.create()
    yield f"CREATE SEQUENCE IF NOT EXISTS {NUMBERS}"
    yield from publication()
    yield f'ALTER DATABASE "{name}" SET search_path = {SEARCH_PATH}'


def publication() -> Iterator[str]:
    """Statements that create the publication record, which anybody may read."""
    yield (
        f"CREATE TABLE IF NOT EXISTS {PUBLICATION} (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "state text NOT NULL CHECK (state IN ('intended', 'done', 'undone')), month text NOT NULL, "
        "tables jsonb NOT NULL, graph text, search text, "
        "intended_at timestamptz NOT NULL DEFAULT clock_timestamp(), settled_at timestamptz)"
    )
    yield (
        f"COMMENT ON TABLE {PUBLICATION} IS 'Every switch of what readers see. The published month is the row in the "
        "state done with the highest sequence number.'"
    )
    yield f"GRANT SELECT ON {PUBLICATION} TO PUBLIC"


def server() -> Iterator[str]:
    """Statements of a superuser, in any database."""
    yield f"GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO {OWNER}"
    yield f"GRANT pg_use_reserved_connections TO {OWNER}, {DAGSTER}"
    for name in ("postgres", "template1", *DATABASES):
        yield f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE discogs TO {READER}"
    # Clusters of earlier versions have the path twice, and would keep an old one here.
    yield f"ALTER ROLE {OWNER} IN DATABASE discogs RESET search_path"


def inside(owner: str) -> Iterator[str]:
    """Statements of a superuser, in a database of this owner: what everybody may do at first becomes the owner's."""
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
    """Statements of a superuser that take back what the reader has changed of itself, apart from its password.

    PostgreSQL lets every role change its own settings, except those that are a superuser's.
    """
    yield f"ALTER ROLE {READER} CONNECTION LIMIT {READER_CONNECTIONS}"
    yield f"ALTER ROLE {READER} RESET ALL"
    yield f"ALTER ROLE {READER} IN DATABASE discogs RESET ALL"
    yield f"ALTER ROLE {READER} SET default_transaction_read_only = on"
    yield f"ALTER ROLE {READER} SET idle_in_transaction_session_timeout = '1h'"
    yield f"ALTER ROLE {READER} SET temp_file_limit = '{READER_TEMPORARY_FILES}'"
    # Its errors are answers to it, and no entries of the server's log.
    yield f"ALTER ROLE {READER} SET log_min_messages = fatal"
