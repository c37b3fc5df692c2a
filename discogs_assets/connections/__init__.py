"""Opened stores of the settings: the only package that distinguishes embedded servers from external ones.

Belongs here: selecting and starting the server of a setting, and switching all stores as one publication. Does not
belong here: the data loaded into a store, and the decision when to publish a month.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from discogs_assets.connections.publisher import Log, Publisher, drop_line
from discogs_assets.connections.state import ServerState
from discogs_assets.connections.tables import EmbeddedTables, ExternalTables, TableStore
from discogs_assets.errors import BusyError
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres import publication
from discogs_assets.stores.postgres.loads import Postgres, month_of
from discogs_assets.stores.postgres.publication import Publication

# Stores are imported when they are first used: the API needs few of them, and neither Polars nor lxml.
if TYPE_CHECKING:
    from discogs_assets.connections.graph import GraphStore
    from discogs_assets.stores.dumps.discogs_archive import Archive
    from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz
    from discogs_assets.stores.lake.local_lake import Lake
    from discogs_assets.stores.neo4j.driver import Graph
    from discogs_assets.stores.postgres.snapshots import SnapshotStore
    from discogs_assets.stores.search.index_reader import SearchIndex
    from discogs_assets.stores.search.loads import SearchLoads

SETTLE_SECONDS = 0.5
"""Longest wait for another publisher before an open publication is left to it."""

GRAPH = "neo4j"
"""Target of the graph store."""


class Connections:
    """The stores of the settings, opened on first use."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    @cached_property
    def archive(self) -> "Archive":
        """Published dumps and our verified copies."""
        from discogs_assets.stores.dumps.discogs_archive import Archive

        return Archive.of(self.settings)

    @cached_property
    def musicbrainz(self) -> "MusicBrainz":
        """MusicBrainz exports and our verified copies."""
        from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz

        return MusicBrainz.of(self.settings)

    @cached_property
    def lake(self) -> "Lake":
        """The Parquet lake."""
        from discogs_assets.stores.lake import local_lake

        return local_lake.of(self.settings)

    @cached_property
    def tables(self) -> TableStore:
        """PostgreSQL."""
        if self.settings.postgres_url:
            return ExternalTables(Postgres(self.settings.postgres_url.get_secret_value()))
        return EmbeddedTables(PostgresServer(self.settings.home_folder))

    @cached_property
    def graph(self) -> "GraphStore":
        """Neo4j."""
        from discogs_assets.connections.graph import EmbeddedGraph, ExternalGraph
        from discogs_assets.stores.neo4j.driver import Graph

        if self.settings.neo4j_url is None:
            return EmbeddedGraph(Neo4jServer(self.settings.home_folder, browser=self.settings.neo4j_browser))
        return ExternalGraph(Graph(*self.graph_address()), self.settings.home_folder / "sent")

    @cached_property
    def search(self) -> "SearchLoads":
        """The published loads of the search index; a reader takes the folder of the one in the publication record."""
        from discogs_assets.stores.search.loads import SearchLoads

        return SearchLoads(self.settings.home_folder / "search", self.lake)

    @cached_property
    def snapshots(self) -> "SnapshotStore":
        """Snapshots, in PostgreSQL."""
        from discogs_assets.stores.postgres.snapshots import SnapshotStore

        return SnapshotStore(self.tables.serving_url, self.settings.snapshot_days)

    @property
    def embedded(self) -> bool:
        """True if at least one of the servers is embedded."""
        return isinstance(self.tables, EmbeddedTables) or self.settings.neo4j_url is None

    @property
    def has_graph(self) -> bool:
        """True if Neo4j is a chosen target."""
        return GRAPH in self.settings.chosen_targets

    def graph_address(self) -> tuple[str, str, str]:
        """Return Neo4j's URL, user and password. Raises ServerError if the embedded one does not run."""
        settings = self.settings
        if settings.neo4j_url is None:
            found = Neo4jServer(settings.home_folder).address()
            return found.url, found.user, found.password
        password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else ""
        return settings.neo4j_url, settings.neo4j_user, password

    @property
    def graph_runs(self) -> bool:
        """False if the embedded Neo4j does not run; Neo4j's own modules are not loaded to find out."""
        return self.settings.neo4j_url is not None or Neo4jServer(self.settings.home_folder).status().running

    def start(self) -> "tuple[Postgres, Graph | None]":
        """Start the embedded servers in parallel; return the database as its owner, and the published graph.

        If Neo4j is not a target, it is not started, and the graph is None.
        """
        with ThreadPoolExecutor(1) as pool:
            started = pool.submit(self.graph.start) if self.has_graph else None
            postgres = self.tables.start()
            self.tables.restore_roles()
            if started is None:
                return postgres, None
            started.result()
        return postgres, self.graph.reader()

    def open_publication(self) -> Publication | None:
        """Return the open or interrupted publication, None if there is none. No server is started."""
        postgres = self.tables.owner() if self.tables.running() else None
        return publication.read_open(postgres) if postgres else None

    def read_search_state(self) -> ServerState:
        """Return the state of the published search index: its month, and if its files are here."""
        load = self._read_published_search()
        here = load is not None and (self.search.root / load).is_dir()
        return ServerState(
            "search index", "yes" if here else "no", load[:7] if load else "nothing", None, folder=str(self.search.root)
        )

    def open_search(self) -> "SearchIndex | None":
        """Open the published search index, None if none is published or PostgreSQL does not run.

        Raises LoadError if it is neither here nor in the lake, or cannot be read.
        """
        from discogs_assets.stores.search.index_reader import SearchIndex

        load = self._read_published_search()
        return SearchIndex.open(self.search.take(load)) if load else None

    def _read_published_search(self) -> str | None:
        found = publication.read_done(self.tables.owner()) if self.tables.running() else None
        return found.search if found else None

    def read_published_partitions(self) -> set[str]:
        """Return the partitions that readers see: one, or two while a publication is open."""
        postgres = self.tables.start()
        found = (self._read_done(postgres), publication.read_open(postgres))
        return {each.partition for each in found if each}

    @contextmanager
    def publishing(self, wait: float | None = None) -> Iterator[Publisher]:
        """Lend the right to switch the stores to one process at a time.

        Raises BusyError if another keeps it for `wait` seconds, by default as long as a publication may take.
        """
        postgres = self.tables.start()
        with postgres.publishing(wait):
            self.tables.restore_roles()
            yield Publisher(postgres, self.graph, self.search, self._read_done(postgres))

    def settle(self, log: Log = drop_line) -> str:
        """Complete an interrupted publication, or undo it if its loads are gone.

        Return a sentence about it, empty if none is open or another process is publishing. No server is started to
        find out.
        """
        if self.open_publication() is None:
            return ""
        try:
            with self.publishing(SETTLE_SECONDS) as publisher:
                return publisher.settle(log)
        except BusyError:
            return ""

    def _read_done(self, postgres: Postgres) -> Publication | None:
        """Return the publication that readers see. A database without a record has one created from its views."""
        found = publication.read_done(postgres)
        if found is None and (tables := postgres.read_published_loads()):
            month = max(map(month_of, tables.values()))[:7]
            wanted = Publication(month, tables, self.graph.read_published_load())
            with postgres.connection() as connection:
                publication.record_done(connection, wanted)
            found = publication.read_done(postgres)
        return found


def stop_servers(home: Path) -> Iterator[tuple[str, bool]]:
    """Stop the embedded servers, the graph's first; yield the name of each, and False if it did not run."""
    for name, server in (("Neo4j", Neo4jServer(home)), ("PostgreSQL", PostgresServer(home))):
        yield name, server.stop()
