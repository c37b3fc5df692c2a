"""Graph tables → Neo4j, from the start of the import to indexed and answering, measured beside the import alone.

The way to a Neo4j that we do not run, over Bolt, is measured with a server of our own that stands in for it.

What belongs here: the order of what is run. What doesn't: importing (see `embedded.graph_import`).
"""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.bench import homes, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure, figure
from discogs_assets.bench.homes import Home
from discogs_assets.bench.measurement import alone
from discogs_assets.connections.graph import ExternalGraph, GraphOrder
from discogs_assets.defs.neo4j import order, tables
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.store import Store
from discogs_assets.stores.neo4j import Graph
from discogs_assets.streams.graph import Tables

ALONE = "alone/0001"
"""The store that is imported and never indexed."""

FILLED = "filled/0001"
"""The store that is filled over Bolt."""

STEADY = 1 << 30
"""Bytes that the server of it is made for: one that runs for long."""


def figures(dumps: Dumps, beside: Path | None, over_bolt: bool, say: Say) -> Iterator[Figure]:
    """The stage that loads Neo4j, the import of the same tables alone, and those tables sent over Bolt if wanted."""
    with homes.new(dumps, beside) as home:
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
    """Nodes and relationships imported into a store of the home."""
    done = Neo4jServer(path).import_store(store, made_from.nodes, made_from.pairs)
    return done.nodes + done.relationships


def _over_bolt(home: Home) -> Figure:
    """An empty database that comes to hold the month, and answers."""
    store = home.neo4j.folder / FILLED
    Store(store).create()
    with home.neo4j.running(store, STEADY) as at:
        graph = Graph(at.url, at.user, at.password)
        took = alone(send_all, graph, home.folder / "sent", order(home.lake, home.dumps.partition))
    counts = {"records": took.value, "written": Store(store).size}
    return figure(took, home.dumps.releases, "neo4j over Bolt", "empty to answering", "ours", **counts)


def send_all(graph: Graph, folder: Path, wanted: GraphOrder) -> int:
    """Nodes and relationships sent to a database that has none."""
    _, counts = ExternalGraph(graph, folder).load(wanted, lambda line: None)
    return sum(counts.values())
