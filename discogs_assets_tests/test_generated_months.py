"""Generated months through the whole platform, with additions, changes, removals and merges between them.

After each, Parquet and both stores hold what the month's truth file says, which no parser has touched, and the disk
holds what the months that are kept need. Two months by default; with `--months 12` it goes through a year.
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
from discogs_assets.schema.graph import MUSICBRAINZ
from discogs_assets.schema.model import Entity
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets_tests.watching import repeatedly

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

RELEASES = 2_000
LAST = 2026 * 12 + 11 - 1
"""The last month, so that a year of them ends in one that has begun."""

Truth = dict[str, Any]

PEAK, KEPT = 3.2, 2.2
"""The disk at its fullest and after retention, in months: shown, previous and loading; shown and previous."""


@dataclass(frozen=True)
class Home:
    """A home with servers of its own, and the generated dumps that it loads."""

    folder: Path
    instance: dg.DagsterInstance

    def run(self, job: str, **how: Any) -> None:
        """The job, in this process."""
        done = defs.resolve_job_def(job).execute_in_process(instance=self.instance, **how)
        assert done.success

    def used(self) -> int:
        """Bytes of all that belongs to months: dumps, lake, tables and stores."""
        own = [
            self.folder / "dumps",
            self.folder / "lake",
            self.folder / "search",
            *(self.folder / "neo4j").glob("[0-9]*"),
        ]
        with psycopg.connect(PostgresServer(self.folder).address().url) as connection:
            (tables,) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'discogs%'"
            ).fetchone() or (0,)
        return int(tables) + sum(map(_size, own))

    @contextmanager
    def fullest(self) -> Iterator[list[int]]:
        """The most that was used while the block ran, as the last item."""
        most = [self.used()]
        with repeatedly(lambda: most.append(max(most[-1], self.used())), 0.5):
            yield most


def _size(folder: Path) -> int:
    """Bytes of the files below the folder, some of which may vanish meanwhile."""
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found += Path(place, name).stat().st_size
    return found


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_months_"))
    folder.chmod(0o755)
    settings = {"HOME": folder / "home", "DUMPS": folder / "generated", "KEEP": 2, "KEEP_LAKE": 2, "KEEP_DUMPS": 2}
    for name, value in settings.items():
        monkeypatch.setenv(f"DISCOGS_{name}", str(value))
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            PostgresServer(folder / "home").start()
            yield Home(folder / "home", instance)
    finally:
        Neo4jServer(folder / "home").stop()
        PostgresServer(folder / "home").stop()
        shutil.rmtree(folder, ignore_errors=True)


def count_items(entity: Entity, file: Path) -> Iterator[tuple[str, int]]:
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


def judge_lake(home: Home, truth: Truth, partition: str) -> None:
    """Every repeated part has the rows, each pair of labels the relationships that were made."""
    lake = Lake(home.folder / "lake")
    for entity in ENTITIES:
        (file,) = lake.files(keys.records(entity).path, partition)
        found = {name: count for name, count in count_items(entity, file) if name != "raw" and count}
        assert found == {name: count for name, count in truth["rows"][entity.name].items() if count}
    for kind, pairs in truth["relationships"].items():
        files = lake.files(keys.GRAPH[kind].path, partition)
        assert {file.stem: pq.read_metadata(file).num_rows for file in files} == pairs


def judge_stores(home: Home, truth: Truth) -> None:
    """Readers see the records, nodes and relationships that were made."""
    with psycopg.connect(PostgresServer(home.folder).address().url) as connection:
        for entity, made in truth["ids"].items():
            found = connection.execute(f"SELECT id FROM discogs.{entity} ORDER BY id").fetchall()
            assert [number for (number,) in found] == made
    address = Neo4jServer(home.folder).address()
    made = truth["nodes"] | {kind: sum(pairs.values()) for kind, pairs in truth["relationships"].items()}
    counts = Graph(address.url, address.user, address.password).counts()
    assert counts == {**dict.fromkeys(MUSICBRAINZ, 0), **made}


def test_months_in_a_row_are_each_what_was_made_and_take_no_more_room(home: Home, pytestconfig: pytest.Config) -> None:
    count = pytestconfig.getoption("months")
    first = LAST - count + 1
    plan = Plan(RELEASES, months=count, first=f"{first // 12:04d}-{first % 12 + 1:02d}-01")
    generator.write(home.folder.parent / "generated", plan)
    month = 0.0
    for number, partition in enumerate(plan.partitions):
        with home.fullest() as most:
            home.run("monthly", partition_key=partition)
        home.run("retention")
        truth = generator.truth(home.folder.parent / "generated", partition)
        judge_lake(home, truth, partition)
        judge_stores(home, truth)
        month = month or home.used()
        print(f"{partition[:7]}: {most[-1] / month:.2f} months at most, {home.used() / month:.2f} kept")  # noqa: T201
        assert most[-1] <= PEAK * month
        assert home.used() <= (KEPT if number else 1.0) * month
