"""Tests of `stores.dumps.discogs_month`: which files a month has, among all that are listed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from discogs_assets.stores.dumps.discogs_month import NAMES, Month, partitions
from discogs_assets.stores.dumps.sources.directory import Directory
from discogs_assets.stores.dumps.sources.dump_file import CHECKSUM, DISCOGS

ALL = (*NAMES, CHECKSUM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


def upload(folder: Path, day: str, kinds: Sequence[str] = ALL, told: Sequence[str] | None = None) -> None:
    """Put files of that day there; its CHECKSUM file names those `told`, else those that are there."""
    lines = ""
    for kind in kinds:
        if kind != CHECKSUM:
            (folder / f"discogs_{day}_{kind}.xml.gz").write_text(day)
            lines += f"{int(day):064x} discogs_{day}_{kind}.xml.gz\n" if told is None or kind in told else ""
    if CHECKSUM in kinds:
        (folder / f"discogs_{day}_CHECKSUM.txt").write_text(lines)


def month(folder: Path, first: str = "2026-10-01") -> Month:
    source = Directory.at(DISCOGS, str(folder))
    return Month(source, source.month(date.fromisoformat(first)))


def days(found: Month) -> dict[str, int]:
    return {kind: file.day.day for kind, file in found.files.items()}


def every(day: int, kinds: Sequence[str] = NAMES) -> dict[str, int]:
    return dict.fromkeys(kinds, day)


LATER: Mapping[str, tuple[Sequence[str], Sequence[str] | None, str]] = {
    "one file": (("labels", CHECKSUM), None, "artists, masters, releases missing"),
    "the largest file": (("releases", CHECKSUM), None, "artists, labels, masters missing"),
    "a file, no sums": (("labels",), None, "artists, masters, releases missing"),
    "all but one": (tuple(kind for kind in ALL if kind != "masters"), None, "masters missing"),
    "all files, no sums yet": (NAMES, None, "CHECKSUM of discogs_20261015_artists.xml.gz, CHECKSUM of"),
    "all files, some sums": (ALL, ("artists", "masters"), "CHECKSUM of discogs_20261015_labels.xml.gz, CHECKSUM of"),
    "empty sums": (ALL, (), "CHECKSUM of discogs_20261015_artists.xml.gz, CHECKSUM of"),
}


@pytest.mark.parametrize("name", LATER)
def test_a_later_upload_that_is_not_complete_is_waited_for(folder: Path, name: str) -> None:
    kinds, told, said = LATER[name]
    upload(folder, "20261001")
    before = month(folder)
    upload(folder, "20261015", kinds, told)
    found = month(folder)
    assert (days(found), found.missing, found.sums) == (every(1), (), before.sums)
    assert found.later.startswith("the upload of 2026-10-15 is not complete: ")
    assert said in found.later
    assert (found.fingerprint, before.later) == (before.fingerprint, "")
    upload(folder, "20261015")
    whole = month(folder)
    assert (days(whole), whole.missing, whole.later) == (every(15), (), "")
    assert whole.fingerprint != before.fingerprint


def test_of_several_complete_uploads_the_newest_is_the_month(folder: Path) -> None:
    for day in ("20261001", "20261003", "20261015"):
        upload(folder, day)
    upload(folder, "20261020", ["artists"])
    upload(folder, "20261021", ["artists"])
    assert (days(month(folder)), month(folder).later.count("is not complete")) == (every(15), 2)


def test_sums_alone_are_no_later_upload(folder: Path) -> None:
    upload(folder, "20261001")
    upload(folder, "20261015", [CHECKSUM])
    assert (days(month(folder)), month(folder).later) == (every(1), "")


def test_a_file_replaced_under_its_own_name_stays_in_its_upload(folder: Path) -> None:
    upload(folder, "20260801")
    (folder / "discogs_20260801_artists.xml.gz").write_text("again")
    assert (days(month(folder, "2026-08-01")), month(folder, "2026-08-01").later) == (every(1), "")


def test_files_of_several_days_are_one_upload_if_none_is_there_twice(folder: Path) -> None:
    upload(folder, "20131003", ["artists", "labels", CHECKSUM])
    upload(folder, "20131004", ["masters", "releases", CHECKSUM])
    found = month(folder, "2013-10-01")
    assert days(found) == {"artists": 3, "labels": 3, "masters": 4, "releases": 4}
    assert (found.missing, [day.day for day in found.days], len(found.sums)) == ((), [3, 4], 4)
    upload(folder, "20131002")
    assert days(month(folder, "2013-10-01")) == every(2), "never mixed beside a complete upload"


def test_without_a_complete_upload_the_newest_day_is_not_mixed_with_others(folder: Path) -> None:
    upload(folder, "20261001", ["artists", "labels", "masters", CHECKSUM])
    upload(folder, "20261015", ["labels", "releases", CHECKSUM])
    found = month(folder)
    assert (days(found), found.missing) == (every(15, ["labels", "releases"]), ("artists", "masters"))


def test_before_there_were_masters_an_upload_has_three_files(folder: Path) -> None:
    three = [kind for kind in ALL if kind != "masters"]
    upload(folder, "20101001", three)
    upload(folder, "20101015", ["artists", CHECKSUM])
    found = month(folder, "2010-10-01")
    assert (days(found), found.missing) == (every(1, three[:-1]), ("masters",))
    assert "2010-10-15 is not complete" in found.later
    upload(folder, "20111101", three)
    upload(folder, "20111115", ["artists", CHECKSUM])
    assert days(month(folder, "2011-11-01")) == every(15, ["artists"])


def test_a_file_that_cannot_be_taken_is_missing_and_says_why(folder: Path) -> None:
    upload(folder, "20261001")
    listed = month(folder).listed
    broken = [replace(file, fault="is a folder") if file.kind == "labels" else file for file in listed]
    found = Month(month(folder).source, broken)
    assert found.missing == ("labels (discogs_20261001_labels.xml.gz is a folder)",)
    assert (found.sums, partitions(broken[:0])) == ({}, [])
    assert partitions([file for file in broken if file.kind == "labels"]) == []
