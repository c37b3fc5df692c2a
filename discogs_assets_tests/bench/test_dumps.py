"""Tests of `bench.dumps`."""

from pathlib import Path

import pytest

from discogs_assets.bench import dumps
from discogs_assets.bench.dumps import Source
from discogs_assets.errors import DumpMissingError


def silent(*_: object) -> None:
    """For what is said on the way."""


def test_dumps_that_are_kept_are_found_again_and_more_months_are_added(tmp_path: Path) -> None:
    said: list[str] = []
    source = Source(keep=tmp_path)
    for months in (1, 1, 2, 1):
        with source.dumps(100, months, silent, said.append) as found:
            assert found.partition == ("2026-10-01", "2026-11-01")[months - 1]
            assert found.before == (None, "2026-10-01")[months - 1]
            assert found.file("releases").exists()
    assert len(said) == 2


def test_plain_dumps_are_others(tmp_path: Path) -> None:
    for plain in (False, True):
        with Source(keep=tmp_path, plain=plain).dumps(50, 1, silent, silent):
            pass
    assert sorted(each.name for each in tmp_path.iterdir()) == ["50", "50-plain"]


def test_dumps_that_are_not_kept_are_gone_at_the_end() -> None:
    with Source().dumps(50, 1, silent, silent) as found:
        assert found.folder.exists()
    assert not found.folder.exists()


def test_given_dumps_are_counted_and_their_newest_months_taken(tmp_path: Path) -> None:
    with (
        Source(keep=tmp_path).dumps(60, 2, silent, silent) as made,
        Source(given=made.folder).dumps(1, 1, silent, silent) as found,
    ):
        assert found.partitions == made.partitions
        assert 55 <= found.releases <= 65


def test_a_folder_without_dumps_is_an_error_that_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="discogs_20261101_releases"):
        dumps.given(tmp_path)


def test_a_dump_that_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="discogs_20261101_labels"):
        dumps.Dumps(tmp_path, 1, ("2026-11-01",)).file("labels")
