"""Reads of Dagster's records: materialisations, check results and runs of a partition.

Judging them is left to `publish_gate` and `staleness`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import AssetRecordsFilter
from dagster._core.event_api import PartitionKeyFilter  # accepted by the storage, exported by no public module
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES as FINISHED,
)

from discogs_assets import faults

Metadata = Mapping[str, Any]

DEPTH = 25
"""Maximum number of results of a check, and of runs of a partition, that are searched."""

ROWS = "dagster/partition_row_count"
"""Metadata key: the row count of a partition."""

PARTITION, CODE_VERSION = "dagster/partition", "dagster/code_version"
"""Tags that Dagster gives runs and materialisations."""

IN_PROGRESS = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
"""Statuses of runs that are queued or executed."""

UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, *IN_PROGRESS]
"""Statuses of runs that may still write; a run may be left unstarted for ever."""


@dataclass(frozen=True, slots=True)
class Materialised:
    """One materialisation of a partition: its position among all events, and its metadata."""

    event: int
    metadata: Metadata
    moment: float = 0.0
    """Seconds since the epoch."""

    run: str = ""
    """Id of the run that made it."""

    code_version: str = ""
    """Code version of the asset then."""

    def text(self, key: str) -> str:
        """Return a metadata value as text, empty if it is missing."""
        value = self.metadata.get(key)
        return str(value.value) if value is not None else ""

    def number(self, key: str) -> int:
        """Return a metadata value as a number, 0 if it is missing."""
        return int(self.text(key) or 0)


@dataclass(frozen=True, slots=True)
class Computed:
    """The record of one asset's step in a run: its status, and its start and end if reached.

    `rows` and `code_version` come from the materialisation, if there is one.
    """

    key: dg.AssetKey
    run: str
    status: str
    began: float | None
    ended: float | None
    rows: int | None = None
    code_version: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The latest result of a check: passed or failed (None if unfinished), and the materialisation judged.

    `warning` is True if a failure is only a warning.
    """

    passed: bool | None
    judged: int | None
    description: str
    warning: bool = False

    @property
    def refuses(self) -> bool:
        """True if the data must not be shown."""
        return self.passed is False and not self.warning

    def judges(self, data: Materialised) -> bool:
        """Return True if the result is about this materialisation and not an earlier one."""
        return self.passed is not None and (self.judged or 0) >= data.event


def latest(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None = None) -> Materialised | None:
    """Return the latest materialisation of the partition, or of any partition; None if there is none."""
    wanted = AssetRecordsFilter(asset_key=key, asset_partitions=[partition] if partition else None)
    return next(map(_read_materialisation, instance.fetch_materializations(wanted, limit=1).records), None)


def recent(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str) -> list[Materialised]:
    """Return the last `DEPTH` materialisations of the partition, newest first."""
    wanted = AssetRecordsFilter(asset_key=key, asset_partitions=[partition])
    return [_read_materialisation(record) for record in instance.fetch_materializations(wanted, limit=DEPTH).records]


def latest_of(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey], partition: str
) -> dict[dg.AssetKey, Materialised | None]:
    """Return the partition's latest materialisation of each asset, in the order of the keys.

    One query covers all assets. An asset materialised more recently for another partition takes one more.
    """
    entries = (each.asset_entry for each in instance.get_asset_records(keys))
    newest = {entry.asset_key: entry.last_materialization_record for entry in entries}
    return {key: _choose(instance, newest.get(key), key, partition) for key in keys}


def _choose(
    instance: dg.DagsterInstance, newest: dg.EventLogRecord | None, key: dg.AssetKey, partition: str
) -> Materialised | None:
    """Return the newest materialisation if it is of the partition, else look up the partition's own."""
    if newest is None or newest.partition_key == partition:
        return _read_materialisation(newest) if newest else None
    return latest(instance, key, partition)


def _read_materialisation(record: dg.EventLogRecord) -> Materialised:
    event = record.asset_materialization
    assert event
    version = (event.tags or {}).get(CODE_VERSION, "")
    return Materialised(record.storage_id, event.metadata, record.timestamp, record.run_id, version)


def find_computed(instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey], partition: str) -> list[Computed]:
    """Return the assets' steps in the partition's last `DEPTH` runs, newest run first, then in key order."""
    found, steps = list[Computed](), {key: key.to_python_identifier() for key in keys}
    for run in instance.get_runs(dg.RunsFilter(tags={PARTITION: partition}), limit=DEPTH):
        stats = {each.step_key: each for each in instance.get_run_step_stats(run.run_id, [*steps.values()])}
        reached = ((key, stats[step]) for key, step in steps.items() if step in stats)
        found.extend(_read_step(key, each) for key, each in reached if each.status)
    return found


def _read_step(key: dg.AssetKey, step: Any) -> Computed:
    status, began, ended = step.status.value, step.start_time, step.end_time
    made = next((event.dagster_event.step_materialization_data for event in step.materialization_events), None)
    if made is None:
        return Computed(key, step.run_id, status, began, ended)
    materialisation = made.materialization
    rows = materialisation.metadata.get(ROWS)
    version = (materialisation.tags or {}).get(CODE_VERSION)
    return Computed(key, step.run_id, status, began, ended, rows.value if rows else None, version)


def find_unfinished(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the months of queued and running runs, by run id."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {run.run_id: run.tags[PARTITION] for run in runs if PARTITION in run.tags}


def results(
    instance: dg.DagsterInstance, checks: Iterable[dg.AssetCheckKey], partition: str
) -> dict[dg.AssetCheckKey, Checked]:
    """Return the latest result of each check on the partition; a check that never ran there is missing.

    A run that ends before a planned check leaves the check's previous result, and the data it judges, in place.
    """
    storage, of = instance.event_log_storage, PartitionKeyFilter(key=partition)
    found = storage.get_latest_asset_check_execution_by_key(list(checks), partition_filter=of)
    pending = [key for key, record in found.items() if record.status not in FINISHED]
    before = {key: storage.get_asset_check_execution_history(key, 1, None, FINISHED, of) for key in pending}
    return {key: _read_check(next(iter(before.get(key, ())), record)) for key, record in found.items()}


def judging(instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str, data: Materialised) -> Checked | None:
    """Return the check's newest result about this materialisation, None if none of the last `DEPTH` is.

    Dagster orders results by the time their runs were planned. Of two concurrent runs, the one planned last may end
    first. A killed run leaves a planned result that never arrives.
    """
    storage, wanted = instance.event_log_storage, PartitionKeyFilter(key=partition)
    records = storage.get_asset_check_execution_history(key, limit=DEPTH, partition_filter=wanted)
    found = map(_read_check, records)
    return next((each for each in found if each.judges(data)), None)


def _read_check(record: Any) -> Checked:
    evaluation = record.event.asset_check_evaluation if record.event else None
    if evaluation is None:
        return Checked(None, None, "")
    judged = evaluation.target_materialization_data
    return Checked(
        evaluation.passed,
        judged.storage_id if judged else None,
        evaluation.description or "",
        evaluation.severity is dg.AssetCheckSeverity.WARN,
    )


def find_root_cause(error: Any) -> Any:
    """Return the innermost cause of a recorded error; None if there is no error."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error


def find_reason(event: dg.DagsterEvent) -> str:
    """Return the reason of a step's failure: our own sentence, or the first line of the innermost error."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description.partition(": ")[2] or data.user_failure_data.description
    error = find_root_cause(data.error)
    return faults.line(error.message) if error else "no reason given"
