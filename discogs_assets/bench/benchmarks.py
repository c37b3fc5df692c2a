"""Benchmarks of stages of a month in a new home: all, or one of them against limits or by its parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from discogs_assets.bench import sandbox, sql_latency
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure, make_figure
from discogs_assets.bench.measurement import measure
from discogs_assets.bench.sandbox import Home
from discogs_assets.bench.stages import PARSED, STAGES, measure_stages
from discogs_assets.connections.graph import ExternalGraph, GraphOrder
from discogs_assets.defs import keys
from discogs_assets.defs.assets.insights import read
from discogs_assets.defs.assets.neo4j import order, tables
from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.streams import parquet
from discogs_assets.streams.changes import BATCH_ROWS
from discogs_assets.streams.graph.files import Files, Tables
from discogs_assets.streams.insights.registry import REGISTRY, find_insight

STEADY = 1 << 30
"""Store size in bytes that the Bolt server is configured for: that of a long-running server."""


def measure_month(dumps: Dumps, say: Say) -> Iterator[Figure]:
    """Yield the figures of all stages, and of common queries on the published month; their seconds are the median.

    The month before is parsed first, to be compared.
    """
    with sandbox.open_home(dumps) as home:
        yield from measure_stages(home, STAGES, say, [(month, PARSED) for month in dumps.partitions[:-1]])
        yield from sql_latency.measure_queries(home.postgres.address().url, dumps.releases)


def measure_changes(dumps: Dumps, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stage that compares two months, and of reading them alone: ids only, and all columns.

    Raises DumpMissingError if the dumps hold one month.
    """
    if len(dumps.partitions) < 2:
        raise DumpMissingError(f"{dumps.folder} holds one month, expected two to be compared. Add the month before.")
    with sandbox.open_home(dumps) as home:
        yield from measure_stages(home, ["changes"], say, [(month, PARSED) for month in dumps.partitions])
        records = [keys.records(entity).path for entity in ENTITIES]
        files = [file for path in records for month in dumps.partitions for file in home.lake.files(path, month)]
        for step, columns in {"reading ids alone": ["id"], "reading both months": None}.items():
            usage, rows = measure(read_rows, files, columns)
            yield make_figure(usage, dumps.releases, "changes", step, "limit", records=rows)


def read_rows(files: Sequence[Path], columns: Sequence[str] | None) -> int:
    """Return the number of rows, read in batches as large as the comparison's; `columns` None reads all columns."""
    return sum(len(batch) for file in files for batch in parquet.batches(file, columns, BATCH_ROWS))


def measure_insights(dumps: Dumps, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stage that answers all questions, and of each question in a separate process."""
    with sandbox.open_home(dumps) as home:
        yield from measure_stages(home, ["insights"], say, [(dumps.partition, (*PARSED, "graph"))])
        for each in REGISTRY:
            name = each.sheet.name
            files = {source: home.lake.files(read(source).path, dumps.partition) for source in each.reads}
            usage, (rows, written) = measure(answer, name, files, dumps.partition)
            yield make_figure(usage, dumps.releases, "insights", name, "part", records=rows, written=written)


def answer(name: str, files: Files, month: str) -> tuple[int, int]:
    """Write the answer to a question to a temporary file; return its rows and bytes."""
    with TemporaryDirectory(prefix="discogs_bench_insights_") as folder:
        target = Path(folder) / parquet.FILE
        return find_insight(name).write(files, month, target), target.stat().st_size


def measure_neo4j(dumps: Dumps, say: Say, over_bolt: bool = False) -> Iterator[Figure]:
    """Yield the figures of the stage that loads Neo4j, of the bare import, and optionally of a load over Bolt."""
    with sandbox.open_home(dumps) as home:
        yield from measure_stages(home, ["neo4j"], say, [(dumps.partition, (*PARSED, "graph"))])
        # A store that is imported but never indexed.
        store = StoreDirectory(home.neo4j.folder / "alone/0001")
        usage, count = measure(import_all, home.path, store.folder, tables(home.lake, dumps.partition))
        counts = {"records": count, "written": store.size}
        yield make_figure(usage, dumps.releases, "neo4j", "import alone", "limit", **counts)
        if over_bolt:
            yield _measure_bolt(home)


def import_all(home: Path, store: Path, made_from: Tables) -> int:
    """Import the tables into a store of the home; return the number of nodes and relationships."""
    done = Neo4jServer(home).import_store(store, made_from.nodes, made_from.pairs)
    return done.nodes + done.relationships


def _measure_bolt(home: Home) -> Figure:
    """Return the figure of loading an empty database over Bolt until it answers.

    An external Neo4j is loaded over Bolt; a server of our own stands in for it here.
    """
    store, dumps = StoreDirectory(home.neo4j.folder / "filled/0001"), home.dumps
    store.create()
    with home.neo4j.running(store.folder, STEADY) as at:
        graph = Graph(at.url, at.user, at.password)
        usage, count = measure(send_all, graph, home.folder / "sent", order(home.lake, dumps.partition))
    counts = {"records": count, "written": store.size}
    return make_figure(usage, dumps.releases, "neo4j over Bolt", "empty to answering", "ours", **counts)


def send_all(graph: Graph, folder: Path, wanted: GraphOrder) -> int:
    """Load an empty database over Bolt; return the number of nodes and relationships."""
    return sum(ExternalGraph(graph, folder).load(wanted, lambda line: None)[1].values())
