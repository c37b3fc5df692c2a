"""Tests of `queries.search`: what is found, counted, marked and paged."""

import re
import unicodedata
from collections import Counter
from typing import Any

import pytest

from discogs_assets.queries.search.text import mark_words
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.conftest import Served

pytestmark = pytest.mark.timeout(600)


def test_every_name_is_found_and_can_be_asked_about(served: Served) -> None:
    names = [("artist", each["id"], each["name"]) for each in [*served.month.artists.values()][::8][:60]]
    names += [("label", each["id"], each["name"]) for each in [*served.month.labels.values()][::8][:60]]
    names += [("genre", name, name) for name in {"Funk / Soul", "Rock"}]
    for kind, key, name in names:
        for path, part in (("search", "types"), ("autocomplete", "type")):
            hits = served.api.answer(path, q=name, limit=50, **{part: kind})["results"]
            assert (kind, key) in {(hit["type"], hit["id"]) for hit in hits}, (path, name)
        assert served.api.get(f"/api/node/{key}", params={"type": kind}).json()["name"] == name


def test_a_hit_has_the_country_and_the_first_catalogue_number_of_its_release(api: Api) -> None:
    found = api.answer("search", q="blue", types="release", limit=100)["results"]
    assert found
    for each in [each["metadata"] | each for each in found] + api.answer("autocomplete", q="blu", type="release")[
        "results"
    ]:
        record = sample.releases[each["id"]]
        numbers = [label["catno"] for label in record.get("labels") or () if label.get("catno")]
        assert (each["country"], each["catno"]) == (record.get("country"), next(iter(numbers), None))
        if "formats" in each:
            assert each["label"] == record["labels"][0]["name"]
            assert each["formats"] == [*dict.fromkeys(of["name"] for of in record["formats"])]
    (other, *_) = api.answer("search", q="pink floyd", types="artist")["results"]
    assert (other["metadata"]["country"], other["metadata"]["catno"]) == (None, None)


def test_a_text_without_a_hit_suggests_names(api: Api) -> None:
    assert api.answer("search", q="beatels")["suggestions"] == ["The Beatles"]
    assert api.answer("search", q="beatles")["suggestions"] == []


def test_hits_are_counted_by_type_genre_and_decade_over_all_pages(api: Api) -> None:
    found = api.answer("search", q="the", limit=1)
    assert sum(each["count"] for each in found["facets"]["type"]) == found["total"] > 5
    pages = [api.answer("search", q="the", limit=7, offset=start) for start in range(0, found["total"], 7)]
    hits = [(hit["type"], hit["id"]) for page in pages for hit in page["results"]]
    assert len(set(hits)) == len(hits) == found["total"]
    assert [page["pagination"]["has_more"] for page in pages] == [True] * (len(pages) - 1) + [False]


def read_words(*texts: str | None) -> set[str]:
    """The words of texts in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", " ".join(filter(None, texts)))
    return set(re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each)).casefold()))


def test_a_word_finds_exactly_the_releases_with_it_in_title_or_artists_and_counts_their_genres(served: Served) -> None:
    month = served.month
    words = {
        key: read_words(each["title"], *(text for of in each["artists"] for text in (of.get("name"), of.get("anv"))))
        for key, each in month.releases.items()
    }
    counted = Counter(word for each in words.values() for word in each if re.fullmatch("[a-z]{4,}", word))
    for word, _ in [*counted.most_common(10), *counted.most_common()[10::200][:20]]:
        expected = {key for key, each in words.items() if word in each}
        pages = [
            served.api.answer("search", q=word, types="release", limit=100, offset=start)
            for start in range(0, len(expected), 100)
        ]
        hits = [hit["id"] for page in pages for hit in page["results"]]
        assert (set(hits), len(hits), pages[0]["total"]) == (expected, len(expected), len(expected)), word
        genres = Counter(genre for key in expected for genre in set(month.releases[key].get("genres") or ()))
        assert {each["name"]: each["count"] for each in pages[0]["facets"]["genre"]} == genres


@pytest.mark.parametrize("genre", ["Rock", "Funk / Soul", "Jazz"])
def test_filters_leave_the_releases_and_masters_that_match(api: Api, genre: str) -> None:
    found = api.answer("search", q="the", genres=genre, year_min=1960, year_max=1979, limit=100)
    for hit in found["results"]:
        assert hit["type"] in ("release", "master")
        assert genre in hit["metadata"]["genres"]
        assert 1960 <= hit["metadata"]["year"] <= 1979


def test_a_format_or_a_country_leaves_the_releases_with_it_as_counted(api: Api) -> None:
    facets = api.answer("search", q="the")["facets"]
    assert facets["format"]
    assert facets["country"]
    for facet, name, part in (("format", "formats", "formats"), ("country", "countries", "country")):
        for value in facets[facet][:5]:
            found = api.answer("search", q="the", limit=100, **{name: value["name"]})
            assert found["total"] == value["count"]
            assert {hit["type"] for hit in found["results"]} == {"release"}
            assert all(value["name"] in hit["metadata"][part] for hit in found["results"])


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Kind Of Blue", {"blue", "kind"}, "<b>Kind</b> Of <b>Blue</b>"),
        ("Björk", {"bjork"}, "<b>Björk</b>"),
        ("<script>alert(1)</script>", {"script"}, "&lt;<b>script</b>&gt;alert(1)&lt;/<b>script</b>&gt;"),
        ('"A" & B', {"b"}, "&quot;A&quot; &amp; <b>B</b>"),
        ("!!!", {"x"}, "!!!"),
        ("", set(), ""),
    ],
)
def test_a_highlight_is_escaped_html(text: str, words: set[str], marked: str) -> None:
    assert mark_words(text, words) == marked


SYNTAX = ['"', "AND", "title:x", "a OR b", "(", "*", "~", "+-", "\\", "[1 TO 2]", "' OR 1=1", "{}", "name:*", "坂本"]


@pytest.mark.parametrize("text", SYNTAX)
def test_query_syntax_is_text(api: Api, text: str) -> None:
    for path in ("search", "autocomplete"):
        found = api.get(f"/api/{path}", params={"q": text})
        assert found.status_code == 200, found.text


@pytest.mark.parametrize(
    "wrong", [{"q": ""}, {"types": "band"}, {"year_min": 1}, {"limit": 101}, {"offset": 10**9}], ids=str
)
def test_a_parameter_out_of_bounds_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    refused = api.get("/api/search", params={"q": "x", **wrong})
    assert refused.status_code == 422
    assert next(iter(wrong)) in refused.json()["detail"]
