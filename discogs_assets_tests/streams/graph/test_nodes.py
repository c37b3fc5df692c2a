"""Tests of `streams.graph.nodes`."""

from pathlib import Path

import polars as pl

from discogs_assets.schema import graph as model
from discogs_assets.schema.graph import node
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.nodes import write_nodes

Files = dict[str, list[Path]]


def test_nodes_carry_their_properties_and_what_they_were_made_from(nodes: Files) -> None:
    release = pl.read_parquet(nodes["Release"]).to_dicts()[0]
    assert {name: value for name, value in release.items() if not name.startswith("mb")} == {
        "id:ID(Release)": 1, "artist": "The Group & Member, Again, Various, Unlinked", "title": None, "country": None,
        "year": 1969, "released": "1969-09", "data_quality": None,
    }  # fmt: skip
    assert pl.read_parquet(nodes["Master"]).to_dicts()[0]["year"] is None
    assert parquet.versions(nodes["Master"]) == {"masters": ["aa"], "musicbrainz/release-group": ["unavailable"]}


def test_genres_and_styles_are_numbered_by_name_and_made_from_what_they_count(nodes: Files) -> None:
    assert pl.read_parquet(nodes["Genre"])["name"].to_list() == ["Jazz", "Rock"]
    assert pl.read_parquet(nodes["Style"])[":ID(Style)"].to_list() == [1, 2, 3]
    assert parquet.versions(nodes["Genre"]) == {name: ["aa"] for name in ("artists", "labels", "masters", "releases")}


def test_a_name_too_long_to_be_indexed_is_cut_and_counted(tmp_path: Path) -> None:
    records = tmp_path / "records.parquet"
    long = "x" * (model.TEXT_LIMIT + 7)
    pl.DataFrame({"genres": [[long, "Rock"], [long + "y"]]}).write_parquet(records)
    genre = model.Node("Genre", "A genre.", values="genres")
    tally = write_nodes(genre, {"masters": [records], "releases": [records]}, {}, tmp_path / "genres.parquet")
    assert pl.read_parquet(tmp_path / "genres.parquet")["name"].to_list() == ["Rock", long[: model.TEXT_LIMIT]]
    assert (tally.rows, tally.cut) == (2, {"name": 2})


def test_every_label_has_its_own_node_properties() -> None:
    assert [each.name for each in node("Style").statistics] == [
        "release_count", "artist_count", "label_count", "genre_count", "first_year",
    ]  # fmt: skip
    assert [each.name for each in node("Label").statistics] == [
        "release_count", "artist_count", "genre_count", "first_year",
    ]  # fmt: skip
