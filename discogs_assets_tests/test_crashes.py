"""Processes and servers killed at any point: readers see what they saw, and a rerun makes it whole.

Everything is done to the project in which the demo has run, by commands as the README has them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from neo4j import GraphDatabase

from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.postgres import PostgresServer
from discogs_assets.failpoints import PLACES
from discogs_assets.stores.postgres import month_schema
from discogs_assets_tests.fix_project import BARE, Project

NOVEMBER = "2026-11-01"
SECONDS_TO_DIE = 10

KILLED = {
    "lake": {
        "copy": 'key:"dumps/discogs/artists"',
        "parse": 'key:"parquet/discogs/releases"',
        "close": 'key:"parquet/discogs/labels"',
        "place": 'key:"graph/relationships/CREDITED_ON"',
        "placed": 'key:"parquet/discogs/masters"',
    },
    "postgres": {
        "views": 'key:"published/postgres"',
        "rows": 'key:"postgres/discogs/releases"',
        "table": 'key:"postgres/discogs/artists"',
    },
    "neo4j": {
        "import": 'key:"neo4j/Artist"',
        "index": 'key:"neo4j/Artist"',
        "serve": 'key:"neo4j/Artist" or key:"published/neo4j"',
    },
}
"""What is being materialised when the process dies at each place, one after the other, store by store."""


def tables(project: Project) -> dict[str, object]:
    """Every published table's rows, digested."""
    with psycopg.connect(project.postgres.url) as connection:
        return {
            view: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM discogs.{view} t"
            ).fetchone()
            for view in sorted(project.postgres.published())
        }


def graph(project: Project) -> list[str]:
    """Every node and every relationship of the served store, with all properties, in an order of their own."""
    address = project.graph
    with GraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver, driver.session() as asked:
        nodes = asked.run("MATCH (n) RETURN labels(n)[0] AS label, properties(n) AS p").data()
        relationships = asked.run(
            "MATCH (a)-[r]->(b) RETURN labels(a)[0] AS a, coalesce(a.id, a.name) AS i, type(r) AS t,"
            " labels(b)[0] AS b, coalesce(b.id, b.name) AS j, properties(r) AS p"
        ).data()
    return sorted(repr(each) for each in (*nodes, *relationships))


def shown(project: Project) -> tuple[object, object]:
    """All that readers see."""
    return tables(project), graph(project)


def leftovers(project: Project) -> list[str]:
    """What nothing needs any more: drafts, loads that are not shown, stores that are not served."""
    drafts = [str(path) for path in project.home.rglob("*.draft*")]
    with psycopg.connect(project.postgres.url) as connection:
        found = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = %s", [month_schema(NOVEMBER)]
        ).fetchall()
    loads = [table for (table,) in found if table not in project.postgres.published().values()]
    stores = {str(path) for path in (project.home / "neo4j" / NOVEMBER[:7]).glob("[0-9]*")}
    return [*drafts, *loads, *stores - {str(Neo4jServer(project.home).served())}]


@dataclass(frozen=True)
class Stopped:
    """A run that waits at a place: its process, the one that waits, all that is below either."""

    run: subprocess.Popen[bytes]
    mark: Path

    @property
    def waiting(self) -> psutil.Process:
        """The process that reached the place."""
        return psutil.Process(int(self.mark.read_text()))

    @property
    def family(self) -> list[psutil.Process]:
        """Every process of the run."""
        run = psutil.Process(self.run.pid)
        found = [run, *run.children(recursive=True), self.waiting, *self.waiting.children(recursive=True)]
        return list({process.pid: process for process in found}.values())

    def go_on(self) -> int:
        """Let it, and wait for its end; the exit status."""
        self.mark.write_text("go")
        return self.run.wait(timeout=120)


@contextmanager
def stopped(project: Project, place: str, selection: str, **variables: str) -> Iterator[Stopped]:
    """The selection being materialised, as far as the place."""
    mark = project.folder / f"reached-{place}"
    mark.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("dagster")),
        "asset",
        "materialize",
        "-m",
        "discogs_assets.definitions",
    ]
    run = subprocess.Popen(
        [*command, "--select", selection, "--partition", NOVEMBER],
        cwd=project.folder,
        env={**BARE, **variables, "DISCOGS_FAILPOINT": f"{place}:wait:{mark}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 90
        while not mark.exists():
            assert run.poll() is None, f"the run ended with {run.returncode} before it reached {place}"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Stopped(run, mark)
    finally:
        run.kill()
        run.wait()
        mark.unlink(missing_ok=True)


def kill(process: psutil.Process, family: list[psutil.Process]) -> None:
    """End it the hard way; nothing of the family lives soon after."""
    process.kill()
    _, alive = psutil.wait_procs(family, timeout=SECONDS_TO_DIE)
    assert not alive


def whole_again(project: Project, before: object, *selections: str) -> None:
    """A rerun ends well, shows the same, and leaves nothing else."""
    done = project.materialise(" or ".join([*selections, 'key:"published/*"']), NOVEMBER)
    assert done.returncode == 0, done.stderr[-3000:]
    assert shown(project) == before
    assert not leftovers(project)


def test_every_place_is_tried() -> None:
    assert {place for places in KILLED.values() for place in places} == set(PLACES)


@pytest.mark.parametrize("store", KILLED)
def test_processes_killed_anywhere_leave_readers_what_they_had_and_a_rerun_makes_it_whole(
    project: Project, store: str
) -> None:
    before = shown(project)
    for place, selection in KILLED[store].items():
        with stopped(project, place, selection) as run:
            kill(psutil.Process(run.run.pid), run.family)
        if place != "serve":
            assert shown(project) == before, place
    # What was killed in the middle has checks without a result; the last store was imported to its end.
    whole_again(project, before, *(KILLED[store].values() if store != "neo4j" else ()))


def test_a_killed_step_is_tried_again_by_its_run_and_a_killed_run_ends_its_steps(project: Project) -> None:
    before, selection = shown(project), 'key:"neo4j/Artist"'
    with stopped(project, "import", selection, DISCOGS_EXECUTOR="multiprocess") as run:
        step = run.waiting
        assert step.pid != run.run.pid
        kill(step, [step, *step.children(recursive=True)])
        assert run.run.wait(timeout=90) == 0
    assert shown(project) == before
    with stopped(project, "import", selection, DISCOGS_EXECUTOR="multiprocess") as run:
        assert len(run.family) > 2
        kill(psutil.Process(run.run.pid), run.family)
    whole_again(project, before, selection)


def test_a_graph_server_that_dies_while_it_is_indexed_is_replaced_in_the_same_run(project: Project) -> None:
    before = shown(project)
    with stopped(project, "index", 'key:"neo4j/Artist" or key:"published/neo4j"') as run:
        (server,) = (child for child in run.waiting.children() if any("--home-dir" in word for word in child.cmdline()))
        server.kill()
        assert run.go_on() == 0
    assert shown(project) == before
    assert not leftovers(project)


def test_a_database_that_dies_in_the_middle_of_a_load_comes_back_with_what_it_showed(project: Project) -> None:
    before, selection = shown(project), 'key:"postgres/discogs/releases"'
    with stopped(project, "rows", selection) as run:
        _killed(PostgresServer(project.home).status().pid)
        assert run.go_on()
    assert project.run("discogs", "up").returncode == 0
    assert tables(project) == before[0]
    whole_again(project, before, selection)


def test_a_graph_server_that_dies_comes_back_with_what_it_showed(project: Project) -> None:
    before = shown(project)
    _killed(Neo4jServer(project.home).status().pid)
    assert project.run("discogs", "up").returncode == 0
    assert shown(project) == before


def _killed(pid: int | None) -> None:
    assert pid
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    os.kill(pid, 9)
    psutil.wait_procs(family, timeout=SECONDS_TO_DIE)
