"""Fixtures: one home for the whole session, with the real PostgreSQL and Neo4j in it.

What belongs here: starting servers, and stopping by name what was started. What doesn't: what is loaded into them.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from discogs_assets.cli import environment
from discogs_assets.connections.instance import dagster_variables
from discogs_assets.schema.tables import SOURCES
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.settings import Settings
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home that the servers' own user can reach, which pytest's temporary folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_tests_"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(home: Path) -> Iterator[PostgresServer]:
    """Our own PostgreSQL, running."""
    server = PostgresServer(home)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Postgres:
    """The database of the session, prepared, with nothing of an earlier test in it."""
    postgres = Postgres(postgres_server.address().url)
    with postgres.connection() as connection:
        ours = rf"^(discogs|({'|'.join(SOURCES)})_\d{{4}}_\d\d$)"
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ %s", [ours]).fetchall()
        for (schema,) in found:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    postgres.prepare()
    return postgres


@pytest.fixture
def dagster_home(postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Dagster's, whose records are in the session's PostgreSQL; the environment names it."""
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    for name, value in dagster_variables(Settings(), postgres_server.dagster().url).items():
        monkeypatch.setenv(name, value)
    environment.make_dagster_home(tmp_path / "dagster")
    return tmp_path / "dagster"


@pytest.fixture(scope="session")
def neo4j_server(home: Path) -> Iterator[Neo4jServer]:
    """Our own Neo4j; a test starts it, the session stops it."""
    server = Neo4jServer(home)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def writable_graph(neo4j_server: Neo4jServer) -> Iterator[Graph]:
    """A Neo4j that takes changes, which the served one does not."""
    store = neo4j_server.folder / "filled" / "0001"
    StoreDirectory(store).create()
    with neo4j_server.running(store) as address:
        yield Graph(address.url, address.user, address.password)


@pytest.fixture
def graph(writable_graph: Graph) -> Graph:
    """An empty Neo4j that takes changes."""
    writable_graph.ask("MATCH (n) DETACH DELETE n")
    return writable_graph
