"""Tests of `sample.generator.vocabulary`."""

import pytest

from discogs_assets.sample.generator import vocabulary
from discogs_assets.schema import roles
from discogs_assets_tests.sample.generator import walk


def test_roles_are_cut_at_commas_outside_of_brackets() -> None:
    for text in (*vocabulary.ROLE_TEXTS, *vocabulary.WORDS["odd_roles"]):
        assert set(roles.split(text)) == walk.roles(text)


@pytest.mark.parametrize("name", ["countries", "roles", "descriptions", "odd_names", "odd_texts"])
def test_values_are_distinct(name: str) -> None:
    assert len(set(vocabulary.WORDS[name])) == len(vocabulary.WORDS[name])
