"""Small PNG pictures of lines or bars."""

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
