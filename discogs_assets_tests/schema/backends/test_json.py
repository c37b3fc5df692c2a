"""Tests of `schema.backends.json`."""

from typing import Any

import msgspec
import pytest

from discogs_assets.errors import SettingError
from discogs_assets.schema.backends import json
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz import ARTISTS, ENTITIES, LEFT_OUT, RELEASES, entity

MBID = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"


def test_keys_that_differ_in_a_hyphen_are_two_attributes() -> None:
    record = msgspec.json.decode(
        b'{"id":"%s","begin-area":{"name":"a"},"begin_area":{"name":"b"}}' % MBID.encode(),
        type=json.structure(ARTISTS),
    )
    assert getattr(record, json.attribute("begin-area")).name == "a"
    assert getattr(record, json.attribute("begin_area")).name == "b"


def test_the_tree_has_what_is_declared_and_nothing_else() -> None:
    assert json.tree(RELEASES)["text-representation"].keys() == {"language", "script"}
    assert "media" not in json.tree(RELEASES)
    assert json.tree(ARTISTS)["relations"][0]["release_group"].keys() == {"id", "name", "title"}


@pytest.mark.parametrize("each", ENTITIES, ids=lambda each: each.name)
def test_nothing_is_both_read_whole_and_left_out(each: Entity) -> None:
    for path in LEFT_OUT:
        inner: Any = json.tree(each)
        for key in path.split("/"):
            inner = (inner[0] if isinstance(inner, list) else inner).get(key, {})
        assert isinstance(inner, dict), path


def test_an_entity_that_is_none_is_named() -> None:
    assert entity("release-group").node == "Master"
    with pytest.raises(SettingError, match="'work' is unknown, expected one of artist, label, release-group, release"):
        entity("work")
