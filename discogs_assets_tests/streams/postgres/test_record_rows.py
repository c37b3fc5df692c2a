"""Tests of `streams.postgres.record_rows`."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discogs_assets.sample import xml
from discogs_assets.schema.backends import arrow, sql
from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.postgres import record_rows
from discogs_assets_tests import judge
from discogs_assets_tests.strategies import records

pytestmark = pytest.mark.slow


def rows(folder: Path, entity: Entity, elements: list[bytes]) -> list[dict[str, Any]]:
    batch = Parser(entity, 2027).parse(Block(entity.record, b"".join(elements), len(elements), 0)).batch
    path = folder / "part.parquet"
    with parquet.writing(path, arrow.record(entity), {}) as writer:
        writer.write(batch)
    found = [row for frame in record_rows.frames(entity, [path]) for row in frame.iter_rows(named=True)]
    assert all(list(row) == [column.name for column in sql.stored_columns(entity)] for row in found)
    return found


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_document_says_all_that_the_record_says(entity: Entity, tmp_path: Path, data: st.DataObject) -> None:
    element = xml.record(entity, data.draw(records(entity)))
    (row,) = rows(tmp_path, entity, [element])
    assert judge.of_row(entity, json.loads(row["data"])) == judge.of_xml(element)


def test_what_has_no_value_is_left_out_and_no_text_is_mistaken_for_it(tmp_path: Path) -> None:
    title = 'x","notes":null,"genres":[] {"a":null}'
    record = {"id": 1, "title": title, "genres": [], "labels": [{"name": "a"}, {"catno": "b"}]}
    (row,) = rows(tmp_path, RELEASES, [xml.record(RELEASES, record)])
    assert json.loads(row["data"]) == {"id": 1, "title": title, "labels": [{"name": "a"}, {"catno": "b"}]}


@pytest.mark.parametrize(("master", "column", "document"), [("0", None, 0), ("5", 5, 5), ("", None, None)])
def test_a_reference_of_zero_stays_in_the_document_and_is_no_column(
    tmp_path: Path, master: str, column: int | None, document: int | None
) -> None:
    (row,) = rows(tmp_path, RELEASES, [xml.record(RELEASES, {"id": 1, "master_id": master})])
    assert row["master_id"] == column
    assert json.loads(row["data"]).get("master_id") == document
