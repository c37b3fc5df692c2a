"""Graph tables → Neo4j, from the start of the import to indexed and answering, measured beside the import alone.

What belongs here: the order of what is run. What doesn't: importing (see `embedded.graph_import`).
"""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.bench import homes, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure, figure
from discogs_assets.bench.homes import Home
from discogs_assets.bench.measurement import alone
from discogs_assets.defs.neo4j import tables
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.store import Store
from discogs_assets.streams.graph import Tables

ALONE = "alone/0001"
"""The store that is imported and never indexed."""


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """The stage that loads Neo4j, and the import of the same tables alone."""
    with homes.new(dumps, beside) as home:
        ran = [
            stages.run(home, stages.together("dumps", "parquet", "graph"), dumps.partition, "before", say),
            *(stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages("neo4j")),
        ]
        yield from stages.figures(home, ran)
        yield _alone(home)


def _alone(home: Home) -> Figure:
    store = home.neo4j.folder / ALONE
    took = alone(import_all, home.path, store, tables(home.lake, home.dumps.partition))
    counts = {"records": took.value, "written": Store(store).size}
    return figure(took, home.dumps.releases, "neo4j", "import alone", "limit", **counts)


def import_all(path: Path, store: Path, made_from: Tables) -> int:
    """Nodes and relationships imported into a store of the home."""
    done = Neo4jServer(path).import_store(store, made_from.nodes, made_from.pairs)
    return done.nodes + done.relationships
