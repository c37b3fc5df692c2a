"""Tests of `stores.lake.local_lake`, of a folder and in S3 alike."""

import re
from pathlib import Path

import polars as pl
import pyarrow.dataset
import pyarrow.parquet
import pytest

from discogs_assets import stores
from discogs_assets.cli import app
from discogs_assets.errors import BusyError, DumpMissingError
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake as lakes
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.lake.s3_manifest import ObjectFolder

README = (Path(stores.__file__).parent / "README.md").read_text()
RELEASES = ("parquet", "discogs", "releases")
KEY = ("parquet", "discogs", "artists")
MONTH = "2026-11-01"


@pytest.fixture(params=["folder", "bucket"])
def lake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """The lake of the settings."""
    address = str(tmp_path / "lake")
    if request.param == "bucket":
        address = f"s3://{request.getfixturevalue('bucket')}/the/lake/"
    monkeypatch.setenv("DISCOGS_LAKE", address)
    return lakes.of(Settings())


def put(lake: Lake, partition: str = MONTH, key: tuple[str, ...] = KEY, **files: str) -> None:
    with lake.writing(key, partition) as folder:
        for name, content in (files or {"part_0": "abc"}).items():
            (folder / f"{name}.parquet").write_text(content)


def read_texts(lake: Lake) -> dict[str, str]:
    return {file.stem: file.read_text() for file in lake.find_files(KEY, MONTH)}


def test_a_partition_lies_under_its_key_and_month(lake: Lake) -> None:
    assert lake.find_files(KEY, MONTH) == []
    put(lake, part_0="abc", part_1="de")
    assert [file.name for file in lake.files(KEY, MONTH)] == ["part_0.parquet", "part_1.parquet"]
    assert read_texts(lake) == {"part_0": "abc", "part_1": "de"}
    assert lake.size(KEY, MONTH) == 5
    assert lake.address(KEY, MONTH).rstrip("/").endswith("/lake/parquet/discogs/artists/2026-11-01")
    assert lake.title.rstrip("/").endswith("/lake")


def test_what_is_beside_the_tables_is_kept_with_them(lake: Lake) -> None:
    with lake.writing(KEY, MONTH) as folder:
        (folder / "part_0.parquet").write_text("abc")
        (folder / "source.txt").write_text("a site")
    assert [file.read_text() for file in lake.find_files(KEY, MONTH, "*.txt")] == ["a site"]
    assert (read_texts(lake), lake.size(KEY, MONTH)) == ({"part_0": "abc"}, 3)


def test_the_names_of_files_are_known_without_the_files(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lake.names(KEY, MONTH) == []
    put(lake, b="1", a="2")
    monkeypatch.setattr(ObjectFolder, "fetch", None)
    assert lake.names(KEY, MONTH) == ["a.parquet", "b.parquet"]


def test_a_partition_is_replaced_whole(lake: Lake) -> None:
    put(lake, a="1", b="1")
    put(lake, b="2", c="2")
    assert read_texts(lake) == {"b": "2", "c": "2"}


def test_an_error_leaves_what_was_there(lake: Lake) -> None:
    put(lake, a="1")
    with pytest.raises(ZeroDivisionError), lake.writing(KEY, MONTH) as folder:
        (folder / "a.parquet").write_text(str(1 / 0))
    assert read_texts(lake) == {"a": "1"}


def test_two_writers_of_a_partition_exclude_each_other(lake: Lake) -> None:
    with lake.writing(KEY, MONTH), pytest.raises(BusyError, match="written by another process"):
        put(lake)


def test_a_missing_partition_is_named_with_the_command_that_makes_it(lake: Lake) -> None:
    for asked in (lake.files, lake.size):
        with pytest.raises(DumpMissingError, match=r"parquet/discogs/artists has no partition 2026-11-01.*--select"):
            asked(KEY, MONTH)


def test_the_partitions_of_an_asset_are_those_that_are_complete(lake: Lake) -> None:
    assert lake.partitions(KEY) == []
    for partition in (MONTH, "2026-09-01"):
        with lake.writing(KEY, partition) as folder:
            assert partition not in lake.partitions(KEY)
            (folder / "part_0.parquet").write_bytes(b"abc")
    lake.folder(KEY, "2026-10-01").mkdir()
    put(lake, "2026-10-01", (*KEY[:2], "artists_of_others"))
    assert lake.partitions(KEY) == ["2026-09-01", MONTH]
    assert lake.older(KEY, "2026-12-01") == [MONTH, "2026-09-01"]
    assert lake.older(KEY, "2026-09-01") == []


def test_the_assets_of_a_month_are_those_that_have_tables(lake: Lake) -> None:
    put(lake, key=("changes", "discogs", "artists"))
    put(lake)
    put(lake, "2026-10-01", key=("graph", "nodes", "Artist"))
    put(lake, key=("graph", "nodes", "Label"))
    lake.drop("2026-10-01")
    assert lake.assets(MONTH) == ["changes/discogs/artists", "graph/nodes/Label", "parquet/discogs/artists"]
    assert lake.assets("2026-10-01") == []


def test_a_dropped_month_is_gone_from_every_asset_and_can_be_written_again(lake: Lake) -> None:
    for key in (KEY, ("insights", "question")):
        for partition in ("2026-10-01", MONTH):
            put(lake, partition, key)
    assert lake.months() == ["2026-10-01", MONTH]
    assert lake.drop("2026-10-01") == {"insights/question": 3, "parquet/discogs/artists": 3}
    assert (lake.months(), lake.partitions(KEY), lake.drop("2026-10-01")) == ([MONTH], [MONTH], {})
    assert lake.find_files(KEY, "2026-10-01") == []
    assert not list(lake.root.glob("**/*draft*"))
    put(lake, "2026-10-01")
    assert lake.partitions(KEY) == ["2026-10-01", MONTH]


def test_a_month_that_is_being_written_is_not_dropped(lake: Lake) -> None:
    put(lake)
    with lake.writing(KEY, MONTH) as folder:
        with pytest.raises(BusyError):
            lake.drop(MONTH)
        (folder / "part_1.parquet").write_text("de")
    assert read_texts(lake) == {"part_1": "de"}


def test_several_months_are_read_as_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = lakes.of(Settings())
    assert lake.root == tmp_path / ".discogs" / "lake"
    for month, ids in (("2026-10-01", [1, 2]), (MONTH, [3])):
        with lake.writing(RELEASES, month) as folder:
            pl.DataFrame({"id": ids}).write_parquet(folder / "part-0000.parquet")
    with lake.writing(RELEASES, "2026-12-01") as folder:
        pl.DataFrame({"id": [4]}).write_parquet(folder / "part-0000.parquet")
        section = README.partition("## Several months at once\n")[2].partition("\n## ")[0]
        sql, python = re.findall(r"```(?:sql|python)\n(.*?)```", section, re.DOTALL)
        app(["query", "--parquet", "--csv", sql], result_action="return_value")
        exec(compile(python, "README", "exec"), {})  # noqa: S102 - the README is ours
    assert capsys.readouterr().out.splitlines() == [
        "month,releases",
        "2026-10,2",
        "2026-11,1",
        "[('2026-10', 2), ('2026-11', 1)]",
        "{'month': ['2026-10-01', '2026-10-01', '2026-11-01'], 'id': [1, 2, 3]}",
    ]


def test_the_folder_of_an_asset_is_a_dataset_for_every_reader(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for month in ("2026-10-01", MONTH, MONTH):
        with lake.writing(RELEASES, month) as folder:
            pl.DataFrame({"id": [1]}).write_parquet(folder / "part-0000.parquet")
    folder = tmp_path.joinpath(*RELEASES)
    assert sorted(path.name for path in folder.iterdir()) == ["2026-10-01", MONTH]
    assert pyarrow.dataset.dataset(folder).count_rows() == 2
    assert pyarrow.parquet.read_table(folder).num_rows == 2
    assert pl.scan_parquet(folder).collect().height == 2


def test_a_lake_that_can_be_written_says_so(lake: Lake) -> None:
    lake.require_writable()
    assert lake.months() == []
