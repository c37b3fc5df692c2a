"""Plot of time and memory against size."""

from collections.abc import Sequence
from pathlib import Path

from discogs_assets.bench.measuring.results import Figure
from discogs_assets.errors import SettingError
from discogs_assets.streams.plot import plain

Points = dict[int, tuple[float, float]]
"""Seconds and bytes by size."""


def series(figures: Sequence[Figure]) -> dict[str, Points]:
    """Return the plotted series: for each step, seconds and peak memory including the servers', by size."""
    found: dict[str, Points] = {}
    for each in figures:
        if each.seconds is not None and each.role in ("ours", "limit", "rival"):
            name = each.subject if each.role == "ours" else f"{each.subject}: {each.step}"
            found.setdefault(name, {})[each.releases] = (each.seconds, each.peak + each.servers_peak)
    return found


def check(file: Path) -> None:
    """Raise SettingError if the file's format is not supported; call it before hours of measuring."""
    if file.suffix not in (".svg", ".png"):
        raise SettingError(f"--plot {file}: expected a name that ends in .svg or .png")


def draw(figures: Sequence[Figure], title: str, file: Path) -> None:
    """Draw the plot to a file, as SVG or PNG by its extension; raises SettingError for any other."""
    check(file)
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(12, 5), layout="constrained")
    seconds, memory = picture.subplots(1, 2)
    for name, points in series(figures).items():
        sizes = sorted(points)
        style = {"marker": "o", "linestyle": "--" if ": " in name else "-", "label": name}
        seconds.plot(sizes, [points[size][0] for size in sizes], **style)
        memory.plot(sizes, [points[size][1] / 1e6 for size in sizes], **style)
    for axes, what in ((seconds, "seconds"), (memory, "MB resident at the most, servers included")):
        plain(axes, "releases", what)
        axes.set(xlim=(0, None))
        axes.ticklabel_format(style="plain", axis="x")
    seconds.legend(fontsize="small")
    picture.suptitle(title)
    picture.savefig(file)
