"""Tests of `stores.dumps.sources.musicbrainz_site`: pages of runs, however a web server writes them."""

import socket
import time
from pathlib import Path

import pytest

from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.stores.dumps.sources import retry
from discogs_assets.stores.dumps.sources.dump_file import SUMS
from discogs_assets.stores.dumps.sources.http import AGENT
from discogs_assets.stores.dumps.sources.musicbrainz_site import Index
from discogs_assets_tests.fix_runs import NAMES, FakeIndex
from discogs_assets_tests.fix_site import Fault

FIRST, SECOND = "20261118-001001", "20261121-001001"


@pytest.fixture
def index(fake_index: FakeIndex, tmp_path: Path) -> Index:
    for run in (FIRST, SECOND):
        fake_index.publish(run)
    return Index.at(fake_index.address, tmp_path)


def test_runs_are_listed_and_the_files_of_use_of_each(index: Index, fake_index: FakeIndex) -> None:
    assert index.groups() == [FIRST, SECOND]
    files = {file.kind: file for file in index.files(FIRST)}
    assert files.keys() == {*NAMES, SUMS}
    assert files["release-group"].name == f"{FIRST}/release-group.tar.xz"
    assert index.text(files[SUMS]).count(".tar.xz") == 5
    assert {headers["User-Agent"] for _, headers in fake_index.asked} == {AGENT}
    assert fake_index.requests() == ["", f"{FIRST}/", f"{FIRST}/{SUMS}"]


@pytest.mark.parametrize(
    "link",
    [
        SECOND,
        f"./{SECOND}/",
        f"/pub/musicbrainz/data/json-dumps/{SECOND}/",
        f"https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/{SECOND}/",
    ],
)
def test_a_link_may_have_any_form(index: Index, fake_index: FakeIndex, link: str) -> None:
    fake_index.page = f'<a href="../">up</a><a href="LATEST">20261128-001001</a><a href="{link}">a run</a>'
    assert index.groups() == [SECOND]


@pytest.mark.parametrize("name", ["20261321-001001", "20261121", "20261121-0010011", "2026112\uff11-001001"])
def test_a_folder_that_no_run_is_called_like_is_none(index: Index, fake_index: FakeIndex, name: str) -> None:
    fake_index.page = f'<a href="{name}/">{name}</a>'
    with pytest.raises(ServerError, match="lists no exports, expected links such as 20261121-001001/"):
        index.groups()


def test_a_run_that_has_gone_since_it_was_listed_has_no_files(index: Index, fake_index: FakeIndex) -> None:
    (sums,) = (file for file in index.files(FIRST) if file.kind == SUMS)
    fake_index.vanish(FIRST)
    assert index.files(FIRST) == []
    with pytest.raises(DumpMissingError, match=r"answers 404.*only the newest two are kept") as raised:
        index.text(sums)
    assert "hunter2" not in str(raised.value)


def test_more_requests_are_made_than_the_site_of_discogs_would_answer(index: Index, fake_index: FakeIndex) -> None:
    for _ in range(20):
        index.groups()
    assert len(fake_index.asked) == 20


def test_a_passing_fault_costs_an_attempt(index: Index, fake_index: FakeIndex) -> None:
    fake_index.fail("", Fault(503), Fault(after=10))
    assert index.groups() == [FIRST, SECOND]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "nowhere.invalid"])
def test_a_machine_without_network_is_told_so_in_seconds(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,nowhere.invalid")
    paused = list[float]()
    monkeypatch.setattr(retry.Clock, "sleep", lambda self, seconds: paused.append(seconds))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        index = Index.at(f"http://{host.format(port=closed.getsockname()[1])}/", tmp_path)
        began = time.monotonic()
        with pytest.raises(ServerError, match="the site cannot be reached"):
            index.groups()
    assert time.monotonic() - began + sum(paused) < 15
    assert len(paused) > 0


def test_a_site_that_is_slow_to_fail_is_not_asked_again(
    index: Index, fake_index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Index, "PAGE_RETRY_SECONDS", 0.1)
    fake_index.fail("", Fault(after=10, how="stall"))
    with pytest.raises(ServerError, match="no byte came"):
        index.groups()
    assert len(fake_index.asked) == 1
