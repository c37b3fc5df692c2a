"""Tests of `streams.graph.enrichment`, by the graph tables that it has a part in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.schema import graph
from discogs_assets.schema.graph import RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Tally
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships
from discogs_assets_tests.fix_musicbrainz import Files, files, link, mbid, record, relation

pytestmark = pytest.mark.slow

GROUP, MEMBER, ALIAS, VARIOUS, GONE = 1, 2, 3, 194, 9
"""Ids at Discogs, of which the last is nobody's."""


def at(number: int, *relations: Any, **values: Any) -> dict[str, Any]:
    """An artist whose MBID begins with its id at Discogs."""
    return record(number, link(f"https://www.discogs.com/artist/{number}"), *relations, **values)


@pytest.fixture
def enriched(records: Files, nodes: Files, tmp_path: Path) -> Callable[..., tuple[list[dict[str, Any]], Tally]]:
    """The relationships of a type between artists, what is null left out, with what MusicBrainz says."""

    def write(kind: str, **said: Any) -> tuple[list[dict[str, Any]], Tally]:
        relationship = next(each for each in RELATIONSHIPS if each.type == kind)
        folder = tmp_path / kind
        folder.mkdir()
        read = {**records, **files(folder / "mb", **said)} if said else records
        tally = write_relationships(relationship, read, {label: nodes[label] for label in relationship.ends}, folder)
        rows = pl.read_parquet(folder / "Artist-Artist.parquet").rename(
            {":START_ID(Artist)": "from", ":END_ID(Artist)": "to"}
        )
        return [{name: value for name, value in row.items() if value is not None} for row in rows.to_dicts()], tally

    return write


def labelled(label: str, records: Files, folder: Path) -> tuple[list[dict[str, Any]], Tally]:
    node = graph.node(label)
    tally = write_nodes(node, records, {end: [] for end in node.ends}, folder / "nodes.parquet")
    return pl.read_parquet(folder / "nodes.parquet").to_dicts(), tally


def test_musicbrainz_states_a_membership_beside_that_of_discogs_with_its_dates(enriched: Any) -> None:
    said = relation("member of band", GROUP, begin="1960", end="1962", ended=True, attributes=["original"])
    found, tally = enriched("MEMBER_OF", artist=[at(MEMBER, said), at(GROUP)])
    assert found == [
        {"from": MEMBER, "to": GROUP},
        {
            "from": MEMBER,
            "to": GROUP,
            "source": "musicbrainz",
            "begin": "1960",
            "end": "1962",
            "ended": True,
            "attributes:string[]": ["original"],
        },
    ]
    assert (tally.rows, tally.enriched) == (2, 1)


@pytest.mark.parametrize("kind", sorted(graph.MUSICBRAINZ.keys() - {"MEMBER_OF"}))
def test_each_type_goes_the_way_that_the_relation_does(enriched: Any, kind: str) -> None:
    said = relation(graph.MUSICBRAINZ[kind], ALIAS, "backward")
    found, _ = enriched(kind, artist=[at(MEMBER, said), at(ALIAS)])
    assert found == [{"from": ALIAS, "to": MEMBER, "source": "musicbrainz", "ended": False}]


def test_what_cannot_be_a_relationship_is_left_out_and_counted(enriched: Any) -> None:
    taught = [relation("teacher", each) for each in (GROUP, 7, VARIOUS, GONE, MEMBER)]
    unlinked = [record(7, relation("teacher", GROUP))]
    found, tally = enriched("TAUGHT", artist=[at(MEMBER, *taught), at(GROUP), at(VARIOUS), at(GONE), *unlinked])
    assert [(each["from"], each["to"]) for each in found] == [(MEMBER, GROUP)]
    assert {name: count for name, count in tally.omitted.items() if count} == {
        "musicbrainz unlinked": 2,
        "musicbrainz placeholder": 1,
        "musicbrainz self": 1,
        "musicbrainz dangling": 1,
    }


def test_two_records_of_one_artist_say_the_same_once(enriched: Any) -> None:
    again = record(8, link("https://www.discogs.com/artist/2"), relation("teacher", ALIAS))
    found, tally = enriched("TAUGHT", artist=[at(MEMBER, relation("teacher", ALIAS)), again, at(ALIAS)])
    assert [(each["from"], each["to"]) for each in found] == [(MEMBER, ALIAS)]
    assert tally.omitted["musicbrainz duplicate"] == 1


def test_a_record_that_names_several_ids_is_related_by_the_first_that_has_not_ended(enriched: Any) -> None:
    several = [link("https://www.discogs.com/artist/1", ended=True)]
    several += [link(f"https://www.discogs.com/artist/{number}") for number in (3, 2)]
    found, _ = enriched("TAUGHT", artist=[record(5, *several, relation("teacher", GROUP)), at(GROUP)])
    assert [(each["from"], each["to"]) for each in found] == [(MEMBER, GROUP)]


def test_without_musicbrainz_the_tables_are_the_same_but_for_what_it_says(
    enriched: Any, records: Files, tmp_path: Path
) -> None:
    assert enriched("MEMBER_OF")[0] == [{"from": MEMBER, "to": GROUP}]
    assert enriched("TAUGHT")[0] == []
    alone, tally = labelled("Artist", records, tmp_path)
    with_none, _ = labelled("Artist", {**records, **files(tmp_path / "mb")}, tmp_path)
    assert alone == with_none
    assert {name for name in alone[0] if name.startswith("mb")} == {each.prop for each in graph.node("Artist").enriched}
    assert tally.matches == {}
    assert parquet.versions([tmp_path / "TAUGHT" / "Artist-Artist.parquet"])["musicbrainz/artist"] == ["unavailable"]


def test_one_of_several_records_gives_a_node_its_properties(records: Files, tmp_path: Path) -> None:
    two = "https://www.discogs.com/artist/2"
    said = [
        record(4, link(two, ended=True), gender="first by MBID, but the link has ended"),
        record(6, link(two), type="Person", gender="Male", **{"life-span": {"begin": "1940-10-09", "end": None}}),
        record(7, link(two), gender="later by MBID"),
        record(8, link("https://www.discogs.com/artist/1"), link("https://www.discogs.com/artist/3"), type="Group"),
        record(9, link("https://www.discogs.com/artist/777")),
    ]
    found, tally = labelled("Artist", {**records, **files(tmp_path / "mb", artist=said)}, tmp_path)
    member = found[1]
    assert [each["mbid"] for each in found] == [mbid(8), mbid(6), None, mbid(8)]
    assert (member["mb_type"], member["mb_gender"], member["mb_begin_date"]) == ("Person", "Male", "1940-10-09")
    assert tally.matches == {"matched": 3, "unknown": 1, "several_mbids": 1, "several_ids": 1}
    assert parquet.versions([tmp_path / "nodes.parquet"])["musicbrainz/artist"] == ["bb"]


def test_masters_releases_and_labels_are_enriched_with_their_own(records: Files, tmp_path: Path) -> None:
    said = files(
        tmp_path / "mb",
        label=[record(1, link("http://discogs.com/label/1"), **{"label-code": 542, "type": "Imprint"})],
        release_group=[
            record(1, link("https://www.discogs.com/master/1"), **{"secondary-types": ["Compilation"], "title": "A"}),
            record(2, link("https://www.discogs.com/master/2"), title="B"),
        ],
        release=[
            record(1, link("https://www.discogs.com/release/1"), title="R", **{"release-group": {"id": mbid(1)}})
        ],
    )  # fmt: skip
    read = {**records, **said}
    (master,), _ = labelled("Master", read, tmp_path)
    assert (master["mbid"], master["mb_secondary_types:string[]"]) == (mbid(1), ["Compilation"])
    releases, _ = labelled("Release", read, tmp_path)
    assert [each["mb_release_group_mbid"] for each in releases] == [mbid(1), None, None]
    label = pl.read_parquet(said["musicbrainz/label"])
    assert label["discogs_ids"].to_list() == [[1]]


def test_genres_and_credits_do_not_depend_on_musicbrainz(records: Files, nodes: Files, tmp_path: Path) -> None:
    for kind in ("BY", "IS", "CREDITED_ON"):
        relationship = next(each for each in RELATIONSHIPS if each.type == kind)
        folder = tmp_path / kind
        folder.mkdir()
        write_relationships(relationship, records, {label: nodes[label] for label in relationship.ends}, folder)
        assert not [name for name in parquet.versions(folder.iterdir()) if name.startswith("musicbrainz")]
