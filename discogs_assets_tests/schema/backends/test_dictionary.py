"""Tests of `schema.backends.dictionary`."""

from discogs_assets.schema.backends import dictionary


def test_the_committed_dictionary_is_the_declared_one() -> None:
    assert dictionary.PLACE.read_text() == dictionary.markdown(), (
        "run: python -m discogs_assets.schema.backends.dictionary"
    )
