"""What is in the PostgreSQL cluster before anybody connects: roles, databases, schemas, extensions and rights.

What belongs here: what every table of the project relies on. What doesn't: those tables.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, LiteralString

from discogs_assets.embedded.credentials import Credentials

if TYPE_CHECKING:
    from psycopg import Connection

OWNER = "discogs"
READER = "reader"
DAGSTER = "dagster"
DATABASES = {"discogs": OWNER, "dagster": DAGSTER}
"""Databases and the roles that own them."""

ITERATIONS = {DAGSTER: 1}
"""Rounds of hashing that a login takes where it is not the server's 4096, some milliseconds of both its ends.

Dagster opens a connection for every statement. Rounds are against guessing, which a random password needs nothing
against; other roles keep theirs, since JDBC's driver takes no fewer (RFC 7677 §4).
"""

SCHEMAS = ("discogs", "musicbrainz", "insights")
EXTENSIONS = ("pg_trgm", "unaccent", "pg_stat_statements")
SEARCH_PATH = (*SCHEMAS, "public")


def provision(connect: "Callable[[str], Connection[Any]]", credentials: Credentials) -> None:
    """Bring a running cluster to what this module says; what is there already is left alone.

    `connect` opens a connection of the superuser to the named database, in autocommit mode.
    """
    with connect("postgres") as server:
        for role in (OWNER, READER, DAGSTER):
            _make_role(server, role, credentials.password(f"postgres/{role}"))
        for database, owner in DATABASES.items():
            _make_database(server, database, owner)
        for statement in _SERVER_RIGHTS:
            server.execute(statement)
    with connect("discogs") as database_discogs:
        _fill(database_discogs)


def recipe() -> str:
    """A digest of all that `provision` does; another one means that a cluster has to be provisioned again."""
    parts = [*DATABASES, *ITERATIONS, *SEARCH_PATH, *EXTENSIONS, *_SERVER_RIGHTS, *_SCHEMA_RIGHTS, *_SEARCH_PATHS]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _make_role(server: "Connection[Any]", role: str, password: str) -> None:
    from psycopg import sql

    rounds = sql.SQL("SET scram_iterations = {}").format(ITERATIONS[role]) if role in ITERATIONS else None
    server.execute(rounds or "RESET scram_iterations")
    # The server sees, and may log, only what cannot be turned back into the password.
    verifier = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    server.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(verifier)))


def _make_database(server: "Connection[Any]", database: str, owner: str) -> None:
    from psycopg import sql

    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        name = sql.Identifier(database)
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner)))


def _fill(database: "Connection[Any]") -> None:
    from psycopg import sql

    for schema in SCHEMAS:
        for right in _SCHEMA_RIGHTS:
            database.execute(sql.SQL(right).format(sql.Identifier(schema)))
    for extension in EXTENSIONS:
        name = sql.Identifier(extension)
        database.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(name))
    path = sql.SQL(", ").join(map(sql.Identifier, SEARCH_PATH))
    for statement in _SEARCH_PATHS:
        database.execute(sql.SQL(statement).format(path))


_SERVER_RIGHTS: tuple[LiteralString, ...] = (
    "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO discogs",
    "ALTER ROLE reader SET default_transaction_read_only = on",
    "REVOKE CONNECT ON DATABASE dagster FROM PUBLIC",
)
_SCHEMA_RIGHTS: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION discogs",
    "GRANT USAGE ON SCHEMA {} TO reader",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO reader",
    "ALTER DEFAULT PRIVILEGES FOR ROLE discogs IN SCHEMA {} GRANT SELECT ON TABLES TO reader",
)
_SEARCH_PATHS: tuple[LiteralString, ...] = (
    "ALTER DATABASE discogs SET search_path = {}",
    "ALTER ROLE discogs IN DATABASE discogs SET search_path = {}",
    "ALTER ROLE reader IN DATABASE discogs SET search_path = {}",
)
