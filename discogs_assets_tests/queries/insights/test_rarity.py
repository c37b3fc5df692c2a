"""Tests of `queries.insights.rarity`: the lists are the scores of the month in order, page by page."""

from typing import Any

import polars as pl
import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import LOADED, Project
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

TIERS = {"ultra-rare": (80, 101), "rare": (60, 80), "scarce": (40, 60), "uncommon": (20, 40), "common": (0, 20)}

Rows = dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def rated(project: Project) -> Rows:
    """Rows of the insight by release, from the lake."""
    files = project.lake.files(["insights", "release_rarity"], LOADED)
    return {row["release_id"]: row for row in pl.read_parquet(files).to_dicts()}


def order(rows: Rows, score: str = "rarity_score", of: Any = None) -> list[int]:
    """Ids by score, the highest first, then by id, the newest first."""
    chosen = [row for row in rows.values() if of is None or row["release_id"] in of]
    return [row["release_id"] for row in sorted(chosen, key=lambda row: (row[score], row["release_id"]), reverse=True)]


def read_pages(api: Api, path: str, **parameters: Any) -> list[int]:
    """Ids of all pages by number, which must be those of all pages by offset."""
    numbered, skipped, more, page = list[int](), list[int](), True, 0
    while more:
        page += 1
        found = api.answer(path, page=page, page_size=7, **parameters)
        assert (found["page"], found["page_size"]) == (page, 7)
        numbered += [row["release_id"] for row in found["items"]]
        other = api.answer(path, limit=7, offset=len(skipped), **parameters)
        skipped += [row["release_id"] for row in other["items"]]
        assert found["total"] == other["total"]
        more = found["has_more"]
    assert numbered == skipped
    assert found["total"] == len(numbered)
    return numbered


def test_the_leaderboard_has_all_releases_in_order(api: Api, rated: Rows) -> None:
    assert read_pages(api, "rarity/leaderboard") == order(rated)
    assert {*rated} == {*sample.releases}


@pytest.mark.parametrize("tier", TIERS)
def test_the_leaderboard_of_a_tier_has_the_scores_of_the_tier(api: Api, rated: Rows, tier: str) -> None:
    least, below = TIERS[tier]
    ids = {key for key, row in rated.items() if least <= row["rarity_score"] < below}
    assert read_pages(api, "rarity/leaderboard", tier=tier) == order(rated, of=ids)
    assert ids == {key for key, row in rated.items() if row["tier"] == tier}


@pytest.mark.parametrize("least", [None, 0, 55.5, 100])
def test_hidden_gems_are_ordered_by_their_score_and_rare_enough(api: Api, rated: Rows, least: float | None) -> None:
    ids = {key for key, row in rated.items() if row["rarity_score"] >= (41 if least is None else least)}
    given = {} if least is None else {"min_rarity": least}
    assert read_pages(api, "rarity/hidden-gems", **given) == order(rated, "hidden_gem_score", ids)


@pytest.mark.parametrize("kind", ["artist", "label"])
def test_the_lists_of_artists_and_labels_have_their_releases_alone(api: Api, rated: Rows, kind: str) -> None:
    records = sample.artists if kind == "artist" else sample.labels
    sizes = set()
    for key, record in [*records.items()][:60:4]:
        named = [each for each in sample.releases.values() if key in {of["id"] for of in each.get(f"{kind}s") or ()}]
        ids = read_pages(api, f"rarity/{kind}/{key}")
        assert ids == order(rated, of={each["id"] for each in named})
        gems = read_pages(api, f"rarity/{kind}/{key}", sort="gem")
        assert gems == order(rated, "hidden_gem_score", {each["id"] for each in named})
        assert api.answer(f"rarity/{kind}/{key}")["name"] == record["name"]
        sizes.add(len(ids))
    assert {0, 1} < sizes
    assert api.get(f"/api/rarity/{kind}/999999999").status_code == 404


def test_the_breakdown_adds_up_to_the_score(api: Api, rated: Rows) -> None:
    for key, row in [*rated.items()][:50:4]:
        found = api.answer(f"rarity/{key}")
        signals = found.pop("breakdown")
        assert found == {name: row[name] for name in found}
        assert {name: each["score"] for name, each in signals.items()} == {name: row[name] for name in signals}
        assert sum(each["weight"] for each in signals.values()) == pytest.approx(1)
        assert sum(each["weight"] * each["score"] for each in signals.values()) == pytest.approx(row["rarity_score"])
    assert api.get("/api/rarity/999999999").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *[(each, 422) for each in ("page=0", "page_size=101", "page=10002", "offset=10001", "limit=0", "tier=odd")],
        *[(each, 404) for each in ("page=502", "page=102&page_size=100", "page=102&limit=100")],
        *[(each, 409) for each in ("page=1&offset=0", "page_size=20&limit=20", "page=2&offset=20&limit=7")],
        *[(each, 200) for each in ("page=501", "page=2&limit=7", "offset=3&page_size=7", "")],
    ],
)
def test_a_page_has_one_place_and_one_size_within_the_bounds(api: Api, query: str, status: int) -> None:
    for path in ("leaderboard", "hidden-gems", "artist/45467", "label/281"):
        if "tier" not in query or path == "leaderboard":
            assert api.get(f"/api/rarity/{path}?{query}").status_code == status
