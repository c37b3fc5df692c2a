"""Neo4j over Bolt: indexes of an imported store, and what it holds.

What belongs here: the driver and its errors. What doesn't: the statements (see `schema.cypher`), the server's process
and the import (see `embedded.neo4j`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable

from discogs_assets.errors import LoadError, ServerError
from discogs_assets.schema import cypher

INDEX_SECONDS = 24 * 3600
"""How long indexes may take to fill; those of a whole month take minutes."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """A Neo4j database by its Bolt address."""

    url: str
    user: str
    password: str = field(repr=False)

    @contextmanager
    def session(self) -> Iterator[neo4j.Session]:
        """A session; ServerError if the server does not answer, LoadError if it refuses a statement."""
        try:
            with (
                neo4j.GraphDatabase.driver(self.url, auth=(self.user, self.password)) as driver,
                driver.session() as session,
            ):
                yield session
        except (ServiceUnavailable, DriverError) as error:
            raise ServerError(f"Neo4j at {self.url} does not answer: {error}. Start it with `discogs up`.") from error
        except Neo4jError as error:
            raise LoadError(f"Neo4j at {self.url} refused a statement: {error.code}: {error.message}") from error

    def index(self) -> None:
        """Create every constraint and index of the model and wait until all of them answer."""
        with self.session() as session:
            for statement in cypher.indexes():
                session.run(neo4j.Query(statement)).consume()
            session.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume()

    def counts(self) -> dict[str, int]:
        """Nodes by label and relationships by type."""
        with self.session() as session:
            return {
                name: session.run(neo4j.Query(statement)).single(strict=True)[0]
                for name, statement in cypher.counts().items()
            }

    def ask(self, statement: str) -> list[Row]:
        """The rows of a question, each by column."""
        with self.session() as session:
            return session.run(neo4j.Query(statement)).data()
