"""Figures: the measured numbers of a step of work, with rates, comparisons and an extrapolation derived from them."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from statistics import linear_regression
from typing import Any, Literal

from discogs_assets.bench.measurement import Usage
from discogs_assets.errors import InstallError
from discogs_assets.servers import artifacts, host_limits

ALL_ASSETS = "all assets"
"""Step name of a whole stage of the asset graph."""

WHOLE_DUMP = 19_341_287
"""Releases of a whole dump, in the summer of 2026.

Generated dumps hold all entities in the real proportion, so the number of releases alone is the size.
"""

RULE = (
    "quantity(n) = slope x n + intercept, least squares over the sizes measured; whole dump: "
    f"n = {WHOLE_DUMP:,} releases, the other entities in proportion; growth: of the seconds, largest to smallest size, "
    "divided by that of the releases"
)

ADDED = ("seconds", "processor", "servers_processor", "records", "unpacked", "written")
"""Quantities that add up over steps run one after the other."""

PEAKS = ("peak", "servers_peak")
"""Quantities of which the largest counts."""

GROWTH = "growth"
"""Key of an extrapolated figure's extra fact: growth of its seconds with size, 1.0 if linear."""

PACKAGES = ("discogs_assets", "dagster", "isal", "numpy", "polars", "psycopg", "pyarrow", "xml2arrow")
"""Packages that determine the speed, listed with their versions."""

CPUINFO = Path("/proc/cpuinfo")

Role = Literal["ours", "part", "limit", "rival", "before", "question"]
"""Role of a figure.

Our step, a part of the step above it, a limit, a rival's step, preparation that other steps need, or a query on loaded
data.
"""


@dataclass(frozen=True, kw_only=True)
class Figure(Usage):
    """Measurements of one step of work on one size of data.

    `releases` is the size, `subject` the input or stage, `records` the records processed. In bytes: `unpacked` XML if
    the step reads it, and `written` to disk. `failure` is the reason if the step failed. `about` holds further facts.
    """

    releases: int
    subject: str
    step: str
    role: Role
    records: int = 0
    unpacked: int = 0
    written: int = 0
    failure: str | None = None
    about: dict[str, Any] = field(default_factory=dict)


def make_figure(usage: Usage, releases: int, subject: str, step: str, role: Role, **facts: Any) -> Figure:
    """Return the figure of measured work; `facts` are its other fields."""
    return Figure(**vars(usage), releases=releases, subject=subject, step=step, role=role, **facts)


def compute_ratio(figures: Iterable[Figure], of: Figure) -> float | None:
    """Return the speed of our step on the same data as a multiple of this limit's or rival's; None for other roles."""
    same = (each for each in figures if (each.releases, each.subject) == (of.releases, of.subject))
    ours = next((each for each in same if each.role == "ours"), None)
    if of.role not in ("limit", "rival") or not (ours and ours.seconds and of.seconds):
        return None
    return of.seconds / ours.seconds


def add_up(steps: Sequence[Figure], subject: str, step: str) -> Figure:
    """Return our figure for steps run one after the other."""
    sums = {name: sum(getattr(each, name) for each in steps) for name in ADDED}
    peaks = {name: max(getattr(each, name) for each in steps) for name in PEAKS}
    return Figure(releases=steps[-1].releases, subject=subject, step=step, role="ours", **sums, **peaks)


def extrapolate(figures: Iterable[Figure]) -> list[Figure]:
    """Return figures for a whole dump: of our steps and their parts that succeeded at every size, and of their sum.

    There are none for a single size.
    """
    steps: dict[tuple[str, str], list[Figure]] = {}
    for each in sorted(figures, key=lambda figure: figure.releases):
        if each.role in ("ours", "part") and each.seconds is not None:
            steps.setdefault((each.subject, each.step), []).append(each)
    sizes = max(map(len, steps.values()), default=0)
    found = [_extrapolate(same) for same in steps.values() if len(same) == sizes > 1]
    whole = [each for each in found if each.role == "ours"]
    return [*found, add_up(whole, "all, one after the other", ALL_ASSETS)] if found else []


def _extrapolate(same: Sequence[Figure]) -> Figure:
    first, last = same[0], same[-1]
    values: dict[str, Any] = {}
    for name in (*ADDED, *PEAKS):
        line = linear_regression([each.releases for each in same], [getattr(each, name) for each in same])
        values[name] = max(0, round(line.slope * WHOLE_DUMP + line.intercept))
    growth = (last.seconds or 0) / first.seconds / (last.releases / first.releases) if first.seconds else None
    return replace(last, releases=WHOLE_DUMP, about={GROWTH: growth and round(growth, 2)}, **values)


def to_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return the figures for JSON, rounded, with rates and the ratio of our step to each limit and rival."""
    return [_to_json(each, figures) for each in figures]


def _to_json(of: Figure, figures: Sequence[Figure]) -> dict[str, Any]:
    rates = {"records_per_second": of.records, "megabytes_per_second": of.unpacked / 1e6}
    values = asdict(of) | {name: value / of.seconds if value and of.seconds else None for name, value in rates.items()}
    values["ours_times_as_fast"] = compute_ratio(figures, of)
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}


def read_machine() -> dict[str, Any]:
    """Return processor, cores, bytes of memory, system, and the load average of the last minute."""
    model = re.search(r"model name\s*: (.*)", CPUINFO.read_text()) if CPUINFO.exists() else None
    return {
        "processor": model[1] if model else platform.processor() or platform.machine(),
        "cores": host_limits.cores(),
        "memory": host_limits.memory(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def read_versions() -> dict[str, str]:
    """Return the versions of Python, the packages and the servers, by name."""
    found = {name: version(name) for name in PACKAGES}
    found |= {"Python": platform.python_version(), "Neo4j": artifacts.neo4j().version}
    with suppress(InstallError):
        found["PostgreSQL"] = artifacts.postgres().version
    return found
