"""Tests of `bench.insights`."""

import pytest

from discogs_assets.bench import insights
from discogs_assets.schema.insights import COMPUTATION_LOG, INSIGHTS
from discogs_assets_tests.fix_insights import MONTH, Asked


@pytest.mark.parametrize("name", [sheet.name for sheet in INSIGHTS if sheet is not COMPUTATION_LOG])
def test_what_is_measured_is_the_whole_answer(name: str, asked: Asked) -> None:
    rows, written = insights.answer(name, asked.files, MONTH)
    assert rows == len(asked.answer(name))
    assert written == (asked.folder / f"{name}.parquet").stat().st_size
