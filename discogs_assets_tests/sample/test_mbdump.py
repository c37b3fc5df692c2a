"""Tests of `sample.mbdump`."""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from discogs_assets.sample import mbdump, months
from discogs_assets.schema.discogs import ENTITIES

OCTOBER, NOVEMBER = months.PARTITIONS
OF_DISCOGS = {"artist": "artists", "label": "labels", "release-group": "masters", "release": "releases"}
PATH = {"artist": "artist", "label": "label", "release-group": "master", "release": "release"}
ADDRESS = re.compile(r"https?://(?:www\.)?discogs\.com/(?:[a-z]{2}/)?(\w+)/(\d+)(?:-[\w-]+)?")

entities = pytest.mark.parametrize("entity", mbdump.ENTITIES)


@cache
def read(entity: str, partition: str) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in map(json.loads, mbdump.lines(entity, partition))}


def relations(partition: str) -> list[tuple[str, dict[str, Any]]]:
    """What is related to other records, each with the MBID of the record that lists it."""
    everything = [line for entity in mbdump.ENTITIES for line in read(entity, partition).values()]
    return [(line["id"], each) for line in everything for each in line["relations"] if each["target-type"] != "url"]


def discogs_ids(entity: str) -> set[int]:
    """The ids of the sample's own records, and of the artists they name as aliases, members or groups."""
    (own,) = (each for each in ENTITIES if each.name == OF_DISCOGS[entity])
    found = [record for partition in months.PARTITIONS for record in months.records(own, partition)]
    lists = [record.get(name, []) for record in found for name in ("aliases", "members", "groups")]
    return {record["id"] for record in found} | {each["id"] for rows in lists for each in rows}


@entities
@pytest.mark.parametrize("partition", months.PARTITIONS)
def test_a_line_is_json_that_is_always_the_same_and_has_every_key_of_the_others(entity: str, partition: str) -> None:
    lines = list(mbdump.lines(entity, partition))
    assert lines == list(mbdump.lines(entity, partition))
    assert len(lines) == len(read(entity, partition)) > 5
    optional = {"date", "country", "release-events"} if entity == "release" else set()
    assert len({frozenset(line) - optional for line in read(entity, partition).values()}) == 1


@entities
def test_the_keys_of_a_line_have_no_order(entity: str) -> None:
    assert len({tuple(json.loads(line)) for line in mbdump.lines(entity, OCTOBER)}) > 2


@pytest.mark.parametrize("partition", months.PARTITIONS)
def test_both_sides_list_a_relation_each_in_its_own_direction(partition: str) -> None:
    sides = Counter[tuple[Any, ...]]()
    for own, each in relations(partition):
        other = each[each["target-type"]]["id"]
        pair = (own, other) if each["direction"] == "forward" else (other, own)
        sides[each["direction"], *pair, each["type"], each["begin"], each["end"], *each["attributes"]] += 1
    forward = {key[1:] for key in sides if key[0] == "forward"}
    assert forward == {key[1:] for key in sides if key[0] == "backward"}
    assert set(sides.values()) == {1}
    assert len(forward) > 30


def test_every_relation_of_the_facts_leads_from_and_to_records_of_a_month() -> None:
    facts = mbdump.relations()
    listed = {(each["type"], each["begin"], each["end"]) for month in months.PARTITIONS for _, each in relations(month)}
    assert {(each["type"], each.get("begin"), each.get("end")) for each in facts} == listed
    assert {each["type"] for each in facts} > {
        "member of band",
        "teacher",
        "founder",
        "artist rename",
        "label ownership",
    }


def test_what_is_related_is_described_as_in_its_own_record() -> None:
    for _, each in relations(OCTOBER):
        target = each[each["target-type"]]
        record = read(each["target-type"], OCTOBER)[target["id"]]
        assert target == {name: record[name] for name in target}


@entities
def test_a_link_to_discogs_leads_to_a_record_of_the_sample_or_is_said_not_to(entity: str) -> None:
    linked = set()
    for partition in months.PARTITIONS:
        for line in read(entity, partition).values():
            for each in line["relations"]:
                if each["type"] == "discogs" and (found := ADDRESS.fullmatch(each["url"]["resource"])):
                    assert found[1] == PATH[entity]
                    linked.add(int(found[2]))
    assert linked - discogs_ids(entity) == mbdump.find_unmatched(entity)
    assert linked & discogs_ids(entity)


def test_links_have_the_forms_of_old_and_new_ones() -> None:
    links = [
        each["url"]["resource"]
        for entity in mbdump.ENTITIES
        for line in read(entity, OCTOBER).values()
        for each in line["relations"]
        if each["type"] == "discogs"
    ]
    for form in (r"http://www", r"https://discogs\.com", r".*/de/", r".*/\d+-The-Quarrymen", r".*/Syd\+Barrett$"):
        assert [link for link in links if re.match(form, link)], form


def test_a_record_may_have_two_links_to_discogs_and_another_none() -> None:
    artists = {line["name"]: line for line in read("artist", OCTOBER).values()}
    links = {
        name: sum(each["type"] == "discogs" for each in artists[name]["relations"])
        for name in ("Bob Thiele", "John Lennon", "Tommy Moore")
    }
    assert links == {"Bob Thiele": 2, "John Lennon": 1, "Tommy Moore": 0}


def test_who_left_and_came_back_is_a_member_twice() -> None:
    (wright,) = (line for line in read("artist", OCTOBER).values() if line["name"] == "Richard Wright")
    spans = [(each["begin"], each["end"]) for each in wright["relations"] if each["type"] == "member of band"]
    assert spans == [("1965", "1981"), ("1987", "2008-09-15")]


def test_november_adds_changes_and_removes_an_artist_and_what_is_related_to_it() -> None:
    before, after = read("artist", OCTOBER), read("artist", NOVEMBER)
    assert {after[each]["name"] for each in set(after) - set(before)} == {"Michael Jackson"}
    assert {before[each]["name"] for each in set(before) - set(after)} == {"Counterfeit Beatles"}
    changed = {after[each]["name"] for each in set(before) & set(after) if before[each] != after[each]}
    assert changed == {"Kraftwerk", "The Beatles", "Paul McCartney"}


@pytest.mark.parametrize(
    ("entity", "added"), [("label", set()), ("release-group", {"Maiden Voyage"}), ("release", {"In a Silent Way"})]
)
def test_november_adds_to_the_others(entity: str, added: set[str]) -> None:
    before, after = read(entity, OCTOBER), read(entity, NOVEMBER)
    assert {after[each]["title"] for each in set(after) - set(before)} == added
    assert {key: after[key] for key in before} == before


def test_the_sample_has_no_other_month() -> None:
    with pytest.raises(KeyError, match="2026-10-01, 2026-11-01"):
        mbdump.records("artist", "2026-12-01")
