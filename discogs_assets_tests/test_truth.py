"""A generated month of 20,000 releases through the whole platform: both stores hold what its truth file says.

No parser has touched the truth. The month is older than the one that readers see, so that it is loaded beside it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import psycopg
import pyarrow.parquet as pq
import pytest

from discogs_assets.defs import history, keys
from discogs_assets.defs.postgres import TABLE
from discogs_assets.sample import generated
from discogs_assets.sample.generated import Plan
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.slow

MONTH = "2026-07-01"

Truth = dict[str, Any]


@pytest.fixture(scope="module")
def truth(loaded: Project) -> Iterator[Truth]:
    """The truth about the month, once it is loaded; it leaves the lake again, since others load far smaller months."""
    folder = loaded.home / "sample"
    generated.write(folder, Plan(20_000, months=1, first=MONTH))
    done = loaded.materialise("*", MONTH)
    assert done.returncode == 0, done.stderr[-3000:]
    yield generated.truth(folder, MONTH)
    for entity in ENTITIES:
        shutil.rmtree(loaded.lake.folder(keys.records(entity).path, MONTH))


def repeated(entity: Entity, file: Path) -> Iterator[tuple[str, int]]:
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


def test_every_repeated_part_has_the_rows_that_were_made(loaded: Project, truth: Truth) -> None:
    for entity in ENTITIES:
        (file,) = loaded.lake.files(keys.records(entity).path, MONTH)
        found = {name: count for name, count in repeated(entity, file) if name != "raw"}
        assert {name: count for name, count in found.items() if count} == {
            name: count for name, count in truth["rows"][entity.name].items() if count
        }


def test_tables_hold_the_records_that_were_made(loaded: Project, instance: dg.DagsterInstance, truth: Truth) -> None:
    with psycopg.connect(loaded.postgres.url) as connection:
        for entity in ENTITIES:
            table = history.latest(instance, keys.table(entity), MONTH)
            assert table
            found = connection.execute(f"SELECT id FROM {table.text(TABLE)} ORDER BY id").fetchall()
            assert [number for (number,) in found] == truth["ids"][entity.name]


def test_the_graph_holds_the_nodes_and_relationships_that_were_made(instance: dg.DagsterInstance, truth: Truth) -> None:
    made = truth["nodes"] | {kind: sum(pairs.values()) for kind, pairs in truth["relationships"].items()}
    counted = {name: history.latest(instance, key, MONTH) for name, key in keys.IMPORTED.items()}
    assert {name: each and each.number("dagster/partition_row_count") for name, each in counted.items()} == made


def test_each_pair_of_labels_has_the_relationships_that_were_made(loaded: Project, truth: Truth) -> None:
    for kind, pairs in truth["relationships"].items():
        files = loaded.lake.files(keys.GRAPH[kind].path, MONTH)
        assert {file.stem: pq.read_metadata(file).num_rows for file in files} == pairs
