"""Tests of `stores.dumps.sources.bucket`, by a server that speaks S3."""

import gzip
import hashlib
import os
import socket
import socketserver
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.errors import DiscogsError, DumpDamagedError, ServerError, SettingError
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.dumps.sources import download, pace, retry
from discogs_assets.stores.dumps.sources.bucket import Bucket
from discogs_assets.stores.dumps.sources.dump_file import DISCOGS

CONTENT = gzip.compress(os.urandom(300_000))
OTHER = gzip.compress(os.urandom(300_000))
NAME = "discogs_20261101_artists.xml.gz"
LABELS = NAME.replace("artists", "labels")
MONTH = "2026-11-01"


@pytest.fixture
def s3(s3_owner: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the owner's, with the bucket `dumps` in it."""
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0, 0.0))
    s3_owner.create_bucket(Bucket="dumps")
    yield s3_owner
    for each in s3_owner.list_objects_v2(Bucket="dumps").get("Contents", ()):
        s3_owner.delete_object(Bucket="dumps", Key=each["Key"])
    s3_owner.delete_bucket(Bucket="dumps")


def publish(s3: Any, content: bytes, prefix: str = "mirror/data/2026/", acl: str = "public-read") -> None:
    """Put the file and its CHECKSUM file there."""
    s3.put_object(Bucket="dumps", Key=f"{prefix}{NAME}", Body=content, ACL=acl)
    line = f"{hashlib.sha256(content).hexdigest()} {NAME}\n"
    s3.put_object(Bucket="dumps", Key=f"{prefix}discogs_20261101_CHECKSUM.txt", Body=line.encode(), ACL=acl)


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("mirror/", "s3://dumps/mirror/"),
        ("data/2026/", "s3://dumps"),
    ],
)
def test_a_bucket_that_anyone_may_read_needs_no_credentials(s3: Any, tmp_path: Path, prefix: str, address: str) -> None:
    publish(s3, CONTENT, prefix)
    s3.put_object(Bucket="dumps", Key=f"{prefix}readme.txt", Body=b"x")
    assert Bucket.at(DISCOGS, address).groups() == ["2026"]
    assert Archive(address, tmp_path).download("artists", MONTH).path.read_bytes() == CONTENT


def test_a_private_file_needs_credentials(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(s3, CONTENT, acl="private")
    with pytest.raises(SettingError, match=r"is refused \(403\), expected a bucket that anyone may read"):
        Archive("s3://dumps/mirror", tmp_path).download("artists", MONTH)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    assert Archive("s3://dumps/mirror", tmp_path).download("artists", MONTH).path.read_bytes() == CONTENT


def test_a_place_for_a_file_is_no_file(s3: Any, tmp_path: Path) -> None:
    publish(s3, CONTENT)
    for key in (f"{NAME}/", f"{NAME}/x", NAME.replace("20261101", "20251001"), NAME.replace("artists", "labels")):
        s3.put_object(Bucket="dumps", Key=f"mirror/data/2026/{key}", Body=b"", ACL="public-read")
    archive = Archive("s3://dumps/mirror", tmp_path)
    assert archive.months() == [MONTH]
    assert archive.faults() == [f"{name} is empty" for name in ("discogs_20251001_artists.xml.gz", LABELS)]
    assert archive.missing(MONTH) == [f"labels ({LABELS} is empty)", "masters", "releases"]
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT


def test_a_listed_file_has_its_facts(s3: Any) -> None:
    publish(s3, CONTENT)
    _, file = Bucket.at(DISCOGS, "s3://dumps/mirror").files("2026")
    assert (file.name, file.size, bool(file.etag), bool(file.last_modified)) == (NAME, len(CONTENT), True, True)


def test_a_fetch_is_continued_unless_the_file_has_changed(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(s3, CONTENT)
    (tmp_path / "draft").mkdir()
    bucket, target = Bucket.at(DISCOGS, "s3://dumps/mirror"), tmp_path / "draft" / NAME
    (file,) = (file for file in bucket.files("2026") if file.kind == "artists")
    monkeypatch.setattr("discogs_assets.stores.dumps.sources.bucket.CHUNK_BYTES", 100_000)

    def stop(done: int, size: int) -> None:
        assert size == len(CONTENT)
        raise KeyboardInterrupt

    first: list[int] = []
    for content, expected_start in ((CONTENT, 200_000 - 1), (OTHER, 100_000)):
        with pytest.raises(KeyboardInterrupt):
            download.fetch(bucket, file, target, stop)
        publish(s3, content)
        first.clear()
        assert (
            download.fetch(bucket, file, target, lambda done, _: first.append(done))
            == hashlib.sha256(content).hexdigest()
        )
        assert (target.read_bytes(), first[0]) == (content, expected_start)
        publish(s3, CONTENT)


@pytest.fixture
def cutting(s3_endpoint: str, s3: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """After how many bytes each of the next answers about the file is cut, on the way from the server to us.

    After a negative number of bytes it drips.
    """
    cuts: list[int] = []
    host, port = s3_endpoint.removeprefix("http://").split(":")

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = self.request.recv(1 << 16)
            with socket.create_connection((host, int(port))) as server:
                server.sendall(asked.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                answer = b"".join(iter(lambda: server.recv(1 << 16), b""))
            cut = cuts.pop(0) if cuts and f"{NAME} HTTP".encode() in asked else len(answer)
            self.request.sendall(answer[: abs(cut)])
            if cut < 0:
                self.drip(answer[-cut:])

        def drip(self, rest: bytes) -> None:
            with suppress(OSError):
                for at in range(200):
                    time.sleep(0.02)
                    self.request.sendall(rest[at : at + 1])
                cuts.extend([0] * 20)  # for whoever has not given up

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        relay.daemon_threads = True
        threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:hunter2@127.0.0.1:{relay.server_address[1]}")
        yield cuts
        relay.shutdown()


def test_a_cut_connection_costs_an_attempt_or_is_named(s3: Any, cutting: list[int], tmp_path: Path) -> None:
    publish(s3, CONTENT)
    cutting.extend([150_000, 20_000])
    archive = Archive("s3://dumps/mirror", tmp_path)
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT
    cutting.extend([20_000] * 4)
    with pytest.raises(ServerError, match=r"the S3 server did not answer, or stopped in the middle") as raised:
        archive.download("artists", MONTH)
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
    assert cutting == []
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT


@pytest.mark.parametrize("after", [10, 150_000])
def test_a_server_that_drips_is_given_up(
    s3: Any, cutting: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    publish(s3, CONTENT)
    monkeypatch.setattr(pace, "SLOW_SECONDS", 0.3)
    cutting.append(-after)
    assert Archive("s3://dumps/mirror", tmp_path).download("artists", MONTH).path.read_bytes() == CONTENT
    assert cutting == []


def test_a_file_with_other_bytes_than_its_checksum_says_is_damaged(s3: Any, tmp_path: Path) -> None:
    publish(s3, CONTENT)
    s3.put_object(Bucket="dumps", Key=f"mirror/data/2026/{NAME}", Body=CONTENT[:1000], ACL="public-read")
    with pytest.raises(DumpDamagedError, match="and it is not a whole gzip"):
        Archive("s3://dumps/mirror", tmp_path).download("artists", MONTH)


@pytest.mark.parametrize(
    ("address", "endpoint_url", "error", "said"),
    [
        ("s3://elsewhere/x", "", SettingError, "there is no bucket elsewhere"),
        ("s3://", "", SettingError, "without a bucket"),
        ("s3://id:hunter2@dumps/x", "http://user:hunter2@127.0.0.1:9", ServerError, "s3://dumps/x/: the S3 server did"),
    ],
)
def test_what_is_not_there_is_named_without_secrets(
    s3: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    endpoint_url: str,
    error: type[DiscogsError],
    said: str,
) -> None:
    if endpoint_url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint_url)
    with pytest.raises(error, match=said) as raised:
        Archive(address, tmp_path).months()
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
