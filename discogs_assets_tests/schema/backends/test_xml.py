"""Tests of `schema.backends.xml`."""

from discogs_assets.schema.backends import xml
from discogs_assets.schema.discogs import ARTISTS, RELEASES


def test_a_nested_list_is_a_table_of_its_own_with_a_level_for_each_element_above() -> None:
    found = {table["name"]: table for table in xml.config(RELEASES)["tables"]}
    artists = found["tracklist.artists"]
    assert artists["xml_path"] == "/releases/release/tracklist/track/artists"
    assert artists["levels"] == ["level0", "level1", "level2"]
    assert {"name": "anv", "xml_path": f"{artists['xml_path']}/artist/anv", "data_type": "Utf8", "nullable": True} in (
        artists["fields"]
    )


def test_a_sibling_that_holds_an_id_is_read_beside_it() -> None:
    (members,) = (table for table in xml.config(ARTISTS)["tables"] if table["name"] == "members")
    assert {field["name"]: field["xml_path"] for field in members["fields"]} == {
        "id": "/artists/artist/members/name/@id",
        "name": "/artists/artist/members/name",
        "<id": "/artists/artist/members/id",
    }
