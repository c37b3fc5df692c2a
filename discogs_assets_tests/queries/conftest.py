"""The API over the sample's months and over a generated one, each with its records in plain Python."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.queries import generated, sample
from discogs_assets_tests.queries.sample import Month

PLAN = Plan(2_000, months=1, oddities=False)


@dataclass(frozen=True)
class Served:
    """A published month: the API that answers about it, and its records."""

    api: Api
    month: Month


@pytest.fixture(scope="session")
def sample_month(api: Api) -> Served:
    """The sample's newer month."""
    return Served(api, sample.SAMPLE)


@pytest.fixture(scope="session")
def generated_month() -> Iterator[Served]:
    """A generated month of 2,000 releases, in a home with servers of its own."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_generated_"))
    folder.chmod(0o755)
    home = folder / "home"
    generator.write(folder / "dumps", PLAN)
    try:
        with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
            for name, value in {"HOME": home, "DUMPS": folder / "dumps", "MUSICBRAINZ": "off"}.items():
                patch.setenv(f"DISCOGS_{name}", str(value))
            PostgresServer(home).start()
            job = defs.resolve_job_def("monthly")
            assert job.execute_in_process(instance=instance, partition_key=PLAN.first).success
            with open_api(create_app(Settings(home=home))) as api:
                yield Served(api, generated.read_month(folder / "dumps", PLAN.first))
    finally:
        Neo4jServer(home).stop()
        PostgresServer(home).stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sample", "generated"])
def served(request: pytest.FixtureRequest) -> Served:
    """Each of the two months."""
    found: Served = request.getfixturevalue(f"{request.param}_month")
    return found
