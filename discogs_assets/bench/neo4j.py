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
from discogs_assets.defs import keys
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.store import Store
from discogs_assets.schema.graph import NODES

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
    took = alone(import_all, home.path, store, _files(home))
    counts = {"records": took.value, "written": Store(store).size}
    return figure(took, home.dumps.releases, "neo4j", "import alone", "limit", **counts)


def _files(home: Home) -> dict[str, list[Path]]:
    partition = home.dumps.partition
    return {name: home.lake.files(key.path, partition) for name, key in keys.GRAPH.items()}


def import_all(path: Path, store: Path, files: dict[str, list[Path]]) -> int:
    """Nodes and relationships imported into a store of the home."""
    labels = {node.label for node in NODES}
    nodes = {name: found for name, found in files.items() if name in labels}
    ends = [(name, [file]) for name, found in files.items() if name not in labels for file in found]
    done = Neo4jServer(path).import_store(store, nodes, ends)
    return done.nodes + done.relationships
