"""Tests of `streams.graph.relationships`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.schema.graph import RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import relationships
from discogs_assets.streams.graph.files import Tally
from discogs_assets.streams.graph.relationships import write_relationships


def relate(
    kind: str, records: dict[str, list[Path]], nodes: dict[str, list[Path]], folder: Path
) -> tuple[dict[str, list[dict[str, Any]]], Tally]:
    relationship = next(each for each in RELATIONSHIPS if each.type == kind)
    out = folder / kind
    out.mkdir()
    ends = {label: nodes[label] for label in relationship.ends}
    tally = write_relationships(relationship, records, ends, out)
    return {file.stem: pl.read_parquet(file).to_dicts() for file in sorted(out.iterdir())}, tally


def test_members_are_related_once_whichever_side_says_so(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("MEMBER_OF", records, nodes, tmp_path)
    (row,) = found["Artist-Artist"]
    assert {name: value for name, value in row.items() if value is not None} == {
        ":START_ID(Artist)": 2,
        ":END_ID(Artist)": 1,
    }
    assert tally.omitted == {"duplicate": 1, "dangling": 1, "unlinked": 1, "placeholder": 0, "self": 0}


def test_aliases_go_from_the_alias_and_never_to_itself(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("ALIAS_OF", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Artist-Artist"]] == [(3, 2), (2, 3)]
    assert (tally.omitted["self"], tally.omitted["placeholder"]) == (1, 1)


def test_a_label_without_a_parent_states_nothing(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("SUBLABEL_OF", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Label-Label"]] == [(2, 1)]
    assert (tally.omitted["unlinked"], tally.omitted["duplicate"]) == (0, 1)


def test_a_credit_keeps_its_first_name_join_and_position(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("BY", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Release-Artist"]] == [
        (1, 1, "The Group", "&", 1),
        (1, 2, None, None, 2),
    ]
    assert [tuple(each.values()) for each in found["Master-Artist"]] == [(1, 1, None, None, 1)]
    assert tally.omitted == {"duplicate": 1, "placeholder": 1, "unlinked": 1, "dangling": 0}


def test_a_label_is_reached_once_with_all_catalogue_numbers(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("ON", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Release-Label"]] == [(1, 1, "A", ["A", "B"]), (1, 2, "C", None)]
    assert tally.omitted["dangling"] == 1


def test_a_master_id_of_zero_is_no_master(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("DERIVED_FROM", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Release-Master"]] == [(1, 1, True)]
    assert (tally.omitted["unlinked"], tally.omitted["dangling"]) == (1, 1)


def test_a_genre_is_reached_once_from_each_release_and_master(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, _ = relate("IS", records, nodes, tmp_path)
    assert {name: [tuple(each.values()) for each in rows] for name, rows in found.items()} == {
        "Master-Genre": [(1, 2)],
        "Master-Style": [],
        "Release-Genre": [(1, 2), (2, 2), (2, 1), (3, 2)],
        "Release-Style": [(1, 3), (1, 1), (2, 2), (3, 3)],
    }


def test_a_style_is_part_of_a_genre_by_releases_of_that_genre_alone(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, _ = relate("PART_OF", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Style-Genre"]] == [(1, 2, 1, 1.0, True), (3, 2, 2, 1.0, True)]


def rows(found: dict[str, list[dict[str, Any]]], pair: str) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in found[pair]]


def test_a_part_says_which_genre_is_the_first_and_how_much_of_the_style_it_holds(tmp_path: Path) -> None:
    named = (
        [(["Rock"], ["A"])] * 3
        + [(["Pop"], ["A"])]
        + [(["Rock"], ["B"]), (["Pop"], ["B"])]
        + [(["Pop", "Rock"], ["A"])]
    )
    pl.DataFrame({"genres": [g for g, _ in named], "styles": [s for _, s in named]}).write_parquet(tmp_path / "r")
    pl.DataFrame({":ID(Genre)": [1, 2], "name": ["Pop", "Rock"]}).write_parquet(tmp_path / "g")
    pl.DataFrame({":ID(Style)": [1, 2], "name": ["A", "B"]}).write_parquet(tmp_path / "s")
    nodes = {"Genre": [tmp_path / "g"], "Style": [tmp_path / "s"]}
    assert relationships.part_of({"releases": [tmp_path / "r"]}, nodes).rows() == [
        (1, 1, 1, 0.25, False),
        (1, 2, 3, 0.75, True),
        (2, 1, 1, 0.5, True),
        (2, 2, 1, 0.5, False),
    ]


def test_a_series_is_reached_once(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("IN_SERIES", records, nodes, tmp_path)
    assert rows(found, "Release-Label") == [(1, 2, "7")]
    assert (tally.omitted["unlinked"], tally.omitted["duplicate"]) == (1, 1)


def test_an_artist_of_tracks_appears_once_on_the_release_with_their_positions(
    records: Any, nodes: Any, tmp_path: Path
) -> None:
    found, tally = relate("APPEARS_ON", records, nodes, tmp_path)
    assert rows(found, "Artist-Release") == [(3, 1, "The Alias", "A1, A2, A1.a"), (2, 1, None, "A1")]
    assert tally.omitted == {"unlinked": 0, "placeholder": 1, "dangling": 0, "duplicate": 2}


def test_each_role_of_a_credit_counts_once_with_its_category_and_tracks(
    records: Any, nodes: Any, tmp_path: Path
) -> None:
    found, tally = relate("CREDITED_ON", records, nodes, tmp_path)
    assert rows(found, "Artist-Release") == [
        (2, 1, "Producer [Additional, Late]", "production", "M.", "A1 to A3"),
        (2, 1, "Written-By", "writing", "M.", "A1 to A3, B1, A1, A1.a"),
        (3, 1, "Written-By", "writing", None, None),
        (2, 1, "Bass", "performance", None, "A1 (end)"),
    ]
    assert tally.omitted == {"unlinked": 1, "placeholder": 1, "roleless": 2, "dangling": 1, "duplicate": 3}


def test_a_company_is_related_once_for_each_thing_it_did(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("WORKED_ON", records, nodes, tmp_path)
    assert rows(found, "Label-Release") == [
        (1, 1, "Pressed By", "17", "P1"),
        (1, 1, "Recorded At", "23", None),
        (2, 1, None, None, None),
    ]
    assert tally.omitted == {"unlinked": 1, "dangling": 1, "duplicate": 2}


def test_the_properties_are_the_declared_ones(related: Callable[[str], dict[str, pl.DataFrame]]) -> None:
    for each in RELATIONSHIPS:
        declared = set(each.properties)
        for pair, table in related(each.type).items():
            columns = {name.removesuffix(":string[]") for name in table.columns if not name.startswith(":")}
            assert columns <= declared, (each.type, pair)


def test_batches_do_not_show(records: Any, nodes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = relate("CREDITED_ON", records, nodes, tmp_path)
    monkeypatch.setattr(relationships, "BATCH_ROWS", 1)
    (tmp_path / "again").mkdir()
    assert relate("CREDITED_ON", records, nodes, tmp_path / "again")[0] == whole


def test_relationships_say_what_they_were_made_from(records: Any, nodes: Any, tmp_path: Path) -> None:
    relate("WORKED_ON", records, nodes, tmp_path)
    versions = parquet.versions([tmp_path / "WORKED_ON" / "Label-Release.parquet"])
    assert versions == {name: ["aa"] for name in ("artists", "labels", "releases")}
