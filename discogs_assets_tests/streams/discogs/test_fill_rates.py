"""Tests of `streams.discogs.fill_rates`."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from discogs_assets.sample import months, xml
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import fill_rates
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser


def records(entity: Entity, *found: dict[str, Any]) -> pa.RecordBatch:
    data = [xml.record(entity, each) for each in found]
    return Parser(entity, 2027).parse(Block(entity.record, b"".join(data), len(data), 0)).batch


@pytest.mark.parametrize("entity", ENTITIES, ids=repr)
def test_what_the_samples_records_state_is_counted(entity: Entity) -> None:
    stated = months.records(entity, months.NOVEMBER)
    found = fill_rates.count(entity, records(entity, *stated))
    derived = {"artist", "year"}
    assert set(found) == {part.name for part in entity.parts} - {"id"}
    assert {name: count for name, count in found.items() if name not in derived} == {
        name: sum(each.get(name) not in (None, "", 0, [], {}) for each in stated)
        for name in found
        if name not in derived
    }


def test_an_id_of_0_an_empty_element_and_a_year_that_is_none_are_no_values() -> None:
    empty = {"id": 1, "title": " ", "master_id": 0, "released": "?", "genres": [], "artists": []}
    full = {"id": 2, "title": "T", "master_id": 7, "released": "1999", "genres": ["Rock"], "artists": [{"name": "A"}]}
    found = fill_rates.count(RELEASES, records(RELEASES, empty, full, full))
    parts = ("title", "master_id", "year", "genres", "artists", "artist")
    assert {name: found[name] for name in parts} == dict.fromkeys(parts, 2)
    assert (found["released"], found["tracklist"]) == (3, 0)


def test_the_counts_of_all_files_are_read_back_and_of_a_file_without_them_none(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.parquet" for number in range(3)]
    for number, file in enumerate(files):
        with parquet.writing(file, arrow.record(LABELS), {}) as writer:
            if number < 2:
                writer.note(fill_rates.stamp({"name": 5, "profile": number}))
    assert fill_rates.read(files[:2]) == {"name": 10, "profile": 1}
    assert fill_rates.read(files) == {}
    assert parquet.versions(files[:1]) == {}
    assert parquet.rows(files) == 0
