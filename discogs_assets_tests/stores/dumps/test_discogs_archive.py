"""Tests of `stores.dumps.discogs_archive`."""

import gzip
import hashlib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from discogs_assets.errors import DumpDamagedError, DumpMissingError, ServerError, SettingError
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.lake import local_lake
from discogs_assets_tests.fix_site import CHALLENGE, FakeSite, Fault

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
    taken = archive.download("artists", MONTH)
    assert taken.path == tmp_path / "home/discogs/artists/2026-11-01/discogs_20261101_artists.xml.gz"
    assert (taken.path.read_bytes(), taken.size, taken.sha256) == (b"abc", 3, hashlib.sha256(b"abc").hexdigest())
    assert archive.dump("artists", MONTH) == taken
    assert taken.newest_year == 2027


def test_the_newest_file_of_a_month_is_its_dump_whatever_the_day(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source", "20261103", b"old")
    publish(tmp_path / "source", "20261110", b"new")
    publish(tmp_path / "source", "20261201", b"later")
    taken = archive.download("artists", MONTH)
    assert (taken.published, taken.path.read_bytes()) == (date(2026, 11, 10), b"new")
    assert archive.months() == ["2026-11-01", "2026-12-01"]


def test_other_bytes_than_the_published_ones_are_refused_and_the_old_copy_stays(
    archive: Archive, tmp_path: Path
) -> None:
    publish(tmp_path / "source")
    taken = archive.download("artists", MONTH)
    publish(tmp_path / "source", content=b"xyz", said="0" * 64)
    with pytest.raises(DumpDamagedError, match=r"its sha256 is 3608bca1e.* says 000000"):
        archive.download("artists", MONTH)
    assert archive.dump("artists", MONTH) == taken


def test_a_file_published_again_replaces_our_copy(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source")
    archive.download("artists", MONTH)
    publish(tmp_path / "source", "20261102", b"again")
    taken = archive.download("artists", MONTH)
    assert [file.name for file in taken.path.parent.glob("*.gz")] == ["discogs_20261102_artists.xml.gz"]


def test_a_month_without_the_file_says_which_months_there_are(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source")
    with pytest.raises(DumpMissingError, match=r"no labels dump of 2026-11.*Months there: 2026-11"):
        archive.download("labels", MONTH)


@pytest.mark.parametrize("content", ["", "<!DOCTYPE html>", f"{'0' * 64} discogs_20261101_labels.xml.gz\n"])
def test_a_file_without_its_checksum_is_not_published_yet(archive: Archive, tmp_path: Path, content: str) -> None:
    publish(tmp_path / "source")
    (tmp_path / "source/discogs_20261101_CHECKSUM.txt").write_text(content)
    with pytest.raises(DumpMissingError, match="no checksum for discogs_20261101_artists"):
        archive.download("artists", MONTH)


def test_a_dump_that_was_not_taken_is_named_with_the_command_that_takes_it(archive: Archive) -> None:
    with pytest.raises(DumpMissingError, match=r"dumps/discogs/artists has no partition 2026-11-01"):
        archive.dump("artists", MONTH)


@pytest.mark.parametrize("source", ["ftp://user:secret@host/", "/nowhere"])
def test_a_source_that_is_no_folder_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(SettingError, match="DISCOGS_DUMPS"):
        Archive(source, tmp_path).download("artists", MONTH)


def test_a_copy_of_another_source_is_not_read_until_it_is_taken_again(archive: Archive, tmp_path: Path) -> None:
    publish(tmp_path / "source")
    publish(tmp_path / "other", content=b"other")
    archive.download("artists", MONTH)
    other = replace(archive, source=str(tmp_path / "other"))
    with pytest.raises(
        DumpMissingError, match=rf"2026-11 came from {tmp_path}/source, but DISCOGS_DUMPS names {tmp_path}/o"
    ):
        other.dump("artists", MONTH)
    assert archive.dump("artists", MONTH).path.read_bytes() == b"abc"
    assert other.download("artists", MONTH).path.read_bytes() == b"other"
    with pytest.raises(DumpMissingError, match="came from"):
        archive.dump("artists", MONTH)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"abc", ""),
        (b"other", "does not say where it came from and is another file than is published"),
        (None, "does not say where it came from and could not be compared"),
    ],
)
def test_a_copy_without_a_note_is_read_if_the_source_announces_its_bytes(
    archive: Archive, tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = publish(tmp_path / "source")
    taken = archive.download("artists", MONTH)
    (note,) = taken.path.parent.glob("source-*.txt")
    note.unlink()
    if content is None:
        file.unlink()
    else:
        publish(tmp_path / "source", content=content)
    if why:
        with pytest.raises(DumpMissingError, match=why):
            archive.dump("artists", MONTH)
        assert not note.exists()
        return
    assert archive.dump("artists", MONTH) == taken
    file.unlink()
    assert archive.dump("artists", MONTH) == taken


KINDS = ("artists", "labels", "masters", "releases")


def publish_month(site: FakeSite, kinds: tuple[str, ...] = KINDS, day: str = "20261101") -> None:
    for kind in kinds:
        site.publish(kind, gzip.compress(kind.encode(), mtime=0), day)


@pytest.fixture
def far(fake_site: FakeSite, tmp_path: Path) -> Archive:
    return Archive(fake_site.address, tmp_path / "home")


def test_a_month_of_a_site_is_complete_with_four_files_and_their_checksums(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site)
    assert (far.missing(MONTH), far.months(years=1)) == ([], [MONTH])
    assert far.download("labels", MONTH).path.read_bytes() == gzip.compress(b"labels", mtime=0)


def test_files_of_one_month_may_have_different_days(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site, ("artists", "labels"), "20261101")
    assert far.missing(MONTH) == ["masters", "releases"]
    publish_month(fake_site, ("masters", "releases"), "20261104")
    assert far.missing(MONTH) == []
    assert [far.download(kind, MONTH).published.day for kind in ("artists", "masters")] == [1, 4]


@pytest.mark.parametrize("lacking", [("masters",), KINDS])
def test_a_month_lacks_the_files_that_are_not_there(
    far: Archive, fake_site: FakeSite, lacking: tuple[str, ...]
) -> None:
    publish_month(fake_site)
    for kind in lacking:
        del fake_site.files[f"discogs_20261101_{kind}.xml.gz"]
    assert far.missing(MONTH) == list(lacking)


def test_a_month_without_its_checksum_file_is_not_published_yet(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site)
    del fake_site.files["discogs_20261101_CHECKSUM.txt"]
    assert far.missing(MONTH) == ["CHECKSUM"]
    with pytest.raises(
        DumpMissingError, match=r"no checksum for .*: no CHECKSUM file of 2026-11\. A month is complete"
    ):
        far.download("artists", MONTH)


@pytest.mark.parametrize(
    ("text", "lacking", "said"),
    [
        (b"", KINDS, "is empty"),
        (b"d41d8cd98f00b204e9800998ecf8427e  x\n", KINDS, "holds no such line"),
        (
            b"0" * 64 + b" discogs_20261101_labels.xml.gz\n",
            ("artists", "masters", "releases"),
            "names only discogs_2026",
        ),
    ],
)
def test_a_checksum_file_that_is_being_written_is_waited_for(
    far: Archive, fake_site: FakeSite, text: bytes, lacking: tuple[str, ...], said: str
) -> None:
    publish_month(fake_site)
    fake_site.files["discogs_20261101_CHECKSUM.txt"] = text
    assert far.missing(MONTH) == [f"CHECKSUM of discogs_20261101_{kind}.xml.gz" for kind in lacking]
    with pytest.raises(DumpMissingError, match=f"no checksum for .*CHECKSUM.txt {said}"):
        far.download("artists", MONTH)


def test_a_page_in_place_of_the_checksum_file_is_no_answer(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site)
    fake_site.files["discogs_20261101_CHECKSUM.txt"] = CHALLENGE
    for ask in (lambda: far.missing(MONTH), lambda: far.download("artists", MONTH)):
        with pytest.raises(ServerError, match="an HTML page instead of the file") as raised:
            ask()
        assert raised.value.retry_not_before is not None


def test_a_file_uploaded_again_is_refused_until_its_checksum_is_there(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site)
    first, checksum = far.download("artists", MONTH), fake_site.files["discogs_20261101_CHECKSUM.txt"]
    fake_site.publish("artists", gzip.compress(b"again", mtime=0))
    new = fake_site.files["discogs_20261101_CHECKSUM.txt"]
    fake_site.files["discogs_20261101_CHECKSUM.txt"] = checksum
    with pytest.raises(DumpDamagedError, match="its CHECKSUM file may still be the old one") as raised:
        far.download("artists", MONTH)
    assert (far.dump("artists", MONTH), "hunter2" in str(raised.value)) == (first, False)
    fake_site.files["discogs_20261101_CHECKSUM.txt"] = new
    again = far.download("artists", MONTH)
    assert (again.path.read_bytes(), again.sha256 == first.sha256) == (gzip.compress(b"again", mtime=0), False)


def test_a_month_costs_a_site_no_more_requests_than_it_answers_at_once(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site)
    for kind in KINDS:
        far.download(kind, MONTH)
    assert len(fake_site.asked) == 12


def test_no_address_is_shown_with_its_password(far: Archive) -> None:
    assert "hunter2" not in repr(far) + far.title


def test_months_are_announced_newest_first_and_asked_for_when_they_are_reached(
    far: Archive, fake_site: FakeSite
) -> None:
    for day in ("20250901", "20261001", "20261101"):
        publish_month(fake_site, day=day)
    announced = far.list_announced()
    newest = next(announced)
    assert (newest.partition, newest.missing, set(newest.sums)) == (MONTH, (), set(KINDS))
    assert newest.sums["labels"] == hashlib.sha256(gzip.compress(b"labels", mtime=0)).hexdigest()
    assert len(fake_site.asked) == 3
    assert [each.partition for each in announced] == ["2026-10-01", "2025-09-01"]
    assert len(fake_site.asked) == 6
    assert [each.partition for each in far.list_announced("2026-10-01")] == [MONTH, "2026-10-01"]


def test_an_announced_month_that_is_not_complete_says_what_it_lacks(far: Archive, fake_site: FakeSite) -> None:
    publish_month(fake_site, KINDS[:3])
    (found,) = far.list_announced()
    assert (found.missing, found.sums) == (("releases",), {})
    publish_month(fake_site, KINDS, "20261104")
    fake_site.files["discogs_20261104_CHECKSUM.txt"] = b"0" * 64 + b" discogs_20261104_labels.xml.gz\n"
    (found,) = far.list_announced()
    assert found.missing == tuple(f"CHECKSUM of discogs_20261104_{kind}.xml.gz" for kind in ("artists", *KINDS[2:]))
    assert found.sums == {"labels": "0" * 64}


def test_a_fingerprint_is_another_one_when_anything_about_the_files_is(archive: Archive, tmp_path: Path) -> None:
    def fingerprint() -> str:
        (found,) = archive.list_announced()
        return found.fingerprint

    for kind in KINDS:
        (tmp_path / "source").mkdir(exist_ok=True)
        (tmp_path / "source" / f"discogs_20261101_{kind}.xml.gz").write_bytes(b"abc")
    sums = tmp_path / "source/discogs_20261101_CHECKSUM.txt"
    sums.write_text("".join(f"{'0' * 64} discogs_20261101_{kind}.xml.gz\n" for kind in KINDS))
    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    os.utime(tmp_path / "source/discogs_20261101_labels.xml.gz", (0, 0))
    seen.append(fingerprint())
    (tmp_path / "source/discogs_20261101_labels.xml.gz").write_bytes(b"abcd")
    seen.append(fingerprint())
    os.utime(sums, (0, 0))
    seen.append(fingerprint())
    sums.write_text(sums.read_text().replace("0", "1", 1))
    os.utime(sums, (0, 0))
    seen.append(fingerprint())
    assert len(set(seen)) == len(seen)
    (tmp_path / "source/discogs_20261102_CHECKSUM.txt").write_text("")
    assert fingerprint() == seen[-1], "of an upload that is not the month's"


@pytest.mark.parametrize(
    ("since", "said"), [("", "lists no dump, expected"), ("2026-11-01", "lists no dump of 2026-11 or later")]
)
def test_a_source_that_announces_no_month_is_an_alarm(archive: Archive, tmp_path: Path, since: str, said: str) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(DumpMissingError, match=said):
        next(archive.list_announced(since))


def test_who_has_no_patience_waits_neither_for_a_page_nor_for_a_second_attempt(
    far: Archive, fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_month(fake_site)
    monkeypatch.setattr("discogs_assets.stores.dumps.sources.retry.PAUSES", (1.0,))
    monkeypatch.setattr("discogs_assets.stores.dumps.sources.pace.HURRIED_SECONDS", 0.2)
    fake_site.fail("", Fault(after=10, how="stall"))
    with pytest.raises(ServerError, match=r"(only \d+ bytes came within|no byte came for) 0\.2 s"):
        next(replace(far, patience=0.0).list_announced())
    assert len(fake_site.asked) == 1


def test_beside_a_lake_in_s3_a_copy_is_every_machine_s(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "source")
    monkeypatch.setenv("DISCOGS_LAKE", f"s3://{bucket}")
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path / "source"))
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "one"))
    taken = Archive.of(Settings()).download("artists", MONTH)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "other"))
    other = Archive.of(Settings())
    found = other.dump("artists", MONTH)
    assert (found.path.read_bytes(), found.path.name, found.sha256) == (b"abc", taken.path.name, taken.sha256)
    assert found.path.is_relative_to(tmp_path / "other" / "staged" / "dumps")
    assert other.address("artists", MONTH) == f"s3://{bucket}/dumps/discogs/artists/2026-11-01/"
    assert (other.copies.months(), local_lake.of(Settings()).months(), local_lake.of(Settings()).drop(MONTH)) == (
        [MONTH],
        [],
        {},
    )
    assert other.copies.drop(MONTH).keys() == {"discogs/artists"}
    with pytest.raises(DumpMissingError, match="Materialise it first"):
        Archive.of(Settings()).dump("artists", MONTH)
