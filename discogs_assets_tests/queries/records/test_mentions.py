"""Tests of `queries.records.mentions`: links that lead nowhere, against a plain reading of the records."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

KNOWN = {"artist": sample.artists, "label": sample.labels, "master": sample.masters, "release": sample.releases}
ARTISTS = {"artists", "extraartists", "aliases", "members", "groups"}
LABELS = {"labels", "series", "companies", "sublabels", "parentLabel"}
MARKED = {"a": "artist", "l": "label", "m": "master", "r": "release"}
CREDITED = {each.person[0] for each in sample.credits()}


def read_ids(record: Any, part: str = "") -> Iterator[tuple[str, int]]:
    """Types and ids of all that a record refers to."""
    for each in record if isinstance(record, list) else [record]:
        if not isinstance(each, dict):
            continue
        if part in ARTISTS | LABELS and each.get("id"):
            yield ("artist" if part in ARTISTS else "label"), each["id"]
        for kind, name in (("master", "master_id"), ("release", "main_release")):
            if each.get(name):
                yield kind, each[name]
        for name, value in each.items():
            yield from read_ids(value, name)


@pytest.mark.parametrize("kind", KNOWN)
def test_a_record_comes_with_the_ids_it_mentions_that_have_no_record(api: Api, kind: str) -> None:
    seen = set()
    for key in KNOWN[kind]:
        found = api.answer(f"{kind}s/{key}")
        texts = json.dumps([found["data"].get(part) for part in ("profile", "notes")])
        marked = {(MARKED[of], int(id_)) for of, id_ in re.findall(r"\[([almr])=?(\d+)\]", texts)}
        mentioned = {*read_ids(found["data"]), *marked}
        absent = {(of, id_) for of, ids in found["absent"].items() for id_ in ids}
        assert absent == {(of, id_) for of, id_ in mentioned if id_ not in KNOWN[of]}
        assert found["credited"] == sorted(id_ for of, id_ in absent if of == "artist" and id_ in CREDITED)
        names = {(of, int(id_)): name for of, all_ in found["names"].items() for id_, name in all_.items()}
        records = {each: KNOWN[each[0]][each[1]] for each in marked - absent}
        assert names == {each: record.get("name") or record["title"] for each, record in records.items()}
        seen |= absent
    assert seen or kind == "master"


def test_lists_of_credits_come_with_the_ids_that_have_no_record(api: Api) -> None:
    asked = {"credits/person/x": {"id": 307942}, "credits/shared": {"id1": 307942, "id2": 307942}}
    for found in (api.answer(path, **parameters) for path, parameters in asked.items()):
        rows = found.get("credits") or found["shared_releases"]
        mentioned = {each for row in rows for part in ("artists", "labels") for each in read_ids(row.get(part), part)}
        absent = {(of, id_) for of, ids in found["absent"].items() for id_ in ids}
        assert absent == {(of, id_) for of, id_ in mentioned if id_ not in KNOWN[of]}


def test_an_artist_is_counted_with_its_credits(api: Api) -> None:
    for key in [*sample.artists][:40]:
        roles = {(each.release, each.role) for each in sample.credits() if each.person[0] == key}
        expected = 0 if key in sample.PLACEHOLDERS else len(roles)
        assert api.answer(f"node/{key}", type="artist")["credit_count"] == expected
