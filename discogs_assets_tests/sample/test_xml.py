"""Tests of `sample.xml`."""

import pytest

from discogs_assets.sample import xml
from discogs_assets.schema.discogs import LABELS, RELEASES


def test_values_stand_where_the_dumps_have_them() -> None:
    record = {
        "id": 1,
        "title": 'A & "B"\r\n',
        "labels": [{"name": "L", "catno": "1"}],
        "master_id": 2,
        "is_main_release": True,
        "tracklist": [{"title": "Suite", "sub_tracks": [{"position": "A", "artists": [{"id": 3, "name": "C"}]}]}],
    }
    assert xml.record(RELEASES, record).decode() == (
        '<release id="1"><title>A &amp; "B"&#13;\n</title><labels><label name="L" catno="1"/></labels>'
        '<master_id is_main_release="true">2</master_id><tracklist><track><title>Suite</title><sub_tracks><track>'
        "<position>A</position><artists><artist><id>3</id><name>C</name></artist></artists></track></sub_tracks></track>"
        "</tracklist></release>"
    )


def test_a_label_names_its_parent_in_one_element() -> None:
    record = {"id": 1, "parentLabel": {"id": 2, "name": "P"}, "urls": []}
    assert xml.record(LABELS, record) == b'<label><id>1</id><parentLabel id="2">P</parentLabel><urls/></label>'


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(KeyError, match="<label> has no mood"):
        xml.record(LABELS, {"id": 1, "mood": "dark"})
