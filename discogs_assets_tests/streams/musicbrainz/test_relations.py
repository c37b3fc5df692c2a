"""Tests of `streams.musicbrainz.relations`."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.schema.musicbrainz import ENTITIES
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.enrichment import RELATIONS
from discogs_assets.streams.musicbrainz import relations as musicbrainz_links
from discogs_assets_tests.fix_musicbrainz import Record, files, link, mbid, record, relation

pytestmark = pytest.mark.slow

HETFIELD, METALLICA, ULRICH = 1, 2, 3


def read_relations(folder: Path, **records: Any) -> list[dict[str, Any]]:
    return pl.read_parquet(files(folder, **records)[RELATIONS]).to_dicts()


def test_a_backward_relation_goes_out_from_the_other_record(tmp_path: Path) -> None:
    said = relation(
        "member of band", HETFIELD, "backward", **{"source-credit": "Metallica!", "target-credit": "Papa Het"}
    )
    (found,) = read_relations(tmp_path, artist=[record(METALLICA, said)])
    assert (found["source_mbid"], found["target_mbid"]) == (mbid(HETFIELD), mbid(METALLICA))
    assert (found["source_credit"], found["target_credit"]) == ("Papa Het", "Metallica!")
    assert (found["source_type"], found["target_type"], found["ended"]) == ("artist", "artist", False)


def test_what_both_sides_list_is_one_relationship(tmp_path: Path) -> None:
    dated: dict[str, Any] = {"begin": "1981-10", "attributes": ["original"]}
    dated["attribute-values"] = {"original": "yes"}
    (found,) = read_relations(
        tmp_path,
        artist=[
            record(METALLICA, relation("member of band", HETFIELD, "backward", **dated)),
            record(HETFIELD, relation("member of band", METALLICA, **dated)),
        ],
    )
    assert (found["begin_date"], found["attributes"], found["ordinal"]) == ("1981-10", ["original"], 1)
    assert json.loads(found["attribute_values"]) == {"original": "yes"}


def test_two_spells_in_a_band_are_two_relationships_counted_by_their_beginning(tmp_path: Path) -> None:
    spells = [relation("member of band", METALLICA, begin=begin) for begin in ("1999", None, "1981")]
    found = read_relations(tmp_path, artist=[record(HETFIELD, *spells)])
    assert [(each["ordinal"], each["begin_date"]) for each in found] == [(1, "1981"), (2, "1999"), (3, None)]


def test_a_relation_without_a_type_is_in_its_record_alone(tmp_path: Path) -> None:
    untyped = [{key: said for key, said in relation("x", 2).items() if key != "type"}, relation("", 2)]
    assert read_relations(tmp_path, artist=[record(1, *untyped, relation("founder", 2))]) == read_relations(
        tmp_path / "typed", artist=[record(1, relation("founder", 2))]
    )


def test_relations_of_all_entities_and_to_what_is_no_entity_of_ours_are_kept(tmp_path: Path) -> None:
    found = read_relations(
        tmp_path,
        artist=[record(HETFIELD, relation("composer", 9, to="work"), relation("label founder", 4, to="label"))],
        label=[record(4, relation("label founder", HETFIELD, "backward"))],
        release_group=[{**record(5, relation("cover", 6, to="release_group")), "title": "X"}],
    )
    assert [(each["type"], each["source_type"], each["target_type"]) for each in found] == [
        ("composer", "artist", "work"),
        ("label founder", "artist", "label"),
        ("cover", "release-group", "release-group"),
    ]


def test_the_flat_tables_have_the_declared_columns_and_say_what_they_were_made_from(tmp_path: Path) -> None:
    found = files(tmp_path, artist=[record(1, link("https://example.org", "official homepage"))])
    for sheet, file in ((RELATIONSHIPS, found[RELATIONS]), (EXTERNAL_LINKS, found["links"])):
        assert pl.read_parquet_schema(file[0]).keys() == {field.name for field in sheet.fields}
        assert parquet.versions(file) == {entity.title: ["bb"] for entity in ENTITIES}


def test_links_stand_in_the_order_of_the_record_and_those_at_discogs_are_left_out(tmp_path: Path) -> None:
    said = [
        link("https://b", "wikidata"),
        link("https://www.discogs.com/artist/1"),
        link("https://a", "official homepage"),
    ]
    found = files(tmp_path, artist=[record(1, *said), record(2)], label=[record(3, link("https://c", "wikidata"))])
    assert pl.read_parquet(found["links"]).select("entity", "mbid", "ordinal", "type", "url").rows() == [
        ("artist", mbid(1), 1, "wikidata", "https://b"),
        ("artist", mbid(1), 2, "official homepage", "https://a"),
        ("label", mbid(3), 1, "wikidata", "https://c"),
    ]


STATED = st.tuples(
    st.integers(1, 4),
    st.sampled_from(["teacher", "founder"]),
    st.integers(1, 4),
    st.sampled_from([None, "1960", "1961"]),
)


def both_sides(stated: list[tuple[int, str, int, str | None]], sides: list[int]) -> list[Record]:
    """Artists that list these relations on one side or on both."""
    lists: dict[int, list[Record]] = {number: [] for number in range(1, 5)}
    for (source, kind, target, begin), side in zip(stated, sides, strict=True):
        if side != 1:
            lists[source].append(relation(kind, target, begin=begin))
        if side != 0:
            lists[target].append(relation(kind, source, "backward", begin=begin))
    return [record(number, *relations) for number, relations in lists.items()]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(STATED, st.integers(0, 2)), max_size=12))
def test_every_relation_is_there_once_whoever_lists_it_and_however_many_are_held_at_once(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[tuple[int, str, int, str | None], int]]
) -> None:
    artists = both_sides([each for each, _ in said], [side for _, side in said])
    folder = tmp_path_factory.mktemp("links")
    found = read_relations(folder, artist=artists)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(musicbrainz_links, "SHARE_ROWS", 2)
        assert read_relations(folder / "again", artist=artists) == found
    seen = [(each["source_mbid"], each["type"], each["target_mbid"], each["begin_date"]) for each in found]
    assert sorted(seen, key=str) == sorted(
        {(mbid(source), kind, mbid(target), begin) for (source, kind, target, begin), _ in said}, key=str
    )
