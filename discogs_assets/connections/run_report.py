"""Report of Dagster's runs and checks: a line of JSON from a process that loads Dagster to one that does not."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["queued", "running", "success", "failure", "canceled", "killed"]


class Report(BaseModel):
    """Base class of a report's parts: immutable, with the fields' docstrings as descriptions."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Progress(Report):
    """Progress of work; a value that is not known is null."""

    share: float | None = None
    """Part that is done, from 0 to 1."""
    rate: str | None = None
    """Speed: `12,000 records/s`."""
    seconds_left: float | None = None
    """Time left in seconds, estimated."""


class Step(Report):
    """A step of a run that is being executed: a materialisation."""

    name: str
    """Its asset, or what its assets have in common: parquet/discogs/artists."""
    began: float
    """Seconds since the epoch."""
    progress: Progress
    estimated: bool
    """True if the progress follows from the duration of the step in an earlier run."""
    said: str
    """Last line of its log."""


class Run(Report):
    """A run of Dagster."""

    id: str
    job: str
    month: str | None
    """Month (2026-11) of the partition."""
    status: Status
    """`killed` is a run that has not ended, whose process is gone."""
    began: float | None
    """Seconds since the epoch."""
    ended: float | None
    done: int
    """Steps that have ended."""
    steps: int
    """Steps in all; 0 if it is not known."""
    progress: Progress
    running: list[Step]
    failure: str
    """First step that failed and its reason; empty if none did."""


class FailedCheck(Report):
    """An asset check whose latest result is a failure."""

    asset: str
    name: str
    month: str | None
    """Month (2026-11) of the partition; null if the check is of all months."""
    severity: Literal["error", "warning"]
    said: str
    """Reason, in one line."""
    at: float
    """Seconds since the epoch."""
    run: str
    """Id of the run with the result; empty if it was reported outside of runs."""


class RunReport(Report):
    """Runs and failed checks, or the fault that kept them from being read."""

    runs: list[Run] = []
    """Latest runs, the newest first; those that have not ended before the others."""
    checks: list[FailedCheck] = []
    """Failed checks of the latest runs: errors first, then the newest."""
    fault: str = ""
    """Reason for the lack of a report; empty if there is one."""
