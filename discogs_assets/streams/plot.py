"""Pictures of lines or bars in SVG: labelled plots, and sketches of a few hundred bytes."""

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from discogs_assets.streams.report import shorten_text

TOP, RIGHT, BOTTOM = 30, 620, 312
"""Edges of the area of the bars or lines in a plot of 640 by 360 pixels; the left edge depends on the labels."""

TEXT, SMALLEST = 11.0, 4.0
"""Font sizes in pixels: of labels, and of those of many bars."""

CHARACTERS = 32
"""Maximum length of a name, in characters."""

WIDTH, HEIGHT, BARS, POINTS = 300, 100, 25, 50
"""Limits of a sketch: width and height in pixels, bars, and points of all lines."""

Line = tuple[Sequence[float], Sequence[float]]
"""Positions from left to right, and the heights there."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of horizontal `bars`, the first on top, or of `lines` by name, with titles of the axes."""

    title: str
    across: str = ""
    upwards: str = ""
    bars: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)

    @property
    def coordinates(self) -> tuple[list[float], list[float]]:
        """Positions of all points of the lines, and their heights."""
        across, upwards = ([each for line in self.lines.values() for each in line[axis]] for axis in (0, 1))
        return across, upwards


def svg(picture: Picture) -> str:
    """Return the picture as an SVG text of 640 by 360 pixels."""
    return "".join(
        [
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 360' width='640' height='360' "
            "font-family='sans-serif' dominant-baseline='middle'><rect width='640' height='360' fill='#fff'/>",
            _text(320, 15, picture.title, "middle", 13),
            *(_draw_lines if picture.lines else _draw_bars)(picture),
            _text(320, 348, picture.across, "middle", 12),
            f"<g transform='rotate(-90)'>{_text(-171, 12, picture.upwards, 'middle', 12)}</g></svg>",
        ]
    )


def _draw_bars(picture: Picture) -> Iterator[str]:
    names = [shorten_text(name, CHARACTERS) for name in picture.bars]
    height = (BOTTOM - TOP) / max(1, len(picture.bars))
    size = max(SMALLEST, min(TEXT, 0.85 * height))
    left = 30 + max(map(_measure, names), default=0) * size
    largest = max(picture.bars.values(), default=0) or 1
    scale = (RIGHT - left) / largest
    for tick in _list_ticks(0, largest):
        yield _grid_line(left + tick * scale, tick)
    for row, (name, value) in enumerate(zip(names, picture.bars.values(), strict=True)):
        y = TOP + row * height
        yield _text(left - 5, y + height / 2, name, "end", size)
        yield (
            f"<rect x='{left:.1f}' y='{y + height / 10:.1f}' width='{value * scale:.1f}' height='{height * 0.8:.1f}' "
            f"fill='{_colour(0)}'/>"
        )
    yield _frame(left, RIGHT)


def _draw_lines(picture: Picture) -> Iterator[str]:
    """Yield the lines above a common zero, with a legend on the right."""
    across, upwards = picture.coordinates
    first, last, largest = min(across, default=0), max(across, default=1), max(upwards, default=1) or 1
    marks = {tick: BOTTOM - tick * (BOTTOM - TOP) / largest for tick in _list_ticks(0, largest)}
    names = [shorten_text(name, CHARACTERS) for name in picture.lines]
    height = (BOTTOM - TOP) / len(picture.lines)
    size = max(SMALLEST, min(0.9 * TEXT, 0.85 * height))
    left = 30 + max(_measure(_number(tick)) for tick in marks) * TEXT
    right = RIGHT - 15 - max(map(_measure, names)) * size
    scale, row = (right - left) / ((last - first) or 1), min(height, 1.5 * size)
    for tick in _list_ticks(first, last):
        yield _grid_line(left + (tick - first) * scale, tick)
    for tick, y in marks.items():
        yield f"<path d='M{left:.1f} {y:.1f}H{right:.1f}' stroke='#ddd'/>{_text(left - 5, y, _number(tick), 'end')}"
    for number, (name, line) in enumerate(zip(names, picture.lines.values(), strict=True)):
        points = " ".join(
            f"{left + (x - first) * scale:.1f},{BOTTOM - y * (BOTTOM - TOP) / largest:.1f}"
            for x, y in zip(*line, strict=True)
        )
        y = TOP + (number + 0.5) * row
        yield f"<polyline points='{points}' fill='none' stroke='{_colour(number)}' stroke-width='1.5'/>"
        yield f"<path d='M{right + 8:.1f} {y:.1f}h12' stroke='{_colour(number)}' stroke-width='2'/>"
        yield _text(right + 24, y, name, "start", size)
    yield _frame(left, right)


def _grid_line(x: float, tick: float) -> str:
    """Return a vertical line with its number below."""
    return f"<path d='M{x:.1f} {TOP}V{BOTTOM}' stroke='#ddd'/>{_text(x, BOTTOM + 12, _number(tick), 'middle')}"


def _frame(left: float, right: float) -> str:
    return f"<path d='M{left:.1f} {TOP}V{BOTTOM}H{right:.1f}' fill='none' stroke='#333'/>"


def _text(x: float, y: float, text: str, anchor: str, size: float = TEXT) -> str:
    shown = escape("".join(each for each in text if each.isprintable()))
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size:.1f}'>{shown}</text>"


def _list_ticks(low: float, high: float) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten from low to high, seven at most."""
    least = (high - low or 1) / 6
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= least)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _number(tick: float) -> str:
    return f"{tick:.10g}"


def _colour(number: int) -> str:
    """Return the colour of a line; neighbours are far apart on the colour wheel."""
    return f"hsl({(215 + 137.5 * number) % 360:.0f},65%,45%)"


def _measure(text: str) -> float:
    """Return an upper estimate of the width of a text, in units of its font size."""
    return 0.62 * sum(1.65 if unicodedata.east_asian_width(each) in "FW" else 1 for each in text)


def sketch(picture: Picture) -> str:
    """Return the picture without labels as an SVG text of at most 650 characters."""
    drawn, height = (
        (_sketch_lines(picture), HEIGHT) if picture.lines else (_sketch_bars(picture), 9 * min(len(picture.bars), BARS))
    )
    stroke = f"stroke='#4f43dd' stroke-width='{1 if picture.lines else 6}' fill='none'"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}'><path d='{drawn}' {stroke}/></svg>"
    )


def _sketch_bars(picture: Picture) -> str:
    heights = [*picture.bars.values()][:BARS]
    largest = max(heights, default=0) or 1
    return "".join(f"M0 {9 * row + 5}h{WIDTH * height / largest:.0f}" for row, height in enumerate(heights))


def _sketch_lines(picture: Picture) -> str:
    """Return the lines from the same origin, each thinned out to its share of the points."""
    across, upwards = picture.coordinates
    left, width, largest = min(across), (max(across) - min(across)) or 1, max(upwards) or 1
    share = max(2, POINTS // len(picture.lines))
    lines = []
    for positions, heights in [*picture.lines.values()][: POINTS // 2]:
        step = max(1, -(-len(positions) // share))
        points = zip(positions[::step], heights[::step], strict=True)
        lines.append(" ".join(f"{WIDTH * (x - left) / width:.0f} {HEIGHT * (1 - y / largest):.0f}" for x, y in points))
    return "".join(f"M{line}" for line in lines if line)
