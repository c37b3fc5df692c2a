"""State of the PostgreSQL cluster before anybody connects: roles, databases, schemas, extensions and rights."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from discogs_assets.errors import ServerError
from discogs_assets.schema.backends import provisioning
from discogs_assets.schema.backends.provisioning import API, DAGSTER, DATABASES, OWNER, READER, SERVING
from discogs_assets.servers.credentials import Credentials

if TYPE_CHECKING:
    from psycopg import Connection

ITERATIONS = {DAGSTER: 1}
"""SCRAM hashing rounds by role, if not the server's 4096 (some milliseconds of a login, at both ends).

Dagster opens a connection for every statement. Rounds slow down guessing, but a random password cannot be guessed.
Other roles keep theirs: the JDBC driver accepts no fewer (RFC 7677 §4).
"""

STATISTICS = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public"

ATTEMPTS = 10
"""Attempts to alter a role while its own sessions alter it."""

PATIENCE = "1 day"
"""Maximum age of a reader's or the API's transaction: no row deleted since its start can be vacuumed before its end."""

QUEUE = 0.1
"""Maximum usage (0 to 1) of the notification queue: if a session lets it fill up, Dagster's own notifications fail."""

ENDED = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE usename = %s AND (backend_xid IS NOT NULL OR xact_start < now() - %s::interval
        OR pg_notification_queue_usage() > %s OR %s)"""
"""Ends a role's sessions that have something to commit or are too old; all if asked, or if the queue is full."""


def provision(connect: "Callable[[str], Connection[Any]]", credentials: Credentials) -> None:
    """Bring a running cluster to the state that `schema.backends.provisioning` declares; tables are left alone.

    `connect` opens an autocommit connection of the superuser to the named database, with a limit on lock waits.
    """
    with connect("postgres") as server:
        for role in (OWNER, DAGSTER, SERVING):
            _make_role(server, role, credentials)
        for database, owner in DATABASES.items():
            _make_database(server, database, owner)
        _run(server, provisioning.server())
    with connect("discogs") as inside:
        restore_roles(inside, credentials)
        inside.execute(STATISTICS)
        _run(inside, [f"SET ROLE {OWNER}", *provisioning.database("discogs"), "RESET ROLE", *provisioning.serving()])
    for database, owner in DATABASES.items():
        with connect(database) as inside:
            _run(inside, provisioning.inside(owner))


def restore_roles(inside: "Connection[Any]", credentials: Credentials) -> None:
    """Restore the passwords, limits, settings and rights of the reader and the API, whatever their sessions changed.

    `inside` is a superuser's connection to the tables' database. Sessions that alter their role at the same moment are
    ended, and ones beyond `PATIENCE` and `QUEUE`. Raises ServerError if others keep coming.
    """
    _restore(inside, READER, credentials, [*provisioning.reader()])
    _restore(inside, API, credentials, [*provisioning.api(), *provisioning.loads()])


def _restore(inside: "Connection[Any]", role: str, credentials: Credentials, statements: list[str]) -> None:
    from psycopg.errors import InternalError_, LockNotAvailable, UndefinedTable

    for attempt in range(ATTEMPTS):
        try:
            inside.execute(ENDED, [role, PATIENCE, QUEUE, attempt > 1])
            _make_role(inside, role, credentials)
            return _run(inside, statements)
        except (InternalError_, LockNotAvailable, UndefinedTable) as error:
            # "tuple concurrently updated" is an internal error, without a specific code. A load may be dropped.
            failure = error
    raise ServerError(f"Other sessions keep altering the role {role}: {failure}. Try again.")


def recipe() -> str:
    """Return a digest of all that `provision` does; a cluster with another one has to be provisioned again."""
    inside = [statement for owner in DATABASES.values() for statement in provisioning.inside(owner)]
    outside = [*provisioning.server(), *provisioning.database("discogs"), *provisioning.loads()]
    roles = [*provisioning.reader(), *provisioning.api(), *provisioning.serving()]
    statements = [*outside, *inside, *roles, STATISTICS]
    return hashlib.sha256("\n".join([*DATABASES, *ITERATIONS, *statements]).encode()).hexdigest()


def _make_role(server: "Connection[Any]", role: str, credentials: Credentials) -> None:
    from psycopg import sql

    password = credentials.password(f"postgres/{role}")
    rounds = sql.SQL("SET scram_iterations = {}").format(ITERATIONS[role]) if role in ITERATIONS else None
    server.execute(rounds or "RESET scram_iterations")
    # The server sees, and may log, only this verifier, which cannot be turned back into the password.
    verifier = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    server.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(verifier)))


def _make_database(server: "Connection[Any]", database: str, owner: str) -> None:
    from psycopg import sql

    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        name = sql.Identifier(database)
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner)))


def _run(connection: "Connection[Any]", statements: Iterable[str]) -> None:
    from psycopg import sql

    for statement in statements:
        connection.execute(sql.SQL(statement))
