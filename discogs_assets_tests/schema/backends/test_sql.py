"""Tests of `schema.backends.sql`."""

import pytest

from discogs_assets.schema.backends import sql
from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_a_view_begins_with_the_id_and_its_text_and_ends_with_the_document(entity: Entity) -> None:
    names = [column.name for column in sql.columns(entity)]
    assert (names[:2], names[-1]) == (["id", "data_id"], "data")
    assert len(set(names)) == len(names)


def test_texts_are_stored_once_and_numbers_beside_the_document() -> None:
    assert [column.name for column in sql.stored_columns(RELEASES)] == [
        "id",
        "year",
        "master_id",
        "is_main_release",
        "data",
    ]
    assert "(data->>'title') AS title" in sql.view(RELEASES, "discogs.releases", "t")


def test_a_value_of_a_struct_is_found_in_the_document() -> None:
    (column,) = (each for each in sql.columns(LABELS) if each.name == "parent_label_name")
    assert column.expression == "(data->'parentLabel'->>'name')"


def test_texts_are_searched_in_one_index_and_a_year_in_both_spellings() -> None:
    found = [index.statement for index in sql.indexes(RELEASES, "m.releases__0001")]
    (search,) = (each for each in found if "gin" in each)
    for way in ("(data->>'title') gin_trgm_ops", "discogs.plain((data->>'title')) gin_trgm_ops", "discogs.words("):
        assert way in search
    assert "CREATE INDEX releases__0001_data_year ON m.releases__0001 (((data->>'year')::int))" in found


def test_quotes_in_a_meaning_do_not_end_it() -> None:
    assert sql.literal("Discogs' id") == "'Discogs'' id'"
