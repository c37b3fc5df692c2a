"""Tests of `stores.lake`."""

from pathlib import Path

import pytest

from discogs_assets.errors import DumpMissingError
from discogs_assets.stores.lake import Lake

KEY = ("parquet", "discogs", "artists")


def test_a_partition_lies_under_its_key_and_month(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with lake.writing(KEY, "2026-11-01") as folder:
        (folder / "part-0000.parquet").write_bytes(b"abc")
    assert lake.files(KEY, "2026-11-01") == [tmp_path / "parquet/discogs/artists/2026-11-01/part-0000.parquet"]
    assert lake.size(KEY, "2026-11-01") == 3


def test_a_missing_partition_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match=r"parquet/discogs/artists has no partition 2026-11-01.*--select"):
        Lake(tmp_path).files(KEY, "2026-11-01")


def test_the_partitions_of_an_asset_are_those_that_are_complete(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.partitions(KEY) == []
    for partition in ("2026-11-01", "2026-09-01"):
        with lake.writing(KEY, partition) as folder:
            assert partition not in lake.partitions(KEY)
            (folder / "part-0000.parquet").write_bytes(b"abc")
    lake.folder(KEY, "2026-10-01").mkdir()
    assert lake.partitions(KEY) == ["2026-09-01", "2026-11-01"]
    assert lake.older(KEY, "2026-12-01") == ["2026-11-01", "2026-09-01"]
    assert lake.older(KEY, "2026-09-01") == []


def test_a_dropped_month_is_gone_from_every_asset(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for key in (KEY, ("insights", "question")):
        for partition in ("2026-10-01", "2026-11-01"):
            with lake.writing(key, partition) as folder:
                (folder / "part-0000.parquet").write_bytes(b"abc")
    assert lake.months() == ["2026-10-01", "2026-11-01"]
    assert lake.drop("2026-10-01") == {"insights/question": 3, "parquet/discogs/artists": 3}
    assert lake.months() == ["2026-11-01"]
    assert not list(tmp_path.glob("**/*draft*"))
