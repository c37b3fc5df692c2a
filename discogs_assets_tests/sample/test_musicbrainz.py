"""Tests of `sample.musicbrainz`."""

import hashlib
import tarfile
from pathlib import Path

import pytest

from discogs_assets.sample import mbdump, months, musicbrainz

OCTOBER, NOVEMBER = months.PARTITIONS


def test_a_run_is_four_archives_then_their_sums_and_then_the_name_of_the_latest_always_the_same(tmp_path: Path) -> None:
    files = musicbrainz.write(tmp_path / "a", OCTOBER)
    run = tmp_path / "a" / "musicbrainz" / "20261003-001001"
    assert files == [
        *(run / f"{entity}.tar.xz" for entity in ("artist", "label", "release-group", "release")),
        run / "SHA256SUMS",
        tmp_path / "a" / "musicbrainz" / "LATEST",
    ]
    again = musicbrainz.write(tmp_path / "b", OCTOBER)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]


def test_the_sums_are_those_of_the_archives(tmp_path: Path) -> None:
    *archives, sums, _ = musicbrainz.write(tmp_path, OCTOBER)
    expected = [f"{hashlib.sha256(each.read_bytes()).hexdigest()} *{each.name}" for each in archives]
    assert sums.read_text().splitlines() == expected


def read(archive: tarfile.TarFile, name: str) -> str:
    member = archive.extractfile(name)
    assert member
    return member.read().decode()


@pytest.mark.parametrize("entity", mbdump.ENTITIES)
def test_an_archive_holds_what_a_published_one_does(entity: str, tmp_path: Path) -> None:
    musicbrainz.write(tmp_path, NOVEMBER)
    with tarfile.open(tmp_path / "musicbrainz" / "20261104-001001" / f"{entity}.tar.xz", "r:xz") as archive:
        *about, lines = archive.getnames()
        assert set(about) == {"TIMESTAMP", "COPYING", "README", "SCHEMA_SEQUENCE", "JSON_DUMPS_SCHEMA_NUMBER"}
        assert lines == f"mbdump/{entity}"
        assert [archive.getmember(name).size > 0 for name in archive.getnames()] == [True] * 6
        assert read(archive, "TIMESTAMP") == "2026-11-04 00:10:01.000000+00\n"
        assert read(archive, lines).splitlines() == list(mbdump.lines(entity, NOVEMBER))


def test_the_latest_run_is_the_one_written_last(tmp_path: Path) -> None:
    for partition, run in ((OCTOBER, "20261003-001001"), (NOVEMBER, "20261104-001001")):
        musicbrainz.write(tmp_path, partition)
        assert (tmp_path / "musicbrainz" / "LATEST").read_text() == f"{run}\n"
    assert sorted(each.name for each in (tmp_path / "musicbrainz").iterdir()) == [*musicbrainz.RUNS.values(), "LATEST"]


def test_the_sample_has_no_run_of_another_month(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        musicbrainz.write(tmp_path, "2026-12-01")
