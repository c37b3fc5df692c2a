"""Neo4j over Bolt: indexes of an imported store, and what it holds.

What belongs here: the driver and its errors, and loading a server that we do not run. What doesn't: the statements (see
`schema.cypher`), our own server's process and the import (see `embedded.neo4j`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable

from discogs_assets import failpoints
from discogs_assets.errors import LoadError, ServerError
from discogs_assets.schema import cypher
from discogs_assets.settings import Settings
from discogs_assets.streams import bolt

INDEX_SECONDS = 24 * 3600
"""How long indexes may take to fill; those of a whole month take minutes."""

Row = dict[str, Any]
Files = Mapping[str, list[Path]]
"""Graph tables by label or type."""


def external(settings: Settings) -> "Graph | None":
    """The Neo4j that the settings name, None if it is our own."""
    if settings.neo4j_url is None:
        return None
    password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else ""
    return Graph(settings.neo4j_url, settings.neo4j_user, password)


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
                neo4j.GraphDatabase.driver(
                    self.url, auth=(self.user, self.password), notifications_min_severity="OFF"
                ) as driver,
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
            failpoints.reach("index")
            session.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume()

    def counts(self) -> dict[str, int]:
        """Nodes by label and relationships by type."""
        with self.session() as session:
            return {
                name: session.run(neo4j.Query(statement)).single(strict=True)[0]
                for name, statement in cypher.counts().items()
            }

    def replace(self, month: str, nodes: Files, relationships: Files, log: Callable[[str], None]) -> None:
        """Put the month's graph in the place of what the database holds; for a server whose stores we cannot import.

        Readers see it come about. LoadError if the database holds a newer month. `relationships` are files by type.
        """
        self._hold_back(month)
        with self.session() as session:
            for label in nodes:
                session.run(neo4j.Query(cypher.clear(label))).consume()
        self.index()
        with self.session() as session:
            for label, files in nodes.items():
                _send(session, cypher.create_nodes(label), bolt.nodes(label, files))
                log(f"{label}: all nodes created")
            for kind, files in relationships.items():
                for file in files:
                    start, end = file.stem.split("-")
                    _send(session, cypher.create_relationships(kind, start, end), bolt.relationships(file, nodes))
                log(f"{kind}: all relationships created")
            session.run("MERGE (l:Load {source: 'discogs'}) SET l.month = $month", month=month).consume()

    def held(self) -> str | None:
        """The month that `replace` has put here last, None if there is none."""
        rows = self.ask("MATCH (l:Load {source: 'discogs'}) RETURN l.month AS month")
        return rows[0]["month"] if rows else None

    def _hold_back(self, month: str) -> None:
        held = self.held()
        if held and held > month:
            raise LoadError(
                f"Neo4j at {self.url} holds {held}, which is newer than {month}; nothing was changed. "
                "To load the older month all the same, delete the node (:Load {source: 'discogs'}) first."
            )

    def ask(self, statement: str) -> list[Row]:
        """The rows of a question, each by column."""
        with self.session() as session:
            return session.run(neo4j.Query(statement)).data()


def _send(session: neo4j.Session, statement: str, batches: Iterator[bolt.Batch]) -> None:
    for rows in batches:
        session.run(neo4j.Query(statement), rows=rows).consume()
