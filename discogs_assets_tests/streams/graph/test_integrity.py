"""Tests of `streams.graph.integrity`: what no database is to be told."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.streams.graph import integrity
from discogs_assets_tests.tables import NEW, OLD, Month


@pytest.mark.parametrize("month", [OLD, NEW, Month({})])
def test_sound_tables_have_no_faults(tmp_path: Path, month: Month) -> None:
    assert [*integrity.faults(month.write(tmp_path, "2026-10"))] == []


def test_an_end_that_is_no_node_is_found(tmp_path: Path) -> None:
    tables = replace(NEW, credits=[*NEW.credits, (1, 77, None), (99, 88, None)]).write(tmp_path, "2026-11")
    assert [*integrity.faults(tables)] == [
        "1 ends of CREDITED_ON Artist-Release have no Artist node, the first is 99",
        "2 ends of CREDITED_ON Artist-Release have no Release node, the first is 77",
    ]


def test_a_key_that_is_missing_or_shared_is_found(tmp_path: Path) -> None:
    tables = Month({1: "A", 2: "B", 3: "C"}, {1: None}, genres=[(1, "Rock"), (1, "Jazz"), (1, "")]).write(tmp_path, "x")
    (artists,), (genres,) = tables.nodes["Artist"], tables.nodes["Genre"]
    pl.read_parquet(artists).with_columns(pl.Series("id:ID(Artist)", [2, None, 2])).write_parquet(artists)
    pl.read_parquet(genres).with_columns(pl.Series("name", ["", "Rock", "Rock"])).write_parquet(genres)
    assert [*integrity.faults(tables)] == [
        "1 Artist nodes have no id:ID(Artist)",
        "1 Artist nodes share their id:ID(Artist) with another, the first is 2",
        "1 Genre nodes have no name",
        "1 Genre nodes share their name with another, the first is Rock",
    ]


def test_parts_from_different_dumps_are_found(tmp_path: Path) -> None:
    tables = NEW.write(tmp_path / "a", "2026-11")
    other = NEW.write(tmp_path / "b", "2026-11", dumps="bb")
    mixed = replace(tables, nodes=other.nodes)
    assert [*integrity.faults(mixed)] == ["they were made from different dumps of releases"]
