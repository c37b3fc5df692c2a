"""Tests of `streams.musicbrainz.json_columns`.

Cases C27 to C30 of the reference, every oddity of the records, and any record at all.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discogs_assets.schema.backends import json as places
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz import ARTISTS, ENTITIES, LABELS, RELEASE_GROUPS, RELEASES
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.musicbrainz.jsonl import Reader
from discogs_assets_tests.mbdump import MBID, Row, expected_row, line, rows, url

HETFIELD, METALLICA = "9b24e5ca-2f4e-4d55-8a1b-c4fd1d1bf2ea", "65f4f0c5-ef9e-490c-aee3-909e7ae6b2ab"


def row(entity: Entity, record: Row) -> Row:
    """The record's row."""
    data = line(record) + b"\n"
    parsed = Reader(entity).parse(Block("", data, 1, 0))
    assert not parsed.refused, parsed.refused
    (found,) = parsed.batch.to_pylist()
    return dict(found)


def test_an_artist_with_its_life_and_links_is_a_row(tmp_path: Path) -> None:
    beatles = {
        "id": MBID,
        "name": "The Beatles",
        "sort-name": "Beatles, The",
        "type": "Group",
        "life-span": {"begin": "1960", "end": "1970-04-10", "ended": True},
        "area": {"name": "London", "id": MBID},
        "begin-area": {"name": "Liverpool"},
        "relations": [
            url("discogs", "https://www.discogs.com/artist/108713", ended=False),
            url("wikipedia", "https://en.wikipedia.org/wiki/The_Beatles", direction="forward", ended=False),
        ],
    }
    (found,) = rows(tmp_path, ARTISTS, beatles)
    assert (found["mbid"], found["name"], found["type"]) == (MBID, "The Beatles", "Group")
    assert (found["begin_date"], found["end_date"], found["ended"]) == ("1960", "1970-04-10", True)
    assert (found["area"], found["begin_area"], found["end_area"]) == ("London", "Liverpool", None)
    assert found["discogs_ids"] == [108713]
    assert [(each["type"], each["url"]) for each in found["urls"]] == [
        ("wikipedia", "https://en.wikipedia.org/wiki/The_Beatles")
    ]


def test_a_label_a_release_and_a_release_group_have_their_ids_at_discogs(tmp_path: Path) -> None:
    group = "1dc4c347-a1db-32aa-b14f-bc9cc507b843"
    emi = {"id": MBID, "name": "EMI", "label-code": 542, "relations": [url("discogs", _at("label", 542))]}
    road = {
        "id": MBID,
        "title": "Abbey Road",
        "barcode": "077774644228",
        "release-group": {"id": group, "title": "Abbey Road"},
        "relations": [url("discogs", _at("release", 5027187))],
    }
    album = {
        "id": group,
        "title": "Abbey Road",
        "primary-type": "Album",
        "secondary-types": ["Compilation"],
        "first-release-date": "1969-09-26",
        "relations": [url("discogs", _at("master", 23853))],
    }
    (found,) = rows(tmp_path, LABELS, emi)
    assert (found["label_code"], found["discogs_ids"]) == (542, [542])
    (found,) = rows(tmp_path, RELEASES, road)
    assert (found["name"], found["barcode"], found["release_group"]) == ("Abbey Road", "077774644228", group)
    assert found["discogs_ids"] == [5027187]
    (found,) = rows(tmp_path, RELEASE_GROUPS, album)
    assert (found["type"], found["secondary_types"]) == ("Album", ["Compilation"])
    assert (found["first_release_date"], found["discogs_ids"]) == ("1969-09-26", [23853])


def _at(kind: str, number: int) -> str:
    return f"https://www.discogs.com/{kind}/{number}"


@pytest.mark.parametrize("target_type", ["release_group", "release-group"])
@pytest.mark.parametrize("key", ["release_group", "release-group"])
def test_the_target_is_found_under_either_spelling_of_its_key(target_type: str, key: str) -> None:
    relation = {"type": "cover", "target-type": target_type, key: {"id": METALLICA, "title": "It"}}
    (found,) = row(ARTISTS, {"id": MBID, "relations": [relation]})["relations"]
    assert (found["target_type"], found["target"], found["target_name"]) == ("release-group", METALLICA, "It")


def test_a_member_stands_in_the_groups_record_as_the_other_end() -> None:
    member = {
        "type": "member of band",
        "type-id": "5be4c609-9afa-4ea0-910b-12ffb71e3821",
        "target-type": "artist",
        "direction": "backward",
        "artist": {"id": HETFIELD, "name": "James Hetfield"},
        "begin": "1981-10",
        "end": None,
        "ended": False,
        "attributes": ["lead vocals", "guitar"],
    }
    (found,) = row(ARTISTS, {"id": METALLICA, "relations": [member]})["relations"]
    assert (found["target"], found["target_name"], found["direction"]) == (HETFIELD, "James Hetfield", "backward")
    assert (found["begin_date"], found["end_date"], found["ended"]) == ("1981-10", None, False)
    assert found["attributes"] == ["lead vocals", "guitar"]


def test_a_relation_of_a_type_that_nobody_knows_is_kept() -> None:
    relation = {"type": "invented today", "target-type": "artist", "artist": {"id": HETFIELD}}
    (found,) = row(ARTISTS, {"id": MBID, "relations": [relation]})["relations"]
    assert (found["type"], found["target"]) == ("invented today", HETFIELD)


def test_of_two_spellings_the_one_of_the_dumps_counts() -> None:
    relation = {"target-type": "release-group", "release-group": {"id": HETFIELD}, "release_group": {"id": METALLICA}}
    (found,) = row(ARTISTS, {"id": METALLICA, "relations": [relation]})["relations"]
    assert found["target"] == METALLICA


def test_a_relation_to_what_nobody_knows_is_kept_without_its_target() -> None:
    relation = {"type": "x", "target-type": "mood", "mood": {"id": HETFIELD}}
    (found,) = row(ARTISTS, {"id": MBID, "relations": [relation]})["relations"]
    assert (found["target_type"], found["target"]) == ("mood", None)


@pytest.mark.parametrize("key", ["begin-area", "begin_area"])
def test_the_area_where_an_artist_began_is_found_under_either_spelling(key: str) -> None:
    other = "begin_area" if key == "begin-area" else "begin-area"
    assert row(ARTISTS, {"id": MBID, key: {"name": "Liverpool"}})["begin_area"] == "Liverpool"
    assert row(ARTISTS, {"id": MBID, key: {"name": "Liverpool"}, other: None})["begin_area"] == "Liverpool"


def test_an_empty_text_is_no_value() -> None:
    found = row(RELEASE_GROUPS, {"id": MBID, "title": "", "disambiguation": "", "secondary-types": ["", "Live"]})
    assert (found["name"], found["disambiguation"], found["secondary_types"]) == (None, None, ["Live"])


def test_a_blank_text_stays_as_it_is() -> None:
    assert row(LABELS, {"id": MBID, "name": " \u00a0"})["name"] == " \u00a0"


def test_several_links_to_discogs_are_kept_and_the_first_id_speaks_for_the_record() -> None:
    links = [
        url("discogs", _at("artist", 9), ended=True),
        url("discogs", _at("artist", 7), ended=False),
        url("discogs", _at("artist", 5), ended=False),
        url("discogs", _at("label", 3), ended=False),
        url("discogs", _at("artist", 7)),
    ]
    found = row(ARTISTS, {"id": MBID, "relations": links})
    assert [each["id"] for each in found["discogs"]] == [9, 7, 5, None, 7]
    assert found["discogs_ids"] == [5, 7, 9]
    assert found["urls"] == found["relations"] == []


def test_a_relation_called_discogs_that_leads_to_a_record_is_no_link() -> None:
    relation = {"type": "discogs", "target-type": "artist", "artist": {"id": HETFIELD}}
    found = row(ARTISTS, {"id": MBID, "relations": [relation]})
    assert (len(found["relations"]), found["discogs"]) == (1, [])


def test_attribute_values_are_json_with_their_keys_in_order() -> None:
    values = {"time": "21:30", "number": "3", "ö": {"b": 1, "a": [None]}}
    relation = {"target-type": "artist", "artist": {"id": HETFIELD}, "attribute-values": values}
    (found,) = row(ARTISTS, {"id": MBID, "relations": [relation]})["relations"]
    assert found["attribute_values"] == '{"number": "3", "time": "21:30", "ö": {"a": [null], "b": 1}}'
    relation["attribute-values"] = {}
    (found,) = row(ARTISTS, {"id": MBID, "relations": [relation]})["relations"]
    assert found["attribute_values"] is None


def test_what_a_record_lacks_is_null_or_an_empty_list() -> None:
    for entity in ENTITIES:
        found = row(entity, {"id": MBID})
        assert {name for name, value in found.items() if value is not None and value != []} == {"mbid"}
        absent: dict[str, Any] = dict.fromkeys(places.tree(entity))
        assert row(entity, {**absent, "id": MBID}) == found


def test_media_of_a_release_leave_no_trace(tmp_path: Path) -> None:
    media = [{"tracks": [{"title": "Come Together", "recording": {"id": HETFIELD, "artist-credit": [{}] * 9}}] * 50}]
    with_media = row(RELEASES, {"id": MBID, "title": "Abbey Road", "media": media})
    assert with_media == row(RELEASES, {"id": MBID, "title": "Abbey Road"})


def test_labels_of_a_release_without_a_label_or_a_number_are_kept() -> None:
    info = [
        {"catalog-number": "PCS 7088", "label": {"id": MBID, "name": "Apple"}},
        {"catalog-number": None, "label": None},
    ]
    found = row(RELEASES, {"id": MBID, "label-info": info})["labels"]
    assert found == [
        {"catalog_number": "PCS 7088", "mbid": MBID, "name": "Apple"},
        {"catalog_number": None, "mbid": None, "name": None},
    ]


TEXTS = st.none() | st.sampled_from(["", "\u2028", "\\", '"', "\u00a0", "1969-09"]) | st.text(max_size=12)
IDS = st.uuids().map(str)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
)
URLS = st.sampled_from(
    [
        "https://www.discogs.com/artist/12",
        "https://www.discogs.com/de/label/3-Some",
        "https://www.discogs.com/master/99",
        "https://www.discogs.com/release/x",
        "https://example.org/artist/12",
        "",
    ]
)
KINDS = st.sampled_from(["url", "url", "artist", "release_group", "release-group", "label", "mood", None])
NUL = "\0"


def _json(entity: Entity) -> st.SearchStrategy[Row]:
    """Records with any of the keys that are read, and some that are not, in any order."""
    return _object(places.tree(entity), "").flatmap(
        lambda record: IDS.map(lambda mbid: {**record, "id": mbid, "tags": [{"name": "rock"}], "media": [1]})
    )


def _object(tree: places.Tree, path: str) -> st.SearchStrategy[Row]:
    kept = {key: inner for key, inner in tree.items() if path or key != "id"}
    optional = {key: _value(key, inner, f"{path}/{key}") for key, inner in kept.items()}
    return st.fixed_dictionaries({}, optional=optional).flatmap(
        lambda record: st.permutations(list(record.items())).map(dict)
    )


def _value(key: str, inner: Any, path: str) -> st.SearchStrategy[Any]:
    if isinstance(inner, dict):
        return st.none() | _object(inner, path)
    if isinstance(inner, list):
        return st.none() | st.lists(st.none() | _object(inner[0], path), max_size=3)
    named = {"resource": URLS, "target-type": KINDS, "label-code": st.none() | st.integers(-(2**63), 2**63 - 1)}
    if key in named:
        return named[key]
    if key in ("ended", "primary"):
        return st.none() | st.booleans()
    if key in ("id", "type-id"):
        return st.none() | IDS
    if key == "attribute-values":
        return st.none() | st.dictionaries(st.text(max_size=4), VALUES, max_size=3)
    if key in ("attributes", "ipis", "isnis", "secondary-types"):
        return st.none() | st.lists(TEXTS, max_size=3)
    return TEXTS if key != "type" else st.sampled_from(["discogs", "member of band", "", None])


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_any_record_comes_back_as_a_plain_walk_finds_it(entity: Entity) -> None:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(_json(entity).filter(lambda record: NUL not in json.dumps(record).replace("\\u0000", NUL)))
    def holds(record: Row) -> None:
        found = row(entity, record)
        assert found == expected_row(entity.name, record)
        turned = json.loads(line(record), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        assert row(entity, turned) == found

    holds()
