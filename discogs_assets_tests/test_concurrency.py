"""Several runs at once: one writer a store, readers whole, and the newest month shown at the end.

Everything is done to the project in which the demo has run, by commands as the README has them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from discogs_assets.defs.assets.published import prove, publication_of, require_loaded
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import run_logs
from discogs_assets.sample import months
from discogs_assets.servers.neo4j import loads
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.stores.postgres.loads import month_of
from discogs_assets_tests.fix_project import BARE, Project, materialisation
from discogs_assets_tests.forks import Fork
from discogs_assets_tests.watching import repeatedly

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OCTOBER, NOVEMBER = months.PARTITIONS


def require_both_loaded(instance: dg.DagsterInstance) -> None:
    """Require that either month could be published."""
    with Platform().connections.publishing() as publisher:
        for partition in months.PARTITIONS:
            require_loaded(publisher, publication_of(prove(instance, partition), partition, Platform()))


TABLE, STORE = 'key:"postgres/discogs/releases"', 'key:"neo4j/Release"'
PUBLISHED = 'key:"published/postgres" or key:"published/neo4j"'

POSTGRES = "SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM artists)"
NEO4J = "MATCH (r:Release) WITH count(r) AS releases MATCH (a:Artist) RETURN releases, count(a)"


@contextmanager
def collect_reads(read: Callable[[], object]) -> Iterator[set[object]]:
    """All that was read, over and over, until the block ends."""
    seen = set[object]()
    with repeatedly(lambda: seen.add(read()), 0.1):
        yield seen


@contextmanager
def readers(project: Project) -> Iterator[tuple[set[object], set[object]]]:
    """What a reader of each store has seen, None where Neo4j was being restarted."""
    graph = project.graph
    with (
        psycopg.connect(project.postgres.url, autocommit=True) as connection,
        GraphDatabase.driver(graph.url, auth=(graph.user, graph.password)) as driver,
    ):

        def nodes() -> object:
            try:
                with driver.session() as session:
                    return tuple(session.run(NEO4J).single(strict=True))
            except (DriverError, Neo4jError):
                return None

        with collect_reads(lambda: connection.execute(POSTGRES).fetchone()) as rows, collect_reads(nodes) as found:
            yield rows, found


@dataclass(frozen=True)
class Run:
    """A run that was begun, and the file that it prints to."""

    process: Fork
    printed: Path

    def end(self) -> str:
        """All that it printed; it went well, or gave way to another writer and said so."""
        status, said = self.process.wait(timeout=300), self.printed.read_text()
        assert status == 0 or "BusyError" in said, said[-5000:]
        return said


def begin(folder: Path, selection: str, partition: str, printed: Path) -> Run:
    """`dagster asset materialize` in the folder, not waited for."""
    with printed.open("w") as output:
        said = output.fileno()
        return Run(Fork(materialisation(selection, partition), folder, BARE, said, said), printed)


@pytest.fixture
def elsewhere(project: Project, tmp_path: Path) -> Path:
    """A folder whose runs have the same home, and a record of their own."""
    (tmp_path / "dagster").mkdir()
    (tmp_path / ".env").write_text(f"DISCOGS_HOME={project.home}\nDAGSTER_HOME={tmp_path / 'dagster'}\n")
    return tmp_path


def test_runs_at_once_leave_readers_whole_and_the_newest_month_shown(
    project: Project, elsewhere: Path, instance: dg.DagsterInstance
) -> None:
    counts = months.counts(NOVEMBER)
    asked = [
        (project.folder, f"{TABLE} or {STORE} or {PUBLISHED}", NOVEMBER),
        (project.folder, f"{TABLE} or {PUBLISHED}", NOVEMBER),
        (project.folder, f"{TABLE} or {PUBLISHED}", OCTOBER),
        (elsewhere, f"{TABLE} or {STORE}", NOVEMBER),
    ]
    with readers(project) as (rows, nodes):
        begun = [begin(*each, elsewhere / f"printed-{number}") for number, each in enumerate(asked)]
        said = [run.end() for run in begun]
        time.sleep(1)
    assert "2026-10 is loaded but not published, since readers see 2026-11" in said[2]
    assert "RUN_SUCCESS" in said[0] + said[1]
    expected = (counts["releases"], counts["artists"])
    assert rows == {expected}
    assert nodes - {None} == {expected}
    assert {month_of(table) for table in project.postgres.read_published_loads().values()} == {NOVEMBER}
    assert loads.served_month(Neo4jServer(project.home)) == NOVEMBER[:7]
    require_both_loaded(instance)


def test_both_months_can_be_published_once_the_logs_of_their_runs_are_deleted(
    project: Project, instance: dg.DagsterInstance
) -> None:
    events, _ = run_logs.prune(instance, datetime.now(UTC))
    assert events > 500
    require_both_loaded(instance)
