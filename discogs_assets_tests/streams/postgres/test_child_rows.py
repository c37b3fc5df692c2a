"""Tests of `streams.postgres.child_rows`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discogs_assets.sample import xml
from discogs_assets.schema import roles
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.child_tables import RELATIONS, Relation, relations
from discogs_assets.schema.discogs import ENTITIES, RELEASES
from discogs_assets.schema.model import Entity, Type
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.postgres import child_rows
from discogs_assets_tests.layouts import LAYOUTS
from discogs_assets_tests.strategies import records

pytestmark = pytest.mark.slow

PARSERS = {entity: Parser(entity, 2027) for entity in ENTITIES}
entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)


def walk_rows(relation: Relation, record: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows that a record as a dict has, by plain loops."""
    for source in relation.sources:
        found: list[tuple[tuple[int, ...], Any]] = [((), record)]
        for name in source.part.split("."):
            found = [((*way, n), item) for way, each in found for n, item in enumerate(each[name], 1)]
        for way, item in found:
            counted = dict(zip(source.ordinals, way, strict=True))
            key = [counted.get(name, 0) for name in relation.key[1:]]
            values = [item[value.source] if value.source else item for value in relation.values]
            kinds = [value.type for value in relation.values]
            none = [None if k is Type.REFERENCE and v == 0 else v for k, v in zip(kinds, values, strict=True)]
            if relation.roles:
                *others, text = none
                split = enumerate(roles.split(text or ""), 1)
                yield from (
                    (record["id"], *key[:-1], n, *others, role, roles.category(role), record["year"])
                    for n, role in split
                )
            else:
                yield (record["id"], *key, *none)


def parse_elements(entity: Entity, elements: list[bytes], path: Path) -> pa.RecordBatch:
    batch = PARSERS[entity].parse(Block(entity.record, b"\n".join(elements), len(elements), 0)).batch
    with parquet.writing(path, arrow.record(entity), {}) as writer:
        writer.write(batch)
    return batch


def compare_rows(entity: Entity, elements: list[bytes], path: Path) -> None:
    batch = parse_elements(entity, elements, path)
    for relation in relations(entity):
        found = [row for frame in child_rows.frames(relation, [path]) for row in frame.iter_rows()]
        expected = [row for record in batch.to_pylist() for row in walk_rows(relation, record)]
        assert sorted(found, key=repr) == sorted(expected, key=repr)
        assert child_rows.count(relation, [path]) == len(expected)


@entities
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_repeated_element_is_a_row_that_says_where_it_stands(
    entity: Entity, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    drawn = data.draw(st.lists(records(entity), min_size=1, max_size=4, unique_by=lambda each: each["id"]))
    elements = [xml.record(entity, each) for each in drawn]
    compare_rows(entity, elements, tmp_path_factory.mktemp("rows") / "part.parquet")


@pytest.mark.parametrize("layout", LAYOUTS)
@entities
def test_every_layout_is_unfolded(entity: Entity, layout: str, tmp_path: Path) -> None:
    compare_rows(entity, list(LAYOUTS[layout][entity.name]), tmp_path / "part.parquet")


def test_rows_are_told_apart_by_their_key() -> None:
    assert all(relation.key[0] == f"{relation.entity.record}_id" for relation in RELATIONS.values())
    assert RELATIONS["track_credits"].key == ("release_id", "track", "sub_track", "ordinal")
    assert RELATIONS["format_descriptions"].key == ("release_id", "format", "ordinal")


def test_a_credit_has_a_row_for_each_role_with_its_category(tmp_path: Path) -> None:
    credit = "<artist><id>{}</id><name>A</name><role>{}</role></artist>".format
    bracketed = credit(1, "Guitar, Producer [Additional, Mixing]")
    track = f"<track><title>T</title><extraartists>{credit(2, 'Vocals')}</extraartists></track>"
    release = (
        f'<release id="5"><released>1969-09</released><extraartists>{credit(3, "")}{bracketed}</extraartists>'
        f"<tracklist><track><title>S</title></track>{track}</tracklist></release>"
    )
    file = tmp_path / "part.parquet"
    parse_elements(RELEASES, [release.encode()], file)
    relation = RELATIONS["credit_roles"]
    assert relation.key == ("release_id", "track", "sub_track", "ordinal", "role_number")
    assert [row for frame in child_rows.frames(relation, [file]) for row in frame.iter_rows()] == [
        (5, 0, 0, 2, 1, 1, "A", None, "Guitar", "performance", 1969),
        (5, 0, 0, 2, 2, 1, "A", None, "Producer [Additional, Mixing]", "production", 1969),
        (5, 2, 0, 1, 1, 2, "A", None, "Vocals", "performance", 1969),
    ]
    assert child_rows.count(relation, [file]) == 3
