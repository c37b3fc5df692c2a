"""Tests of `defs.assets.parquet` and of all that lies in the lake, on the sample's newer month."""

from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from discogs_assets_tests.fix_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_three_readers_find_every_column_of_every_partition(project: Project) -> None:
    files = sorted(project.lake.root.rglob("*.parquet"))
    assert {file.relative_to(project.lake.root).parts[0] for file in files} >= {
        "parquet",
        "graph",
        "changes",
        "quality",
    }
    for file in files:
        arrow = pq.read_table(file)
        assert (pl.read_parquet(file).height, _duckdb(file)) == (arrow.num_rows, arrow.to_pylist())


def _duckdb(file: Path) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        return list(connection.read_parquet(str(file)).to_arrow_table().to_pylist())


def test_row_groups_are_few_enough_rows_to_prune_by_id(project: Project) -> None:
    for file in project.lake.root.rglob("*.parquet"):
        about = pq.read_metadata(file)
        assert all(about.row_group(number).num_rows <= 131_072 for number in range(about.num_row_groups)), file
