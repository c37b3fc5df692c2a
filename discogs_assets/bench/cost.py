"""The cost model: how a stage grows with the data, and what a whole dump would take, measured and inferred apart.

What belongs here: arithmetic on figures. What doesn't: measuring.

Every quantity of a stage is fitted by a straight line over the sizes measured; the whole dump is a point on that line.
Generated dumps hold all entities in the real proportion, so that the number of releases alone says the size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from discogs_assets.bench.figures import Figure
from discogs_assets.sample.generated.plan import CENSUS

WHOLE = CENSUS["releases"]
"""Releases of a whole dump."""

CORES = 16
"""Cores of the larger machine that is inferred for."""

FITTED = ("seconds", "processor", "written", "peak", "servers_peak")
"""Quantities of a stage that are fitted; `processor` with the servers'."""

RULE = (
    "quantity(n) = slope x n + intercept, least squares over the sizes measured; whole dump: n = {whole:,} releases, "
    "the other entities in proportion. Other cores: of the seconds W and processor seconds C on c cores, "
    "p = (C - W) / (c - 1), between 0 and W, is taken to have run on all cores, and W - p on one; the latter stays, "
    "p becomes p x c / {cores}. Disk speed, and stages that could run side by side, are left as they were measured."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line over the number of releases."""

    slope: float
    intercept: float

    def at(self, releases: int) -> float:
        """The line's value there; a quantity is never below 0."""
        return max(0.0, self.slope * releases + self.intercept)


def line(points: Mapping[int, float]) -> Line:
    """The line of least squares through values by number of releases; of one point, the one through the origin."""
    sizes = np.array(list(points), dtype=float)
    values = np.array(list(points.values()), dtype=float)
    if len(points) == 1:
        return Line(float(values[0] / sizes[0]), 0.0)
    slope, intercept = np.polyfit(sizes, values, 1).tolist()
    return Line(slope, intercept)


def growth(points: Mapping[int, float]) -> float | None:
    """How much more the largest size took than the smallest, as a part of how much larger it is: 1.0 is linear."""
    small, large = min(points), max(points)
    if small == large or not points[small]:
        return None
    return points[large] / points[small] / (large / small)


def on_cores(seconds: float, processor: float, cores: int, others: int) -> float:
    """The seconds on another number of cores, by the rule that `RULE` states."""
    if cores == 1:
        return seconds
    parallel = min(seconds, max(0.0, (processor - seconds) / (cores - 1)))
    return seconds - parallel + parallel * cores / others


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage costs: `measured` by size, and what is inferred from that for a whole dump.

    `part`: it is contained in the stage before it, and not to be added. `growth` is by quantity, 1.0 where linear,
    `whole` by quantity, for this machine; `many` are the seconds on `CORES` cores.
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
    """The cost of every stage of ours and its parts that was measured at each of two sizes or more."""
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
    """The model for JSON: what was measured, and apart from it what is inferred and by which rule."""
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
