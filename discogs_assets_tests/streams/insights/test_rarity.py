"""Tests of `streams.insights.rarity`."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.schema.rarity import KNOWN, TIERS, WEIGHTS
from discogs_assets.streams.insights import rarity
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

WORTH = {
    "Test Pressing": 100,
    "Lathe Cut": 98,
    "Flexi-disc": 95,
    "Shellac": 90,
    "Blu-spec CD": 80,
    "Box Set": 70,
    '10"': 65,
    "8-Track Cartridge": 60,
    "CDr": 50,
    "Vinyl": 40,
    "Cassette": 35,
    "LP": 30,
    "CD": 10,
    "File": 5,
}


def value(expression: pl.Expr) -> Any:
    return pl.select(expression).item()


def number(each: int | None) -> pl.Expr:
    return pl.lit(each, pl.Int64)


@pytest.mark.parametrize(
    ("pressings", "score"), [(0, 90), (1, 100), (2, 85), (3, 60), (5, 60), (6, 35), (10, 35), (11, 10)]
)
def test_c34_pressing(pressings: int, score: int) -> None:
    assert value(rarity.pressing(number(pressings))) == score


@pytest.mark.parametrize(
    ("releases", "score"),
    [(5, 100), (9, 100), (10, 75), (25, 75), (100, 50), (500, 25), (1000, 25), (5000, 10), (None, 50)],
)
def test_c34_label(releases: int | None, score: int) -> None:
    assert value(rarity.catalogue(number(releases))) == score


@pytest.mark.parametrize(("degree", "score"), [(0, 90), (1, 90), (4, 70), (6, 50), (10, 30), (20, 10)])
def test_c34_isolation(degree: int, score: int) -> None:
    assert value(rarity.isolation(number(degree))) == score


@pytest.mark.parametrize(
    ("year", "reissued", "score"),
    [
        (None, False, 50),
        (None, True, 50),
        (2027, False, 0),
        (2026, True, 0),
        (1960, False, 99),
        (1960, True, 59),
        (1900, False, 100),
        (1900, True, 60),
        (2016, False, 15),
    ],
)
def test_c34_temporal(year: int | None, reissued: bool, score: int) -> None:
    assert value(rarity.temporal(number(year), 2026, pl.lit(reissued))) == score


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        (0, "common"),
        (19.9, "common"),
        (20, "uncommon"),
        (39.9, "uncommon"),
        (40, "scarce"),
        (60, "rare"),
        (80, "ultra-rare"),
        (100, "ultra-rare"),
    ],
)
def test_c34_tier(score: float, tier: str) -> None:
    assert value(rarity.tier(pl.lit(float(score)))) == tier


def test_c34_weights_sum_to_1_in_their_proportions_without_prevalence() -> None:
    assert sum(WEIGHTS.values()) == 1
    assert [weight * 80 for weight in WEIGHTS.values()] == [25, 10, 10, 20, 15]
    assert sum(KNOWN.values()) == pytest.approx(1)


@given(st.floats(0, 100))
def test_a_tier_holds_the_scores_from_its_least_to_the_next(score: float) -> None:
    names, bounds = [*TIERS], [100.1, *TIERS.values()]
    place = names.index(value(rarity.tier(pl.lit(score))))
    assert bounds[place + 1] <= score < bounds[place]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_a_percentile_is_the_share_of_the_others_that_have_less(numbers: list[int]) -> None:
    population = np.sort(np.array(numbers, np.int64))
    found = rarity.percentiles(pl.Series(numbers), population).to_list()
    others = max(1, len(numbers) - 1)
    assert found == [sum(other < each for other in numbers) / others for each in numbers]
    assert all(0 <= each <= 1 for each in found)


def test_what_is_unknown_is_less_than_all() -> None:
    assert rarity.percentiles(pl.Series([None], dtype=pl.Int64), np.array([0, 3])).to_list() == [0]


def degrees(asked: Asked, label: str) -> Counter[int]:
    """Relationships of each node, as a count over all tables finds them."""
    found = Counter[int]()
    for file in {file for files in asked.files.values() for file in files if file.parent.name.isupper()}:
        for end, column in zip(file.stem.split("-"), pl.read_parquet(file).iter_columns(), strict=False):
            found.update(column.to_list() if end == label else [])
    return found


def ages(release: dict[str, Any], siblings: list[dict[str, Any]], year: int) -> float:
    others = [each["year"] for each in siblings if each["id"] != release["id"] and each["year"] is not None]
    if release["year"] is None:
        return 50
    age: float = min(100, max(0, (year - release["year"]) * 1.5))
    return max(0, age - 40) if any(other >= year - 10 for other in others) else age


def step(count: int, *steps: tuple[int, int], beyond: int = 10) -> int:
    return next((worth for limit, worth in steps if count <= limit), beyond)


def percentile(each: int, population: list[int]) -> float:
    return sum(other < each for other in population) / max(1, len(population) - 1)


@pytest.mark.parametrize("year", [2026, 2011])
def test_every_release_has_the_score_of_an_independent_computation(year: int, asked: Asked) -> None:
    releases = asked.records("releases")
    by_master: dict[int, list[dict[str, Any]]] = {}
    for release in releases:
        by_master.setdefault(release["master_id"] or 0, []).append(release)
    of_artist, of_release = degrees(asked, "Artist"), degrees(asked, "Release")
    famous = [of_artist[each["id"]] for each in asked.records("artists")]
    sizes = Counter(label for labels in asked.referred("labels") for label in labels)
    big = [sizes[each["id"]] for each in asked.records("labels")]
    genres = Counter(genre for release in releases for genre in {*release["genres"]})
    masters = Counter(genre for master in asked.records("masters") for genre in {*master["genres"]} - {*genres})
    loud = [*genres.values(), *(0 for _ in masters)]
    expected = []
    for release, labels in zip(releases, asked.referred("labels"), strict=True):
        siblings = by_master[release["master_id"]] if release["master_id"] else []
        said = [text for each in release["formats"] for text in (each["name"], *each["descriptions"])]
        signals = [
            step(len(siblings), (0, 90), (1, 100), (2, 85), (5, 60), (10, 35)),
            step(min((sizes[each] for each in labels), default=100), (9, 100), (50, 75), (200, 50), (1000, 25)),
            max((WORTH[text] for text in said if text in WORTH), default=50),
            ages(release, siblings, year),
            step(of_release[release["id"]], (2, 90), (4, 70), (7, 50), (12, 30)),
        ]
        score = sum(w * s for w, s in zip((25, 10, 10, 20, 15), signals, strict=True)) / 80
        tiers = ((80, "ultra-rare"), (60, "rare"), (40, "scarce"), (20, "uncommon"), (0, "common"))
        known = 0.4 * percentile(max((of_artist[each["id"] or 0] for each in release["artists"]), default=0), famous)
        known += 0.3 * percentile(max((sizes[each] for each in labels), default=0), big)
        known += 0.3 * percentile(max((genres[each] for each in release["genres"]), default=0), loud)
        tier = next(name for least, name in tiers if score >= least)
        about = [release[name] for name in ("id", "title", "artist", "year")]
        expected.append((*about, pytest.approx(score), tier, pytest.approx(score * known), *signals))
    found = asked.answer("release_rarity", f"{year}-11-01")
    assert found.rows() == expected
    assert found["rarity_score"].is_between(0, 100).all()
    assert (found["hidden_gem_score"] <= found["rarity_score"]).all()


FORMATS: list[tuple[list[dict[str, Any]], int]] = [
    ([{"name": "Vinyl", "descriptions": ["LP", "Test Pressing"]}], 100),
    ([{"name": "Lathe Cut", "descriptions": ['7"']}], 98),
    ([{"name": "Vinyl", "descriptions": ['10"', "EP"]}], 65),
    ([{"name": "CD"}, {"name": "Box Set"}], 70),
    ([{"name": "CD", "descriptions": ["Album", "Reissue"]}], 10),
    ([{"name": "Betamax", "descriptions": ["PAL"]}], 50),
    ([], 50),
]


def test_names_and_descriptions_of_all_formats_count(tmp_path: Path) -> None:
    releases: fix_insights.Records = {
        "releases": [{"id": number, "formats": formats} for number, (formats, _) in enumerate(FORMATS, start=1)]
    }
    found = fix_insights.answer(tmp_path, "release_rarity", releases)
    assert found["format_rarity"].to_list() == [score for _, score in FORMATS]


PRESSED: list[tuple[list[str], list[float]]] = [
    (["1960", "2021"], [59, 7.5]),
    (["1960", "2016"], [59, 15]),
    (["1960", "2015"], [99, 16.5]),
    (["1986", "2020", "2021"], [20, 0, 0]),
    (["1986", "?"], [60, 50]),
    (["1960"], [99]),
]


def test_another_pressing_of_the_last_ten_years_takes_from_age(tmp_path: Path) -> None:
    years = [(master, year) for master, (years, _) in enumerate(PRESSED, start=1) for year in years]
    releases = [{"id": n, "master_id": master, "released": year} for n, (master, year) in enumerate(years, start=1)]
    found = fix_insights.answer(tmp_path, "release_rarity", {"releases": releases})
    assert found["temporal_scarcity"].to_list() == [score for _, scores in PRESSED for score in scores]


def test_a_release_without_anything_is_neither_known_nor_unknown(tmp_path: Path) -> None:
    found = fix_insights.answer(tmp_path, "release_rarity", {"releases": [{"id": 1}]})
    score = (90 * 25 + 50 * 10 + 50 * 10 + 50 * 20 + 90 * 15) / 80
    assert found.rows() == [(1, None, None, None, score, "rare", 0.0, 90, 50, 50, 50.0, 90)]


def test_a_month_without_releases_has_no_rarity(tmp_path: Path) -> None:
    assert fix_insights.answer(tmp_path, "release_rarity", {}).is_empty()


def test_batches_are_scored_like_the_whole(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked.answer("release_rarity")
    monkeypatch.setattr(rarity, "BATCH_ROWS", 7)
    assert asked.answer("release_rarity").equals(whole)
