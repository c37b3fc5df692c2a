"""Tests of `streams.insights.label_dna`."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.schema.insights import LABEL_RELEASES, LABEL_SHARES
from discogs_assets.streams.insights import label_dna
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

Described = tuple[Any, ...]


def describe(releases: list[dict[str, Any]], artists: set[int]) -> Described:
    """The columns after the name, counted one release at a time."""
    size, years = len(releases), Counter(each["year"] for each in releases if each["year"] is not None)
    decades = Counter(year // 10 * 10 for year in years.elements())
    named = {
        "genres": Counter(name for each in releases for name in {*each["genres"]}),
        "styles": Counter(name for each in releases for name in {*each["styles"]}),
        "formats": Counter(name for each in releases for name in {form["name"] for form in each["formats"]} - {None}),
    }
    lists = [
        [
            {"name": name, "count": count, "percentage": pytest.approx(100 * count / size, abs=0.005)}
            for name, count in most
        ]
        for counts in named.values()
        for most in [sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LABEL_SHARES]]
    ]
    by_decade = [
        {"decade": decade, "count": count, "percentage": pytest.approx(100 * count / size, abs=0.005)}
        for decade, count in sorted(decades.items())
    ]
    return (
        size,
        len(artists),
        pytest.approx(len(artists) / size, abs=1e-4),
        sorted(years),
        min((each for each in decades if decades[each] == max(decades.values())), default=None),
        pytest.approx(years.total() / len(years), abs=1e-4) if years else None,
        *lists,
        by_decade,
    )


def parse(row: Described) -> Described:
    """The columns after the id and the name, the lists parsed."""
    return tuple(json.loads(each) if isinstance(each, str) else each for each in row[2:])


def test_the_profile_of_a_label_is_that_of_a_count_of_its_releases(asked: Asked) -> None:
    releases, artists = defaultdict[int, list[dict[str, Any]]](list), defaultdict[int, set[int]](set)
    every = zip(asked.records("releases"), asked.referred("labels"), asked.referred("artists"), strict=True)
    for release, labels, by in every:
        for label in labels:
            releases[label].append(release)
            artists[label] |= by
    large = sorted(label for label, found in releases.items() if len(found) >= LABEL_RELEASES)
    names = {label["id"]: label["name"] for label in asked.records("labels")}
    found = asked.answer("label_dna").rows()
    assert [row[:2] for row in found] == [(label, names[label]) for label in large]
    assert [parse(row) for row in found] == [describe(releases[label], artists[label]) for label in large]


def releases(count: int, **parts: Any) -> list[dict[str, Any]]:
    return [{"id": number, "labels": [{"id": 1}], **parts} for number in range(1, count + 1)]


def profile(folder: Path, records: list[dict[str, Any]]) -> list[Described]:
    labels = [{"id": 1, "name": "Label"}]
    found = fix_insights.answer(folder, "label_dna", {"labels": labels, "releases": records})
    return [parse(row) for row in found.rows()]


@pytest.mark.parametrize(("count", "rows"), [(LABEL_RELEASES - 1, 0), (LABEL_RELEASES, 1)])
def test_a_label_with_few_releases_has_no_profile(count: int, rows: int, tmp_path: Path) -> None:
    assert len(profile(tmp_path, releases(count))) == rows


def test_a_label_without_anything_has_empty_lists(tmp_path: Path) -> None:
    assert profile(tmp_path, releases(5)) == [(5, 0, 0.0, [], None, None, [], [], [], [])]


def test_a_value_named_twice_counts_once_and_a_label_named_twice_as_well(tmp_path: Path) -> None:
    twice = releases(5, labels=[{"id": 1, "catno": "A"}, {"id": 1, "catno": "B"}, {"id": 2}, {"id": 0}])
    for each in twice:
        each |= {"genres": ["Rock", "Rock"], "formats": [{"name": "Vinyl"}, {"name": "Vinyl"}, {"name": "CD"}]}
    ((size, *_, genres, _, formats, _),) = profile(tmp_path, twice)
    assert size == 5
    assert genres == [{"name": "Rock", "count": 5, "percentage": 100.0}]
    assert [each["name"] for each in formats] == ["CD", "Vinyl"]


def test_the_lists_are_bounded_and_the_first_names_win_ties(tmp_path: Path) -> None:
    names = [f'"Style" {number:02d}' for number in range(LABEL_SHARES + 5)]
    ((*_, styles, _, _),) = profile(tmp_path, releases(5, styles=names[::-1]))
    assert [each["name"] for each in styles] == names[:LABEL_SHARES]


def test_the_earliest_of_equal_decades_is_the_peak_and_undated_releases_count_as_releases(tmp_path: Path) -> None:
    years = ["1999", "1998", "2001", "2001", "?"]
    dated = [{**each, "released": year} for each, year in zip(releases(5), years, strict=True)]
    ((size, _, _, active, peak, prolificacy, *_, decades),) = profile(tmp_path, dated)
    assert (size, active, peak, prolificacy) == (5, [1998, 1999, 2001], 1990, 1.3333)
    assert [(each["decade"], each["count"], each["percentage"]) for each in decades] == [(1990, 2, 40), (2000, 2, 40)]


def test_blocks_are_described_like_the_whole(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked.answer("label_dna")
    monkeypatch.setattr(label_dna, "BLOCK_LABELS", 3)
    assert asked.answer("label_dna").equals(whole)


def test_the_bars_of_the_picture_count_each_label_once(asked: Asked) -> None:
    answer = asked.answer("label_dna")
    bars = label_dna.picture(answer.lazy()).bars
    assert sum(bars.values()) == len(answer)
    assert bars["from 10"] == sum(10 <= size < 20 for size in answer["release_count"])
