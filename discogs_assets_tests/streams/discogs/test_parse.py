"""Tests of `streams.discogs.parse`, and with it of framing, record, nesting and values together."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.sample import xml
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets_tests import judge
from discogs_assets_tests.layouts import LAYOUTS
from discogs_assets_tests.strategies import records

pytestmark = pytest.mark.slow

YEAR = 2027
entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)


def block(entity: Entity, *elements: bytes) -> Block:
    return Block(entity.record, b"\n".join(elements), len(elements), 0)


def distinct(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({each["id"]: each for each in found}.values())


@entities
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_a_record_says_is_in_its_row(entity: Entity, data: st.DataObject) -> None:
    elements = [
        xml.record(entity, each) for each in distinct(data.draw(st.lists(records(entity), min_size=1, max_size=4)))
    ]
    result = Parser(entity, YEAR).parse(block(entity, *elements))
    assert [judge.of_row(entity, row) for row in result.batch.to_pylist()] == [judge.of_xml(each) for each in elements]


@entities
@settings(max_examples=25)
@given(data=st.data())
def test_the_fast_and_the_careful_reading_agree(entity: Entity, data: st.DataObject) -> None:
    elements = [
        xml.record(entity, each) for each in distinct(data.draw(st.lists(records(entity), min_size=1, max_size=4)))
    ]
    parser, whole = Parser(entity, YEAR), block(entity, *elements)
    quick = parser.parse_fast(whole)
    assert quick is not None
    assert quick.batch.equals(parser.parse_strictly(whole).batch)


@pytest.mark.parametrize("layout", LAYOUTS)
@entities
def test_records_of_every_layout_are_read_whole(entity: Entity, layout: str) -> None:
    elements = LAYOUTS[layout][entity.name]
    parser = Parser(entity, YEAR)
    result = parser.parse(block(entity, *elements))
    assert result.refused == []
    assert parser.parse_fast(block(entity, *elements)) is not None
    assert [judge.of_row(entity, row) for row in result.batch.to_pylist()] == [judge.of_xml(each) for each in elements]
