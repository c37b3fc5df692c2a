"""Filters of releases against Polars, over the sample, odd records and a generated month."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discogs_assets.queries.search.filters import parse_filter
from discogs_assets.schema import roles
from discogs_assets.schema.search_index import ENTITIES
from discogs_assets.stores.search import bands, facets
from discogs_assets.stores.search.documents import fold, squeeze, write_documents
from discogs_assets.stores.search.facets import FACETS, FacetSearch
from discogs_assets.stores.search.index_reader import SearchIndex
from discogs_assets.streams.search.rows import SOURCES, build_rows
from discogs_assets_tests.fix_insights import Asked

pytestmark = pytest.mark.slow

LISTS = ("title", "artist", "artist_id", "label", "label_id", "catno", "genre", "style", "format", "description",
    "country", "credit", "credit_id", "role", "has", "master_id")  # fmt: skip

Tree = Any
"""A condition (field, value, role), or a word with its parts: ("NOT", part), ("AND", parts), ("OR", parts)."""


@dataclass(repr=False)
class Month:
    """An index of a month, and its releases with a column of comparable values for each field.

    `stepwise` takes every query for a common one, so that it searches in small bands, and has counted ahead.
    """

    index: SearchIndex
    stepwise: SearchIndex
    frame: pl.DataFrame
    values: dict[str, list[Any]]
    trees: st.SearchStrategy[Tree]
    """Filters of these values."""

    @property
    def facets(self) -> FacetSearch:
        """Search for its releases."""
        return self.index.facets


@pytest.fixture(scope="module")
def month(asked: Asked, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The index of the month, and its releases in Polars."""
    folder = tmp_path_factory.mktemp("facets")
    for entity in ENTITIES:
        (folder / entity).mkdir()
        write_documents(
            folder / entity, build_rows(entity, {name: asked.files[name] for name in SOURCES[entity].reads})
        )
    names = {part: {each["id"]: each["name"] for each in asked.records(part)} for part in ("artists", "labels")}
    frame = pl.DataFrame([read_release(each, names) for each in asked.records("releases")], infer_schema_length=None)
    values = {name: sorted({*frame[name].explode().drop_nulls()}) for name in LISTS if frame[name].dtype != pl.Null}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "FIRST", 5)
        patch.setattr(bands, "GROWTH", 2)
        patch.setattr(bands, "FIRST_YEARS", 3)
        patch.setattr(bands, "SURPLUS", 0)
        patch.setattr(facets, "COMMON", 0)
        stepwise = SearchIndex.open(folder)
    stepwise.facets.warm()
    return Month(SearchIndex.open(folder), stepwise, frame, values, draw_trees(values))


def read_release(each: dict[str, Any], names: dict[str, dict[int, str]]) -> dict[str, Any]:
    """The comparable values of a release: what is equal without case and accents is equal here."""
    tracks = [*each["tracklist"], *(inner for track in each["tracklist"] for inner in track["sub_tracks"])]
    credited = [credit for part in [each, *tracks] for credit in part["extraartists"]]
    people = [(credit["id"], key) for credit in credited for key in ["", *roles.keys(credit["role"] or "")]]
    unlinked = [
        f"{plain}\0{key}"
        for credit in credited
        if not credit["id"] and (plain := " ".join((credit["name"] or "").casefold().split()))
        for key in ["", *roles.keys(credit["role"] or "")]
    ]

    def name(part: str, found: Iterator[int]) -> list[str]:
        return [fold(names[part][key]) for key in found if names[part].get(key)]

    return {
        "id": each["id"],
        "year": each["year"],
        "title": title.split() if (title := words(each["title"] or "")) else [],
        "artist": name("artists", (part["id"] for part in each["artists"])),
        "artist_id": [part["id"] for part in each["artists"] if part["id"]],
        "label": name("labels", (part["id"] for part in each["labels"])),
        "label_id": [part["id"] for part in each["labels"] if part["id"]],
        "catno": [
            code
            for number in (part["catno"] for part in each["labels"])
            if number and number.lower() != "none" and (code := squeeze(number))
        ],
        "genre": [*map(fold, each["genres"])],
        "style": [*map(fold, each["styles"])],
        "format": [fold(part["name"]) for part in each["formats"] if part["name"]],
        "description": [fold(text) for part in each["formats"] for text in part["descriptions"] or ()],
        "country": [fold(each["country"])] if each["country"] else [],
        "credit": [f"{names['artists'][key]}\0{role}" for key, role in people if names["artists"].get(key)] + unlinked,
        "credit_id": [f"{key}\0{role}" for key, role in people if key],
        "role": [role for _, role in people if role],
        "has": [what for what, there in (("video", each["videos"]), ("master", each["master_id"])) if there],
        "master_id": [each["master_id"]] if each["master_id"] else [],
    }


def words(text: str) -> str:
    """The letters and digits of a text, anything else as spaces."""
    return "".join(sign if sign.isalnum() else " " for sign in fold(text))


def evaluate(tree: Tree) -> pl.Expr:
    """The filter as an expression over the frame."""
    match tree:
        case ("NOT", part):
            return ~evaluate(part)
        case ("AND", parts):
            return pl.all_horizontal(*map(evaluate, parts))
        case ("OR", parts):
            return pl.any_horizontal(*map(evaluate, parts))
        case ("year", (first, last)):
            year = pl.col("year").fill_null(-1)
            return year.is_between(first or 0, last or 9999)
        case ("decade", decade):
            return (pl.col("year").fill_null(-1) // 10).eq(decade // 10)
        case (field, value):
            return pl.col(str(field)).list.contains(value)
    raise AssertionError(tree)


def write(tree: Tree) -> str:
    """The filter as a text."""
    match tree:
        case ("NOT", part):
            return f"not ({write(part)})"
        case ("AND" | "OR" as word, parts):
            return f" {word} ".join(f"( {write(part)})" for part in parts)
        case ("year", (first, last)):
            return f"year:{first or ''}..{last or ''}"
        case ("credit" | "credit_id" as field, value):
            person, _, role = value.partition("\0")
            return f"{field}:{quote(person)}" + (f" As {quote(role.replace('_', ' '))}" if role else "")
        case ("role", value):
            return f"role:{quote(value.replace('_', ' ').upper())}"
        case (field, value):
            return f"{field}:{quote(str(value))}"
    raise AssertionError(tree)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def draw_trees(values: dict[str, list[Any]]) -> st.SearchStrategy[Tree]:
    """Filters of values that the releases have, and of years."""
    years = st.one_of(st.none(), st.integers(1950, 2026))
    known = [st.tuples(st.just(name), st.sampled_from(found)) for name, found in values.items() if found]
    leaf = st.one_of(
        *known,
        st.tuples(st.just("year"), st.tuples(years, years).filter(any)),
        st.tuples(st.just("decade"), st.integers(190, 202).map(lambda decade: decade * 10)),
    )
    trees = leaf
    for _ in range(3):
        inner = trees
        groups = st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=1, max_size=3))
        trees = st.one_of(leaf, st.tuples(st.just("NOT"), inner), groups)
    return trees


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_filter_finds_the_releases_that_polars_finds(month: Month, data: st.DataObject) -> None:
    tree = data.draw(month.trees)
    wanted = parse_filter(write(tree))
    sort = data.draw(st.sampled_from(["popularity", "year", "-year"]))
    expected = {*month.frame.filter(evaluate(tree))["id"]}
    total, hits = month.facets.find(wanted, sort, 2_000)
    ids = [hit.id for hit in hits]
    assert total == len(expected)
    assert {*ids} == expected
    limit, offset = data.draw(st.integers(1, 30)), data.draw(st.integers(0, 40))
    for _ in range(2):
        total, hits = month.stepwise.facets.find(wanted, sort, limit, offset)
        assert (total, [hit.id for hit in hits]) == (len(expected), ids[offset : offset + limit])
    assert parse_filter(str(wanted)) == wanted


def test_counts_are_those_of_the_releases_without_the_conditions_on_the_facet(month: Month) -> None:
    own: dict[str, Tree] = {name: (name, there[0]) for name in ("country", "genre") if (there := month.values[name])}
    own["decade"] = ("year", (1950, 2030))
    parts: list[Tree] = [*own.values(), ("OR", [("has", "video"), ("has", "master")])]
    wanted = parse_filter(write(("AND", parts)))
    found = month.facets.count(wanted, FACETS)
    assert [*found] == [*FACETS]
    for facet, counts in found.items():
        rest = month.frame.filter(evaluate(("AND", [part for part in parts if part != own.get(facet)])))
        expected = count(rest, facet)
        assert {fold(value): number for value, number in counts} == dict(sorted(expected.items())), facet
        assert month.facets.count(wanted, [facet]) == {facet: counts}


@pytest.mark.parametrize("sort", ["popularity", "year", "-year"])
def test_all_pages_are_all_releases_each_once_and_ties_are_ordered_by_id(month: Month, sort: str) -> None:
    total, hits = month.facets.find(None, sort, len(month.frame))
    whole = [(hit.popularity, hit.year, hit.id or 0) for hit in hits]
    keys: dict[str, Callable[[Any], Any]] = {
        "popularity": lambda each: (-each[0], each[2]),
        "year": lambda each: (each[1] or 9999, each[2]),
        "-year": lambda each: (-(each[1] or 0), each[2]),
    }
    assert total == len(whole) == len(month.frame)
    assert whole == sorted(whole, key=keys[sort])
    pages = [hit.id for start in range(0, total + 7, 97) for hit in month.facets.find(None, sort, 97, start)[1]]
    assert pages == [key for _, _, key in whole]


def count(frame: pl.DataFrame, facet: str) -> dict[str, int]:
    """The number of releases of each value, as it is spelled in the index; decades by year."""
    if facet == "decade":
        years = frame["year"].drop_nulls()
        return {str(decade * 10): number for decade, number in (years // 10).value_counts().iter_rows()}
    found = frame.select("id", facet).explode(facet).drop_nulls().unique().group_by(facet).len()
    return dict(found.iter_rows())
