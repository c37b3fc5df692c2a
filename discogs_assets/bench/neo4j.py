"""Benchmark of loading graph tables into Neo4j until it is indexed and answers, against the import alone."""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.bench import sandbox, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import Figure, figure
from discogs_assets.bench.sandbox import Home
from discogs_assets.connections.graph import ExternalGraph, GraphOrder
from discogs_assets.defs.assets.neo4j import order, tables
from discogs_assets.servers.neo4j.neo4j_home import Store
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.streams.graph.files import Tables

ALONE = "alone/0001"
"""Store that is imported but never indexed."""

FILLED = "filled/0001"
"""Store that is filled over Bolt."""

STEADY = 1 << 30
"""Store size in bytes that the Bolt server is configured for: that of a long-running server."""


def figures(dumps: Dumps, beside: Path | None, over_bolt: bool, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stage that loads Neo4j, of the bare import, and optionally of a load over Bolt."""
    with sandbox.new(dumps, beside) as home:
        ran = [
            stages.run(home, stages.together("dumps", "parquet", "graph"), dumps.partition, "before", say),
            *(stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages("neo4j")),
        ]
        yield from stages.figures(home, ran)
        yield _alone(home)
        if over_bolt:
            yield _over_bolt(home)


def _alone(home: Home) -> Figure:
    store = home.neo4j.folder / ALONE
    took = alone(import_all, home.path, store, tables(home.lake, home.dumps.partition))
    counts = {"records": took.value, "written": Store(store).size}
    return figure(took, home.dumps.releases, "neo4j", "import alone", "limit", **counts)


def import_all(path: Path, store: Path, made_from: Tables) -> int:
    """Import the tables into a store of the home; return the number of nodes and relationships."""
    done = Neo4jServer(path).import_store(store, made_from.nodes, made_from.pairs)
    return done.nodes + done.relationships


def _over_bolt(home: Home) -> Figure:
    """Return the figure of loading an empty database over Bolt until it answers.

    An external Neo4j is loaded over Bolt; a server of our own stands in for it here.
    """
    store = home.neo4j.folder / FILLED
    Store(store).create()
    with home.neo4j.running(store, STEADY) as at:
        graph = Graph(at.url, at.user, at.password)
        took = alone(send_all, graph, home.folder / "sent", order(home.lake, home.dumps.partition))
    counts = {"records": took.value, "written": Store(store).size}
    return figure(took, home.dumps.releases, "neo4j over Bolt", "empty to answering", "ours", **counts)


def send_all(graph: Graph, folder: Path, wanted: GraphOrder) -> int:
    """Load an empty database over Bolt; return the number of nodes and relationships."""
    _, counts = ExternalGraph(graph, folder).load(wanted, lambda line: None)
    return sum(counts.values())
