"""Tests of `streams.graph.statistics`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.schema.discogs import RELEASES
from discogs_assets.schema.graph import node

Files = dict[str, list[Path]]


def table(nodes: Files, label: str, key: str) -> dict[Any, tuple[Any, ...]]:
    names = [each.name for each in node(label).statistics]
    return {row[key]: tuple(row[name] for name in names) for row in pl.read_parquet(nodes[label]).to_dicts()}


def test_a_genre_counts_releases_once_and_ends_that_are_there(nodes: Files) -> None:
    assert table(nodes, "Genre", "name") == {"Jazz": (1, 0, 0, 1, None), "Rock": (3, 2, 2, 3, 1969)}


def test_a_style_counts_the_genres_beside_it(nodes: Files) -> None:
    assert table(nodes, "Style", "name") == {
        "Art": (1, 2, 2, 1, 1969),
        "Fusion": (1, 0, 0, 2, None),
        "Prog": (2, 2, 2, 1, 1969),
    }


def test_a_label_counts_its_releases_and_one_without_any_says_zero(nodes: Files) -> None:
    assert table(nodes, "Label", "id:ID(Label)") == {
        1: (1, 2, 1, 1969),
        2: (1, 2, 1, 1969),
        3: (0, 0, 0, None),
    }


@pytest.mark.parametrize("label", ["Genre", "Style", "Label"])
def test_statistics_equal_what_the_relationships_count(
    label: str, nodes: Files, related: Callable[[str], dict[str, pl.DataFrame]]
) -> None:
    """As a query would: (n)<--(:Release)-->(other), distinct others."""
    by = {"Artist": ("BY", "artist_count"), "Label": ("ON", "label_count"), "Genre": ("IS", "genre_count")}
    naming = related("ON" if label == "Label" else "IS")[f"Release-{label}"]
    own, release = f":END_ID({label})", f":START_ID({RELEASES.node})"
    column = next(c for c in pl.read_parquet(nodes[label]).columns if ":ID" in c)
    for other, (kind, name) in by.items():
        if name not in [each.name for each in node(label).statistics]:
            continue
        pairs = naming.join(related(kind)[f"Release-{other}"], on=release).select(own, f":END_ID({other})").unique()
        counted = {row[0]: row[1] for row in pairs.group_by(own).len().rows()}
        found = pl.read_parquet(nodes[label]).select(column, name).rows()
        assert dict(found) == {key: counted.get(key, 0) for key, _ in found}
