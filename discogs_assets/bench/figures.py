"""Figures: what a step of work came to, in numbers that can be set beside each other.

What belongs here: the numbers, what follows from them, and ratios between them. What doesn't: how they are measured,
and how they are shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from discogs_assets.bench.measurement import Measured

WHOLE = "all assets"
"""The step that is a whole stage of the asset graph."""

Role = Literal["ours", "part", "limit", "rival", "before", "question"]
"""What it is: our step, a part of the step above it, a limit, a rival's, what others need first, or a question asked of
what was loaded."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one step of work on one size of data came to.

    `releases` is the size, `subject` what was worked on, `records` how many; bytes: `unpacked` XML where the step reads
    it, `written` to disk, `peak` resident at once in all processes, `biggest` in one of them, `servers_peak` in the
    servers. `seconds` None: it failed, and `failure` says why. `about` is whatever else is known of it.
    """

    releases: int
    subject: str
    step: str
    role: Role
    records: int = 0
    unpacked: int = 0
    written: int = 0
    seconds: float | None = None
    processor: float = 0.0
    servers_processor: float = 0.0
    peak: int = 0
    biggest: int = 0
    servers_peak: int = 0
    failure: str | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def records_per_second(self) -> float | None:
        """Records a second, None where no records are counted or it failed."""
        return self.records / self.seconds if self.records and self.seconds else None

    @property
    def megabytes_per_second(self) -> float | None:
        """Megabytes of XML a second, None where none is read or it failed."""
        return self.unpacked / self.seconds / 1e6 if self.unpacked and self.seconds else None

    @property
    def whole_processor(self) -> float:
        """Processor seconds, the servers' included."""
        return self.processor + self.servers_processor


def figure(took: Measured, releases: int, subject: str, step: str, role: Role, **counts: Any) -> Figure:
    """The figure of measured work; `counts` are the figure's other values."""
    return Figure(
        releases,
        subject,
        step,
        role,
        **{
            "seconds": took.seconds,
            "processor": took.processor,
            "servers_processor": took.servers_processor,
            "peak": took.peak,
            "biggest": took.biggest,
            "servers_peak": took.servers_peak,
            **counts,
        },
    )


def ours(figures: Iterable[Figure], of: Figure) -> Figure | None:
    """The platform's own step on the same subject and size, None if there is none."""
    same = (each for each in figures if (each.releases, each.subject) == (of.releases, of.subject))
    return next((each for each in same if each.role == "ours"), None)


def ratio(figures: Iterable[Figure], of: Figure) -> float | None:
    """How many times as fast as this limit or rival the platform's step is; None for anything else."""
    mine = ours(figures, of)
    if of.role not in ("limit", "rival") or not (mine and mine.seconds and of.seconds):
        return None
    return of.seconds / mine.seconds


def said(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The figures for JSON, rounded, with what follows from them: rates, and how our step compares with each other."""
    return [
        {
            **{name: _rounded(value) for name, value in asdict(each).items()},
            "records_per_second": _rounded(each.records_per_second, 1),
            "megabytes_per_second": _rounded(each.megabytes_per_second, 1),
            "ours_times_as_fast": _rounded(ratio(figures, each)),
        }
        for each in figures
    ]


def _rounded(value: Any, digits: int = 3) -> Any:
    return round(value, digits) if isinstance(value, float) else value
