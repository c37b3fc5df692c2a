"""Fixtures: project folders with something loaded, the servers still up.

What belongs here: running commands in the folder, and ending what they started. What doesn't: any claim.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dotenv import dotenv_values
from filelock import BaseFileLock, FileLock

from discogs_assets.defs.sensors import run_monitor
from discogs_assets.sample import months
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets_tests.forks import Fork

LOADED = months.NOVEMBER
"""The month that the demo's project shows."""

PRINTED = "printed.txt"
"""File of the demo's project with what the demo printed."""

BARE = {name: value for name, value in os.environ.items() if not name.startswith(("DISCOGS_", "DAGSTER_"))}


def materialisation(selection: str, partition: str) -> tuple[str, ...]:
    """Return the command that materialises the selection, as the README has it."""
    module = ("-m", "discogs_assets.definitions")
    return "dagster", "asset", "materialize", *module, "--select", selection, "--partition", partition


def make_endless_query(folder: Path) -> tuple[str, ...]:
    """Make a lake in the folder; return a command that queries it without end."""
    partition = folder / ".discogs/lake/parquet/discogs/labels/2026-10-01"
    partition.mkdir(parents=True)
    (partition / "part.parquet").touch()
    return "discogs", "query", "--parquet", "SELECT sum(range) FROM range(10000000000000)"


@dataclass(frozen=True)
class Project:
    """A folder of a user's, and what the demo printed in it."""

    folder: Path
    printed: str = ""

    @property
    def home(self) -> Path:
        """The default home of the folder."""
        return self.folder / ".discogs"

    @property
    def lake(self) -> Lake:
        """The lake of the home."""
        return Lake(self.home / "lake")

    @property
    def postgres(self) -> Postgres:
        """The running PostgreSQL."""
        return Postgres(PostgresServer(self.home).address().url)

    @property
    def graph(self) -> Graph:
        """The running Neo4j."""
        address = Neo4jServer(self.home).address()
        return Graph(address.url, address.user, address.password)

    def hold_sample(self) -> BaseFileLock:
        """A lock of the sample's dumps, which all copies of the demo load from, for tests that load or change them."""
        return FileLock(f"{(self.home / 'sample').resolve()}.lock")

    def environment(self) -> dict[str, str]:
        """What `.env` says."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".env").items()}

    def name_sources(self, musicbrainz: object) -> None:
        """Have `.env` name the folder `dumps` as a user does; as another name of the demo's sample, `up` leaves it."""
        with (self.folder / ".env").open("a") as file:
            file.write(f"DISCOGS_DUMPS={self.folder / 'dumps'}\nDISCOGS_MUSICBRAINZ={musicbrainz}\n")

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command of our environment in the folder, as a fork."""
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            fork = Fork(command, self.folder, {**BARE, **variables}, output.fileno(), errors.fileno())
            status = fork.wait()
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(command, status, output.read(), errors.read())

    def execute(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command of our environment in the folder, as a program that a user starts."""
        program = Path(sys.executable).with_name(command[0])
        return subprocess.run(
            [program, *command[1:]],
            cwd=self.folder,
            env={**BARE, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def materialise(self, selection: str, partition: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`dagster asset materialize`, as the README has it."""
        return self.run(*materialisation(selection, partition), **variables)


@contextmanager
def begin_project(template: Path | None = None) -> Iterator[Project]:
    """A project in a new folder, empty or a copy; its servers are stopped and the folder removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_project_"))
    project = Project(folder)
    try:
        if template:
            # Ownership is kept: the servers' files are those of another user.
            subprocess.run(["cp", "-a", f"{template}/.", folder], check=True)  # noqa: S607
        folder.chmod(0o755)
        yield project
    finally:
        project.run("discogs", "down")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def copy_demo(template: Path) -> Iterator[Project]:
    """A copy of the project in which the demo has run, with running servers and the sample as its source of dumps."""
    with begin_project(template) as project:
        (project.folder / ".env").unlink()
        done = project.run("discogs", "up")
        assert done.returncode == 0, done.stderr
        assert not [name for name in project.environment() if not name.startswith("DAGSTER_")]
        (project.folder / "dumps").symlink_to(project.home / "sample")
        project.name_sources(project.folder / "dumps" / "musicbrainz")
        yield Project(project.folder, (project.folder / PRINTED).read_text())


def pytest_configure(config: pytest.Config) -> None:
    """Name a temporary folder for the demo, unless `--demo` does; a process of xdist takes the name of the first."""
    if told := getattr(config, "workerinput", None):
        config.option.demo = told["demo"]
    elif not config.option.demo:
        config.option.demo = tempfile.mkdtemp(prefix="discogs_assets_demo_")
        config.add_cleanup(lambda: shutil.rmtree(config.option.demo, ignore_errors=True))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of xdist where the demo is."""
    node.workerinput["demo"] = node.config.option.demo


@pytest.fixture(scope="session")
def demo(pytestconfig: pytest.Config) -> Path:
    """The project in which the demo has run, servers stopped; the first process that needs it makes it."""
    folder: Path = pytestconfig.invocation_params.dir / pytestconfig.option.demo
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "whole").exists():
            (folder / "project" / ".discogs").mkdir(parents=True)
            # The source of dumps is part of what is on record of them: all copies have the same one.
            (folder / "sample").mkdir()
            (folder / "project" / ".discogs" / "sample").symlink_to(folder / "sample")
            folder.chmod(0o755)
            project = Project(folder / "project")
            done = project.execute("discogs", "demo")
            assert done.returncode == 0, done.stderr
            assert project.execute("discogs", "down").returncode == 0
            (project.folder / PRINTED).write_text(done.stdout)
            (folder / "whole").touch()
    return folder / "project"


@pytest.fixture(scope="session")
def project(demo: Path) -> Iterator[Project]:
    """A copy of the demo for each process of the tests; a test leaves it as it found it, or its file makes another."""
    with copy_demo(demo) as project:
        yield project


@pytest.fixture
def instance(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance that the commands of the test's project use."""
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as instance:
        run_monitor.keep_connected(instance)
        yield instance
