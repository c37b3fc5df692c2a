"""Tests of `defs.assets.neo4j`: a Neo4j that we do not run, from dumps to what its readers see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import keys
from discogs_assets.defs.assets.neo4j import MADE_FROM
from discogs_assets.defs.checks import volume
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan, population
from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.graph import NODES
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.neo4j import load_checkpoint
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.neo4j.load_checkpoint import Ledger
from discogs_assets_tests.contents import contents
from discogs_assets_tests.defs.assets import test_published

pytestmark = pytest.mark.slow

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

MADE = {*map(keys.dump, ENTITIES), *MADE_FROM}
LOADED = [*keys.IMPORTED.values()]


@dataclass(frozen=True)
class Runs:
    """Materialises assets in this process."""

    instance: dg.DagsterInstance

    def execute(self, partition: str, assets: Iterable[dg.AssetKey], older: bool = False) -> str:
        """Why a step failed, nothing if none did; whatever the records' counts are, they are accepted."""
        asked = list(assets)
        ops = {"neo4j": {"config": {"older": True}}} if older else {}
        ops |= volume.accepting(*(entity for entity in ENTITIES if keys.records(entity) in asked))["ops"]
        done = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            {**QUIET, "ops": ops},
            instance=self.instance,
            asset_selection=asked,
            partition_key=partition,
            raise_on_error=False,
        )
        errors = [event.step_failure_data.error for event in done.all_events if event.is_step_failure]
        return " ".join(str(error and error.message) for error in errors)


@pytest.fixture
def runs(graph: Graph, neo4j_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Our own Neo4j as one that we do not run."""
    home = neo4j_server.home
    neo4j = {"NEO4J_URL": graph.url, "NEO4J_USER": graph.user, "NEO4J_PASSWORD": graph.password}
    for name, value in {"HOME": str(home), "DUMPS": str(home / "sample"), **neo4j}.items():
        monkeypatch.setenv(f"DISCOGS_{name}", value)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Runs(instance)


def read_imported(server: Neo4jServer, partition: str) -> list[str]:
    """What a store holds that the month's graph tables were imported into."""
    store, lake = server.folder / partition[:7] / "0001", Lake(server.home / "lake")
    files = {name: lake.files(key.path, partition) for name, key in keys.GRAPH.items()}
    nodes = {node.label: files.pop(node.label) for node in NODES}
    server.import_store(store, nodes, [(kind, [file]) for kind, pairs in files.items() for file in pairs])
    with server.running(store) as address:
        return contents(Graph(address.url, address.user, address.password))


def test_a_month_by_changes_is_what_an_import_of_it_holds(
    runs: Runs, graph: Graph, neo4j_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, share in {"CHANGED": 0.1, "REMOVED": 0.03}.items():
        monkeypatch.setattr(population, name, share)
    generator.write(neo4j_server.home / "sample", Plan(200, months=2))
    for partition in (OCTOBER, NOVEMBER):
        assert not runs.execute(partition, [*MADE, *LOADED])
    november = contents(graph)
    assert november == read_imported(neo4j_server, NOVEMBER)
    assert len(november) == sum(graph.counts().values())

    assert "holds 2026-11, which is newer than 2026-10; nothing was changed" in runs.execute(OCTOBER, LOADED)
    assert contents(graph) == november
    assert not runs.execute(OCTOBER, LOADED, older=True)
    assert str(load_checkpoint.read(graph)) == "2026-10"
    runs.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(keys.records(RELEASES), "ids_unique", passed=False, metadata={}, partition=NOVEMBER)
    )
    assert "the check ids_unique on parquet/discogs/releases failed" in runs.execute(NOVEMBER, LOADED)
    assert str(load_checkpoint.read(graph)) == "2026-10"


def test_a_month_is_published_where_the_server_holds_it_whole(
    runs: Runs, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_published.load(runs.instance)
    monkeypatch.setenv("DISCOGS_TARGETS", "neo4j")
    shown = [keys.published_month("neo4j")]
    assert "holds no month, not 2026-11" in runs.execute(NOVEMBER, shown)
    for held, said in {
        Ledger("2026-11", state="loading"): "holds 2026-11 being loaded over nothing (0 rows sent), not 2026-11",
        Ledger("2026-12"): "holds 2026-12, not 2026-11. Load it there: materialise neo4j/* of 2026-11-01 with --config",
    }.items():
        graph.ask("MATCH (l:Load) DELETE l")
        with graph.session() as session:
            session.execute_write(load_checkpoint.move, None, held)
        assert said in runs.execute(NOVEMBER, shown)
    with graph.session() as session:
        session.execute_write(load_checkpoint.move, held, Ledger("2026-11"))
    assert not runs.execute(NOVEMBER, shown)
