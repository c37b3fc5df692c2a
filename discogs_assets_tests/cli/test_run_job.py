"""Tests of `cli.run_job`."""

import pytest

from discogs_assets.cli import run_job
from discogs_assets.errors import SettingError


@pytest.mark.parametrize("month", ["2026-10", "2026-10-01", "2008-03"])
def test_a_month_is_a_partition(month: str) -> None:
    assert run_job.partition_of(month) == f"{month[:7]}-01"


@pytest.mark.parametrize("month", ["2008-02", "1999-01", "2026-13", "October", ""])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(SettingError, match="expected one from 2008-03"):
        run_job.partition_of(month)
