"""Tests of `streams.insights.completeness`."""

from pathlib import Path
from typing import Any

import pytest

from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Field, One, Part, Rows, Type
from discogs_assets.streams.insights import completeness
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked


def there(part: Part, value: Any) -> bool:
    nothing: tuple[Any, ...] = (None, [])
    if isinstance(part, Field) and part.type is Type.REFERENCE:
        nothing = (None, 0)
    return value not in nothing


def test_every_part_of_every_entity_is_counted(asked: Asked) -> None:
    expected = []
    for entity in ENTITIES:
        records = asked.records(entity.name)

        def row(name: str, count: int, entity: Any = entity, records: Any = records) -> tuple[Any, ...]:
            return (entity.name, name, len(records), count, pytest.approx(count / max(1, len(records))))

        for part in entity.parts:
            expected.append(row(part.name, sum(there(part, each[part.name]) for each in records)))
            for inner in part.fields if isinstance(part, (One, Rows)) else ():
                lists = [each[part.name] or [] for each in records]
                items = [each if isinstance(each, list) else [each] for each in lists]
                count = sum(any(there(inner, item[inner.name]) for item in each) for each in items)
                expected.append(row(f"{part.name}.{inner.name}", count))
    assert asked.answer("data_completeness").rows() == expected


def test_an_item_counts_once_for_its_record_and_an_id_of_0_not_at_all(tmp_path: Path) -> None:
    releases: list[dict[str, Any]] = [
        {"id": 1, "labels": [{"id": 0, "catno": "A"}, {"id": 5, "catno": "B"}, {"id": 6}]},
        {"id": 2, "labels": [{"id": 0}], "master_id": 0},
        {"id": 3},
        {"id": 4, "title": "  "},
    ]
    found = fix_insights.answer(tmp_path, "data_completeness", {"releases": releases})
    rows = {row[1]: row[2:] for row in found.filter(entity="releases").rows()}
    assert rows["labels"] == (4, 2, 0.5)
    assert rows["labels.id"] == rows["labels.catno"] == (4, 1, 0.25)
    assert rows["title"] == rows["master_id"] == (4, 0, 0.0)
    assert {*found.filter(entity="artists")["share"]} == {0.0}


def test_batches_are_counted_like_the_whole(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked.answer("data_completeness")
    monkeypatch.setattr(completeness, "BATCH_ROWS", 7)
    assert asked.answer("data_completeness").equals(whole)
