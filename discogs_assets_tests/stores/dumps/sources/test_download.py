"""Tests of `stores.dumps.sources.download`: what is left by a process that dies, and by whatever else writes there."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from discogs_assets.errors import DumpDamagedError
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets_tests.fix_site import FakeSite

CONTENT = gzip.compress(os.urandom(700_000))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MONTH = "2026-11-01"
NAME = "discogs_20261101_artists.xml.gz"

TAKE = (
    "import pathlib, sys; from discogs_assets.stores.dumps.discogs_archive import Archive; "
    "Archive(sys.argv[1], pathlib.Path(sys.argv[2])).download('artists', '2026-11-01')"
)


@pytest.fixture
def archive(fake_site: FakeSite, tmp_path: Path) -> Archive:
    fake_site.publish("artists", CONTENT)
    return Archive(fake_site.address, tmp_path / "dumps")


def list_left(tmp_path: Path) -> list[str]:
    """Files in the archive other than the dump, its digest and source, the lock and the record of requests."""
    names = [path.name for path in (tmp_path / "dumps").rglob("*") if path.is_file()]
    kept = (".lock", ".sha256", ".txt", NAME)
    return [name for name in names if not name.endswith(kept) and ".requests" not in name]


def test_a_killed_process_leaves_what_the_next_one_continues(
    archive: Archive, fake_site: FakeSite, tmp_path: Path
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", TAKE, archive.source, str(archive.root)],
        env={**os.environ, "DISCOGS_FAILPOINT": "copy:kill"},
        check=False,
        timeout=60,
    )
    assert killed.returncode == -9
    part = tmp_path / f"dumps/discogs/artists/{NAME}.part"
    assert 0 < part.stat().st_size < len(CONTENT)
    at = part.stat().st_size - 1
    taken = archive.download("artists", MONTH)
    assert (taken.sha256, taken.path.read_bytes()) == (SHA256, CONTENT)
    assert [h.get("Range") for query, h in fake_site.asked if NAME in query][-1] == f"bytes={at}-"
    assert (part.exists(), list_left(tmp_path)) == (False, [])


def test_a_disk_that_fills_up_is_given_its_room_back(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_FAILPOINT", "copy:full")
    with pytest.raises(OSError, match="No space left"):
        archive.download("artists", MONTH)
    assert list_left(tmp_path) == []
    monkeypatch.delenv("DISCOGS_FAILPOINT")
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT


@pytest.mark.parametrize("note", [None, "[]", '{"version": ""}', '{"version": "\\"of another file\\""}'])
@pytest.mark.parametrize("size", [1, len(CONTENT) + 1000])
def test_a_part_of_unknown_origin_is_dropped(archive: Archive, tmp_path: Path, note: str | None, size: int) -> None:
    part = tmp_path / f"dumps/discogs/artists/{NAME}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(size))
    if note is not None:
        part.with_name(f"{part.name}.json").write_text(note)
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT
    assert list_left(tmp_path) == []


def test_a_part_of_another_day_of_the_month_goes_with_the_month(archive: Archive, tmp_path: Path) -> None:
    old = tmp_path / "dumps/discogs/artists/discogs_20261103_artists.xml.gz.part"
    kept = tmp_path / "dumps/discogs/artists/discogs_20261201_artists.xml.gz.part"
    old.parent.mkdir(parents=True)
    old.touch()
    kept.touch()
    archive.download("artists", MONTH)
    assert list_left(tmp_path) == [kept.name]


def begin_part(tmp_path: Path, content: bytes) -> None:
    """Bytes that came before, of the version that the site has."""
    part = tmp_path / f"dumps/discogs/artists/{NAME}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(content)
    etag = f'"{hashlib.md5(CONTENT).hexdigest()}"'  # noqa: S324 - as the site does
    part.with_name(f"{part.name}.json").write_text(json.dumps({"version": etag}))


def ranges(fake_site: FakeSite) -> list[str]:
    return [headers.get("Range", "") for query, headers in fake_site.asked if NAME in query]


@pytest.mark.parametrize("size", [2, 100_000, len(CONTENT)])
def test_a_wrong_digest_of_what_came_in_pieces_is_fetched_once_more(
    archive: Archive, fake_site: FakeSite, tmp_path: Path, size: int
) -> None:
    begin_part(tmp_path, bytes(size))
    assert archive.download("artists", MONTH).path.read_bytes() == CONTENT
    assert ranges(fake_site) == [f"bytes={size - 1}-", ""]
    assert list_left(tmp_path) == []


@pytest.mark.parametrize("pieces", [True, False])
def test_a_wrong_digest_of_what_came_in_one_piece_is_damage(
    archive: Archive, fake_site: FakeSite, tmp_path: Path, pieces: bool
) -> None:
    fake_site.files["discogs_20261101_CHECKSUM.txt"] = f"{'0' * 64} {NAME}\n".encode()
    if pieces:
        begin_part(tmp_path, CONTENT[:1000])
    with pytest.raises(DumpDamagedError, match=SHA256):
        archive.download("artists", MONTH)
    assert ranges(fake_site) == (["bytes=999-", ""] if pieces else [""])
    assert list_left(tmp_path) == []
