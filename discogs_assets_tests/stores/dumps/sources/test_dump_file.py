"""Tests of `stores.dumps.sources.dump_file`: the names of exports and of their files, and checksum files."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.stores.dumps.sources.dump_file import MUSICBRAINZ, parse_sums, parse_time


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


SUMS = st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)
NAMES = st.from_regex(r"[\w.-]{1,20}\.gz", fullmatch=True)
SPACES = st.text(" \t", min_size=1, max_size=4)
PATHS = st.sampled_from(["", "./", "data/2026/", "/mnt/my dumps/", "C:\\dumps\\"])


@given(st.lists(st.tuples(SUMS, SPACES, st.sampled_from(["", "*"]), PATHS, NAMES)), st.sampled_from(["\n", "\r\n"]))
def test_a_checksum_file_may_have_tabs_several_blanks_and_paths(
    lines: list[tuple[str, str, str, str, str]], ending: str
) -> None:
    text = "".join(f"{''.join(line)}{ending}" for line in lines)
    assert parse_sums(text) == {name: digest.lower() for digest, *_, name in lines}


@pytest.mark.parametrize("line", ["", "0" * 64, f"{'0' * 63} a.gz", f"{'0' * 128} a.gz", f"SHA256 (a.gz) = {'0' * 64}"])
def test_any_other_line_has_no_checksum(line: str) -> None:
    assert parse_sums(f"{line}\n") == {}
