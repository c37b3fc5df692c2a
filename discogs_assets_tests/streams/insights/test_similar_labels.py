"""Tests of `streams.insights.similar_labels`."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.schema.insights import LABEL_RELEASES, LABEL_STYLES, RANKED_LABELS
from discogs_assets.streams.insights import similar_labels
from discogs_assets_tests import fix_insights
from discogs_assets_tests.fix_insights import Asked

Vector = Counter[str]
Row = tuple[int, int, int, float]


class Label:
    """A label's releases, counted by genre and by style."""

    def __init__(self, label: int, releases: list[dict[str, Any]]) -> None:
        self.id, self.size = label, len(releases)
        self.genres = Counter(name for each in releases for name in {*each["genres"]})
        self.styles = Counter(name for each in releases for name in {*each["styles"]})

    @property
    def frequent(self) -> set[tuple[bool, str]]:
        """The styles that it is compared by, or else genres."""
        counts = self.styles or self.genres
        ordered = sorted(counts, key=lambda name: (-counts[name], name))
        return {(counts is self.styles, name) for name in ordered[:LABEL_STYLES]}


def cosine(one: Vector, other: Vector) -> float:
    lengths = [math.sqrt(sum(count * count for count in vector.values())) for vector in (one, other)]
    return sum(one[name] * other[name] for name in one) / math.prod(lengths) if all(lengths) else 0.0


def similarity(one: Label, other: Label) -> float:
    return (cosine(one.genres, other.genres) + cosine(one.styles, other.styles)) / 2


def require_most_similar(
    found: list[Row], labels: list[Label], wanted: Callable[[Label, Label], bool] = lambda *_: True
) -> None:
    """Compare the rows with all wanted pairs; a similarity may be rounded either way at the fifth place."""
    by_label, sizes = defaultdict[int, list[Row]](list), {each.id: each.size for each in labels}
    for row in found:
        by_label[row[0]].append(row)
    assert [*by_label] == sorted(by_label)
    for one in labels:
        rows = by_label.pop(one.id, [])
        others = [e for e in labels if e is not one and e.frequent & one.frequent and wanted(one, e)]
        all_of_one = {e.id: similarity(one, e) for e in others}
        assert [rank for _, rank, _, _ in rows] == [*range(1, min(len(all_of_one), RANKED_LABELS) + 1)]
        assert {other: value for _, _, other, value in rows} == {
            other: pytest.approx(all_of_one[other], abs=1e-4) for _, _, other, _ in rows
        }
        assert rows == sorted(rows, key=lambda row: (-row[3], -sizes[row[2]], row[2]))
        rest = all_of_one.keys() - {other for _, _, other, _ in rows}
        assert all(all_of_one[other] <= rows[-1][3] + 1e-4 for other in rest)
    assert not by_label


def labels_of(asked: Asked) -> list[Label]:
    releases = defaultdict[int, list[dict[str, Any]]](list)
    for release, labels in zip(asked.records("releases"), asked.referred("labels"), strict=True):
        for label in labels:
            releases[label].append(release)
    return [Label(label, each) for label, each in releases.items() if len(each) >= LABEL_RELEASES]


def test_the_similar_labels_are_those_of_a_comparison_of_all_pairs(asked: Asked) -> None:
    require_most_similar(asked.answer("similar_labels").rows(), labels_of(asked))


def answer(folder: Path, labels: list[list[dict[str, Any]]]) -> list[Row]:
    """The rows for labels, numbered from 1, with these releases."""
    releases = [{**each, "labels": [{"id": n}]} for n, found in enumerate(labels, start=1) for each in found]
    records = {
        "labels": [{"id": n, "name": f"Label {n}"} for n in range(1, len(labels) + 1)],
        "releases": [{**each, "id": n} for n, each in enumerate(releases, start=1)],
    }
    return fix_insights.answer(folder, "similar_labels", records).rows()


def label(size: int = 5, genres: str = "", styles: str = "") -> list[dict[str, Any]]:
    return [{"genres": genres.split(), "styles": styles.split()}] * size


def test_equally_similar_labels_are_ordered_by_size_then_by_id(tmp_path: Path) -> None:
    same = {"genres": "Electronic", "styles": "House"}
    found = answer(tmp_path, [label(5, **same), label(7, **same), label(9, **same), label(7, **same)])
    assert found[:3] == [(1, 1, 3, 1.0), (1, 2, 2, 1.0), (1, 3, 4, 1.0)]
    assert [row[2] for row in found] == [3, 2, 4, 3, 4, 1, 2, 4, 1, 3, 2, 1]


def test_half_of_the_similarity_is_that_of_genres_and_half_that_of_styles(tmp_path: Path) -> None:
    one, other = label(5, "Rock", "Punk"), label(5, "Rock Jazz", "Punk Fusion Bop")
    assert answer(tmp_path, [one, other])[0] == (1, 1, 2, round((1 / math.sqrt(2) + 1 / math.sqrt(3)) / 2, 4))


def test_a_genre_and_a_style_of_the_same_name_are_different(tmp_path: Path) -> None:
    one, other = label(5, "Reggae", "Dub"), label(5, "Dub", "Reggae")
    assert answer(tmp_path, [one, other, label(5, "Dub"), label(5, "Dub")]) == [(3, 1, 4, 0.5), (4, 1, 3, 0.5)]


def test_labels_without_a_frequent_style_in_common_are_not_compared(tmp_path: Path) -> None:
    frequent = [f"Style{n}" for n in range(LABEL_STYLES)]
    one = label(6, "Rock", " ".join(frequent)) + label(5, "Rock", "Rare")
    assert answer(tmp_path, [one, label(5, "Rock", "Rare")]) == []
    assert len(answer(tmp_path, [one, label(5, "Rock", f"Rare {frequent[-1]}")])) == 2


def test_a_label_without_genres_and_styles_has_no_similar_one(tmp_path: Path) -> None:
    assert answer(tmp_path, [label(), label()]) == []


@pytest.mark.parametrize(("rows", "columns"), [(256, 2048), (1, 1), (7, 60)])
def test_blocks_of_any_size_find_the_same(
    rows: int, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_labels, "ROWS", rows)
    monkeypatch.setattr(similar_labels, "COLUMNS", columns)
    monkeypatch.setattr(similar_labels, "BLOCK_LABELS", 10)
    styles = ["A", "B", "C", "D", "E"]
    labels = [
        label(5 + n % 4, "Rock" if n % 3 else "Rock Jazz", " ".join(styles[n % 5 :][: 1 + n % 2]))
        + label(n % 6, "Pop", styles[n % 4])
        for n in range(RANKED_LABELS + 30)
    ]
    require_most_similar(answer(tmp_path, labels), [Label(n, each) for n, each in enumerate(labels, start=1)])


def test_the_bars_of_the_picture_count_each_label_once(asked: Asked) -> None:
    found = asked.answer("similar_labels")
    first = found.filter(rank=1)["similarity"]
    bars = similar_labels.picture(found.lazy()).bars
    assert sum(bars.values()) == len(first)
    assert bars["from 0.80"] == first.is_between(0.8, 0.9, closed="left").sum()
