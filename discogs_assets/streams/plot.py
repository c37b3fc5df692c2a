"""Pictures of lines or bars: small PNG files, and sketches in SVG."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES, DOTS = (6.4, 3.6), 100
"""640 by 360 pixels."""

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


def plain(axes: "Axes", across: str, upwards: str) -> None:
    """Label the axes, start the vertical one at zero, and add a faint grid."""
    axes.set(xlabel=across, ylabel=upwards, ylim=(0, None))
    axes.set_axisbelow(True)
    axes.grid(alpha=0.3)


def png(picture: Picture) -> bytes:
    """Return the picture as a PNG file; characters missing from the font become question marks."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    file = BytesIO()
    # Artist names contain dollar signs; they must not be parsed as formulas.
    with rc_context({"text.parse_math": False}):
        drawn = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
        axes = drawn.subplots()
        axes.set_title(picture.title, fontsize="medium")
        (_lines if picture.lines else _bars)(axes, picture)
        drawn.savefig(file, format="png")
    return file.getvalue()


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
    across, upwards = ([each for line in picture.lines.values() for each in line[axis]] for axis in (0, 1))
    left, width, largest = min(across), (max(across) - min(across)) or 1, max(upwards) or 1
    share = max(2, POINTS // len(picture.lines))
    lines = []
    for positions, heights in [*picture.lines.values()][: POINTS // 2]:
        step = max(1, -(-len(positions) // share))
        points = zip(positions[::step], heights[::step], strict=True)
        lines.append(" ".join(f"{WIDTH * (x - left) / width:.0f} {HEIGHT * (1 - y / largest):.0f}" for x, y in points))
    return "".join(f"M{line}" for line in lines if line)


def _lines(axes: "Axes", picture: Picture) -> None:
    for name, (positions, heights) in picture.lines.items():
        axes.plot(positions, heights, label=_printable(name))
    plain(axes, picture.across, picture.upwards)
    axes.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1.0, 0.5))


def _bars(axes: "Axes", picture: Picture) -> None:
    places = range(len(picture.bars))
    axes.barh(places, list(picture.bars.values()))
    axes.set_yticks(places, [_printable(name) for name in picture.bars], fontsize=_fitting(len(picture.bars)))
    axes.set(xlabel=picture.across, ylabel=picture.upwards)
    axes.ticklabel_format(style="plain", axis="x")
    axes.set_axisbelow(True)
    axes.grid(alpha=0.3, axis="x")
    axes.invert_yaxis()


def _fitting(names: int) -> float:
    """Return the font size in points at which this number of names fits below each other."""
    return max(3.5, min(8.0, 190 / max(1, names)))


def _printable(name: str) -> str:
    """Return the name as one short line of characters in the font, without leading underscores.

    A leading underscore would hide the name from the legend.
    """
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("DejaVu Sans"))
    line = re.sub(r"\s+", " ", name).strip(" _")
    short = line if len(line) <= CHARACTERS else f"{line[: CHARACTERS - 1]}…"
    return "".join(each if font.get_char_index(ord(each)) else "?" for each in short)
