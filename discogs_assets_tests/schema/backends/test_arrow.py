"""Tests of `schema.backends.arrow`."""

import pyarrow as pa
import pytest

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_part_is_a_column_with_its_meaning(entity: Entity) -> None:
    schema = arrow.record(entity)
    assert schema.names == [*(part.name for part in entity.parts), arrow.RAW]
    assert all(field.metadata[b"doc"] for field in schema)


def test_ids_are_integers_and_repeated_parts_are_lists() -> None:
    schema = arrow.record(RELEASES)
    assert schema.field("id").type == pa.int64()
    assert schema.field("genres").type == pa.list_(pa.string())
    tracks = schema.field("tracklist").type.value_type
    assert tracks.field("sub_tracks").type.value_type.field("artists").type.value_type.field("id").type == pa.int64()
    assert pa.types.is_struct(arrow.record(LABELS).field("parentLabel").type)
