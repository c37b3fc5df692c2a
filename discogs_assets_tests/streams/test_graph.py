"""Tests of `streams.graph`."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.sample import xml
from discogs_assets.schema import arrow, discogs
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.streams import graph, parquet
from discogs_assets.streams.framing import Block
from discogs_assets.streams.parse import Parser

Records = dict[str, list[dict[str, Any]]]

RECORDS: Records = {
    "artists": [
        {"id": 1, "name": "Group", "members": [{"id": 2, "name": "Member"}, {"id": 9, "name": "Gone"}, {"name": "?"}]},
        {"id": 2, "name": "Member", "groups": [{"id": 1, "name": "Group"}], "aliases": [{"id": 3, "name": "Alias"}]},
        {"id": 3, "name": "Alias", "aliases": [{"id": 2, "name": "Member"}, {"id": 3, "name": "Alias"}]},
    ],
    "labels": [
        {"id": 1, "name": "Parent", "sublabels": [{"id": 2, "name": "Child"}]},
        {"id": 2, "name": "Child", "parentLabel": {"id": 1, "name": "Parent"}},
    ],
    "masters": [
        {"id": 1, "main_release": 1, "artists": [{"id": 1, "name": "Group"}], "genres": ["Rock"], "year_raw": "0"}
    ],
    "releases": [
        {
            "id": 1,
            "artists": [
                {"id": 1, "name": "Group", "anv": "The Group", "join": "&"},
                {"id": 2, "name": "Member"},
                {"id": 1, "name": "Group", "anv": "Again"},
                {"id": 194, "name": "Various"},
                {"id": 0, "name": "Unlinked"},
            ],
            "labels": [
                {"id": 1, "catno": "A"},
                {"id": 1, "catno": "B"},
                {"id": 2, "catno": "C"},
                {"id": 7, "catno": "D"},
            ],
            "genres": ["Rock", "Rock"],
            "styles": ["Prog", "Art"],
            "master_id": 1,
            "is_main_release": "true",
            "released": "1969-09",
        },
        {"id": 2, "genres": ["Rock", "Jazz"], "styles": ["Fusion"], "master_id": 0, "is_main_release": "false"},
        {"id": 3, "genres": ["Rock"], "styles": ["Prog"], "master_id": 5},
    ],
}


@pytest.fixture
def records(tmp_path: Path) -> dict[str, list[Path]]:
    return {entity.name: [_written(tmp_path, entity)] for entity in discogs.ENTITIES}


def _written(folder: Path, entity: Any) -> Path:
    elements = [xml.record(entity, each) for each in RECORDS[entity.name]]
    batch = Parser(entity, 2027).parse(Block(entity.record, b"".join(elements), len(elements), 0)).batch
    path = folder / f"{entity.name}.parquet"
    with parquet.writing(path, arrow.record(entity), {entity.name: ["aa"]}) as writer:
        writer.write(batch)
    return path


@pytest.fixture
def nodes(tmp_path: Path, records: dict[str, list[Path]]) -> dict[str, list[Path]]:
    for node in NODES:
        graph.write_nodes(node, records, tmp_path / f"{node.label}.parquet")
    return {node.label: [tmp_path / f"{node.label}.parquet"] for node in NODES}


def relate(
    kind: str, records: dict[str, list[Path]], nodes: dict[str, list[Path]], folder: Path
) -> tuple[dict[str, list[dict[str, Any]]], graph.Tally]:
    relationship = next(each for each in RELATIONSHIPS if each.type == kind)
    out = folder / kind
    out.mkdir()
    ends = {label: nodes[label] for label in relationship.ends}
    tally = graph.write_relationships(relationship, records, ends, out)
    return {file.stem: pl.read_parquet(file).to_dicts() for file in sorted(out.iterdir())}, tally


def test_nodes_carry_their_properties_and_what_they_were_made_from(nodes: dict[str, list[Path]]) -> None:
    release = pl.read_parquet(nodes["Release"]).to_dicts()[0]
    assert release == {
        "id:ID(Release)": 1, "artist": "The Group & Member, Again, Various, Unlinked", "title": None, "country": None,
        "year": 1969, "released": "1969-09", "data_quality": None,
    }  # fmt: skip
    assert pl.read_parquet(nodes["Master"]).to_dicts()[0]["year"] is None
    assert pl.read_parquet(nodes["Genre"]).rows() == [(1, "Jazz"), (2, "Rock")]
    assert parquet.versions(nodes["Genre"]) == {"masters": ["aa"], "releases": ["aa"]}


def test_members_are_related_once_whichever_side_says_so(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("MEMBER_OF", records, nodes, tmp_path)
    assert found == {"Artist-Artist": [{":START_ID(Artist)": 2, ":END_ID(Artist)": 1}]}
    assert tally.omitted == {"duplicate": 1, "dangling": 1, "unlinked": 1, "placeholder": 0, "self": 0}


def test_aliases_go_from_the_alias_and_never_to_itself(records: Any, nodes: Any, tmp_path: Path) -> None:
    found, tally = relate("ALIAS_OF", records, nodes, tmp_path)
    assert [tuple(each.values()) for each in found["Artist-Artist"]] == [(3, 2), (2, 3)]
    assert tally.omitted["self"] == 1


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
    assert tally.omitted == {"duplicate": 1, "placeholder": 1, "unlinked": 1, "dangling": 0, "self": 0}


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
    assert [tuple(each.values()) for each in found["Style-Genre"]] == [(1, 2, 1), (3, 2, 2)]
