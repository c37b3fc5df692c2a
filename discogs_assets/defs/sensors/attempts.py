"""Runs requested for announced dumps: how they ended, and when the next one is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import dagster as dg

from discogs_assets.defs.asset_factory import NOT_BEFORE

MONTH, FINGERPRINT, ATTEMPT = "discogs/month", "discogs/fingerprint", "discogs/attempt"
"""Run tags: the month, the fingerprint of the announced files, and the number of the attempt."""

PARTITION = "dagster/partition"
MAX_RETRIES = "dagster/max_retries"
"""Tags defined by Dagster."""

LIMIT = 5
"""Maximum number of runs for the same files."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 15, 60, 240))
"""Delays from the end of a failed run to the next attempt, unless the failure names a time.

A killed process is replaced at once. A site or server that is out of order is given time.
"""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

FAILED_CHECK = "DagsterAssetCheckFailedError"


@dataclass(frozen=True, slots=True)
class Failed:
    """The cause of an unsuccessful run, and the earliest time of a useful retry, if known.

    A failure is terminal, so that only other files lead to another run, if
    - a step ended with a `Failure` without a retry time, as `asset_factory.failures` raises for terminal errors,
    - a blocking check failed, or
    - somebody cancelled the run.
    All others are transient: a step with a retry time, an error that outlasted the step's own retries, a dead process.
    """

    cause: str
    terminal: bool
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """The runs of a month for the same files: their number, and the end of the last one.

    `number` is the number of the next attempt and is never reused. `succeeded` and `failed` describe the last run.
    """

    number: int
    tried: int
    succeeded: bool = False
    failed: Failed | None = None

    def waits(self, now: datetime) -> str:
        """Return the reason why there is no next attempt, or not yet; empty if one is due."""
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
    """Return the runs with these tags that are queued or in progress."""
    return list(instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags=tags or {})))


def made(instance: dg.DagsterInstance, month: str, fingerprint: str) -> Attempts:
    """Return the attempts at the files with this fingerprint.

    Attempts made before other files were tried no longer count.
    """
    runs = instance.get_run_records(dg.RunsFilter(tags={MONTH: month}))
    before = [run for run in runs if _fingerprint(run) == fingerprint]
    latest = list(takewhile(lambda run: _fingerprint(run) == fingerprint, runs))
    if not latest:
        return Attempts(len(before) + 1, 0)
    succeeded = latest[0].dagster_run.status == dg.DagsterRunStatus.SUCCESS
    failed = None if succeeded else _failed(instance, latest[0], len(latest))
    return Attempts(len(before) + 1, len(latest), succeeded, failed)


def request(month: str, fingerprint: str, attempt: int, selection: list[dg.AssetKey]) -> dg.RunRequest:
    """Return the run request; its run key is never reused.

    Dagster's own run retries are off: the sensor requests the next attempt.
    """
    return dg.RunRequest(
        run_key=f"{month}:{fingerprint}:{attempt}",
        partition_key=month,
        asset_selection=selection,
        tags={MONTH: month, FINGERPRINT: fingerprint, ATTEMPT: str(attempt), MAX_RETRIES: "0"},
    )


def _fingerprint(record: dg.RunRecord) -> str | None:
    return record.dagster_run.tags.get(FINGERPRINT)


def _failed(instance: dg.DagsterInstance, record: dg.RunRecord, tried: int) -> Failed:
    """Return the cause of the run's failure, from its events."""
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
    return Failed(causes or f"{named} failed ({_end(instance, run.run_id)})", False, max(moments, default=later))


def _end(instance: dg.DagsterInstance, run_id: str) -> str:
    """Return the recorded end of a run without failed steps."""
    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    said = [each.dagster_event.message for each in logs if each.dagster_event and each.dagster_event.message]
    return said[-1].strip() if said else "it was never started"


def _steps(instance: dg.DagsterInstance, run_id: str) -> Iterator[tuple[str, Failed]]:
    """Yield the steps that failed after all retries of the run."""
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
