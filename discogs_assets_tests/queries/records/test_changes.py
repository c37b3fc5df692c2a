"""Tests of `queries.records.changes`, against both sample months."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.sample import months
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import Project
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

OCTOBER = {each.name: {row["id"]: row for row in months.records(each, months.OCTOBER)} for each in ENTITIES}
NOVEMBER = {each.name: {row["id"]: row for row in months.records(each, months.NOVEMBER)} for each in ENTITIES}


def find_changes() -> dict[str, dict[int, str]]:
    """The kind of change of each record that differs between the months."""
    found = {}
    for name, old in OCTOBER.items():
        new = NOVEMBER[name]
        kinds = {key: "added" for key in new if key not in old} | {key: "removed" for key in old if key not in new}
        found[name] = kinds | {key: "changed" for key in old if key in new and old[key] != new[key]}
    return found


CHANGES = find_changes()


def read_all(api: Api, path: str, limit: int, **parameters: Any) -> list[dict[str, Any]]:
    page = api.answer(path, limit=limit, **parameters)
    found: list[dict[str, Any]] = page["changes"]
    while page["has_more"]:
        page = api.answer(path, limit=limit, offset=len(found), **parameters)
        found += page["changes"]
    return found


def test_a_month_has_the_records_that_differ_from_the_month_before(api: Api) -> None:
    found = read_all(api, "changes/2026-11", 4)
    keys = [(each["entity"], each["id"], each["change"]) for each in found]
    assert {*keys} == {(name, key, kind) for name, kinds in CHANGES.items() for key, kind in kinds.items()}
    assert keys == sorted(keys, key=lambda each: (each[0], each[2], each[1]))
    assert {(each["month"], each["compared_with"]) for each in found} == {("2026-11", "2026-10")}
    assert read_all(api, "changes/2026-11", 500) == found
    for each in found:
        named = (OCTOBER if each["change"] == "removed" else NOVEMBER)[each["entity"]][each["id"]]
        assert (each["name"], each["year"]) == (named.get("name") or named["title"], sample.year(named))
        assert (each["artist"] is None) == (each["entity"] in ("artists", "labels"))
        if each["change"] in ("added", "removed"):
            record = (NOVEMBER if each["change"] == "added" else OCTOBER)[each["entity"]][each["id"]]
            field, value = ("after", "before") if each["change"] == "added" else ("before", "after")
            assert (each["path"], each[field], each[value]) == (
                next(name for name in ("name", "title") if name in record),
                record.get("name") or record["title"],
                None,
            )


@pytest.mark.parametrize("entity", [None, *CHANGES])
@pytest.mark.parametrize("change", [None, "added", "changed", "removed"])
def test_changes_are_filtered_by_entity_and_kind(api: Api, entity: str | None, change: str | None) -> None:
    asked = {name: value for name, value in (("entity", entity), ("change", change)) if value}
    expected = [
        each
        for each in read_all(api, "changes/2026-11", 500)
        if entity in (None, each["entity"]) and change in (None, each["change"])
    ]
    assert read_all(api, "changes/2026-11", 3, **asked) == expected


def test_records_are_counted_by_entity_and_kind(api: Api) -> None:
    answer = api.answer("changes/2026-11/counts")
    counts = Counter((name, kind) for name, kinds in CHANGES.items() for kind in kinds.values())
    assert [((each["entity"], each["change"]), each["records"]) for each in answer["counts"]] == sorted(counts.items())
    edits = Counter((each["entity"], each["change"]) for each in read_all(api, "changes/2026-11", 500))
    assert {(each["entity"], each["change"]): each["edits"] for each in answer["counts"]} == edits
    assert answer["compared_with"] == "2026-10"


def test_the_first_month_has_no_changes_and_a_newer_one_is_not_found(api: Api) -> None:
    assert api.answer("changes/2026-10")["changes"] == []
    assert api.answer("changes/2026-10/counts") == {"compared_with": None, "counts": []}
    for path in ("changes/2026-12", "changes/2026-12/counts"):
        assert api.get(f"/api/{path}").status_code == 404
    assert api.get("/api/changes/2026-13").status_code == 422
    assert api.get("/api/changes/2026-11", params={"month": "2026-10"}).status_code == 404


def test_the_history_of_each_record_has_its_values_before_and_after(api: Api) -> None:
    found = read_all(api, "changes/2026-11", 500)
    for name, kinds in CHANGES.items():
        for key in kinds:
            expected = [each for each in found if (each["entity"], each["id"]) == (name, key)]
            assert read_all(api, f"{name}/{key}/history", 1) == expected
    for each in found:
        column = each["path"]
        if each["change"] == "changed" and "[" not in column and "." not in column and column != "year":
            for side, records in (("before", OCTOBER), ("after", NOVEMBER)):
                value = records[each["entity"]][each["id"]].get(column)
                assert each[side] == (value if isinstance(value, str | None) else json.dumps(value)), each


def test_a_record_that_never_changed_has_no_history_and_one_that_never_was_is_not_found(api: Api) -> None:
    for name, records in NOVEMBER.items():
        key = next(key for key in records if key not in CHANGES[name])
        assert api.answer(f"{name}/{key}/history")["changes"] == []
        assert api.get(f"/api/{name}/999999999/history").status_code == 404
    assert api.get("/api/bands/1/history").status_code == 422


def test_whole_tables_are_counted_once_for_a_load(project: Project) -> None:
    async def ask() -> None:
        async with Readers(Settings(home=project.home)) as readers:
            at = Reading(readers, await readers.find())
            for name in ("change_counts", "enrichment_status"):
                asked = QUESTIONS[name]
                first = await asked.ask(at, **asked.example)
                known = readers.kept.hits
                assert await asked.ask(at, **asked.example) == first
                assert readers.kept.hits > known
            older = Reading(readers, (await readers.tables.months())["2026-10"])
            counted = await QUESTIONS["enrichment_status"].ask(older)
            assert counted != await QUESTIONS["enrichment_status"].ask(at)

    asyncio.run(ask())
