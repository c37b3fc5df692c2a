"""Tests of `cli.run_job`."""

import pytest

from discogs_assets.cli import run_job
from discogs_assets.errors import SettingError


@pytest.mark.parametrize("month", ["2026-10", "2026-10-01", "2025-01"])
def test_a_month_is_a_partition(month: str) -> None:
    assert run_job.partition_of(month) == f"{month[:7]}-01"


@pytest.mark.parametrize(
    ("month", "reason"),
    [
        ("2024-12", "is older than the first month, 2025-01; DISCOGS_FIRST_MONTH=2024-12 includes it"),
        ("1999-01", "is older than the first month"),
        ("2026-13", "is not a month"),
        ("October", "is not a month"),
        ("", "is not a month"),
        ("2099-01", "has not begun"),
    ],
)
def test_any_other_text_is_refused_with_the_reason_and_the_setting(month: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason) as refused:
        run_job.partition_of(month)
    assert "Expected one from 2025-01 (DISCOGS_FIRST_MONTH) to the current one" in str(refused.value)
