"""Tests of `stores.lake.s3_lake`, and of the folders of objects that it is made of, by a server that speaks S3."""

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from boto3.s3.transfer import TransferConfig

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, DiscogsError, LoadError, ServerError, SettingError
from discogs_assets.stores.lake import s3_manifest
from discogs_assets.stores.lake.s3_lake import ObjectLake
from discogs_assets.stores.lake.s3_manifest import ObjectFolder
from discogs_assets.streams import parquet
from discogs_assets_tests.fix_s3 import CREDENTIALS

KEY = ("parquet", "discogs", "artists")
MONTH = "2026-11-01"
FOLDER = "lake/parquet/discogs/artists/2026-11-01/"


@pytest.fixture
def machine(bucket: str, tmp_path: Path) -> Callable[[str], ObjectLake]:
    """The lake as a machine of that name has it."""
    return lambda name: ObjectLake.at(f"s3://{bucket}/lake", tmp_path / name)


@pytest.fixture
def lake(machine: Callable[[str], ObjectLake]) -> ObjectLake:
    return machine("here")


@pytest.fixture
def elsewhere(machine: Callable[[str], ObjectLake]) -> ObjectLake:
    return machine("elsewhere")


def put(lake: ObjectLake, **files: str) -> None:
    with lake.writing(KEY, MONTH) as folder:
        for name, content in files.items():
            (folder / f"{name}.parquet").write_text(content)


def read_texts(lake: ObjectLake) -> dict[str, str]:
    return {file.stem: file.read_text() for file in lake.find_files(KEY, MONTH)}


def objects(s3_owner: Any, lake: ObjectLake) -> list[str]:
    """What lies in the partition's folder, without versions."""
    found = s3_owner.list_objects_v2(Bucket=lake.prefix.bucket, Prefix=FOLDER).get("Contents", ())
    names = [each["Key"].removeprefix(FOLDER).split(".") for each in found]
    return sorted(f"{first}.{last}" for first, *_, last in names)


def test_objects_lie_where_a_lake_on_disk_has_files_so_that_others_find_them(
    lake: ObjectLake, elsewhere: ObjectLake, s3_owner: Any
) -> None:
    for content in ([1, 2], [3]):
        with lake.writing(KEY, MONTH) as folder:
            pl.DataFrame({"id": content}).write_parquet(folder / "part-0000.parquet")
    assert objects(s3_owner, lake) == ["manifest.json", "part-0000.parquet"]
    assert elsewhere.address(KEY, MONTH) == f"s3://{lake.prefix.bucket}/{FOLDER}"
    told = {"endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_region": "us-east-1", "allow_http": "true"}
    found = pl.scan_parquet(f"{elsewhere.address(KEY, MONTH)}*.parquet", storage_options=told)
    assert found.collect()["id"].to_list() == pl.read_parquet(elsewhere.files(KEY, MONTH))["id"].to_list() == [3]


def test_footers_are_read_without_the_rows(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lake.writing(KEY, MONTH) as folder:
        pl.DataFrame({"id": range(50_000)}).write_parquet(folder / "a.parquet", row_group_size=100)
        pl.DataFrame({"id": range(7)}).write_parquet(folder / "b.parquet")
    for name in ("long", "short"):
        monkeypatch.setattr(s3_manifest, "FOOTER_BYTES", {"long": 1 << 20, "short": 16}[name])
        reader = ObjectLake(elsewhere.root / name, lake.prefix)
        assert [parquet.rows([file]) for file in reader.footers(KEY, MONTH)] == [50_000, 7]
    assert not list(elsewhere.root.rglob("2026-11-01/????????????"))
    assert sum(file.stat().st_size for file in reader.footers(KEY, MONTH)) < lake.size(KEY, MONTH) / 2
    assert lake.footers(KEY, "2026-10-01") == []


def test_what_this_machine_has_is_not_fetched_again(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, a="1")
    assert read_texts(elsewhere) == {"a": "1"}
    monkeypatch.setattr(ObjectFolder, "fetch", lambda *_: pytest.fail("fetched again"))
    assert read_texts(lake) == read_texts(elsewhere) == {"a": "1"}


@contextmanager
def stop_at(
    place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work: Callable[[], object]
) -> Iterator[list[Any]]:
    """The work stops at the place, as if its machine were gone, until the block ends; what it raises then."""
    mark, raised = tmp_path / f"{place}-reached", list[Any]()

    def run() -> None:
        try:
            work()
        except DiscogsError as error:
            raised.append(error)

    monkeypatch.setenv(failpoints.VARIABLE, f"{place}:wait:{mark}")
    thread = threading.Thread(target=run)
    thread.start()
    while not mark.exists():
        time.sleep(0.005)
    yield raised
    mark.write_text("go")
    thread.join()


@pytest.mark.parametrize(("place", "loses"), [("upload", True), ("place", True), ("placed", False)])
def test_a_writer_that_is_gone_at_any_place_leaves_a_whole_partition_and_the_next_one_sweeps(
    place: str,
    loses: bool,
    lake: ObjectLake,
    elsewhere: ObjectLake,
    s3_owner: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    put(lake, a="old", b="old")
    with stop_at(place, monkeypatch, tmp_path, lambda: put(lake, a="gone", c="gone", d="gone")) as raised:
        assert read_texts(elsewhere) == ({"a": "old", "b": "old"} if loses else {"a": "gone", "c": "gone", "d": "gone"})
        put(elsewhere, a="new", e="new")
        assert objects(s3_owner, lake) == ["a.parquet", "e.parquet", "manifest.json"]
        assert read_texts(elsewhere) == {"a": "new", "e": "new"}
    assert read_texts(lake) == read_texts(elsewhere) == {"a": "new", "e": "new"}
    assert objects(s3_owner, lake) == ["a.parquet", "e.parquet", "manifest.json"]
    assert [type(error) for error in raised] == ([BusyError] if loses else [])


def test_of_two_first_writers_one_wins(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with stop_at("place", monkeypatch, tmp_path, lambda: put(lake, a="late")) as raised:
        put(elsewhere, a="early")
    assert read_texts(lake) == {"a": "early"}
    assert "was written or dropped by another process" in str(raised)


def test_whoever_writes_a_month_that_is_dropped_elsewhere_meanwhile_loses(
    lake: ObjectLake, elsewhere: ObjectLake, s3_owner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(lake, a="old")
    with stop_at("place", monkeypatch, tmp_path, lambda: put(lake, a="late")) as raised:
        assert elsewhere.drop(MONTH) == {"/".join(KEY): 7}
        assert read_texts(elsewhere) == {}
    assert len(raised) == 1
    assert (read_texts(lake), lake.months(), objects(s3_owner, lake)) == ({}, [], ["manifest.json"])


def test_a_reader_whose_objects_are_replaced_on_the_way_gets_the_next_version(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, a="old", b="old")
    fetch, left = ObjectFolder.fetch, ["new", "newer"]

    def late(folder: ObjectFolder, *arguments: Any) -> None:
        if left:
            put(lake, a=left.pop(0))
        fetch(folder, *arguments)

    monkeypatch.setattr(ObjectFolder, "fetch", late)
    assert read_texts(elsewhere) == {"a": "newer"}
    assert not list(elsewhere.root.rglob("*.draft"))


def test_what_a_reader_has_left_on_the_way_is_not_taken_for_a_copy(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, a="1")
    monkeypatch.setenv(failpoints.VARIABLE, "stage:full")
    with pytest.raises(OSError, match="No space"):
        read_texts(elsewhere)
    assert not list(elsewhere.root.rglob("*.parquet"))
    draft = elsewhere.folder(KEY, MONTH) / ".staging.draft"
    draft.mkdir()
    (draft / "b.parquet").write_text("half")
    monkeypatch.delenv(failpoints.VARIABLE)
    assert read_texts(elsewhere) == {"a": "1"}
    assert not draft.exists()


def test_a_large_file_goes_and_comes_in_parts(
    lake: ObjectLake, elsewhere: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_manifest, "TRANSFER", TransferConfig(multipart_threshold=1, multipart_chunksize=5 << 20))
    content = os.urandom(6 << 20)
    with lake.writing(KEY, MONTH) as folder:
        (folder / "a.parquet").write_bytes(content)
    (copied,) = elsewhere.files(KEY, MONTH)
    assert copied.read_bytes() == content


def test_an_upload_in_parts_that_was_cut_off_is_ended_by_the_next_writer(lake: ObjectLake, s3_owner: Any) -> None:
    for key in (f"{FOLDER}part-0000.0123456789ab.parquet", "lake/parquet/discogs/labels/2026-11-01/part.parquet"):
        s3_owner.create_multipart_upload(Bucket=lake.prefix.bucket, Key=key)
    put(lake, a="1")
    (left,) = s3_owner.list_multipart_uploads(Bucket=lake.prefix.bucket)["Uploads"]
    assert "labels" in left["Key"]


def test_an_error_on_the_way_takes_back_what_was_uploaded(
    lake: ObjectLake, s3_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, a="old")
    monkeypatch.setenv(failpoints.VARIABLE, "place:full")
    with pytest.raises(OSError, match="No space"):
        put(lake, a="new", b="new")
    assert objects(s3_owner, lake) == ["a.parquet", "manifest.json"]
    assert read_texts(lake) == {"a": "old"}


def test_a_request_whose_answer_was_lost_has_won_when_it_is_repeated(
    lake: ObjectLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, a="old")
    once = ObjectFolder.put
    monkeypatch.setattr(ObjectFolder, "put", lambda *arguments: once(*arguments) and once(*arguments))
    put(lake, a="new")
    assert read_texts(lake) == {"a": "new"}


def test_an_object_with_other_bytes_than_its_manifest_says_is_not_taken(
    lake: ObjectLake, elsewhere: ObjectLake, s3_owner: Any
) -> None:
    put(lake, a="right")
    (stored,) = ObjectFolder(lake.prefix.below(FOLDER.removeprefix("lake/").rstrip("/"))).manifest().files.values()
    s3_owner.put_object(Bucket=lake.prefix.bucket, Key=f"{FOLDER}{stored.object}", Body=b"wrong")
    with pytest.raises(ServerError, match="differs from the sha256"):
        read_texts(elsewhere)
    s3_owner.delete_object(Bucket=lake.prefix.bucket, Key=f"{FOLDER}{stored.object}")
    with pytest.raises(LoadError, match=r"a\.\w{12}\.parquet no longer exists.*materialise it again"):
        read_texts(elsewhere)


def test_a_server_that_keeps_no_writers_apart_is_refused(lake: ObjectLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ObjectFolder, "put", lambda *_: True)
    with pytest.raises(SettingError, match="conditional writes"):
        lake.require_writable()


@pytest.mark.parametrize(
    ("address", "unset", "error", "said"),
    [
        ("s3://", (), SettingError, "DISCOGS_LAKE is s3:// without a bucket"),
        ("s3://elsewhere/x", (), SettingError, "there is no bucket elsewhere"),
        (
            "s3://{bucket}/x",
            CREDENTIALS,
            SettingError,
            "is refused .*, expected credentials that may list the bucket, and",
        ),
        ("s3://id:hunter2@{bucket}/x", ("AWS_ENDPOINT_URL",), ServerError, "the S3 server did not answer"),
    ],
)
def test_a_lake_that_cannot_be_used_is_named_without_secrets(
    bucket: str,
    s3_owner: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    unset: tuple[str, ...],
    error: type[DiscogsError],
    said: str,
) -> None:
    s3_owner.put_object(Bucket=bucket, Key=f"x/{'/'.join(KEY)}/{MONTH}/manifest.json", Body=b"{}")
    for name in unset:
        monkeypatch.delenv(name)
    if "AWS_ENDPOINT_URL" in unset:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:hunter2@127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with (
        pytest.raises(error, match=said) as raised,
        ObjectLake.at(address.format(bucket=bucket), tmp_path).writing(KEY, MONTH) as folder,
    ):
        (folder / "a.parquet").write_text("1")
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
