"""Tests of `queries.records.musicbrainz`, against the sample's records of MusicBrainz."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import Question
from discogs_assets.queries.records.musicbrainz import MUSICBRAINZ_QUESTIONS
from discogs_assets.sample import mbdump, months
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import Project
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

ENTITIES = {"artist": "artist", "label": "label", "master": "release-group", "release": "release"}
DISCOGS = {"artist": sample.artists, "label": sample.labels, "master": sample.masters, "release": sample.releases}

kinds = pytest.mark.parametrize("kind", ENTITIES)


def find_linked(kind: str) -> dict[int, dict[str, Any]]:
    """The records with a Discogs id; of several ids the smallest counts."""
    found = {}
    for each in mbdump.records(ENTITIES[kind], months.NOVEMBER):
        urls = " ".join(each.get("urls", {}).get("discogs", ()))
        if ids := sorted(map(int, re.findall(rf"/{kind}/(\d+)(?![\w+])", urls))):
            found[ids[0]] = each
    return found


LINKED = {kind: find_linked(kind) for kind in ENTITIES}


@kinds
def test_a_record_is_the_linked_one_with_its_dates(api: Api, kind: str) -> None:
    assert LINKED[kind]
    for key, facts in LINKED[kind].items():
        found = api.answer(f"musicbrainz/{kind}/{key}")
        assert (found["discogs_id"], found["mbid"], found["other_mbids"]) == (key, facts["id"], [])
        assert found["name"] == facts.get("name", facts.get("title"))
        assert (found["begin_date"], found["end_date"]) == (facts.get("begin"), facts.get("end"))
        assert (found["gender"], found["area"], found["begin_area"]) == (
            facts.get("gender"),
            facts.get("area"),
            facts.get("begin_area"),
        )
        assert found["data"]["mbid"] == facts["id"]


@kinds
def test_relations_have_their_ends_dates_and_attributes_in_both_directions(api: Api, kind: str) -> None:
    ids = {(each, facts["name"]): key for each in ("artist", "label") for key, facts in LINKED[each].items()}
    names = {(each, facts["name"]) for each in ("artist", "label") for facts in mbdump.records(each, months.NOVEMBER)}
    for key, facts in LINKED[kind].items():
        expected = []
        for each in mbdump.relations():
            source, target = mbdump.ENDS.get(each["type"], ("artist", "artist"))
            ends = ((source, each["from"]), (target, each["to"]))
            for direction, own, other in (("outgoing", *ends), ("incoming", *reversed(ends))):
                if own == (kind, facts.get("name")) and other in names:
                    expected.append(
                        (
                            *(each["type"], direction, *other, ids.get(other)),
                            *(each.get("begin"), each.get("end"), each.get("attributes", [])),
                        )
                    )
        page = api.answer(f"musicbrainz/{kind}/{key}/relationships", limit=1)
        found = page["relationships"]
        while page["has_more"]:
            page = api.answer(f"musicbrainz/{kind}/{key}/relationships", limit=3, offset=len(found))
            found += page["relationships"]
        fields = (
            "type",
            "direction",
            "target_type",
            "target_name",
            "target_id",
            "begin_date",
            "end_date",
            "attributes",
        )
        assert sorted((tuple(each[name] for name in fields) for each in found), key=repr) == sorted(expected, key=repr)
        assert all(each["mbid"] == facts["id"] for each in found)
    assert kind != "artist" or len(find_dated(api)) > 1


def find_dated(api: Api) -> list[dict[str, Any]]:
    """The dated memberships of The Beatles."""
    found = api.answer("musicbrainz/artist/82730/relationships")["relationships"]
    return [each for each in found if each["begin_date"] and each["attributes"] and each["direction"] == "incoming"]


@kinds
def test_external_links_are_all_urls_but_those_of_discogs(api: Api, kind: str) -> None:
    for key, facts in LINKED[kind].items():
        expected = {(name, url) for name, urls in facts.get("urls", {}).items() if name != "discogs" for url in urls}
        found = []
        for offset in range(len(expected) + 1):
            page = api.answer(f"musicbrainz/{kind}/{key}/external-links", limit=1, offset=offset)
            assert page["has_more"] == (offset + 1 < len(expected))
            found += [(each["service"], each["url"]) for each in page["links"]]
        assert sorted(found) == sorted(expected)


@kinds
def test_a_record_without_a_link_is_not_found(api: Api, kind: str) -> None:
    key = next(key for key in DISCOGS[kind] if key not in LINKED[kind])
    for path in ("", "/relationships", "/external-links"):
        refused = api.get(f"/api/musicbrainz/{kind}/{key}{path}")
        assert refused.status_code == 404
        assert f"the {kind} {key}" in refused.json()["detail"]


def test_the_status_counts_records_and_links(api: Api) -> None:
    found = api.answer("enrichment/status")
    assert {each["entity"] for each in found["musicbrainz"]} == {*ENTITIES}
    for each in found["musicbrainz"]:
        kind = each["entity"]
        assert each["total_mb"] == len(mbdump.records(ENTITIES[kind], months.NOVEMBER))
        assert each["matched_to_discogs"] == len(LINKED[kind])
        assert each["enriched"] == len({*LINKED[kind]} & {*DISCOGS[kind]})
    names = {(each, facts["name"]) for each in ("artist", "label") for facts in mbdump.records(each, months.NOVEMBER)}
    ends = [
        (mbdump.ENDS.get(each["type"], ("artist", "artist")), each["from"], each["to"]) for each in mbdump.relations()
    ]
    assert found["relationships"] == sum({(a, one), (b, two)} <= names for (a, b), one, two in ends)


@pytest.mark.parametrize("asked", MUSICBRAINZ_QUESTIONS, ids=lambda each: each.name)
def test_without_musicbrainz_the_answer_is_what_to_load(asked: Question, project: Project) -> None:
    async def ask() -> None:
        async with Readers(Settings(home=project.home)) as readers:
            shown = await readers.find()
            kept = {name: load for name, load in shown.tables.items() if not name.startswith("musicbrainz.")}
            await asked.ask(Reading(readers, replace(shown, tables=kept)), **asked.example)

    with pytest.raises(QuestionError, match=r"musicbrainz\.\w+ is not loaded for 2026-11") as caught:
        asyncio.run(ask())
    assert caught.value.status == 409
