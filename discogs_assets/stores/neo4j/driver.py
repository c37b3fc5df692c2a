"""Neo4j over Bolt: the driver and its errors, indexes and counts."""

import atexit
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import neo4j
from neo4j import NotificationMinimumSeverity
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable

from discogs_assets import failpoints, faults
from discogs_assets.errors import LoadError, ServerError
from discogs_assets.schema.backends import cypher
from discogs_assets.stores.neo4j.neo4j_json import plain
from discogs_assets.stores.query_result import Answer

INDEX_SECONDS = 24 * 3600
"""Longest wait for indexes to fill, in seconds. The ones of a whole month take minutes."""

RETRY_SECONDS = 0.1
"""Initial delay of the driver's transaction retries, in seconds."""

IDLE_SECONDS = 1.0
"""Seconds after which an idle pooled connection is tested: the server may have restarted on another store."""

# The driver's warnings about retries are noise: a final failure is raised.
logging.getLogger("neo4j.session").setLevel(logging.ERROR)
# Notices about a query are part of its answer.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)

Row = dict[str, Any]


@cache
def driver_of(url: str, user: str, password: str) -> neo4j.Driver:
    """Return this process's driver for a server, with its connection pool."""
    driver = neo4j.GraphDatabase.driver(
        url,
        auth=(user, password),
        initial_retry_delay=RETRY_SECONDS,
        liveness_check_timeout=IDLE_SECONDS,
    )
    atexit.register(driver.close)
    return driver


@dataclass(frozen=True, slots=True)
class Graph:
    """A Neo4j database by its Bolt address."""

    url: str
    user: str
    password: str = field(repr=False)

    @contextmanager
    def session(
        self, access: str = neo4j.WRITE_ACCESS, notices: NotificationMinimumSeverity = NotificationMinimumSeverity.OFF
    ) -> Iterator[neo4j.Session]:
        """Yield a session with notices of this severity or more.

        Raises ServerError if the server does not answer or has failed for now, LoadError if it rejects a statement,
        DiskFullError if it reports a full disk.
        """
        try:
            driver = driver_of(self.url, self.user, self.password)
            with driver.session(default_access_mode=access, notifications_min_severity=notices) as session:
                yield session
        except (ServiceUnavailable, DriverError) as error:
            raise ServerError(
                f"Neo4j at {self.url} does not answer: {error}. Start it; `discogs up` starts the embedded server."
            ) from error
        except Neo4jError as error:
            said = f"{error.code}: {' '.join(str(error.message).split())}"
            if faults.names_full_disk(said):
                raise faults.full(f"Neo4j at {self.url} reports {said}") from error
            if error.is_retryable() or _is_server_failure(error):
                raise ServerError(f"Neo4j at {self.url} failed: {said}. See its log (debug.log).") from error
            raise LoadError(f"Neo4j at {self.url} refused a statement: {said}") from error

    def index(self) -> None:
        """Create every constraint and index of the model, and wait until all are online."""
        with self.session() as session:
            for statement in (*cypher.constraints(), *cypher.indexes()):
                session.run(neo4j.Query(statement)).consume()
            failpoints.reach("index")
            session.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume()

    def counts(self) -> dict[str, int]:
        """Return the number of nodes by label and of relationships by type."""
        with self.session() as session:
            return dict(session.run(neo4j.Query(cypher.counts())).single(strict=True)["row"])

    def ask(self, statement: str) -> list[Row]:
        """Return the rows of a query, each by column."""
        with self.session() as session:
            return session.run(neo4j.Query(statement)).data()

    @contextmanager
    def asking(self, statement: str) -> Iterator[Answer]:
        """Yield the result of a query, in a read-only session. Raises the errors of `session`."""
        with self.session(neo4j.READ_ACCESS, NotificationMinimumSeverity.WARNING) as session:
            try:
                result = session.run(neo4j.Query(statement))
                rows = ([plain(value) for value in record.values()] for record in result)
                yield Answer(result.keys(), rows, lambda: _read_notices(result.consume()))
            except KeyboardInterrupt:
                # Closing the session would wait for the server, which may not end the query for long.
                session._handle_cancellation()  # type: ignore[no-untyped-call]  # noqa: SLF001
                raise


def _read_notices(summary: neo4j.ResultSummary) -> list[str]:
    """Return the server's warnings about a query, such as labels and properties that do not exist."""
    found = (each.status_description for each in summary.gql_status_objects if each.is_notification)
    return [*dict.fromkeys(found)]


def _is_server_failure(error: Neo4jError) -> bool:
    """Return True if the server failed rather than the statement; constraint violations are of category Schema."""
    return error.classification == "DatabaseError" and error.category != "Schema"
