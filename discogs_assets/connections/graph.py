"""Neo4j as the embedded server of a home or an external one: its loads, and the one that readers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from discogs_assets.connections.publisher import Log
from discogs_assets.connections.state import ServerState, state_of
from discogs_assets.servers.neo4j import loads
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets.stores.neo4j import bolt, load_checkpoint
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.neo4j.sent_tables import SentTables
from discogs_assets.streams.graph.files import Tables, write_load


@dataclass(frozen=True, slots=True)
class GraphOrder:
    """A month's graph tables to load.

    `keep` are places named in Dagster's records that may still be published. `older` allows a month older than the one
    held. `find` returns the graph tables of another month (2026-11), None if they are not in the lake.
    """

    tables: Tables
    keep: Sequence[str] = ()
    older: bool = False
    find: bolt.Lookup = lambda month: None
    connections: int = 2


class GraphStore(Protocol):
    """Neo4j, by its loads. A load has an id, and a place named in Dagster's records.

    Defaults are those of a server that always runs and holds a single load.
    """

    shows_while_loading: ClassVar[bool] = True
    """True if readers see a load in progress; its tables must be checked before."""

    def start(self) -> None:
        """Start an embedded server."""
        return

    def reader(self) -> Graph:
        """Return the published graph. Raises ServerError if an embedded server does not run."""

    def load(self, order: GraphOrder, log: Log) -> tuple[str, dict[str, int]]:
        """Load a month's graph; return its place, and the nodes and relationships counted there."""

    def load_at(self, place: str) -> str:
        """Return the id of the load at a place."""

    def missing(self, load: str, month: str) -> str:
        """Return a sentence if the load of the month (2026-11) cannot be shown, empty if it can."""

    def publish(self, load: str) -> float:
        """Show a load; return the seconds that the graph was unavailable to readers."""
        return 0.0

    def read_published_load(self) -> str | None:
        """Return the id of the load that readers see, None if there is none."""

    def shown_month(self) -> str | None:
        """Return the month (2026-11) that readers see, None if there is none."""

    def sweep(self, month: str, keep: str | None = None) -> list[str]:
        """Remove the month's loads that the shown one, or the one to `keep`, supersedes; return their names."""
        return []

    def months(self) -> list[str]:
        """Return the partition keys of the months that retention may drop."""
        return []

    def drop(self, partition: str) -> Mapping[str, int]:
        """Remove a month's loads; return the bytes by load."""
        return {}

    def running(self) -> bool:
        """Return False if an embedded server does not run."""
        return True

    def find_browser(self) -> str | None:
        """Return the URL of Neo4j's Browser, None if we do not serve it."""
        return None

    def is_installed(self) -> bool:
        """Return False if an embedded server's programs have yet to be downloaded."""
        return True

    def state(self) -> ServerState:
        """Return the state of the server and the month that it shows."""


@dataclass(frozen=True, slots=True)
class EmbeddedGraph(GraphStore):
    """The Neo4j of our home: a store directory for each load, one of them served."""

    shows_while_loading: ClassVar[bool] = False

    server: Neo4jServer

    def start(self) -> None:
        """See `GraphStore`."""
        self.server.start()

    def reader(self) -> Graph:
        """See `GraphStore`."""
        address = self.server.address()
        return Graph(address.url, address.user, address.password)

    def load(self, order: GraphOrder, log: Log) -> tuple[str, dict[str, int]]:
        """Import a new store, index it and count it; remains of a killed import are removed first."""
        month = order.tables.month
        with loads.alone(self.server, month):
            folder = loads.fresh(self.server, month, order.keep)
            mark = self._mark(month)
            write_load(mark, month, self.load_at(str(folder)))
            try:
                nodes = {**order.tables.nodes, "Load": [mark]}
                done = self.server.import_store(folder, nodes, order.tables.pairs, log)
            finally:
                mark.unlink(missing_ok=True)
            log(f"{done.nodes:,} nodes and {done.relationships:,} relationships in {done.seconds:.1f} s")
            counts = self._index(folder)
            loads.finish(folder)
        return str(folder), counts

    def _mark(self, month: str) -> Path:
        """Return the table of the node that names a load; a killed import leaves it to the next one."""
        return self.server.folder / f"{month}.load.parquet"

    def _index(self, folder: Path) -> dict[str, int]:
        with self.server.running(folder) as address:
            opened = Graph(address.url, address.user, address.password)
            opened.index()
            return opened.counts()

    def load_at(self, place: str) -> str:
        """Return month and number: `2026-11/0002`."""
        return "/".join(Path(place).parts[-2:])

    def missing(self, load: str, month: str) -> str:
        """See `GraphStore`."""
        folder = self.server.folder / load
        return "" if StoreDirectory(folder).whole else str(folder)

    def publish(self, load: str) -> float:
        """See `GraphStore`."""
        return self.server.serve(self.server.folder / load)

    def read_published_load(self) -> str | None:
        """See `GraphStore`."""
        return self.load_at(str(self.server.find_served_folder())) if self.shown_month() else None

    def shown_month(self) -> str | None:
        """See `GraphStore`."""
        return loads.served_month(self.server)

    def sweep(self, month: str, keep: str | None = None) -> list[str]:
        """See `GraphStore`."""
        return loads.sweep(self.server, month, [self.server.folder / keep] if keep else [])

    def months(self) -> list[str]:
        """See `GraphStore`."""
        return [f"{month}-01" for month in loads.months(self.server)]

    def drop(self, partition: str) -> Mapping[str, int]:
        """See `GraphStore`."""
        dropped = loads.drop(self.server, partition[:7])
        self._mark(partition[:7]).unlink(missing_ok=True)
        return dropped

    def running(self) -> bool:
        """See `GraphStore`."""
        return self.server.status().running

    def find_browser(self) -> str | None:
        """See `GraphStore`."""
        return self.server.find_browser()

    def is_installed(self) -> bool:
        """See `GraphStore`."""
        return self.server.is_installed()

    def state(self) -> ServerState:
        """See `GraphStore`."""
        return state_of(self.server.status(), self.shown_month())


@dataclass(frozen=True, slots=True)
class ExternalGraph(GraphStore):
    """A Neo4j that the settings name. It holds one load, changed over Bolt in its readers' view."""

    graph: Graph
    sent: Path

    def reader(self) -> Graph:
        """See `GraphStore`."""
        return self.graph

    def load(self, order: GraphOrder, log: Log) -> tuple[str, dict[str, int]]:
        """Change the database until it holds the month and no other."""
        with SentTables(self.sent).lock_folder() as sent:
            wanted = bolt.Order(order.tables, order.older, order.connections)
            bolt.load(self.graph, wanted, sent, order.find, log)
        return self.graph.url, self.graph.counts()

    def load_at(self, place: str) -> str:
        """Return the id of the load that the server holds now."""
        return self.read_published_load() or ""

    def missing(self, load: str, month: str) -> str:
        """See `GraphStore`."""
        found = load_checkpoint.read(self.graph)
        if found and found.whole and found.month == month:
            return ""
        older = bolt.OLDER if found and found.month > month else ""
        return (
            f"Neo4j at {self.graph.url} holds {found or 'no month'}, not {month}. Load it there: materialise neo4j/* "
            f"of {month}-01{older}"
        )

    def read_published_load(self) -> str | None:
        """See `GraphStore`."""
        found = load_checkpoint.read(self.graph)
        return (found.load or found.tables) if found and found.whole else None

    def shown_month(self) -> str | None:
        """Return the month that readers see, or the state of the load under way in words."""
        found = load_checkpoint.read(self.graph)
        return str(found) if found else None

    def state(self) -> ServerState:
        """See `GraphStore`."""
        return ServerState("Neo4j", "yes", self.shown_month() or "nothing", self.graph.url)
