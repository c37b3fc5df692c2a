"""Generated months loaded one after another in a home of their own, with what was found after each.

This module loads and counts. The expected counts are in the tests.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import psycopg
import pyarrow.parquet as pq
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import keys
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets_tests.watching import repeatedly

RELEASES = 2_000
LAST = 2026 * 12 + 11 - 1
"""The last month, so that a year of them ends in one that has begun."""


@dataclass(frozen=True)
class Load:
    """A month that was loaded: the disk meanwhile and afterwards, in bytes, and what the stores held then."""

    partition: str
    most: int
    kept: int
    parts: dict[str, dict[str, int]]
    """Items of each repeated part of the records, by entity."""
    pairs: dict[str, dict[str, int]]
    """Relationships by type and pair of labels."""
    ids: dict[str, list[int]]
    """Ids in PostgreSQL, by entity."""
    counts: dict[str, int]
    """Nodes and relationships in Neo4j."""


@dataclass(frozen=True)
class Home:
    """A home with servers of its own, and the generated dumps that it loads."""

    folder: Path
    instance: dg.DagsterInstance

    def run(self, job: str, **how: Any) -> None:
        """The job, in this process."""
        done = defs.resolve_job_def(job).execute_in_process(instance=self.instance, **how)
        assert done.success

    def load(self, partition: str) -> Load:
        """Load the month, apply retention, and count."""
        with self.fullest() as most:
            self.run("monthly", partition_key=partition)
        self.run("retention")
        return Load(partition, most[-1], self.used(), *self.count_lake(partition), *self.count_stores())

    def used(self) -> int:
        """Bytes of all that belongs to months: dumps, lake, tables and stores."""
        own = [self.folder / name for name in ("dumps", "lake", "search")]
        with psycopg.connect(PostgresServer(self.folder).address().url) as connection:
            (tables,) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'discogs%'"
            ).fetchone() or (0,)
        return int(tables) + sum(map(_size, [*own, *(self.folder / "neo4j").glob("[0-9]*")]))

    @contextmanager
    def fullest(self) -> Iterator[list[int]]:
        """The most that was used while the block ran, as the last item."""
        most = [self.used()]
        with repeatedly(lambda: most.append(max(most[-1], self.used())), 0.5):
            yield most

    def count_lake(self, partition: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
        """Items of the repeated parts, and relationships, in the month's Parquet."""
        lake = Lake(self.folder / "lake")
        records = {entity: lake.files(keys.records(entity).path, partition) for entity in ENTITIES}
        parts = {entity.name: dict(_count_items(file)) for entity, (file,) in records.items()}
        pairs = {name: lake.files(key.path, partition) for name, key in keys.GRAPH.items()}
        return parts, {
            name: {file.stem: pq.read_metadata(file).num_rows for file in files} for name, files in pairs.items()
        }

    def count_stores(self) -> tuple[dict[str, list[int]], dict[str, int]]:
        """Ids of the records in PostgreSQL, nodes and relationships in Neo4j, as readers see them."""
        with psycopg.connect(PostgresServer(self.folder).address().url) as connection:
            rows = {
                each.name: connection.execute(f"SELECT id FROM discogs.{each.name} ORDER BY id").fetchall()
                for each in ENTITIES
            }
        address = Neo4jServer(self.folder).address()
        ids = {name: [number for (number,) in found] for name, found in rows.items()}
        return ids, Graph(address.url, address.user, address.password).counts()


def _size(folder: Path) -> int:
    """Bytes of the files below the folder, some of which may vanish meanwhile."""
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found += Path(place, name).stat().st_size
    return found


def _count_items(file: Path) -> Iterator[tuple[str, int]]:
    """The repeated parts of the records in the file, each with the number of its items."""

    def walk(name: str, kind: pl.DataType, expression: pl.Expr) -> Iterator[tuple[str, pl.Expr]]:
        if isinstance(kind, pl.List):
            yield name, expression
            kind, expression = kind.inner, expression.explode(empty_as_null=False)  # type: ignore[assignment]
            if not isinstance(kind, pl.Struct):
                return
        if isinstance(kind, pl.Struct):
            for field in kind.fields:
                inner = expression.struct.field(field.name)
                yield from walk(f"{name}.{field.name}", field.dtype, inner)  # type: ignore[arg-type]

    scan = pl.scan_parquet(file)
    for column, kind in scan.collect_schema().items():
        for name, expression in walk(column, kind, pl.col(column)):
            yield name, scan.select(expression.list.len().sum()).collect().item()


@dataclass(frozen=True)
class Generated:
    """The home, the folder of the generated dumps, and the months that were loaded from it."""

    home: Path
    dumps: Path
    loads: list[Load]


@pytest.fixture(scope="session")
def generated(pytestconfig: pytest.Config) -> Iterator[Generated]:
    """Two generated months in a row, or as many as `--months` says; the servers show the last one."""
    count = pytestconfig.getoption("months")
    first = LAST - count + 1
    plan = Plan(RELEASES, months=count, first=f"{first // 12:04d}-{first % 12 + 1:02d}-01")
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_months_"))
    folder.chmod(0o755)
    home, dumps = folder / "home", folder / "generated"
    generator.write(dumps, plan)
    settings = {"HOME": home, "DUMPS": dumps, "MUSICBRAINZ": "off", "KEEP": 2, "KEEP_LAKE": 2, "KEEP_DUMPS": 2}
    try:
        with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
            for name, value in settings.items():
                patch.setenv(f"DISCOGS_{name}", str(value))
            PostgresServer(home).start()
            loads = [*map(Home(home, instance).load, plan.partitions)]
        yield Generated(home, dumps, loads)
    finally:
        Neo4jServer(home).stop()
        PostgresServer(home).stop()
        shutil.rmtree(folder, ignore_errors=True)
