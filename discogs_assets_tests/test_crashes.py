"""Processes and servers killed at any point: readers see what they saw, and a rerun makes it whole.

Everything is done to a project in which the demo has run, by commands as the README has them.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from discogs_assets.failpoints import PLACES
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.postgres.loads import month_schema
from discogs_assets_tests.contents import contents
from discogs_assets_tests.fix_project import BARE, LOADED, Project, copy_demo, materialisation
from discogs_assets_tests.forks import Fork

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NOVEMBER = LOADED
SECONDS_TO_DIE = 10

ARTISTS, STORE = 'key:"postgres/discogs/artists"', 'key:"neo4j/Artist"'
PUBLISHED = 'key:"published/postgres" or key:"published/neo4j"'

LAKE = {
    "copy": 'key:"dumps/discogs/artists"',
    "parse": 'key:"parquet/discogs/releases"',
    "close": 'key:"parquet/discogs/labels"',
    "place": 'key:"graph/relationships/CREDITED_ON"',
    "placed": 'key:"parquet/discogs/masters"',
}
POSTGRES = {"views": PUBLISHED, "rows": 'key:"postgres/discogs/releases"', "table": ARTISTS}
NEO4J = {"import": STORE, "index": STORE, "serve": PUBLISHED, "intent": PUBLISHED, "switch": PUBLISHED}
"""What is being materialised when a process dies at each place, store by store."""

ELSEWHERE = {"batch", "upload", "stage"}
"""Places that no step here reaches: those of servers that we do not run, which the tests of their stores try."""


@pytest.fixture(scope="module")
def project(demo: Path) -> Iterator[Project]:
    """A copy of the demo for these tests alone."""
    with copy_demo(demo) as project:
        yield project


def tables(project: Project) -> dict[str, object]:
    """Every published table's rows, digested."""
    with psycopg.connect(project.postgres.url) as connection:
        return {
            view: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {view} t"
            ).fetchone()
            for view in sorted(project.postgres.read_published_loads())
        }


def read_contents(project: Project) -> tuple[object, object]:
    """All that readers see."""
    return tables(project), contents(project.graph)


def leftovers(project: Project) -> list[str]:
    """What nothing needs any more: drafts, loads that are not shown, stores that are not served."""
    drafts = [str(path) for path in project.home.rglob("*.draft*")]
    with psycopg.connect(project.postgres.url) as connection:
        found = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = %s", [month_schema(NOVEMBER)]
        ).fetchall()
    loads = [table for (table,) in found if table not in project.postgres.read_published_loads().values()]
    stores = {str(path) for path in (project.home / "neo4j" / NOVEMBER[:7]).glob("[0-9]*")}
    (shown,) = project.postgres.ask(
        "SELECT search AS load FROM discogs.publication WHERE state = 'done' ORDER BY sequence DESC LIMIT 1"
    )
    indexes = {str(path) for path in (project.home / "search" / NOVEMBER[:7]).glob("[0-9a-f]*")}
    served = {str(Neo4jServer(project.home).find_served_folder()), str(project.home / "search" / shown["load"])}
    return [*drafts, *loads, *(stores | indexes) - served]


@dataclass(frozen=True)
class Stopped:
    """A run that waits at a place: its process, the one that waits, all that is below either."""

    run: Fork
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

    def await_mark(self) -> None:
        """Wait until a process of the run has reached the place."""
        deadline = time.monotonic() + 90
        while not self.mark.exists():
            assert self.run.poll() is None, f"ended with {self.run.returncode} before it reached {self.mark.name}"
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill_step(self) -> None:
        """Kill the process of the step that waits, and all that is below it; wait until the run's retry waits there."""
        step = self.waiting
        family = [step, *step.children(recursive=True)]
        # The mark is gone before the step is: the retry may be at the place before the step's end is seen here.
        step.suspend()
        self.mark.unlink()
        kill(step, family)
        self.await_mark()


@contextmanager
def stop_at(project: Project, place: str, selection: str, **variables: str) -> Iterator[Stopped]:
    """The selection being materialised, as far as the place."""
    mark = project.folder / f"reached-{place}"
    mark.unlink(missing_ok=True)
    variables = {**BARE, **variables, "DISCOGS_FAILPOINT": f"{place}:wait:{mark}"}
    run = Fork(materialisation(selection, NOVEMBER), project.folder, variables)
    stopped = Stopped(run, mark)
    try:
        stopped.await_mark()
        yield stopped
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
    done = project.materialise(" or ".join([*selections, PUBLISHED]), NOVEMBER)
    assert done.returncode == 0, done.stderr[-3000:]
    assert read_contents(project) == before
    assert not leftovers(project)


def test_every_place_is_tried() -> None:
    assert {*LAKE, *POSTGRES, *NEO4J, *ELSEWHERE} == set(PLACES)


def test_whatever_dies_readers_see_what_they_had_and_a_rerun_makes_it_whole(project: Project) -> None:
    before = read_contents(project)
    _kill_while_tables_are_loaded(project, before)
    _kill_while_a_store_is_made(project, before)
    with project.hold_sample():
        _kill_while_the_lake_is_written(project)
        assert read_contents(project) == before
        whole_again(project, before, *LAKE.values(), *POSTGRES.values())


def _kill_while_tables_are_loaded(project: Project, before: tuple[object, object]) -> None:
    """Kill runs, then both servers; `discogs up` brings them back with what they showed."""
    for place, selection in POSTGRES.items():
        with stop_at(project, place, selection) as run:
            kill(psutil.Process(run.run.pid), run.family)
        assert tables(project) == before[0], place
    with stop_at(project, "rows", ARTISTS) as run:
        _kill_run(PostgresServer(project.home).status().pid)
        assert run.go_on()
    _kill_run(Neo4jServer(project.home).status().pid)
    assert project.run("discogs", "up").returncode == 0
    assert read_contents(project) == before


def _kill_while_a_store_is_made(project: Project, before: tuple[object, object]) -> None:
    """Kill runs and the server that indexes the store, then runs that publish it."""
    with stop_at(project, "import", STORE, DISCOGS_EXECUTOR="multiprocess") as run:
        assert run.waiting.pid != run.run.pid
        assert len(run.family) > 2
        kill(psutil.Process(run.run.pid), run.family)
    with stop_at(project, "index", STORE) as run:
        (server,) = (child for child in run.waiting.children() if any("--home-dir" in word for word in child.cmdline()))
        server.kill()
        assert run.go_on() == 0
    assert read_contents(project) == before
    for place in ("intent", "serve"):
        with stop_at(project, place, PUBLISHED) as run:
            kill(psutil.Process(run.run.pid), run.family)
    with stop_at(project, "switch", PUBLISHED) as run:
        # The server that the run has started for readers lives on.
        kill(psutil.Process(run.run.pid), [psutil.Process(run.run.pid), run.waiting])


def _kill_while_the_lake_is_written(project: Project) -> None:
    """Kill runs, and the step of one that survives it."""
    for place, selection in LAKE.items():
        if place != "close":
            with stop_at(project, place, selection) as run:
                kill(psutil.Process(run.run.pid), run.family)
    with stop_at(project, "close", LAKE["close"], DISCOGS_EXECUTOR="multiprocess") as run:
        step = run.waiting
        run.kill_step()
        assert run.waiting.pid not in {step.pid, run.run.pid}, "the run has not begun the step again"
        assert run.go_on() == 0, "a run survives a killed step"


def _kill_run(pid: int | None) -> None:
    assert pid
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    os.kill(pid, 9)
    psutil.wait_procs(family, timeout=SECONDS_TO_DIE)
