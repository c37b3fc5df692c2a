"""Tests of `serving.status`: the page in a real Chromium over a copy of the demo, and the server as a process."""

import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from discogs_assets.defs import keys
from discogs_assets.schema.discogs import LABELS
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.serving import explorer
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets.streams.postgres import record_rows
from discogs_assets_tests.cli.test_servers import free_port
from discogs_assets_tests.fix_browser import require_access, serve, visit
from discogs_assets_tests.fix_project import Project, copy_demo
from discogs_assets_tests.serving.test_server import end_with_streams, serving
from discogs_assets_tests.test_end_to_end import execute
from discogs_assets_tests.watching import await_truth

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECONDS = 5_000
"""Milliseconds in which the page shows what has happened."""


Running = tuple[subprocess.Popen[str], int]
"""A process that serves, and its port."""


@contextmanager
def start(project: Project) -> Iterator[Running]:
    """A running `discogs serve` of a project."""
    port = free_port()
    with serving(project, port) as process:
        yield process, port


@pytest.fixture(scope="module")
def project(demo: Path) -> Iterator[Project]:
    """A copy of the demo for these tests alone, whose servers they kill."""
    with copy_demo(demo) as project:
        yield project


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Running]:
    """A running `discogs serve`, which the last test kills."""
    explorer.fetch_libraries(print)
    with start(project) as running:
        yield running


@pytest.fixture(scope="module")
def origin(server: Running) -> str:
    """The origin of the running server."""
    return f"http://127.0.0.1:{server[1]}"


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """The status page, once it has read Dagster's records."""
    with visit(browser, origin) as visitor:
        page = visitor.open("/?pane=months")
        page.get_by_role("link", name="Status", exact=True).click()
        expect(page.locator("main")).to_contain_text("Latest runs")
        yield page
        # The checker of accessibility reads a canvas, of which the browser warns.
        visitor.said[:] = [each for each in visitor.said if "willReadFrequently" not in each]


def test_the_page_shows_health_sizes_runs_and_links_to_dagster(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything works")
    expect(page.locator(".facts")).to_contain_text("November 2026")
    expect(page.get_by_role("row", name="Neo4j")).to_contain_text("2,457 nodes and relationships")
    for store in ("PostgreSQL", "Neo4j", "Search index", "Parquet lake"):
        expect(page.get_by_role("row", name=store)).to_contain_text("B")
    run = page.get_by_role("row", name="monthly November 2026")
    expect(run).to_contain_text("succeeded")
    url = re.compile(r"^http://127\.0\.0\.1:3000/runs/[0-9a-f-]{36}$")
    expect(run.get_by_role("link", name="monthly")).to_have_attribute("href", url)


def test_the_page_shows_a_month_that_is_loaded_then_its_failed_check_then_its_success(
    page: Page, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reached, card = tmp_path / "parse", page.locator(".run-card")
    # Dagster runs an event loop, as playwright does in this thread.
    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patch:
        patch.setenv("DISCOGS_FAILPOINT", f"parse:wait:{reached}")
        patch.setattr(record_rows, "frames", lambda entity, files: iter(()))
        loading = pool.submit(execute, instance, keys.dump(LABELS), keys.records(LABELS), keys.table(LABELS))
        await_truth(reached.exists)
        expect(card).to_contain_text("2 of 4 steps", timeout=SECONDS)
        expect(card).to_contain_text("November 2026")
        assert 0 < float(card.locator("progress").first.get_attribute("value") or 0) < 1
        step = card.get_by_role("row", name="parquet/discogs/labels")
        expect(step.get_by_role("progressbar")).to_be_visible()
        require_access(page)
        reached.write_text("go")
        assert not loading.result()
    failed = page.get_by_role("row", name="rows_match")
    expect(failed).to_contain_text("expected 54, found 0", timeout=SECONDS)
    expect(failed).to_contain_text("November 2026")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 check failed")
    expect(card).to_have_count(0)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(execute, instance, keys.table(LABELS)).result()
    expect(failed).to_have_count(0, timeout=SECONDS)


def test_a_home_without_a_month_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    explorer.fetch_libraries(print)
    with serve(create_app(Settings(home=tmp_path))) as origin, visit(browser, origin) as visitor:
        page = visitor.open("/status")
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is loaded yet")
        expect(page.locator(".advice code").first).to_have_text("discogs demo")


def test_the_page_shows_a_killed_database_and_its_return(page: Page, project: Project) -> None:
    heading = page.get_by_role("heading", level=1)
    psutil.Process(Neo4jServer(project.home).status().pid).kill()
    expect(heading).to_have_text("Neo4j does not answer", timeout=SECONDS)
    expect(page.locator(".advice")).to_contain_text("discogs up")
    psutil.Process(PostgresServer(project.home).status().pid).kill()
    expect(heading).to_have_text("PostgreSQL and Neo4j do not answer", timeout=SECONDS)
    assert project.run("discogs", "up").returncode == 0
    expect(heading).to_have_text("Everything works")
    expect(page.locator("main")).to_contain_text("Latest runs")


def test_a_killed_server_with_open_streams_ends_them_and_its_child(server: Running) -> None:
    process, port = server
    end_with_streams(process, port, signal.SIGKILL)
    assert process.returncode == -9
