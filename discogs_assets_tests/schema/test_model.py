"""Tests of `schema.model`."""

import pytest

from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity, Field, Link, Texts, tables

ID = Field("id", "id", "An id.")


@pytest.mark.parametrize(
    ("parts", "links", "named"),
    [
        ((ID, ID), (), "occurs twice"),
        ((Field("name", "name", "A name."),), (), "the key 'id' is not a field"),
        ((ID,), (Link("IS", "Genre", "", rows=("genres",)),), "IS reads .*genres"),
    ],
)
def test_a_declaration_that_no_backend_could_carry_is_refused(
    parts: tuple[Field, ...], links: tuple[Link, ...], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        Entity("things", "thing", "Thing", "A thing.", parts, links)


def test_every_repeated_element_is_a_table_with_its_path_and_depth() -> None:
    found = {table.name: (table.path, table.depth) for table in tables(RELEASES).walk()}
    assert found["tracklist.sub_tracks.artists"] == (
        "/releases/release/tracklist/track/sub_tracks/track/artists/artist",
        4,
    )
    assert found[""] == ("/releases/release", 1)
    assert len(found) == 19


def test_the_values_of_a_struct_are_addressed_in_their_record() -> None:
    names = {field.name: field.path for field in tables(LABELS).fields}
    assert (names["parentLabel.id"], names["parentLabel.name"]) == ("parentLabel/@id", "parentLabel")


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_declaration_says_what_it_means(entity: Entity) -> None:
    for table in tables(entity).walk():
        docs = [field.doc for field in table.fields] + [table.part.doc]
        assert all(doc.endswith(".") for doc in docs), table.name


def test_a_part_is_found_by_its_name() -> None:
    assert isinstance(RELEASES.part("genres"), Texts)
    with pytest.raises(KeyError):
        RELEASES.part("moods")
