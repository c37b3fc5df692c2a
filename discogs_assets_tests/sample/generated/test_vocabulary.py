"""Tests of `sample.generated.vocabulary`."""

from discogs_assets.sample.generated import oddities, vocabulary
from discogs_assets.schema import roles
from discogs_assets_tests.sample.generated import walk


def test_roles_are_cut_at_commas_outside_of_brackets() -> None:
    for text in (*vocabulary.roles(), *oddities.ROLES):
        assert set(roles.split(text)) == walk.roles(text)


def test_values_are_distinct() -> None:
    for values in (vocabulary.STYLES, vocabulary.COUNTRIES, vocabulary.roles(), oddities.NAMES, oddities.TEXTS):
        assert len(set(values)) == len(values)
