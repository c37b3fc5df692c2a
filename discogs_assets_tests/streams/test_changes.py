"""Tests of `streams.changes`: against a comparison of dicts, and against the list of whoever made the months."""

import re
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.sample import generator
from discogs_assets.sample.generator.plan import Plan
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import changes, parquet
from discogs_assets.streams.changes import Month, Tally
from discogs_assets.streams.discogs import convert

pytestmark = pytest.mark.slow

Record = dict[str, Any]
SCHEMA = arrow.record(RELEASES)
CREDIT = st.fixed_dictionaries({"name": st.sampled_from([None, "", "a", "b"])})
VALUES = {
    "title": st.sampled_from([None, "", "A", "a"]),
    "master_id": st.sampled_from([None, 0, 1]),
    "genres": st.lists(st.sampled_from(["Rock", "Jazz"]), max_size=2),
    "artists": st.lists(CREDIT, max_size=2),
    "tracklist": st.lists(st.fixed_dictionaries({"title": st.sampled_from([None, "x"]), "artists": st.lists(CREDIT)})),
    "raw": st.lists(st.fixed_dictionaries({"path": st.just("artists[0].id"), "text": st.sampled_from(["007", "08"])})),
}
RECORDS = st.dictionaries(st.integers(1, 12), st.fixed_dictionaries(VALUES), max_size=12)


def month(folder: Path, name: str, records: list[Record], schema: pa.Schema = SCHEMA) -> Month:
    path = folder / f"{name}.parquet"
    with parquet.writing(path, schema, {"releases": [name]}) as writer:
        for batch in pa.Table.from_pylist(records, schema).to_batches():
            writer.write(batch)
    return Month(name, (path,))


def compare_months(entity: Entity, before: Month | None, now: Month, folder: Path) -> tuple[list[Record], Tally]:
    tally = changes.write(entity, before, now, folder / "changes", folder / "edits")
    return pl.read_parquet(folder / "changes").to_dicts(), tally


def naive(old: dict[int, Record], new: dict[int, Record]) -> list[Record]:
    """What `changes` should say, by comparing dicts."""
    found = []
    for number in sorted({*old, *new}):
        a, b = old.get(number), new.get(number)
        if a is None:
            found.append({"id": number, "change": "added", "columns": None, "name": None})
        elif b is None:
            found.append({"id": number, "change": "removed", "columns": None, "name": a["title"]})
        elif differ := [name for name in SCHEMA.names if a.get(name) != b.get(name)]:
            found.append({"id": number, "change": "changed", "columns": differ, "name": None})
    return found


@given(RECORDS, RECORDS, st.booleans(), st.data())
@settings(max_examples=30)
def test_changes_are_what_a_comparison_of_dicts_finds(
    old: dict[int, Record], others: dict[int, Record], ascending: bool, data: st.DataObject
) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(old)))) if old else set()
    new = {**others, **{number: old[number] for number in kept}}
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "BATCH_ROWS", 3)
        folder = Path(place)
        rows: list[Month] = []
        for name, records in (("old", old), ("new", new)):
            order = sorted(records) if ascending else data.draw(st.permutations(sorted(records)))
            rows.append(month(folder, name, [{"id": number, **records[number]} for number in order]))
        found, tally = compare_months(RELEASES, rows[0], rows[1], folder)
        edits = pl.read_parquet(folder / "edits")
    expected = naive(old, new)
    assert_edits_explain(edits, found, old, new)
    assert found == expected
    counts = [sum(each["change"] == kind for each in expected) for kind in ("added", "changed", "removed")]
    assert [tally.added, tally.changed, tally.removed] == counts
    assert tally.unchanged == len({*old, *new}) - len(expected)
    assert tally.columns.total() == sum(len(each["columns"] or ()) for each in expected)


def assert_edits_explain(
    edits: pl.DataFrame, found: list[Record], old: dict[int, Record], new: dict[int, Record]
) -> None:
    """The edits are of exactly the columns that differ, and have the values of both months."""
    columns: dict[int, set[str]] = {}
    for each in edits.to_dicts():
        column = re.split(r"[.\[]", each["path"])[0]
        columns.setdefault(each["id"], set()).add(column)
        if each["path"] == column:
            values = [side.get(each["id"], {}).get(column) for side in (old, new)]
            assert [each["before"], each["after"]] == [value if value is None else str(value) for value in values]
    assert columns == {each["id"]: set(each["columns"] or ["title"]) for each in found}
    assert edits.select("id", "ordinal").is_unique().all()
    assert edits.select("entity", "month", "compared_with").n_unique() <= 1


def test_without_a_month_before_all_is_added_and_nothing_edited(tmp_path: Path) -> None:
    now = month(tmp_path, "now", [{"id": 1}, {"id": 5}])
    found, tally = compare_months(RELEASES, None, now, tmp_path)
    assert [(each["id"], each["change"]) for each in found] == [(1, "added"), (5, "added")]
    assert (tally.added, tally.rows, tally.unchanged) == (2, 2, 0)
    assert changes.compared_with(tmp_path / "changes") is None
    assert pl.read_parquet(tmp_path / "edits").is_empty()


def test_a_file_of_changes_says_what_it_was_made_from_and_compared_with(tmp_path: Path) -> None:
    before, now = month(tmp_path, "before", [{"id": 1}]), month(tmp_path, "now", [{"id": 1}])
    assert compare_months(RELEASES, before, now, tmp_path)[0] == []
    assert changes.compared_with(tmp_path / "changes") == ("before", {"releases": ["before"]}) == before.identity
    assert parquet.versions([tmp_path / "changes"]) == {"releases": ["now"]}


def test_a_column_that_one_month_was_read_without_differs_where_the_other_has_a_value(tmp_path: Path) -> None:
    without = pa.schema([field for field in SCHEMA if field.name not in {"genres", "title"}])
    full: list[Record] = [
        {"id": 1, "title": "A", "genres": []},
        {"id": 2, "title": None, "genres": ["Rock"]},
        {"id": 3, "genres": []},
    ]
    with_all, less = month(tmp_path, "a", full), month(tmp_path, "b", [{"id": 1}, {"id": 2}, {"id": 3}], without)
    for pair in ((with_all, less), (less, with_all)):
        found, _ = compare_months(RELEASES, *pair, tmp_path)
        assert [(each["id"], each["columns"]) for each in found] == [(1, ["title"]), (2, ["genres"])]


def test_of_records_with_one_id_the_first_counts(tmp_path: Path) -> None:
    before = month(tmp_path, "a", [{"id": 2, "title": "A"}, {"id": 1}, {"id": 2, "title": "B"}])
    now = month(tmp_path, "b", [{"id": 1}, {"id": 2, "title": "A"}])
    assert compare_months(RELEASES, before, now, tmp_path)[0] == []


@pytest.mark.slow
def test_changes_of_generated_months_are_the_generators_own_list(tmp_path: Path) -> None:
    plan = Plan(2_000, months=3)
    generator.write(tmp_path, plan)
    for entity in ENTITIES:
        loaded = [read(tmp_path, entity, partition) for partition in plan.partitions]
        for before, now in pairwise(loaded):
            found, tally = compare_months(entity, before, now, tmp_path)
            truth = generator.truth(tmp_path, now.partition)
            for kind in ("added", "changed", "removed"):
                assert [each["id"] for each in found if each["change"] == kind] == truth["changes"][entity.name][kind]
            assert tally.added + tally.changed + tally.unchanged == truth["records"][entity.name]
            assert all(each["columns"] for each in found if each["change"] == "changed")
            gone = {each["id"]: each["name"] for each in found if each["change"] == "removed"}
            old = pq.read_table(before.files[0]).to_pylist()
            name = "name" if entity in (ENTITIES[0], LABELS) else "title"
            assert gone == {each["id"]: each[name] for each in old if each["id"] in gone}


def read(folder: Path, entity: Entity, partition: str) -> Month:
    source = next(folder.rglob(f"discogs_{partition.replace('-', '')}_{entity.name}.xml.gz"))
    place = folder / partition / entity.name
    (place / "bad").mkdir(parents=True)
    convert.write(convert.Source(source, entity, partition, 2026), place, place / "bad")
    return Month(partition, tuple(sorted(place.glob("*.parquet"))))
