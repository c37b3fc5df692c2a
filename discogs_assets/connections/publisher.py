"""Switching of all stores as one publication, so that they show the same month after a kill at any point."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discogs_assets import failpoints
from discogs_assets.errors import DiscogsError, LoadError, PublishRefusedError
from discogs_assets.schema.tables import TABLES
from discogs_assets.stores.postgres import publication
from discogs_assets.stores.postgres.loads import Postgres, view_of
from discogs_assets.stores.postgres.publication import Publication

if TYPE_CHECKING:
    from discogs_assets.connections.graph import GraphStore
    from discogs_assets.stores.search.loads import SearchLoads

Log = Callable[[str], None]


def drop_line(line: str) -> None:
    """Drop a line of progress."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The right to switch the stores; `shown` is the publication that readers see at the start."""

    postgres: Postgres
    graph: "GraphStore"
    search: "SearchLoads"
    shown: Publication | None

    def publish(self, wanted: Publication, log: Log = drop_line) -> float:
        """Show the loads in all stores; return the seconds that the graph was unavailable.

        The intent is recorded first: after a kill at any point, `settle` completes it. Raises ServerError if the graph
        store does not start, LoadError if another version has loaded a table, with all stores unchanged. Raises
        BusyError if readers of the tables leave no gap, with the publication left open.
        """
        found = publication.read_open(self.postgres)
        intended = found if found and found.shows_same(wanted) else publication.record_intent(self.postgres, wanted)
        failpoints.reach("intent")
        return self._switch(intended, log)

    def settle(self, log: Log = drop_line) -> str:
        """See `Connections.settle`."""
        found = publication.read_open(self.postgres)
        if found is None:
            return ""
        if gone := self.missing(found):
            self._undo(found)
            return f"the interrupted publication of {found.month} is undone: {'; '.join(gone)}"
        try:
            self._switch(found, log)
        except LoadError as error:
            return f"the interrupted publication of {found.month} is undone: {error}"
        return f"the interrupted publication of {found.month} is completed"

    def missing(self, wanted: Publication) -> list[str]:
        """Return the loads of a publication that the servers no longer hold."""
        lacking = self.postgres.lacking(wanted.tables.values())
        graph = self.graph.missing(wanted.graph, wanted.month) if wanted.graph is not None else ""
        search = self.search.missing(wanted.search) if wanted.search is not None else ""
        return [*lacking, *filter(None, (graph, search))]

    def _switch(self, intended: Publication, log: Log) -> float:
        """Switch the graph, since its start may fail, and then the views, in the transaction that closes the record.

        The search index is switched by the record alone.
        """
        try:
            away = self.graph.publish(intended.graph) if intended.graph is not None else 0.0
        except DiscogsError:
            self._undo(intended)
            raise
        failpoints.reach("switch")
        tables = {view_of(table): table for table in TABLES}
        shown = {tables[view]: load for view, load in intended.tables.items()}
        try:
            self.postgres.publish(shown, log, lambda connection: publication.record_done(connection, intended))
        except LoadError:
            self._undo(intended)
            raise
        return away

    def _undo(self, intended: Publication) -> None:
        """Make the graph store show the same publication as the tables, and close the record."""
        if self.shown and self.shown.graph and self.shown.graph != self.graph.read_published_load():
            if missing := self.graph.missing(self.shown.graph, self.shown.month):
                raise PublishRefusedError(
                    f"the publication of {intended.month} can be neither completed nor undone: {missing} is missing. "
                    f"Publish a loaded month: discogs publish {self.shown.month}"
                )
            self.graph.publish(self.shown.graph)
        with self.postgres.connection() as connection:
            publication.settle(connection, intended.sequence, "undone")
