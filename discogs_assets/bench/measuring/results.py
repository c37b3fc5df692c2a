"""Figures: the measured numbers of a step of work, with rates and comparisons derived from them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from discogs_assets.bench.measuring.measurement import Measured

WHOLE = "all assets"
"""Step name of a whole stage of the asset graph."""

Role = Literal["ours", "part", "limit", "rival", "before", "question"]
"""Role of a figure.

Our step, a part of the step above it, a limit, a rival's step, preparation that other steps need, or a query on loaded
data.
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """Measurements of one step of work on one size of data.

    `releases` is the size, `subject` the input or stage, `records` the records processed. In bytes: `unpacked` XML if
    the step reads it, `written` to disk, and peak resident memory: `peak` of all processes together, `biggest` of a
    single one, `servers_peak` of the servers. `seconds` is None if the step failed; `failure` holds the reason.
    `about` holds further facts.
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
        """Records per second, None if no records are counted or the step failed."""
        return self.records / self.seconds if self.records and self.seconds else None

    @property
    def megabytes_per_second(self) -> float | None:
        """Megabytes of XML per second, None if none is read or the step failed."""
        return self.unpacked / self.seconds / 1e6 if self.unpacked and self.seconds else None

    @property
    def whole_processor(self) -> float:
        """Processor seconds, including the servers'."""
        return self.processor + self.servers_processor


def figure(took: Measured, releases: int, subject: str, step: str, role: Role, **counts: Any) -> Figure:
    """Return the figure of measured work; `counts` sets or overrides its other fields."""
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
    """Return the platform's own step on the same subject and size, None if there is none."""
    same = (each for each in figures if (each.releases, each.subject) == (of.releases, of.subject))
    return next((each for each in same if each.role == "ours"), None)


def ratio(figures: Iterable[Figure], of: Figure) -> float | None:
    """Return the speed of the platform's step as a multiple of this limit's or rival's; None for other roles."""
    mine = ours(figures, of)
    if of.role not in ("limit", "rival") or not (mine and mine.seconds and of.seconds):
        return None
    return of.seconds / mine.seconds


def said(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return the figures for JSON, rounded, with rates and the ratio of our step to each limit and rival."""
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
