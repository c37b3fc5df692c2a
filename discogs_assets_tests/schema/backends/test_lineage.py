"""Tests of `schema.backends.lineage`."""

import pytest

from discogs_assets.schema import insights, musicbrainz_tables
from discogs_assets.schema.backends import arrow, sql
from discogs_assets.schema.backends.lineage import read_columns
from discogs_assets.schema.child_tables import TABLES, Table, entity_of
from discogs_assets.schema.flat_table import Sheet

ALL = (*TABLES.values(), *musicbrainz_tables.SHEETS, *insights.INSIGHTS)
OF_ENTITY = {name: entity for entity, name in musicbrainz_tables.NAMES.items()}


def _parquet(of: Table) -> set[str]:
    """Return the top-level columns of the table's Parquet."""
    if not isinstance(of, Sheet):
        return set(arrow.record(entity_of(of)).names)
    entity = OF_ENTITY.get(of.name) if of.source == "musicbrainz" else None
    return set(arrow.record(entity).names if entity else arrow.sheet(of).names)


@pytest.mark.parametrize("of", ALL, ids=str)
def test_every_column_of_a_view_is_made_from_columns_that_its_parquet_has(of: Table) -> None:
    found = read_columns(of)
    assert [*found] == [column.name for column in sql.columns(of)]
    assert all(found.values())
    assert {name for names in found.values() for name in names} <= _parquet(of)


def test_a_column_of_a_nested_part_is_made_from_the_part_and_the_document_from_all() -> None:
    assert read_columns(TABLES["tracks"])["title"] == ("tracklist",)
    assert read_columns(TABLES["identifiers"])["release_id"] == ("id",)
    assert read_columns(TABLES["releases"])["data_id"] == ("id",)
    assert set(read_columns(TABLES["artists"])["data"]) == _parquet(TABLES["artists"]) - {"raw"}
