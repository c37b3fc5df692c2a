"""Tests of `queries.labels`: profiles and similar labels are those of the records."""

from collections import Counter
from typing import Any

import pytest

from discogs_assets.queries.insights.similarity import LEAST_SIMILARITY
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.streams.insights.test_similar_labels import Label, require_most_similar, similarity

pytestmark = pytest.mark.timeout(600)

SIZES = {label: len(sample.releases_of("label", label)) for label in sample.labels}
LARGE = [label for label, size in SIZES.items() if size >= 5]
SMALL = [label for label, size in SIZES.items() if size < 5]


def names(record: dict[str, Any], part: str) -> set[str]:
    return {each["name"] if isinstance(each, dict) else each for each in record.get(part) or ()}


def shares(counts: Counter[Any], name: str, size: int) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{name: key, "count": n, "percentage": pytest.approx(100 * n / size, abs=0.005)} for key, n in ordered]


def profile(label: int) -> dict[str, Any]:
    releases, years = sample.releases_of("label", label), sample.years_of("label", label)
    artists = {artist for each in releases for artist in sample.artist_ids(each)}
    decades = Counter[int]()
    for year, count in years.items():
        decades[year // 10 * 10] += count
    return {
        "label_id": label,
        "label_name": sample.labels[label]["name"],
        "release_count": len(releases),
        "artist_count": len(artists),
        "artist_diversity": pytest.approx(len(artists) / len(releases), abs=1e-4),
        "active_years": [*years],
        "peak_decade": min(each for each in decades if decades[each] == max(decades.values())),
        "prolificacy": pytest.approx(sum(years.values()) / len(years), abs=1e-4),
        **{
            part: shares(Counter(name for each in releases for name in names(each, part)), "name", len(releases))
            for part in ("genres", "styles", "formats")
        },
        "decades": sorted(shares(decades, "decade", len(releases)), key=lambda each: each["decade"]),
    }


def test_the_profile_of_each_large_label_is_that_of_its_releases(api: Api) -> None:
    assert len(LARGE) > 5
    for label in LARGE:
        assert api.answer(f"label/{label}/dna") == profile(label)


@pytest.mark.parametrize("separated", [True, False], ids=["by commas", "repeated"])
def test_profiles_are_compared_in_the_order_of_the_ids(api: Api, separated: bool) -> None:
    ids = LARGE[4::-1]
    found = api.answer("label/dna/compare", ids=",".join(map(str, ids)) if separated else ids)
    assert found == {"labels": [api.answer(f"label/{label}/dna") for label in ids]}


def test_the_similar_labels_are_those_of_a_comparison_of_all_pairs(api: Api) -> None:
    rows = []
    for label in sorted(LARGE):
        found = api.answer(f"label/{label}/similar", limit=50)
        assert (found["label_id"], found["label_name"]) == (label, sample.labels[label]["name"])
        own = [each["name"] for each in profile(label)["genres"]]
        for rank, each in enumerate(found["similar"], start=1):
            other = profile(each["label_id"])
            theirs = {each["name"] for each in other["genres"]}
            assert {name: each[name] for name in ("label_name", "release_count")} == {
                name: other[name] for name in ("label_name", "release_count")
            }
            assert each["shared_genres"] == [name for name in own if name in theirs]
            rows.append((label, rank, each["label_id"], each["similarity"]))
        assert api.answer(f"label/{label}/similar", limit=2)["similar"] == found["similar"][:2]
    assert rows
    records = {
        label: [
            {"genres": each.get("genres") or (), "styles": each.get("styles") or ()}
            for each in sample.releases_of("label", label)
        ]
        for label in LARGE
    }

    def related(one: Label, other: Label) -> bool:
        return bool(one.genres.keys() & other.genres.keys()) and similarity(one, other) >= LEAST_SIMILARITY

    require_most_similar(rows, [Label(label, releases) for label, releases in records.items()], related)


@pytest.mark.parametrize("path", ["label/{}/dna", "label/{}/similar", "label/dna/compare?ids=281,{}"])
def test_an_unknown_label_and_one_with_few_releases_have_no_profile(api: Api, path: str) -> None:
    unknown, small = (api.get(f"/api/{path.format(each)}") for each in (999_999_999, SMALL[0]))
    assert (unknown.status_code, small.status_code) == (404, 404)
    assert "999999999" in unknown.json()["detail"]
    assert "expected at least 5" in small.json()["detail"]


@pytest.mark.parametrize(
    "ids",
    [
        "",
        "1,2,3,4,5,6",
        "281,Blue Note",
        "281,",
        "281;5",
        "281,-5",
        "281,5.0",
        "281,\u0665",
        "9" * 30,
    ],
)
def test_a_comparison_takes_up_to_five_ids(api: Api, ids: str) -> None:
    found = api.get("/api/label/dna/compare", params={"ids": ids})
    assert found.status_code == 422
    assert "ids" in found.json()["detail"]


def test_a_comparison_without_ids_is_refused_and_dna_is_no_id(api: Api) -> None:
    assert api.get("/api/label/dna/compare").status_code == 422
    assert api.get("/api/label/dna/dna").status_code == 422
    assert api.get("/api/label/dna/similar").status_code == 422
