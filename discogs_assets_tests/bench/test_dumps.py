"""Tests of `bench.dumps`."""

from pathlib import Path

import pytest

from discogs_assets.bench import dumps
from discogs_assets.errors import DumpMissingError
from discogs_assets.sample.generator import Plan, musicbrainz

pytestmark = pytest.mark.slow


def silent(*_: object) -> None:
    """Ignore progress and narration."""


def test_kept_dumps_are_found_again_and_more_months_are_added(tmp_path: Path) -> None:
    lines: list[str] = []
    for months in (1, 1, 2, 1):
        with dumps.generate_dumps(Plan(100, months=months), tmp_path, silent, lines.append) as found:
            assert found.partitions == ("2026-10-01", "2026-11-01")[:months]
            assert found.find_file("releases").exists()
            assert found.workspace == tmp_path
    assert len(lines) == 2


def test_plain_dumps_are_kept_apart(tmp_path: Path) -> None:
    for oddities in (True, False):
        with dumps.generate_dumps(Plan(50, months=1, oddities=oddities), tmp_path, silent, silent):
            pass
    assert sorted(each.name for each in tmp_path.iterdir()) == ["50", "50-plain"]


def test_dumps_that_are_not_kept_are_gone_at_the_end() -> None:
    with dumps.generate_dumps(Plan(50, months=1), None, silent, silent) as found:
        assert found.folder.exists()
    assert not found.folder.exists()


def test_given_dumps_are_counted_and_their_newest_months_taken(tmp_path: Path) -> None:
    with dumps.generate_dumps(Plan(60, months=3), tmp_path, silent, silent) as made:
        found = dumps.find_dumps(made.folder)
    assert found.partitions == made.partitions[1:]
    assert 55 <= found.releases <= 65


def test_an_export_has_about_as_many_artists_as_asked_for_and_is_completed(tmp_path: Path) -> None:
    lines: list[str] = []
    for entities in (["artist"], ["artist"], ["artist", "label"]):
        with dumps.generate_export(1000, tmp_path, silent, lines.append, entities) as found:
            assert all((found.folder / f"{name}.tar.xz").exists() for name in entities)
    assert len(lines) == 2
    assert musicbrainz.truth(found.folder.parent, "2026-10-01")["artist"]["records"] == pytest.approx(1000, rel=0.02)


def test_a_folder_without_dumps_is_an_error_that_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="discogs_20261101_releases"):
        dumps.find_dumps(tmp_path)


def test_a_dump_that_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DumpMissingError, match="discogs_20261101_labels"):
        dumps.Dumps(tmp_path, 1, ("2026-11-01",)).find_file("labels")
