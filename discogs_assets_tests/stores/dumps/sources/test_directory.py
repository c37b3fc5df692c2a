"""Tests of `stores.dumps.sources.directory`: what is named like a dump and is none, and what is there all the same."""

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz
from discogs_assets.stores.dumps.sources import directory
from discogs_assets.stores.dumps.sources.directory import Directory
from discogs_assets.stores.dumps.sources.download import fetch
from discogs_assets.stores.dumps.sources.dump_file import DISCOGS
from discogs_assets_tests.fix_records import publish
from discogs_assets_tests.fix_runs import NAMES, FolderOfRuns

NOVEMBER = "2026-11-01"
BAD = "discogs_20250101_releases.xml.gz"


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = os.open(path.parent, os.O_RDONLY)
        bound.bind(f"/proc/self/fd/{here}/{path.name}")  # a socket's path is short
        os.close(here)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a dangling link": (lambda path: path.symlink_to("nowhere/file"), "is a link to nothing"),
    "a link to itself": (_loop, "cannot be read (Too many levels of symbolic links)"),
    "a link through a file": (lambda path: path.symlink_to("plain/x"), "cannot be read (Not a directory)"),
    "a folder": (Path.mkdir, "is a folder"),
    "a link to a folder": (lambda path: path.symlink_to("."), "is a folder"),
    "a pipe": (os.mkfifo, "is no regular file"),
    "a socket": (_socket, "is no regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is no regular file"),
    "an empty file": (Path.touch, "is empty"),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder in which November is published."""
    publish(tmp_path / "source", NOVEMBER)
    (tmp_path / "source/plain").touch()
    return tmp_path / "source"


def archive(source: Path) -> Archive:
    return Archive(str(source), source.parent / "home")


@pytest.mark.parametrize("folder", ["", "data/2025"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_ends_its_own_month_alone(source: Path, kind: str, folder: str) -> None:
    make, why = KINDS[kind]
    (source / folder).mkdir(parents=True, exist_ok=True)
    (source / folder / "plain").touch()
    make(source / folder / BAD)
    found = archive(source)
    assert ([each.partition for each in found.list_announced()], found.months()) == ([NOVEMBER], [NOVEMBER])
    assert found.download("releases", NOVEMBER).path.read_bytes() == b"releases"
    assert found.faults() == [f"{BAD} {why}"]
    with pytest.raises(DumpMissingError, match="no releases dump of 2025-01") as raised:
        found.download("releases", "2025-01-01")
    assert f"{BAD} {why}" in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_month_waits_for_a_file_that_is_none_and_says_why(source: Path, kind: str) -> None:
    make, why = KINDS[kind]
    (source / "discogs_20261101_labels.xml.gz").unlink()
    make(source / "discogs_20261101_labels.xml.gz")
    assert archive(source).missing(NOVEMBER) == [f"labels (discogs_20261101_labels.xml.gz {why})"]
    (source / "discogs_20261101_CHECKSUM.txt").unlink()
    make(source / "discogs_20261101_CHECKSUM.txt")
    with pytest.raises(DumpMissingError, match="no checksum for") as raised:
        archive(source).download("artists", NOVEMBER)
    assert why in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        b"discogs_20250101_releases.xml.gz\xff",
        b"discogs_\xff\xfe_releases.xml.gz",
        b"discogs_20251399_releases.xml.gz",
        b"discogs_20250230_releases.xml.gz",
        b"discogs_00000101_releases.xml.gz",
        "discogs_２０２５０１０１_releases.xml.gz".encode(),  # noqa: RUF001 - digits of another script
        b"data/\xff/discogs_20250101_releases.xml.gz",
        b"data/2025",
    ],
)
def test_what_no_dump_is_called_is_passed_over(source: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(source) + b"/" + name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert ([each.partition for each in archive(source).list_announced()], archive(source).faults()) == ([NOVEMBER], [])


def test_a_file_whose_time_no_calendar_has_is_listed(source: Path) -> None:
    os.utime(source / "discogs_20261101_labels.xml.gz", (1e12, 1e12))
    assert archive(source).missing(NOVEMBER) == []


def test_a_file_that_vanishes_while_it_is_listed_is_not_there(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [*source.iterdir(), source / BAD]
    monkeypatch.setattr(directory, "_list_entries", lambda folder: listed if folder == source else [])
    assert (archive(source).months(), archive(source).faults()) == ([NOVEMBER], [])


def _exchange(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("make", [Path.unlink, _exchange])
def test_a_file_that_is_exchanged_after_it_was_listed_is_not_waited_for(
    source: Path, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    found = Directory.at(DISCOGS, str(source))
    (file,) = (file for file in found.files("2026") if file.kind == "labels")
    make(Path(file.place))
    with pytest.raises(DumpMissingError, match=r"labels.xml.gz is (not there|no regular file) any more"):
        fetch(found, file, tmp_path / "target", lambda done, size: None)


@pytest.mark.parametrize(("content", "start"), [(b"releases", 3), (b"changed releases", 0)])
def test_a_copy_that_was_cut_is_continued_unless_the_file_has_changed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, start: int
) -> None:
    monkeypatch.setattr(directory, "COPY_BYTES", 4)
    found, target, done = Directory.at(DISCOGS, str(source)), tmp_path / "draft" / "releases.xml.gz", list[int]()
    target.parent.mkdir()
    (file,) = (file for file in found.files("2026") if file.kind == "releases")

    def stop(done: int, size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(found, file, target, stop)
    if content != Path(file.place).read_bytes():
        Path(file.place).write_bytes(content)
    assert fetch(found, file, target, lambda now, _: done.append(now)) == hashlib.sha256(content).hexdigest()
    assert (target.read_bytes(), done[0], [*tmp_path.glob("*.part*")]) == (content, start + 4, [])


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Paths that may be neither read nor listed, by whoever runs the tests."""
    paths: list[Path] = []
    access, scandir, listdir = os.access, os.scandir, Path.iterdir

    def allowed(path: Path) -> Path:
        if path in paths:
            raise PermissionError(13, "Permission denied", str(path))
        return path

    monkeypatch.setattr(os, "access", lambda path, mode: path not in paths and access(path, mode))
    monkeypatch.setattr(os, "scandir", lambda path: scandir(allowed(path)))
    monkeypatch.setattr(Path, "iterdir", lambda path: listdir(allowed(path)))
    return paths


def test_what_may_not_be_read_ends_its_own_month_alone(source: Path, forbidden: list[Path]) -> None:
    publish(source, "2025-01-01")
    forbidden.append(source / BAD)
    found = archive(source)
    assert found.missing("2025-01-01") == [f"releases ({BAD} cannot be read (Permission denied))"]
    assert next(found.list_announced()).missing == ()


def test_a_folder_that_may_not_be_listed_ends_its_own_year_alone(source: Path, forbidden: list[Path]) -> None:
    (source / "data").mkdir()
    publish(source / "data/2025", "2025-01-01")
    forbidden.append(source / "data/2025")
    found, why = archive(source), f"{source}/data/2025 cannot be listed: Permission denied"
    assert ([each.partition for each in found.list_announced()], found.faults()) == ([NOVEMBER], [why])
    with pytest.raises(DumpMissingError, match=why):
        found.download("artists", "2025-01-01")
    forbidden.append(source)
    with pytest.raises(SettingError, match=r"DISCOGS_DUMPS: .*/source cannot be listed: Permission denied"):
        found.months()


@pytest.mark.parametrize("part", ["label.tar.xz", "SHA256SUMS"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_with_what_is_no_file_is_passed_over(tmp_path: Path, kind: str, part: str) -> None:
    make, why = KINDS[kind]
    runs = FolderOfRuns(tmp_path / "runs")
    found = MusicBrainz(runs.address, tmp_path / "home")
    runs.publish("20261121-001001")
    (runs.folder / "20261121-001001/plain").touch()
    (runs.folder / "20261121-001001" / part).unlink()
    make(runs.folder / "20261121-001001" / part)
    with pytest.raises(DumpMissingError, match="no complete export in") as raised:
        found.newest()
    assert f"20261121-001001/{part} {why}" in str(raised.value)
    runs.publish("20261118-001001")
    assert {each.run for each in found.download(NAMES, NOVEMBER).values()} == {"20261118-001001"}


def test_a_run_that_may_not_be_listed_is_passed_over(tmp_path: Path, forbidden: list[Path]) -> None:
    runs = FolderOfRuns(tmp_path / "runs")
    runs.publish("20261121-001001")
    forbidden.append(runs.folder / "20261121-001001")
    found = MusicBrainz(runs.address, tmp_path / "home")
    with pytest.raises(DumpMissingError, match="runs/20261121-001001 cannot be listed: Permission denied"):
        found.newest()
    runs.publish("20261118-001001")
    assert found.newest().name == "20261118-001001"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_folder_is_no_run(tmp_path: Path, kind: str) -> None:
    runs = FolderOfRuns(tmp_path / "runs")
    runs.publish("20261118-001001")
    KINDS[kind][0](runs.folder / "20261121-001001")
    assert MusicBrainz(runs.address, tmp_path / "home").newest().name == "20261118-001001"
