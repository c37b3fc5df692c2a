"""Tests of `streams.insights.artists.similarity`: the scores and candidates of a computation in plain Python."""

import json
import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

WEIGHTS = {"genre": 0.35, "style": 0.25, "label": 0.25, "collaborator": 0.15}
TAKEN = {"style": 5, "label": 10, "collaborator": 10}

Vectors = dict[str, dict[int, Counter[Any]]]


def read_vectors(asked: Asked) -> tuple[Vectors, Counter[int]]:
    """The numbers of releases of each artist with at least three, by value of each criterion, and of all."""
    found: Vectors = {name: defaultdict(Counter) for name in WEIGHTS}
    releases = asked.records("releases")
    total = Counter(artist for crew in asked.referred("artists") for artist in crew)
    for release, crew, labels in zip(releases, asked.referred("artists"), asked.referred("labels"), strict=True):
        values = {
            "genre": {*(release["genres"] or ())},
            "style": {*(release["styles"] or ())},
            "label": labels - {1818},
            "collaborator": crew if len(crew) <= 50 else set(),
        }
        for artist in (each for each in crew if total[each] >= 3):
            for name, each in values.items():
                found[name][artist].update(each)
    return found, Counter({artist: count for artist, count in total.items() if count >= 3})


def cosine(one: Counter[Any], other: Counter[Any]) -> float:
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(count * other[value] for value, count in one.items()) / lengths if lengths else 0.0


def first(counts: dict[Any, int], number: int) -> list[Any]:
    return sorted(counts, key=lambda each: (-counts[each], each))[:number]


def find_candidates(vectors: Vectors, artists: Counter[int]) -> dict[int, set[int]]:
    found: dict[int, set[Any]] = defaultdict(set)
    for name, number in TAKEN.items():
        groups: dict[Any, dict[int, int]] = defaultdict(dict)
        for artist, counts in vectors[name].items():
            for value, count in counts.items():
                groups[value][artist] = count
        offered = {value: first(counts, 50) for value, counts in groups.items()}
        for artist, counts in vectors[name].items():
            found[artist] |= {other for value in first(counts, number) for other in offered[value]}
    return {artist: found[artist] - {artist} for artist in artists}


def test_similar_artists_are_those_of_a_plain_computation(asked: Asked) -> None:
    vectors, artists = read_vectors(asked)
    expected = []
    for artist, candidates in sorted(find_candidates(vectors, artists).items()):
        ranked = []
        for other in candidates:
            parts = {name: cosine(vectors[name][artist], vectors[name][other]) for name in WEIGHTS}
            score = round(sum(WEIGHTS[name] * part for name, part in parts.items()), 6)
            ranked.append((-score, -artists[other], other, [round(part, 6) for part in parts.values()]))
        expected += [(artist, rank, *each) for rank, each in enumerate(sorted(ranked)[:50], start=1)]
    found = asked.answer("similar_artists").rows(named=True)
    assert [(each["artist_id"], each["rank"], each["similar_id"]) for each in found] == [
        (artist, rank, other) for artist, rank, _, _, other, _ in expected
    ]
    for row, (_, _, score, releases, _, each) in zip(found, expected, strict=True):
        assert row["similarity"] == pytest.approx(-score, abs=2e-6)
        assert row["releases"] == -releases
        assert [row[name] for name in WEIGHTS] == pytest.approx(each, abs=2e-6)


def test_shared_genres_and_labels_are_common_to_both(asked: Asked) -> None:
    vectors, _ = read_vectors(asked)
    names = {each["id"]: each["name"] for each in asked.records("labels")}
    for row in asked.answer("similar_artists").rows(named=True):
        common = {name: vectors[name][row["artist_id"]] & vectors[name][row["similar_id"]] for name in WEIGHTS}
        genres, labels = json.loads(row["shared_genres"]), json.loads(row["shared_labels"])
        assert {*genres} <= {*common["genre"]}
        assert {*labels} <= {names[each] for each in common["label"]}
        assert (len(genres), len(labels)) == (min(5, len(common["genre"])), min(5, len(common["label"])))


def test_an_artist_of_two_releases_has_no_similar_ones_and_various_is_never_one(tmp_path: Path) -> None:
    artists = [{"id": number, "name": f"A{number}"} for number in (1, 2, 3, 194)]
    crews = [[1, 194], [1, 194], [1, 194], [2], [2], [2], [3], [3]]
    releases = [
        {"id": number, "genres": ["Rock"], "styles": ["Punk"], "artists": [{"id": each} for each in crew]}
        for number, crew in enumerate(crews, start=1)
    ]
    found = fix_insights.answer(tmp_path, "similar_artists", {"artists": artists, "releases": releases})
    assert found.select("artist_id", "similar_id", "similarity").rows() == [(1, 2, 0.6), (2, 1, 0.6)]


def test_without_releases_there_are_no_rows(tmp_path: Path) -> None:
    assert fix_insights.answer(tmp_path, "similar_artists", {"artists": [{"id": 1, "name": "A"}]}).is_empty()
