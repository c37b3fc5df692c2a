"""Tests of `streams.musicbrainz.discogs_urls`: case C26 of the reference, and every form of Discogs' addresses."""

import pytest

from discogs_assets.streams.musicbrainz.discogs_urls import discogs_id, in_order

NAMED = (
    "https://www.discogs.com/artist/108713",
    "http://www.discogs.com/artist/108713",
    "//www.discogs.com/artist/108713",
    "www.discogs.com/artist/108713",
    "https://discogs.com/artist/108713",
    "https://m.discogs.com/artist/108713",
    "https://www.discogs.com/artist/108713-The-Beatles",
    "https://www.discogs.com/artist/108713-%E3%83%93",
    "https://www.discogs.com/artist/108713-ザ・ビートルズ",
    "https://www.discogs.com/artist/108713/",
    "https://www.discogs.com/artist/108713?filter_anv=1&type=Releases",
    "https://www.discogs.com/artist/108713-The-Beatles?anv=Beatles#top",
    "https://www.discogs.com/artist/108713#t_Releases",
    "https://www.discogs.com/de/artist/108713",
    "https://www.discogs.com/pt_BR/artist/108713-The-Beatles",
    "HTTPS://WWW.DISCOGS.COM/artist/108713",
    "https://www.discogs.com:443/artist/108713",
    "https://www.discogs.com/artist/108713/images",
)

NO_ARTIST = (
    "https://www.discogs.com/artist/notanumber",
    "https://www.discogs.com/artist/",
    "https://www.discogs.com/artist/0",
    "https://www.discogs.com/artist/108713The",
    "https://www.discogs.com/artist/" + "9" * 30,
    "https://www.discogs.com/artist/١٢",
    "https://www.discogs.com/label/1000",
    "https://www.discogs.com/user/artist/108713",
    "https://www.discogs.com/artists/108713",
    "https://www.discogs.com/search?q=/artist/108713",
    "https://www.discogs.com/#/artist/108713",
    "https://en.wikipedia.org/wiki/The_Beatles",
    "https://www.discogs.com.example/artist/108713",
    "https://notdiscogs.com/artist/108713",
    "https://www.discogs.com@example.org/artist/108713",
    "https://example.org/www.discogs.com/artist/108713",
    "",
    None,
)


@pytest.mark.parametrize("url", NAMED)
def test_an_address_names_an_artist_in_every_form(url: str) -> None:
    assert discogs_id(url, "artist") == 108713
    assert discogs_id(url, "label") is None


@pytest.mark.parametrize("url", NO_ARTIST)
def test_an_address_that_names_no_artist_gives_none(url: str | None) -> None:
    assert discogs_id(url, "artist") is None


def test_each_kind_has_its_own_addresses() -> None:
    assert discogs_id("https://www.discogs.com/label/1000", "label") == 1000
    assert discogs_id("https://www.discogs.com/master/23853", "master") == 23853
    assert discogs_id("https://www.discogs.com/release/5027187", "release") == 5027187


def test_old_addresses_have_artist_and_title_before_the_kind() -> None:
    assert discogs_id("http://www.discogs.com/The-Beatles-Abbey-Road/release/5027187", "release") == 5027187
    assert discogs_id("https://www.discogs.com/fr/The-Beatles-Abbey-Road/master/24047", "master") == 24047
    assert discogs_id("https://www.discogs.com/sell/release/5027187?ev=rb", "release") == 5027187


def test_ids_of_links_that_go_on_come_before_those_that_have_ended() -> None:
    links = [(9, True), (5, False), (7, None), (None, False), (5, True), (3, True), (9, True)]
    assert in_order(links) == [5, 7, 3, 9]
    assert in_order([(9, True), (9, False)]) == [9]
    assert in_order([]) == []


def test_a_long_address_takes_no_time() -> None:
    assert discogs_id("https://" + "a." * 50_000 + "com/artist/1", "artist") is None
    assert discogs_id("https://www.discogs.com/" + "x/" * 50_000 + "artist/1", "artist") is None
