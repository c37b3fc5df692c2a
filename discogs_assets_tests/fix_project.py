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

import dagster as dg
import pytest
from dotenv import dotenv_values

from discogs_assets.sample import dumps
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.lake.local import Lake
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres

LOADED = "2026-11-01"
"""The month of the fixture `loaded`."""

BARE = {name: value for name, value in os.environ.items() if not name.startswith(("DISCOGS_", "DAGSTER_"))}


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

    def environment(self) -> dict[str, str]:
        """What `.env` says."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".env").items()}

    def name_sources(self, musicbrainz: object) -> None:
        """Have `.env` name the folder `dumps` as a user does; as another name of the demo's sample, `up` leaves it."""
        with (self.folder / ".env").open("a") as file:
            file.write(f"DISCOGS_DUMPS={self.folder / 'dumps'}\nDISCOGS_MUSICBRAINZ={musicbrainz}\n")

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command of our environment in the folder."""
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
        module = ("-m", "discogs_assets.definitions")
        return self.run(
            "dagster", "asset", "materialize", *module, "--select", selection, "--partition", partition, **variables
        )


@contextmanager
def begin_project() -> Iterator[Project]:
    """A project in a new folder; its servers are stopped and the folder removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_project_"))
    folder.chmod(0o755)
    project = Project(folder)
    try:
        yield project
    finally:
        project.run("discogs", "down")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """The project in which the demo has run."""
    with begin_project() as project:
        done = project.run("discogs", "demo")
        assert done.returncode == 0, done.stderr
        assert not [name for name in project.environment() if not name.startswith("DAGSTER_")]
        (project.folder / "dumps").symlink_to(project.home / "sample")
        project.name_sources(project.folder / "dumps" / "musicbrainz")
        yield Project(project.folder, done.stdout)


@pytest.fixture(scope="session")
def loaded() -> Iterator[Project]:
    """A project with the sample's newer month in it."""
    with begin_project() as project:
        dumps.write(project.folder / "dumps", LOADED)
        project.name_sources("off")
        for done in (project.run("discogs", "up"), project.materialise("*", LOADED)):
            assert done.returncode == 0, done.stderr
        yield project


@pytest.fixture
def instance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance that the commands of the test's project use."""
    fixture = "loaded" if "loaded" in request.fixturenames else "project"
    for name, value in request.getfixturevalue(fixture).environment().items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as instance:
        yield instance
