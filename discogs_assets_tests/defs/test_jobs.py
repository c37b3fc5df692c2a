"""Months without hands: a daemon, a site, two stores, and nobody who does anything.

The month is the one after the newest of the project `loaded`; that one is what readers see again at the end.
"""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.cli import servers
from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, partitions
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import new_dumps
from discogs_assets.sample import months, xml
from discogs_assets.schema.discogs import ARTISTS, ENTITIES
from discogs_assets.servers.neo4j.loads import served_month
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.stores.dumps.sources import rate_limit
from discogs_assets.stores.postgres.loads import month_of
from discogs_assets_tests.fix_project import BARE, Project, copy_demo
from discogs_assets_tests.fix_records import ALL, CHECKS, LINEAGE
from discogs_assets_tests.fix_site import FakeSite, Fault
from discogs_assets_tests.watching import await_truth

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DECEMBER = "2026-12-01"
MODULE = "next_month"
DEFINITIONS = """
from datetime import timedelta

import dagster as dg

from discogs_assets.defs import partitions

partitions.monthly = dg.MonthlyPartitionsDefinition(start_date="2025-01-01", end_offset=2)

from discogs_assets.definitions import defs
from discogs_assets.defs.sensors import new_dumps
from discogs_assets.stores.dumps.sources import rate_limit

new_dumps.PAUSES = (timedelta(seconds=1),)
rate_limit.REQUESTS = 10_000
for sensor in defs.sensors:
    if sensor.name in ("new_dumps", "killed_runs"):
        sensor._min_interval = 5
"""
"""The platform in a year in which December has begun; it looks for dumps all the time, as if no site minded."""

SECONDS = 420


@contextmanager
def daemon(project: Project) -> Iterator[None]:
    """Dagster's daemon in the project, killed at the end with all that it has started."""
    log = (project.folder / "daemon.log").open("ab")
    running = subprocess.Popen(
        [Path(sys.executable).with_name("dagster-daemon"), "run", "-m", MODULE],
        cwd=project.folder,
        env={**BARE, "NO_PROXY": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield
        assert running.poll() is None
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        log.close()


def until(ready: Callable[[], bool]) -> None:
    """Wait for it."""
    await_truth(ready, SECONDS, pause=1)


def last_message(instance: dg.DagsterInstance) -> str:
    """What the sensor's newest finished tick has said."""
    for state in instance.all_instigator_state():
        if state.instigator_name == "new_dumps":
            for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=2):
                if tick.is_completed:
                    return tick.skip_reason or (tick.error.to_string() if tick.error else "")
    return ""


def runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """The runs that were asked for, oldest first."""
    return list(instance.get_runs(dg.RunsFilter(tags={new_dumps.MONTH: DECEMBER})))[::-1]


def find_assets(instance: dg.DagsterInstance, run: dg.DagsterRun) -> set[dg.AssetKey]:
    """What a run has materialised."""
    logs = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return {each.dagster_event.asset_key for each in logs if each.dagster_event and each.dagster_event.asset_key}


def dumps(partition: str) -> dict[str, bytes]:
    """The sample's dumps of a month of its own, by entity."""
    documents = {each.name: xml.document(each, months.records(each, partition)) for each in ENTITIES}
    return {name: gzip.compress(document, mtime=0) for name, document in documents.items()}


def tick(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    """What the sensor makes of the site in this process."""
    repository, resources = defs.get_repository_def(), {"platform": Platform()}
    context = dg.build_sensor_context(instance, cursor, repository_def=repository, resources=resources)
    result = new_dumps.new_dumps(context)
    assert isinstance(result, dg.SensorResult)
    return result


def count_fetches(site: FakeSite) -> dict[str, int]:
    """How often each dump was asked for."""
    asked = [query for query, _ in site.asked]
    return {each.name: sum(f"_{each.name}.xml.gz" in query for query in asked) for each in ENTITIES}


def read_months(project: Project) -> tuple[set[str], str | None]:
    """The months that PostgreSQL and Neo4j show."""
    tables = project.postgres.read_published_loads().values()
    return {month_of(table)[:7] for table in tables}, served_month(Neo4jServer(project.home))


@pytest.fixture(scope="module")
def project(demo: Path) -> Iterator[Project]:
    """A copy of the demo for these tests alone."""
    with copy_demo(demo) as project:
        yield project


@pytest.fixture
def december(
    project: Project, instance: dg.DagsterInstance, fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> dg.DagsterInstance:
    """The project's instance, in which the sensor is turned on."""
    (project.folder / f"{MODULE}.py").write_text(DEFINITIONS)
    with (project.folder / ".env").open("a") as named:
        named.write(f"DISCOGS_DUMPS={fake_site.address}\n")
    monkeypatch.chdir(project.folder)
    servers.turn(True, ["-m", MODULE])
    return instance


def test_a_month_that_appears_on_the_site_is_published_though_its_run_is_refused_and_killed(
    project: Project, december: dg.DagsterInstance, fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = dumps(months.OCTOBER), dumps(months.NOVEMBER)
    for name in ("artists", "labels", "releases"):
        fake_site.publish(name, first[name], "20261201")
    with daemon(project):
        until(lambda: "2026-12 is not complete: masters missing" in last_message(december))
        assert (runs(december), set(count_fetches(fake_site).values())) == ([], {0})
        fake_site.fail("_artists.xml.gz", Fault(status=429, headers={"Retry-After": "5"}))
        fake_site.publish("masters", first["masters"], "20261201")
        until(lambda: event_log.latest(december, keys.GRAPH["Artist"], DECEMBER) is not None)
    (killed,) = runs(december)
    done = {*map(keys.dump, ENTITIES), keys.records(ARTISTS), keys.GRAPH["Artist"]}
    assert killed.asset_selection == set(ALL)
    assert done <= find_assets(december, killed) < set(ALL)

    with daemon(project):
        until(lambda: "2026-12 is loaded as it is announced" in last_message(december))
    assert [run.status for run in runs(december)] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
    assert find_assets(december, runs(december)[1]) & done == set()
    assert count_fetches(fake_site) == {"artists": 2, "labels": 1, "masters": 1, "releases": 1}
    assert read_months(project) == ({"2026-12"}, "2026-12")
    results = event_log.results(december, CHECKS, DECEMBER)
    assert {key for key, each in results.items() if each.passed} == set(CHECKS)

    monkeypatch.setattr(partitions, "monthly", dg.MonthlyPartitionsDefinition("2025-01-01", end_offset=2))
    monkeypatch.setattr(rate_limit, "REQUESTS", 10_000)
    monkeypatch.setenv("DISCOGS_DUMPS", fake_site.address)
    cursor = tick(december).cursor
    fake_site.files["discogs_20261201_CHECKSUM.txt"] += b"\n"
    announced_again = tick(december, cursor)
    assert not announced_again.run_requests
    assert announced_again.cursor != cursor
    fake_site.publish("artists", other["artists"], "20261201")
    (request,) = tick(december, cursor).run_requests or ()
    assert set(request.asset_selection or ()) == LINEAGE["artists"]
