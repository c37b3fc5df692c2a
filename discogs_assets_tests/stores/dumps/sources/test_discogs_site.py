"""Tests of `stores.dumps.sources.discogs_site`.

Each fault ends in bounded time with its name, and a later attempt has all bytes.
"""

import gzip
import hashlib
import os
import time
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from discogs_assets.errors import DiscogsError, DumpMissingError, ServerError, SettingError
from discogs_assets.stores.dumps.sources import pace, retry
from discogs_assets.stores.dumps.sources.discogs_site import Site
from discogs_assets.stores.dumps.sources.download import fetch
from discogs_assets.stores.dumps.sources.dump_file import Published
from discogs_assets.stores.dumps.sources.http import AGENT, onward
from discogs_assets.stores.dumps.sources.retry import moment
from discogs_assets_tests.fix_site import CHALLENGE, FakeClock, FakeSite, Fault, site_at

CONTENT = gzip.compress(os.urandom(700_000))
OTHER = gzip.compress(os.urandom(700_000))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ATTEMPTS = 4


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def site(fake_site: FakeSite, tmp_path: Path, clock: FakeClock) -> Site:
    fake_site.publish("artists", CONTENT)
    return site_at(fake_site.address, tmp_path, clock)


def the_file(site: Site) -> Published:
    return next(file for file in site.files("2026") if file.kind == "artists")


def fetched(site: Site, tmp_path: Path) -> str:
    """The sha256 of what was fetched; the target has exactly these bytes, and nothing else is left."""
    draft = tmp_path / "draft"
    draft.mkdir(exist_ok=True)
    done: list[tuple[int, int]] = []
    sha256 = fetch(site, the_file(site), draft / "discogs_20261101_artists.xml.gz", lambda *told: done.append(told))
    (target,) = draft.iterdir()
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256
    assert list(tmp_path.glob("*.part*")) == []
    assert done[-1][0] == target.stat().st_size
    return sha256


def ranges(fake_site: FakeSite) -> list[str]:
    """The Range of each request for the file."""
    return [headers.get("Range", "") for query, headers in fake_site.asked if "artists.xml.gz" in query]


def test_a_site_is_listed_read_and_fetched_under_our_own_name(site: Site, fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.publish("labels", b"x", "20251101")
    assert site.groups() == ["2025", "2026"]
    checksum, artists = sorted(site.files("2026"), key=lambda file: file.kind)
    assert (artists.name, artists.day) == ("discogs_20261101_artists.xml.gz", date(2026, 11, 1))
    assert site.text(checksum) == f"{SHA256} {artists.name}\n"
    assert fetched(site, tmp_path) == SHA256
    assert {headers["User-Agent"] for _, headers in fake_site.asked} == {AGENT}


CUT = Fault(after=150_000)

BROKEN: dict[str, tuple[list[Fault], str]] = {
    "the connection is closed": ([CUT], "the connection was cut"),
    "the connection is closed at once": ([Fault(after=0)], "the connection was cut"),
    "the connection is reset": ([Fault(after=150_000, how="reset")], "the connection was cut"),
    "no byte comes for long": ([Fault(after=150_000, how="stall")], "no byte came for 1 s"),
    "the server has a fault": ([Fault(503), Fault(500)], "answers 50"),
    "the server asks for a moment": ([Fault(429, {"Retry-After": "1"})], "answers 429 and wants no request before"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_passing_fault_costs_an_attempt(name: str, site: Site, fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.fail("artists.xml.gz", *BROKEN[name][0])
    assert fetched(site, tmp_path) == SHA256
    assert fake_site.faults == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_lasting_fault_is_named_and_a_later_attempt_succeeds(
    name: str, site: Site, fake_site: FakeSite, tmp_path: Path, clock: FakeClock
) -> None:
    faults, said = BROKEN[name]
    fake_site.fail("artists.xml.gz", *(faults * ATTEMPTS)[:ATTEMPTS])
    with pytest.raises(ServerError, match=said) as raised:
        fetched(site, tmp_path)
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
    assert len(ranges(fake_site)) == ATTEMPTS
    clock.time += 3600
    assert fetched(site, tmp_path) == SHA256


CLOSED: dict[str, tuple[Fault, str, float]] = {
    "refused": (Fault(403, {"Content-Type": "text/html"}, CHALLENGE), "answers 403: the site refuses requests", 3600),
    "too many requests": (Fault(429, {"Retry-After": "7200"}), "answers 429 and wants no request before", 7200),
    "too many requests, without end": (Fault(429), "answers 429 and wants no request before", 3600),
    "too many requests, for years": (Fault(429, {"Retry-After": "99999999"}), "answers 429", 86_400),
    "no service until a date": (Fault(503, {"Retry-After": "Fri, 15 Jan 2027 10:00:00 GMT"}), "answers 503", 7200),
    "an HTML page": (Fault(200, {"Content-Type": "text/html"}, CHALLENGE), "with an HTML page instead", 3600),
    "an HTML page that says nothing": (Fault(200, {}, b"\n " + CHALLENGE), "with an HTML page instead", 3600),
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_site_is_asked_once_and_says_when_to_come_back(
    name: str, site: Site, fake_site: FakeSite, tmp_path: Path, clock: FakeClock
) -> None:
    fault, said, seconds = CLOSED[name]
    fake_site.fail("artists.xml.gz", fault)
    with pytest.raises(ServerError, match=said) as raised:
        fetched(site, tmp_path)
    assert raised.value.retry_not_before == moment(clock.time + seconds)
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
    assert (len(ranges(fake_site)), clock.slept) == (1, [])
    clock.time += seconds
    assert fetched(site, tmp_path) == SHA256


def test_what_has_come_is_not_asked_for_again(site: Site, fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.fail("artists.xml.gz", CUT, CUT)
    assert fetched(site, tmp_path) == SHA256
    first, second, third = ranges(fake_site)
    assert (first, second, third) == ("", "bytes=149999-", "bytes=299998-")


@pytest.mark.parametrize("how", ["ranges", "etags"])
def test_a_server_that_cannot_continue_is_asked_for_all_of_it(
    how: str, site: Site, fake_site: FakeSite, tmp_path: Path
) -> None:
    setattr(fake_site, how, False)
    fake_site.fail("artists.xml.gz", CUT)
    assert fetched(site, tmp_path) == SHA256


@pytest.mark.parametrize("heeds", [True, False])
def test_a_file_that_changes_between_attempts_is_fetched_anew(
    heeds: bool, site: Site, fake_site: FakeSite, tmp_path: Path
) -> None:
    fake_site.heeds_if_range = heeds
    fake_site.fail("artists.xml.gz", *[CUT] * ATTEMPTS)
    with pytest.raises(ServerError):
        fetched(site, tmp_path)
    fake_site.publish("artists", OTHER)
    assert fetched(site, tmp_path) == hashlib.sha256(OTHER).hexdigest()


def test_a_file_of_unknown_length_is_whole_when_its_gzip_is(site: Site, fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.lengths = False
    fake_site.fail("artists.xml.gz", CUT)
    assert fetched(site, tmp_path) == SHA256
    fake_site.fail("artists.xml.gz", *[CUT] * ATTEMPTS)
    with pytest.raises(ServerError, match=r"ended after 150,000 bytes, and that is no whole gzip"):
        fetched(site, tmp_path)


@pytest.mark.parametrize("page", ["<html>Welcome</html>", CHALLENGE.decode()])
def test_a_page_that_lists_nothing_is_an_alarm(page: str, site: Site, fake_site: FakeSite) -> None:
    fake_site.page = page
    for ask in (site.groups, lambda: site.files("2026")):
        with pytest.raises(ServerError, match="a page that lists no dumps"):
            ask()


DRIPS = [Fault(after=10, how="drip"), Fault(how="drip of headers")]


@pytest.mark.parametrize("fault", DRIPS, ids=lambda fault: fault.how)
@pytest.mark.parametrize("hurried", [True, False])
def test_a_page_that_drips_is_not_waited_for(
    site: Site, fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch, fault: Fault, hurried: bool
) -> None:
    monkeypatch.setattr(pace, "HURRIED_SECONDS" if hurried else "PAGE_SECONDS", 0.3)
    monkeypatch.setattr(retry, "PAUSES", ())
    fake_site.fail("", fault)
    asked = replace(site, throttle=replace(site.throttle, patience=0.0)) if hurried else site
    began = time.monotonic()
    with pytest.raises(ServerError, match=r"only \d+ bytes came within 0\.3 s"):
        asked.groups()
    assert 0.25 < time.monotonic() - began < 1
    assert site.groups() == ["2026"]


@pytest.mark.parametrize(
    "fault", [*DRIPS, Fault(after=150_000, how="drip")], ids=lambda fault: f"{fault.how} {fault.after}"
)
def test_a_file_that_drips_is_given_up_and_continued(
    site: Site, fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(pace, "SLOW_SECONDS", 0.3)
    monkeypatch.setattr(pace, "SLOW_BYTES", 10_000)
    fake_site.fail("artists.xml.gz", *[fault] * 2)
    began = time.monotonic()
    assert fetched(site, tmp_path) == SHA256
    assert 0.5 < time.monotonic() - began < 1.5
    assert len(ranges(fake_site)) == 3


def test_a_file_that_comes_slowly_but_steadily_is_waited_for(
    site: Site, fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_site.publish("artists", CONTENT[:40])
    monkeypatch.setattr(pace, "SLOW_SECONDS", 0.3)
    monkeypatch.setattr(pace, "SLOW_BYTES", 3)
    fake_site.fail("artists.xml.gz", Fault(after=0, how="drip"))
    assert fetched(site, tmp_path) == hashlib.sha256(CONTENT[:40]).hexdigest()
    assert len(ranges(fake_site)) == 1


def moved(place: str, status: int = 302) -> Fault:
    return Fault(status, {"Location": place})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_site_that_redirects_in_circles_is_asked_four_times(site: Site, fake_site: FakeSite, status: int) -> None:
    fake_site.fail("", *[moved("/", status)] * 30)
    with pytest.raises(ServerError, match="redirects more than 3 times") as raised:
        site.month(date(2026, 11, 1))
    assert raised.value.retry_not_before is not None
    assert len(fake_site.asked) == 4


def test_each_redirect_is_a_request_within_the_limit(site: Site, fake_site: FakeSite, clock: FakeClock) -> None:
    for _ in range(5):
        fake_site.fail("", moved("/?"), moved("/?"))
        assert site.groups() == ["2026"]
    assert (len(fake_site.asked), clock.slept) == (15, [])
    assert site.groups() == ["2026"]
    assert sum(clock.slept) > 0


def test_a_redirected_file_is_continued_there(site: Site, fake_site: FakeSite, tmp_path: Path) -> None:
    there = moved("/sub/?download=data/2026/discogs_20261101_artists.xml.gz")
    fake_site.fail("artists.xml.gz", there, CUT, there)
    assert fetched(site, tmp_path) == SHA256
    assert ranges(fake_site) == ["", "", "bytes=149999-", "bytes=149999-"]


def test_another_host_gets_no_credentials(site: Site, fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    here = f"http://127.0.0.1:{fake_site.port}/"
    fake_site.fail("", moved(here), moved(f"http://a:b@localhost:{fake_site.port}/"), moved(here))
    assert site.groups() == ["2026"]
    assert ["Authorization" in headers for _, headers in fake_site.asked] == [True, True, False, True]


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://host/x", "javascript:1", "http://[::1", "https:///x"])
def test_a_redirect_to_what_is_no_site_is_refused(site: Site, fake_site: FakeSite, place: str) -> None:
    fake_site.fail("", moved(place))
    with pytest.raises(ServerError, match="redirects, but neither to HTTPS nor"):
        site.groups()
    assert len(fake_site.asked) == 1


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://host/x", ""),
        ("//other/x", "https://other/x"),
        ("y", "https://user:hunter2@host/x/y"),
        ("https://host:444/", "https://host:444/"),
    ],
)
def test_a_redirect_never_leaves_https(location: str, expected: str) -> None:
    assert onward("https://user:hunter2@host/", "https://user:hunter2@host/x/z", location) == expected


def test_a_year_that_has_not_begun_there_is_no_alarm(site: Site) -> None:
    assert site.files("2027") == []


def test_a_month_is_found_by_its_own_address_where_the_pages_cannot_be_read(site: Site, fake_site: FakeSite) -> None:
    fake_site.page = "<html>Welcome</html>"
    assert [file.kind for file in site.month(date(2026, 11, 1))] == ["CHECKSUM", "artists"]
    with pytest.raises(ServerError, match="a page that lists no dumps"):
        site.month(date(2026, 10, 1))


def test_a_page_in_place_of_a_checksum_file_is_named(site: Site, fake_site: FakeSite) -> None:
    (checksum,) = (file for file in site.files("2026") if file.kind == "CHECKSUM")
    fake_site.files[checksum.name] = CHALLENGE
    with pytest.raises(ServerError, match=r"CHECKSUM.txt answers with an HTML page instead"):
        site.text(checksum)


def test_a_file_that_is_not_there_any_more_is_missing(site: Site, fake_site: FakeSite) -> None:
    file = the_file(site)
    del fake_site.files[file.name]
    with pytest.raises(DumpMissingError, match=r"artists.xml.gz answers 404"):
        site.text(file)


def test_a_disk_without_room_is_full_before_a_byte_is_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from discogs_assets.stores.lake import atomic_dir

    monkeypatch.setattr(atomic_dir, "SPARE_BYTES", 1 << 60)
    with pytest.raises(OSError, match=r"bytes and .* to spare are needed, .* free"):
        fetched(site, tmp_path)
    monkeypatch.undo()


def test_nobody_there_is_said_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSES", ())
    site = Site.at("http://user:hunter2@127.0.0.1:9/sub?token=hunter2", tmp_path)
    assert site.title == "http://127.0.0.1:9/sub/"
    with pytest.raises(DiscogsError, match=r"http://127.0.0.1:9/sub/: the site cannot be reached") as raised:
        site.groups()
    assert "hunter2" not in "".join(traceback.format_exception(raised.value)) + repr(site)


def test_an_address_without_a_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="without a host"):
        Site.at("https:///data", tmp_path)
