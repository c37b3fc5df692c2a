"""Tests of `stores.dumps.sources.html_index`."""

from datetime import UTC, date, datetime

import pytest

from discogs_assets.stores.dumps.sources import html_index

LINK = "?download=data%2F2026%2Fdiscogs_20261101_artists.xml.gz"

TABLE = f"""<table><tr><td><a href="?prefix=data%2F">..</a></td></tr>
<tr><td>2026-11-01 19:20:05</td><td>461.5 MB</td><td><a href="{LINK}">discogs_20261101_artists.xml.gz</a></td></tr>
<tr><td>2026-11-01 19:50:05</td><td>10.4 GB</td>
<td><a href="{LINK.replace("artists", "releases")}">discogs_20261101_releases.xml.gz</a></td></tr></table>"""

PRE = f"""<pre><a href="?prefix=data%2F">..</a>
<a href="{LINK}">discogs_20261101_artists.xml.gz</a>  2026-11-01T19:20:05Z  461.5 MB
<a href="{LINK.replace("artists", "releases")}">discogs_20261101_releases.xml.gz</a>  2026-11-01T19:50:05Z  10.4 GB
</pre>"""


@pytest.mark.parametrize("page", [TABLE, PRE])
def test_a_file_has_the_size_and_the_time_of_its_own_row(page: str) -> None:
    artists, releases = html_index.files(page)
    assert (artists.name, artists.kind, artists.day) == (
        "discogs_20261101_artists.xml.gz",
        "artists",
        date(2026, 11, 1),
    )
    assert (artists.size, releases.size) == (461_500_000, 10_400_000_000)
    assert artists.last_modified == datetime(2026, 11, 1, 19, 20, 5, tzinfo=UTC)
    assert artists.place == "data/2026/discogs_20261101_artists.xml.gz"


@pytest.mark.parametrize(
    "page",
    [
        f"<script>files = ['{LINK}']</script>",
        "data/2026/discogs_20261101_artists.xml.gz",
        '<a href="https://elsewhere.example/x/discogs_20261101_artists.xml.gz?X-Amz-Signature=1">',
        "<a href='?other=1&amp;download=data/2026/discogs_20261101_artists.xml.gz'>",
    ],
)
def test_another_form_of_page_still_gives_the_names_and_never_another_address(page: str) -> None:
    (file,) = html_index.files(page)
    assert (file.name, file.size) == ("discogs_20261101_artists.xml.gz", None)
    assert file.place == "data/2026/discogs_20261101_artists.xml.gz"


def test_what_is_no_dump_is_not_listed() -> None:
    assert (
        html_index.files('<a href="?download=data%2F2026%2Fdiscogs_20261399_artists.xml.gz">x</a> discogs_x.xml.gz')
        == []
    )
    assert html_index.files("") == []
    assert html_index.years("<html>") == []


@pytest.mark.parametrize("page", ['<a href="?prefix=data%2F2026%2F">2026/</a><a href="?prefix=data%2F2008%2F">x</a>'])
def test_years_are_linked_or_mentioned(page: str) -> None:
    assert html_index.years(page) == ["2008", "2026"]
    assert html_index.years("<li>data/2025/</li><li>data%2F2024%2F</li>") == ["2024", "2025"]
