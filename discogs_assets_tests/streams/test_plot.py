"""Tests of `streams.plot`; warnings are errors."""

import pytest
from lxml import etree

from discogs_assets.streams.plot import Picture, png, sketch

ODD = ["$Pay $5", "_hidden", "夜の歌", "\n two\tlines ", "x" * 300, "", "\u202eright to left"]


def size(file: bytes) -> tuple[int, int]:
    assert file.startswith(b"\x89PNG")
    return int.from_bytes(file[16:20]), int.from_bytes(file[20:24])


@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_bars_of_any_number_fit(count: int) -> None:
    bars = {f"bar {number}": float(number) for number in range(count)}
    assert size(png(Picture("Bars", "across", "up", bars))) == (640, 360)


def test_names_may_be_anything() -> None:
    assert size(png(Picture("Bars", bars=dict.fromkeys(ODD, 1.0)))) == (640, 360)
    lines = {name: ([1960.0, 1970.0], [1.0, 2.0]) for name in ODD}
    assert size(png(Picture("Lines", "decade", "%", lines=lines))) == (640, 360)


def test_what_differs_looks_different_and_what_does_not_is_the_same() -> None:
    one, other = (png(Picture("Bars", bars={"a": height, "b": 1.0})) for height in (1.0, 2.0))
    assert one != other
    assert one == png(Picture("Bars", bars={"a": 1.0, "b": 1.0}))


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
