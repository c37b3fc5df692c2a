"""Runs that were asked for on account of announced dumps: how they ended, and when the next may be asked for.

What belongs here: their tags, and what a failure means for the next attempt. What doesn't: what a run does.

A failure counts as terminal, so that only other files lead to another run, if
- a step ended by a `Failure` that names no moment, which is how `layer.failures` ends those of terminal errors,
- a blocking check failed, or
- somebody cancelled the run.
Everything else is transient: a step that names the moment before which no retry helps, an error which was still there
after the step's own retries, a process that is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import dagster as dg

from discogs_assets.defs.layer import NOT_BEFORE

MONTH, FINGERPRINT, ATTEMPT = "discogs/month", "discogs/fingerprint", "discogs/attempt"
"""Tags of a run: the month, the fingerprint of what was announced, and which attempt at it this is."""

PARTITION = "dagster/partition"
MAX_RETRIES = "dagster/max_retries"
"""Tags of Dagster's own."""

LIMIT = 5
"""Runs for the same files."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 15, 60, 240))
"""From a failed run's end to the next attempt, where the failure does not name a moment: a process that was killed
is replaced at once, a site or a server that is out of order is given time."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

FAILED_CHECK = "DagsterAssetCheckFailedError"


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a run ended without success, whether for good, and before which moment no retry helps, if that is known."""

    cause: str
    terminal: bool
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """What became of a month's runs for the same files: how many there were, and the last one's end.

    `number` is that of the next attempt, another one than any before it. `succeeded` and `failed` are of the last run.
    """

    number: int
    tried: int
    succeeded: bool = False
    failed: Failed | None = None

    def waits(self, now: datetime) -> str:
        """Why there is no next attempt, or not yet; empty if there is one now."""
        if self.failed is None:
            return ""
        if self.failed.terminal:
            return f"{self.failed.cause}. It is not tried again until the files change; materialise the month by hand"
        if self.tried >= LIMIT:
            return f"{self.tried} attempts failed, the last one: {self.failed.cause}. Materialise the month by hand"
        if self.failed.not_before and now < self.failed.not_before:
            moment = f"{self.failed.not_before:%Y-%m-%d %H:%M:%S} UTC"
            return f"{self.failed.cause}. Attempt {self.tried + 1} of {LIMIT} is made after {moment}"
        return ""


def unfinished(instance: dg.DagsterInstance, tags: dict[str, str | list[str]] | None = None) -> list[dg.DagsterRun]:
    """Runs with these tags that are queued or in progress."""
    return list(instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags=tags or {})))


def made(instance: dg.DagsterInstance, month: str, fingerprint: str) -> Attempts:
    """The attempts at the files of that fingerprint; those before other files were tried count no more."""
    runs = instance.get_run_records(dg.RunsFilter(tags={MONTH: month}))
    before = [run for run in runs if _fingerprint(run) == fingerprint]
    latest = list(takewhile(lambda run: _fingerprint(run) == fingerprint, runs))
    if not latest:
        return Attempts(len(before) + 1, 0)
    succeeded = latest[0].dagster_run.status == dg.DagsterRunStatus.SUCCESS
    failed = None if succeeded else _failed(instance, latest[0], len(latest))
    return Attempts(len(before) + 1, len(latest), succeeded, failed)


def request(month: str, fingerprint: str, attempt: int, selection: list[dg.AssetKey]) -> dg.RunRequest:
    """The run; its key is never used twice. Dagster's own retries are off: the next attempt is asked for here."""
    return dg.RunRequest(
        run_key=f"{month}:{fingerprint}:{attempt}",
        partition_key=month,
        asset_selection=selection,
        tags={MONTH: month, FINGERPRINT: fingerprint, ATTEMPT: str(attempt), MAX_RETRIES: "0"},
    )


def _fingerprint(record: dg.RunRecord) -> str | None:
    return record.dagster_run.tags.get(FINGERPRINT)


def _failed(instance: dg.DagsterInstance, record: dg.RunRecord, tried: int) -> Failed:
    """What the run's events say of its end."""
    run = record.dagster_run
    named = f"run {run.run_id[:8]}"
    if run.status == dg.DagsterRunStatus.CANCELED:
        return Failed(f"{named} was cancelled", terminal=True)
    steps = list(_steps(instance, run.run_id))
    causes = "; ".join(dict.fromkeys(f"{step} of {named} failed ({failed.cause})" for step, failed in steps))
    if any(failed.terminal for _, failed in steps):
        return Failed(causes, terminal=True)
    moments = [failed.not_before for _, failed in steps if failed.not_before]
    ended = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)
    later = ended + PAUSES[min(tried, len(PAUSES)) - 1]
    return Failed(causes or f"the process of {named} is gone", False, max(moments, default=later))


def _steps(instance: dg.DagsterInstance, run_id: str) -> Iterator[tuple[str, Failed]]:
    """The steps that failed for good, as far as the run goes."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.dagster_event
        if event is not None and event.step_key:
            yield event.step_key, _step(event.step_failure_data)


def _step(data: Any) -> Failed:
    said, error = data.user_failure_data, data.error
    if said is not None:
        moment = said.metadata.get(NOT_BEFORE)
        cause = (said.description or "no reason given").strip()
        return Failed(cause, moment is None, datetime.fromtimestamp(moment.value, UTC) if moment else None)
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return Failed("no reason given", terminal=False)
    return Failed(error.message.strip(), terminal=FAILED_CHECK in (error.cls_name or ""))
