"""Tests of `schema.flat_table`."""

import pytest

from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Field, Type

MBID = Field("mbid", "", "Id of the artist.", Type.UUID)


def test_a_sheet_is_told_by_its_name_alone() -> None:
    assert repr(Sheet("musicbrainz", "artists", "Artists.", ("mbid",), (MBID,))) == "Sheet(musicbrainz.artists)"


@pytest.mark.parametrize(
    ("key", "fields", "said"),
    [(("id",), (MBID,), r"\['id'\] are not declared"), (("mbid",), (MBID, MBID), "duplicate column")],
)
def test_a_sheet_that_no_table_could_be_is_refused(key: tuple[str, ...], fields: tuple[Field, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Sheet("musicbrainz", "artists", "Artists.", key, fields)
