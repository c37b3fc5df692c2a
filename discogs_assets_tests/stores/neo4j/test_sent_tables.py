"""Tests of `stores.neo4j.sent_tables`."""

from pathlib import Path

import pytest

from discogs_assets.errors import BusyError
from discogs_assets.stores.neo4j.sent_tables import SentTables
from discogs_assets.streams.graph import table
from discogs_assets.streams.graph.files import Tables
from discogs_assets_tests.tables import NEW, OLD


def titles(tables: Tables) -> dict[str, int]:
    return {title: each.rows for title, each in table.parts(tables).items()}


def test_tables_are_found_by_their_digest_after_the_lake_has_others(tmp_path: Path) -> None:
    lake = OLD.write(tmp_path / "lake", "2026-10")
    with SentTables(tmp_path / "sent").lock_folder() as sent:
        kept = sent.keep(lake)
        for name, file in [*lake.files]:
            assert file.stat().st_nlink == 2, name
            file.unlink()
        NEW.write(tmp_path / "lake", "2026-10")
        found = sent.find("2026-10", kept.digest)
        assert found
        assert (found.digest, titles(found)) == (kept.digest, titles(kept))
        assert sent.find("2026-10", Tables("2026-10", lake.nodes, lake.relationships).digest) is None


def test_the_same_tables_are_kept_once_and_any_other_byte_makes_others(tmp_path: Path) -> None:
    one, same, other = (OLD.write(tmp_path / d, "2026-10", dumps=d) for d in ("aa", "aa", "bb"))
    with SentTables(tmp_path / "sent").lock_folder() as sent:
        digests = [sent.keep(each).digest for each in (one, same, other)]
        assert digests[0] == digests[1] != digests[2]
        sent.sweep([digests[2], None])
        assert [path.name for path in sent.folder.iterdir()] == [digests[2]]


def test_one_process_has_the_folder(tmp_path: Path) -> None:
    with (
        SentTables(tmp_path / "sent").lock_folder(),
        pytest.raises(BusyError),
        SentTables(tmp_path / "sent").lock_folder(),
    ):
        pass
