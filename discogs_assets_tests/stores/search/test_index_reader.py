"""Questions to an index of rows that each have something odd about them."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.errors import LoadError
from discogs_assets.schema.search_index import ENTITIES, Part, Row
from discogs_assets.stores.search import bands
from discogs_assets.stores.search.documents import write_documents
from discogs_assets.stores.search.index_reader import Filters, SearchIndex

ARTISTS = (
    Row(id=1, name="Björk", popularity=500),
    Row(id=2, name="Motörhead", popularity=700),
    Row(id=3, name="Sigur Rós", popularity=90),
    Row(id=4, name="AC/DC", popularity=900),
    Row(id=5, name="The The", popularity=60),
    Row(id=6, name="U2", popularity=1_000),
    Row(id=7, name="!!!", popularity=20),
    Row(id=8, name="坂本龍一", popularity=200, variations=["Ryuichi Sakamoto"]),
    Row(id=9, name="Мумий Тролль", popularity=40),
    Row(id=10, name='"Weird Al" \\ Yankovic', popularity=30),
    Row(id=11, name="Guns N\u2019 Roses", popularity=300),
    Row(id=12, name="İstanbul Ærø", popularity=1),
    Row(id=13, name="\uff35\uff21", popularity=3),
    Row(id=14, name="The Beatles", popularity=5_000, subtitle="John Winston"),
    Row(id=15, name="Bjorkestra", popularity=5_000),
    Row(id=16, name="Bjo\u0308rn", popularity=2),
    Row(id=17, name=None),
    Row(id=18, name="x" * 70_000),
    Row(id=19, name="U2 Tribute", popularity=2),
    Row(id=20, name="AND OR NOT", popularity=1),
)
LABELS = (
    Row(id=1, name="Island", subtitle="Universal", popularity=800),
    Row(id=2, name="Island", popularity=9),
    Row(id=3, name="ISLAND", popularity=1),
)
RELEASES = tuple(
    Row(
        id=number,
        name="Kind of Blue" if number == 7 else f"Title {number % 5}",
        subtitle="M. Davis",
        artists=[Part(id=number % 4 + 1, name="Miles Davis")],
        year=None if number % 11 == 0 else 1950 + number % 7 * 10,
        popularity=number % 3,
        genres=[("Jazz", "Funk / Soul", "Rock")[number % 3]],
        styles=["Modal", "Bop"] if number % 2 else ["Punk"],
        formats=["Vinyl", "CD"] if number % 4 else ["Flexi-disc"],
        country="UK" if number % 3 else None,
        labels=[Part(id=1, name="Island", catno=f"BLP-{1500 + number}"), Part(id=2, name="Island", catno="None")],
        master_id=number // 2 or None,
    )
    for number in range(60)
)
GENRES = tuple(Row(name=name, popularity=20) for name in ("Jazz", "Funk / Soul", "Rock"))

ROWS = {"artists": ARTISTS, "labels": LABELS, "masters": (), "releases": RELEASES, "genres": GENRES, "styles": ()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an index of these rows."""
    place = tmp_path_factory.mktemp("search")
    for entity, rows in ROWS.items():
        (place / entity).mkdir()
        assert write_documents(place / entity, rows) == len(rows)
    return place


@pytest.fixture(scope="module")
def index(folder: Path) -> SearchIndex:
    """The opened index."""
    return SearchIndex.open(folder)


def test_an_index_holds_a_document_for_each_row(index: SearchIndex) -> None:
    assert index.documents == {entity: len(rows) for entity, rows in ROWS.items()}


ODD = {
    "bjork": 1,
    "BJÖRK": 1,
    "Bjo\u0308rk": 1,
    "motorhead": 2,
    "sigur ros": 3,
    "sigurros": 3,
    "ac/dc": 4,
    "AC DC": 4,
    "acdc": 4,
    "the the": 5,
    "u2": 6,
    "!!!": 7,
    "坂本龍一": 8,
    "ryuichi sakamoto": 8,
    "мумий тролль": 9,
    "МУМИЙ ТРОЛЛЬ": 9,
    'weird al" \\': 10,
    "guns n' roses": 11,
    "istanbul aero": 12,
    "ua": 13,
    "john beatles": 14,
    "björn": 16,
}


@pytest.mark.parametrize(("text", "found"), ODD.items())
def test_an_odd_name_is_found_first(index: SearchIndex, text: str, found: int) -> None:
    assert index.search(text, ["artists"]).hits[0].id == found


@pytest.mark.parametrize(
    ("text", "names"),
    {
        "beatels": ["The Beatles"],
        "bjrok": ["Björk"],
        "motorhed": ["Motörhead"],
        "bjrok germany 1977": ["Björk"],
        "zzzzzzzz": [],
        " ": [],
        "u3": [],
    }.items(),
)
def test_words_with_few_wrong_letters_suggest_names(index: SearchIndex, text: str, names: list[str]) -> None:
    assert [*index.suggest(text, ["artists"])][:1] == names


PREFIXES = {
    "bj": 15,
    "björk": 1,
    "bjor": 15,
    "motör": 2,
    "sigur r": 3,
    "ac/d": 4,
    "acd": 4,
    "the the": 5,
    "the b": 14,
    "beatles t": 14,
    "u": 6,
    "u2": 6,
    "u2 trib": 19,
    "!": 7,
    "!!": 7,
    "!!!": 7,
    "坂": 8,
    "坂本龍": 8,
    "saka": 8,
    "мум": 9,
    "мумий трол": 9,
    "guns n\u2019 r": 11,
    "  U2 ": 6,
}


@pytest.mark.parametrize(("text", "found"), PREFIXES.items())
def test_a_prefix_completes_to_the_exact_or_most_popular_name(index: SearchIndex, text: str, found: int) -> None:
    assert index.complete(text, "artists")[0].id == found


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_completions_are_the_same_however_few_documents_are_searched_at_once(
    folder: Path, index: SearchIndex, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(bands, "FIRST", 1)
    monkeypatch.setattr(bands, "GROWTH", 1.5)
    monkeypatch.setattr(bands, "SURPLUS", 0)
    monkeypatch.setattr("discogs_assets.stores.search.index_reader.COMMON", 0)
    stepwise = SearchIndex.open(folder)
    for text in (*PREFIXES, *"abcdefghijklmnopqrstuvwxyz", "ti", "tit", "titl", "title 1", "m d", "blp", "blp1507"):
        assert stepwise.complete(text, limit=limit) == index.complete(text, limit=limit), text


def test_a_genre_with_a_slash_is_completed_and_looked_up(index: SearchIndex) -> None:
    for text in ("funk", "Funk /", "funk / s", "soul", "Funk / Soul"):
        assert [hit.name for hit in index.complete(text, "genres")] == ["Funk / Soul"]
    assert [(hit.entity, hit.id, hit.name) for hit in index.lookup("genres", "Funk / Soul")] == [
        ("genres", None, "Funk / Soul")
    ]


@pytest.mark.parametrize("text", ["BLP 1507", "blp1507", "BLP-1507", "blp/15-07"])
def test_a_catalogue_number_is_found_with_and_without_blanks_and_signs(index: SearchIndex, text: str) -> None:
    assert [hit.id for hit in index.search(text).hits] == [7]
    assert index.complete(text, "releases")[0].id == 7


def test_words_of_title_and_artist_find_a_release_together(index: SearchIndex) -> None:
    assert [hit.id for hit in index.search("davis kind of blue").hits] == [7]
    assert [hit.id for hit in index.search("davis kind of green").hits] == []


@pytest.mark.parametrize("odd", [name for row in ARTISTS if (name := row.name) and len(name) < 300])
def test_every_odd_name_is_looked_up(index: SearchIndex, odd: str) -> None:
    assert [hit.name for hit in index.lookup("artists", odd)] == [odd]


def test_two_labels_of_one_name_are_both_looked_up(index: SearchIndex) -> None:
    assert [hit.id for hit in index.lookup("labels", "Island")] == [1, 2]
    assert [hit.id for hit in index.lookup("labels", "ISLAND")] == [3]
    assert [hit.id for hit in index.lookup("labels", "island")] == [1, 2, 3]
    assert [hit.subtitle for hit in index.lookup("labels", "Island")] == ["Universal", None]
    assert index.lookup("labels", "Isl") == []


SYNTAX = {
    **dict.fromkeys(["name:bjork", "bjork OR motorhead", "bj*", "bjork~2", "/bj.*/", "u2^5", "[a TO z]", "*:*"], ()),
    "+u2 -tribute": (19,),
    '"the the" OR': (),
    "AND OR NOT": (20,),
}


@pytest.mark.parametrize(("text", "found"), SYNTAX.items())
def test_query_syntax_is_text(index: SearchIndex, text: str, found: tuple[int, ...]) -> None:
    assert tuple(hit.id for hit in index.search(text, ["artists"]).hits) == found


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_text_has_an_answer(text: str) -> None:
    index = OPENED[0]
    assert index.search(text, limit=3).total >= 0
    assert len(index.complete(text, limit=3)) <= 3
    assert len(index.lookup("artists", text)) <= 1
    assert len(index.suggest(text)) <= 3


OPENED: list[SearchIndex] = []


@pytest.fixture(scope="module", autouse=True)
def _opened(index: SearchIndex) -> None:
    OPENED.append(index)


def test_a_blank_text_matches_everything_and_completes_to_nothing(index: SearchIndex) -> None:
    assert index.search(" ").total == sum(map(len, ROWS.values()))
    assert index.complete(" ") == []


def test_filters_hold_together(index: SearchIndex) -> None:
    filters = Filters(genres=["Jazz", "rock"], styles=["bop"], year_min=1960, year_max=1989, artist_id=2, label_id=1)
    expected = [
        row
        for row in RELEASES
        if {*row.genres} & {"Jazz", "Rock"}
        and "Bop" in row.styles
        and row.year
        and 1960 <= row.year <= 1989
        and row.artists[0].id == 2
    ]
    found = index.releases(filters, limit=100)
    assert expected
    assert [(hit.id, hit.year, hit.genres, hit.styles) for hit in found.hits] == [
        (row.id, row.year, tuple(row.genres), tuple(row.styles))
        for row in sorted(expected, key=lambda row: (row.year, row.id))
    ]
    assert index.search("", filters=filters).total == len(expected)
    assert {hit.id for hit in index.releases(Filters(master_id=5)).hits} == {10, 11}
    assert index.releases(Filters(genres=["\ud800", "Ja"])).total == 0
    british = Filters(formats=["cd", "Flexi-disc"], countries=["uk", "Germany"])
    assert index.search("", filters=british).total == sum(row.country == "UK" for row in RELEASES)
    assert index.search("", filters=Filters(formats=["flexi-disc"])).total == 15


ORDERS: dict[str, Callable[[Row], tuple[int, int | None]]] = {
    "year": lambda row: (row.year or 9999, row.id),
    "-year": lambda row: (-(row.year or 0), row.id),
}


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("size", [1, 7, 60])
def test_all_pages_are_all_releases_each_once_in_order(index: SearchIndex, sort: str, size: int) -> None:
    filters = Filters(label_id=2)
    pages = [index.releases(filters, sort, size, offset) for offset in range(0, 61, size)]
    assert {page.total for page in pages} == {60}
    assert [hit.id for page in pages for hit in page.hits] == [row.id for row in sorted(RELEASES, key=ORDERS[sort])]


@pytest.mark.parametrize("text", ["", "title", "miles"])
def test_all_pages_of_a_search_are_all_hits_each_once_best_first(index: SearchIndex, text: str) -> None:
    whole = index.search(text, limit=200)
    pages = [index.search(text, limit=7, offset=offset) for offset in range(0, whole.total + 7, 7)]
    paged = [hit for page in pages for hit in page.hits]
    assert paged == list(whole.hits)
    assert len({(hit.entity, hit.id, hit.name) for hit in paged}) == len(paged) == whole.total
    assert all(one.score >= other.score for one, other in pairwise(paged))


def test_facets_count_every_hit(index: SearchIndex) -> None:
    page = index.search("", ["releases", "genres"], limit=1, facets=True)
    assert page.facets["type"] == [("releases", 60), ("genres", 3)]
    assert page.facets["genre"] == [("Funk / Soul", 20), ("Jazz", 20), ("Rock", 20)]
    assert page.facets["format"] == [("CD", 45), ("Vinyl", 45), ("Flexi-disc", 15)]
    assert page.facets["country"] == [("UK", 40)]
    decades = [row.year // 10 * 10 for row in RELEASES if row.year]
    assert page.facets["decade"] == [(f"{decade}s", decades.count(decade)) for decade in sorted({*decades})]


def test_a_popular_entity_comes_before_others_of_the_same_words(index: SearchIndex) -> None:
    assert [hit.id for hit in index.search("island").hits] == [1, 2, 3]
    assert [hit.id for hit in index.complete("isl", "labels")] == [1, 2, 3]


@pytest.mark.parametrize("style", ["⅓ Step", "\uff37ide", "Two  Blanks"])
def test_a_style_matches_as_it_is_written(style: str, tmp_path: Path) -> None:
    for entity in ENTITIES:
        (tmp_path / entity).mkdir()
        write_documents(tmp_path / entity, [Row(id=1, name="A", styles=[style])] if entity == "releases" else [])
    assert SearchIndex.open(tmp_path).releases(Filters(styles=[style])).total == 1


def test_an_index_that_is_gone_or_damaged_names_the_remedy(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"artists cannot be opened.*search/artists"):
        SearchIndex.open(tmp_path)
    (tmp_path / ENTITIES[0]).mkdir()
    (tmp_path / ENTITIES[0] / "meta.json").write_text("{}")
    with pytest.raises(LoadError, match="publish the month"):
        SearchIndex.open(tmp_path)


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    schema = tantivy.SchemaBuilder().add_text_field("name").build()
    (tmp_path / ENTITIES[0]).mkdir()
    tantivy.Index(schema, str(tmp_path / ENTITIES[0])).writer().commit()
    with pytest.raises(LoadError, match="another version has written it"):
        SearchIndex.open(tmp_path)


@pytest.mark.parametrize("offset", [10**6, 2**31, 2**62])
def test_a_page_far_beyond_the_end_is_empty_and_reserves_no_memory(index: SearchIndex, offset: int) -> None:
    for page in (index.releases(Filters(genres=["Jazz"]), offset=offset), index.search("blue", offset=offset)):
        assert page.total
        assert not page.hits
