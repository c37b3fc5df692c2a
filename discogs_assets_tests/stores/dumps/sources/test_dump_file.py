"""Tests of `stores.dumps.sources.dump_file`: the names of exports and of their files."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.stores.dumps.sources.dump_file import MUSICBRAINZ, parse_time


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_a_run_is_named_after_its_moment(moment: datetime) -> None:
    assert parse_time(f"{moment:%Y%m%d-%H%M%S}") == moment.replace(microsecond=0)


@pytest.mark.parametrize("name", ["", "LATEST", "20261121", "20261131-001001", "20261121-246060", "20261121-001001/"])
def test_what_is_named_otherwise_is_no_run(name: str) -> None:
    assert parse_time(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("20261121-001001/artist.tar.xz", "artist"),
        ("20261121-001001/release-group.tar.xz", "release-group"),
        ("20261121-001001/SHA256SUMS", "SHA256SUMS"),
        ("20261121-001001/recording.tar.xz", None),
        ("20261121-001001/MD5SUMS", None),
        ("20261121-001001/old/artist.tar.xz", None),
        ("20261131-001001/artist.tar.xz", None),
        ("artist.tar.xz", None),
    ],
)
def test_a_file_of_a_run_is_known_by_its_name(name: str, kind: str | None) -> None:
    found = MUSICBRAINZ.parse(name)
    assert (found.kind if found else None) == kind
    assert found is None or found.group == "20261121-001001"
