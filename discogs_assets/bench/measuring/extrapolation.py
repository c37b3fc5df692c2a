"""Cost model: the growth of each stage with the data, and the extrapolated cost of a whole dump."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from discogs_assets.bench.measuring.results import Figure
from discogs_assets.sample.generated.plan import CENSUS

WHOLE = CENSUS["releases"]
"""Releases of a whole dump.

Generated dumps hold all entities in the real proportion, so the number of releases alone is the size.
"""

CORES = 16
"""Cores of the larger machine of the extrapolation."""

FITTED = ("seconds", "processor", "written", "peak", "servers_peak")
"""Fitted quantities of a stage; `processor` includes the servers'."""

RULE = (
    "quantity(n) = slope x n + intercept, least squares over the sizes measured; whole dump: n = {whole:,} releases, "
    "the other entities in proportion. Other cores: of the seconds W and processor seconds C on c cores, "
    "p = (C - W) / (c - 1), between 0 and W, is taken to have run on all cores, and W - p on one; the latter stays, "
    "p becomes p x c / {cores}. Disk speed, and stages that could run side by side, are left as they were measured."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of a stage as a straight line over the number of releases."""

    slope: float
    intercept: float

    def at(self, releases: int) -> float:
        """Return the line's value at a number of releases, never below 0."""
        return max(0.0, self.slope * releases + self.intercept)


def line(points: Mapping[int, float]) -> Line:
    """Return the least-squares line through values by number of releases; for one point, the line from the origin."""
    sizes = np.array(list(points), dtype=float)
    values = np.array(list(points.values()), dtype=float)
    if len(points) == 1:
        return Line(float(values[0] / sizes[0]), 0.0)
    slope, intercept = np.polyfit(sizes, values, 1).tolist()
    return Line(slope, intercept)


def growth(points: Mapping[int, float]) -> float | None:
    """Return the ratio of values, largest to smallest size, divided by the ratio of sizes: 1.0 is linear.

    None if there is one size only, or the value at the smallest is 0.
    """
    small, large = min(points), max(points)
    if small == large or not points[small]:
        return None
    return points[large] / points[small] / (large / small)


def on_cores(seconds: float, processor: float, cores: int, others: int) -> float:
    """Return the seconds on `others` cores, inferred from those on `cores` by the rule stated in `RULE`."""
    if cores == 1:
        return seconds
    parallel = min(seconds, max(0.0, (processor - seconds) / (cores - 1)))
    return seconds - parallel + parallel * cores / others


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a stage: `measured` quantities by size, and their extrapolation to a whole dump.

    `part` marks a part of the stage before it, which must not be added to totals. `growth` is by quantity, 1.0 if
    linear. `whole` is by quantity, for this machine; `many` is the seconds on `CORES` cores.
    """

    subject: str
    step: str
    part: bool
    measured: dict[int, dict[str, float]]
    lines: dict[str, Line]
    growth: dict[str, float | None]
    whole: dict[str, float]
    many: float


def costs(figures: Sequence[Figure], cores: int) -> list[Cost]:
    """Return the cost of each of our stages and their parts that was measured at every size, of two sizes or more."""
    sizes = {each.releases for each in figures}
    stages: dict[tuple[str, str], list[Figure]] = {}
    for each in figures:
        if each.role in ("ours", "part") and each.seconds is not None:
            stages.setdefault((each.subject, each.step), []).append(each)
    return [_cost(found, cores) for found in stages.values() if len(sizes) > 1 and len(found) == len(sizes)]


def _cost(found: Sequence[Figure], cores: int) -> Cost:
    measured = {each.releases: _quantities(each) for each in sorted(found, key=lambda each: each.releases)}
    by_quantity = {name: {size: each[name] for size, each in measured.items()} for name in FITTED}
    lines = {name: line(points) for name, points in by_quantity.items()}
    whole = {name: each.at(WHOLE) for name, each in lines.items()}
    first = found[0]
    return Cost(
        subject=first.subject,
        step=first.step,
        part=first.role == "part",
        measured=measured,
        lines=lines,
        growth={name: growth(points) for name, points in by_quantity.items()},
        whole=whole,
        many=on_cores(whole["seconds"], whole["processor"], cores, CORES),
    )


def _quantities(each: Figure) -> dict[str, float]:
    values = {name: float(getattr(each, name) or 0) for name in FITTED}
    return {**values, "processor": each.whole_processor}


def said(found: Sequence[Cost], cores: int) -> dict[str, Any]:
    """Return the model for JSON, with measured values separate from inferred ones and their rule."""
    whole = [each for each in found if not each.part]
    return {
        "measured": [
            {"subject": each.subject, "step": each.step, "part": each.part, "growth": each.growth, "at": each.measured}
            for each in found
        ],
        "inferred": {
            "rule": RULE.format(whole=WHOLE, cores=CORES),
            "releases": WHOLE,
            "cores": cores,
            "stages": [
                {
                    "subject": each.subject,
                    "step": each.step,
                    "part": each.part,
                    "lines": {name: asdict(fitted) for name, fitted in each.lines.items()},
                    "whole": each.whole,
                    f"seconds_on_{CORES}_cores": each.many,
                }
                for each in found
            ],
            "seconds": sum(each.whole["seconds"] for each in whole),
            f"seconds_on_{CORES}_cores": sum(each.many for each in whole),
            "written": sum(each.whole["written"] for each in whole),
        },
    }
