"""Tests of `streams.plot`."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from discogs_assets.streams.plot import Picture, sketch, svg

ODD = ["$Pay $5", "_hidden", "夜の歌", "\n two\tlines ", "x" * 300, "", "\u202eright to left", "<&'\"", "\x00\ud800"]


def parse(picture: Picture) -> etree._Element:
    drawn = etree.fromstring(svg(picture))
    assert (drawn.get("width"), drawn.get("height")) == ("640", "360")
    return drawn


def find(drawn: etree._Element, name: str) -> list[etree._Element]:
    return list(drawn.iter(f"{{http://www.w3.org/2000/svg}}{name}"))


def read_texts(drawn: etree._Element) -> list[str]:
    return [each.text or "" for each in find(drawn, "text")]


@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_bars_of_any_number_fit(count: int) -> None:
    bars = {f"bar {number}": float(number) for number in range(count)}
    drawn = parse(Picture("Bars", "across", "up", bars))
    assert {"Bars", "across", "up", *bars} <= {*read_texts(drawn)}
    _, *found = find(drawn, "rect")
    edges = [(float(each.get("y") or 0), float(each.get("height") or 0)) for each in found]
    assert all(y + height <= below for (y, height), (below, _) in pairwise(edges))
    assert all(float(each.get("x") or 0) + float(each.get("width") or 0) <= 640 for each in found)
    assert all(y >= 0 and y + height <= 360 for y, height in edges)
    assert len(found) == count


def test_names_may_be_anything() -> None:
    bars = read_texts(parse(Picture("Bars", bars=dict.fromkeys(ODD, 1.0))))
    lines = {name: ([1960.0, 1970.0], [1.0, 2.0]) for name in ODD}
    legend = read_texts(parse(Picture("Lines", "decade", "%", lines=lines)))
    for texts in (bars, legend):
        assert {"$Pay $5", "_hidden", "夜の歌", "two lines", "x" * 31 + "…", "right to left", "<&'\""} <= {*texts}


AMOUNTS = st.just(0.0) | st.floats(1e-9, 1e12)


@given(st.text(), AMOUNTS, st.lists(AMOUNTS, max_size=5))
def test_a_plot_of_any_picture_stays_inside(name: str, largest: float, heights: list[float]) -> None:
    line = [float(1900 + number) for number in range(len(heights))], heights
    for picture in (Picture(name, name, name, {name: largest}), Picture(name, lines={name: line})):
        drawn = parse(picture)
        places = [(float(each.get("x") or 0), abs(float(each.get("y") or 0))) for each in find(drawn, "text")]
        places += [(x, y) for each in find(drawn, "polyline") for x, y in read_points(each)]
        assert all(-360 <= x <= 640 and 0 <= y <= 360 for x, y in places)


def read_points(line: etree._Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, _, y in (each.partition(",") for each in (line.get("points") or "").split())]


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (7.0, ["0", "2", "4", "6"]),
        (3e6, ["0", "500000", "1000000", "1500000", "2000000", "2500000", "3000000"]),
        (0.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_ticks_are_round_numbers(largest: float, ticks: list[str]) -> None:
    drawn = find(parse(Picture("Bars", bars={"a": largest})), "text")
    assert [each.text for each in drawn if each.get("y") == "324.0"] == ticks


def test_a_bar_twice_as_high_is_twice_as_long_and_the_same_picture_is_the_same_text() -> None:
    picture = Picture("Bars", bars={"a": 2.0, "b": 1.0})
    _, one, other = (float(each.get("width") or 0) for each in find(parse(picture), "rect"))
    assert one == pytest.approx(2 * other, abs=0.1)
    assert svg(picture) == svg(Picture("Bars", bars={"a": 2.0, "b": 1.0}))


NONE: list[float] = []
SERIES = [float(number) for number in range(300)]


@pytest.mark.parametrize(
    "picture",
    [
        *(Picture("Bars", bars={str(number): number * 1e6 for number in range(count)}) for count in (0, 1, 40)),
        Picture("Lines", lines={"flat": ([1960.0], [0.0]), "empty": (NONE, NONE)}),
        *(Picture("Lines", lines={str(n): (SERIES, SERIES[::-1]) for n in range(count)}) for count in (1, 7, 60)),
    ],
)
def test_a_sketch_of_any_picture_is_a_short_svg(picture: Picture) -> None:
    drawn = sketch(picture)
    assert len(drawn) <= 650
    (path,) = etree.fromstring(drawn)
    assert bool(path.get("d")) is bool(picture.bars or picture.lines)
