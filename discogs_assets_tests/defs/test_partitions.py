"""Tests of `defs.partitions`."""

from pathlib import Path

import pytest

from discogs_assets.defs.partitions import explain_absence, find_first
from discogs_assets.settings import Settings


@pytest.mark.parametrize(
    ("folders", "first"),
    [
        ([], "2025-01-01"),
        (["lake/parquet/discogs/artists/2026-10-01"], "2025-01-01"),
        (["lake/parquet/discogs/artists/2023-10-01", "lake/graph/nodes/Artist/2026-10-01"], "2023-10-01"),
        (["lake/insights/longevity/2022-03-01", "dumps/discogs/artists/2024-02-01"], "2022-03-01"),
        (["dumps/discogs/releases/2021-12-01"], "2021-12-01"),
        (["lake/parquet/discogs/artists/.2019-01-01.x", "dumps/discogs/artists/2013-13-01"], "2025-01-01"),
    ],
)
def test_partitions_begin_with_the_oldest_month_on_disk_but_not_after_2025(
    tmp_path: Path, folders: list[str], first: str
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    assert find_first(Settings(home=tmp_path)) == first


@pytest.mark.parametrize("month", ["2008-03", "2026-09"])
def test_the_setting_names_the_first_month_whatever_is_on_disk(tmp_path: Path, month: str) -> None:
    (tmp_path / "dumps/discogs/artists/2024-02-01").mkdir(parents=True)
    assert find_first(Settings(home=tmp_path, first_month=month)) == f"{month}-01"


@pytest.mark.parametrize("lake", ["s3://bucket/lake", "/no/such/folder"])
def test_a_lake_elsewhere_is_not_read(tmp_path: Path, lake: str) -> None:
    assert find_first(Settings(home=tmp_path, lake=lake)) == "2025-01-01"


def test_an_older_month_is_not_one_that_has_not_begun() -> None:
    assert explain_absence("2026-10-01") == ""
    assert "DISCOGS_FIRST_MONTH=2012-05 includes it" in explain_absence("2012-05-01")
    assert explain_absence("2099-01-01") == "has not begun"
