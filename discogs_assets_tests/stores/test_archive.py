"""Tests of `stores.archive`."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from discogs_assets.errors import DumpDamagedError, DumpMissingError, SettingError
from discogs_assets.stores.archive import Archive

MONTH = "2026-11-01"


def publish(folder: Path, day: str = "20261101", content: bytes = b"abc", spaces: str = " ", said: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"discogs_{day}_artists.xml.gz"
    file.write_bytes(content)
    digest = said or hashlib.sha256(content).hexdigest()
    (folder / f"discogs_{day}_CHECKSUM.txt").write_text(f"{digest}{spaces}{file.name}\n")
    return file


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(str(tmp_path / "source"), tmp_path / "home")


@pytest.mark.parametrize("folder", ["source", "source/data/2026"])
@pytest.mark.parametrize("spaces", [" ", "  ", " *"])
def test_a_file_is_copied_and_its_checksum_compared(archive: Archive, tmp_path: Path, folder: str, spaces: str) -> None:
    publish(tmp_path / folder, spaces=spaces)
    taken = archive.take("artists", MONTH)
    assert taken.path == tmp_path / "home/discogs/artists/2026-11-01/discogs_20261101_artists.xml.gz"
    assert (taken.path.read_bytes(), taken.size, taken.sha256) == (b"abc", 3, hashlib.sha256(b"abc").hexdigest())
    assert archive.dump("artists", MONTH) == taken
    assert taken.newest_year == 2027


def test_the_newest_file_of_a_month_is_its_dump_whatever_the_day(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source", "20261103", b"old")
    publish(tmp_path / "source", "20261110", b"new")
    publish(tmp_path / "source", "20261201", b"later")
    taken = archive.take("artists", MONTH)
    assert (taken.published, taken.path.read_bytes()) == (date(2026, 11, 10), b"new")
    assert archive.months() == ["2026-11-01", "2026-12-01"]


def test_other_bytes_than_the_published_ones_are_refused_and_the_old_copy_stays(
    archive: Archive, tmp_path: Path
) -> None:
    publish(tmp_path / "source")
    taken = archive.take("artists", MONTH)
    publish(tmp_path / "source", content=b"xyz", said="0" * 64)
    with pytest.raises(DumpDamagedError, match=r"its sha256 is 3608bca1e.* says 000000"):
        archive.take("artists", MONTH)
    assert archive.dump("artists", MONTH) == taken


def test_a_file_published_again_replaces_our_copy(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source")
    archive.take("artists", MONTH)
    publish(tmp_path / "source", "20261102", b"again")
    taken = archive.take("artists", MONTH)
    assert [file.name for file in taken.path.parent.glob("*.gz")] == ["discogs_20261102_artists.xml.gz"]


def test_a_month_without_the_file_says_which_months_there_are(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source")
    with pytest.raises(DumpMissingError, match=r"no labels dump of 2026-11.*Months there: 2026-11"):
        archive.take("labels", MONTH)


@pytest.mark.parametrize("content", ["", "<!DOCTYPE html>", f"{'0' * 64} discogs_20261101_labels.xml.gz\n"])
def test_a_file_without_its_checksum_is_not_published_yet(archive: Archive, tmp_path: Path, content: str) -> None:
    publish(tmp_path / "source")
    (tmp_path / "source/discogs_20261101_CHECKSUM.txt").write_text(content)
    with pytest.raises(DumpMissingError, match="no checksum for discogs_20261101_artists"):
        archive.take("artists", MONTH)


def test_a_dump_that_was_not_taken_is_named_with_the_command_that_takes_it(archive: Archive) -> None:
    with pytest.raises(DumpMissingError, match=r"dumps/discogs/artists has no partition 2026-11-01"):
        archive.dump("artists", MONTH)


@pytest.mark.parametrize("source", ["https://data.discogs.com/", "/nowhere"])
def test_a_source_that_is_no_folder_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(SettingError, match="DISCOGS_DUMPS"):
        Archive(source, tmp_path).take("artists", MONTH)
