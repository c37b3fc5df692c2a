"""Tests of `bench.changes`."""

from pathlib import Path

import polars as pl
import pytest

from discogs_assets.bench import changes
from discogs_assets.bench.dumps import Dumps
from discogs_assets.errors import DumpMissingError


def test_one_month_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="expected two to be compared"):
        next(changes.figures(Dumps(tmp_path, 1, ("2026-11-01",)), None, print))


@pytest.mark.parametrize("columns", [["id"], None])
def test_reading_counts_the_rows_of_all_files(columns: list[str] | None, tmp_path: Path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for size, file in enumerate(files, 10_000):
        pl.DataFrame({"id": range(size), "name": "x"}).write_parquet(file)
    assert changes.read(files, columns) == 20_001
