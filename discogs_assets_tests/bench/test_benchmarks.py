"""Tests of `bench.benchmarks`."""

from pathlib import Path

import polars as pl
import pytest

from discogs_assets.bench import benchmarks
from discogs_assets.bench.dumps import Dumps
from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.insights import COMPUTATION_LOG, INSIGHTS
from discogs_assets_tests.fix_insights import MONTH, Asked

pytestmark = pytest.mark.slow


def test_one_month_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="expected two to be compared"):
        next(benchmarks.measure_changes(Dumps(tmp_path, 1, ("2026-11-01",)), print))


@pytest.mark.parametrize("columns", [["id"], None])
def test_reading_counts_the_rows_of_all_files(columns: list[str] | None, tmp_path: Path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for size, file in enumerate(files, 10_000):
        pl.DataFrame({"id": range(size), "name": "x"}).write_parquet(file)
    assert benchmarks.read_rows(files, columns) == 20_001


@pytest.mark.parametrize("name", [sheet.name for sheet in INSIGHTS if sheet is not COMPUTATION_LOG])
def test_the_whole_answer_is_measured(name: str, asked: Asked) -> None:
    rows, written = benchmarks.answer(name, asked.files, MONTH)
    assert rows == len(asked.answer(name))
    assert written == (asked.folder / f"{name}.parquet").stat().st_size
