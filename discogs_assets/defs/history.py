"""What Dagster remembers of a partition: its latest materialisation, and the latest result of a check on it.

What belongs here: reading the instance. What doesn't: judging what is read (see `published`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import AssetRecordsFilter
from dagster._core.definitions.data_version import CODE_VERSION_TAG
from dagster._core.event_api import PartitionKeyFilter  # the storage takes it, the package does not export it
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES as FINISHED,
)
from dagster._core.storage.tags import BACKFILL_ID_TAG, PARTITION_NAME_TAG

Metadata = Mapping[str, Any]

DEPTH = 25
"""Results of a check, and runs of a partition, that are looked through."""

ROWS = "dagster/partition_row_count"
"""Metadata key of the rows of a partition."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
"""States of a run that may still write."""


@dataclass(frozen=True, slots=True)
class Materialised:
    """One materialisation of a partition: its place in the order of all events, and what it said."""

    event: int
    metadata: Metadata
    moment: float = 0.0
    """Seconds since the epoch."""

    run: str = ""
    """The run that did it."""

    def text(self, key: str) -> str:
        """A text of the metadata, empty if it is not there."""
        value = self.metadata.get(key)
        return str(value.value) if value is not None else ""

    def number(self, key: str) -> int:
        """A number of the metadata, 0 if it is not there."""
        return int(self.text(key) or 0)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a run has recorded of one asset: the status of its step, and when it began and ended, if it has.

    `rows` and `code_version` are those of what it made, if it has made it.
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
    """The latest result of a check: whether it passed (None if unfinished) and the materialisation that it judged.

    `warning` says that a failure is no more than a warning.
    """

    passed: bool | None
    judged: int | None
    description: str
    warning: bool = False

    @property
    def refuses(self) -> bool:
        """Whether the data must not be shown."""
        return self.passed is False and not self.warning

    def judges(self, data: Materialised) -> bool:
        """Whether the result is about this materialisation and not about an earlier one."""
        return self.passed is not None and (self.judged or 0) >= data.event


def latest(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None = None) -> Materialised | None:
    """The partition's latest materialisation, or that of any partition; None if there is none."""
    wanted = AssetRecordsFilter(asset_key=key, asset_partitions=[partition] if partition else None)
    return next(map(_materialised, instance.fetch_materializations(wanted, limit=1).records), None)


def recent(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str) -> list[Materialised]:
    """The last `DEPTH` materialisations of the partition, newest first."""
    wanted = AssetRecordsFilter(asset_key=key, asset_partitions=[partition])
    return [_materialised(record) for record in instance.fetch_materializations(wanted, limit=DEPTH).records]


def latest_of(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey], partition: str
) -> dict[dg.AssetKey, Materialised | None]:
    """The partition's latest materialisation of each asset, in the order of the keys.

    One question for all of them, and one more for each whose newest materialisation is of another partition.
    """
    entries = (each.asset_entry for each in instance.get_asset_records(keys))
    newest = {entry.asset_key: entry.last_materialization_record for entry in entries}
    return {key: _of(instance, newest.get(key), key, partition) for key in keys}


def _of(
    instance: dg.DagsterInstance, newest: dg.EventLogRecord | None, key: dg.AssetKey, partition: str
) -> Materialised | None:
    """The asset's newest materialisation if it is of the partition, else the partition's own."""
    if newest is None or newest.partition_key == partition:
        return _materialised(newest) if newest else None
    return latest(instance, key, partition)


def _materialised(record: dg.EventLogRecord) -> Materialised:
    event = record.asset_materialization
    assert event
    return Materialised(record.storage_id, event.metadata, record.timestamp, record.run_id)


def computed(instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey], partition: str) -> list[Computed]:
    """What the last `DEPTH` runs for the partition did about the assets, in their order, the newest run first."""
    found, steps = list[Computed](), {key: key.to_python_identifier() for key in keys}
    for run in instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: partition}), limit=DEPTH):
        stats = {each.step_key: each for each in instance.get_run_step_stats(run.run_id, [*steps.values()])}
        reached = ((key, stats[step]) for key, step in steps.items() if step in stats)
        found.extend(_computed(key, each) for key, each in reached if each.status)
    return found


def _computed(key: dg.AssetKey, step: Any) -> Computed:
    status, began, ended = step.status.value, step.start_time, step.end_time
    made = next((event.dagster_event.step_materialization_data for event in step.materialization_events), None)
    if made is None:
        return Computed(key, step.run_id, status, began, ended)
    materialisation = made.materialization
    rows = materialisation.metadata.get(ROWS)
    version = (materialisation.tags or {}).get(CODE_VERSION_TAG)
    return Computed(key, step.run_id, status, began, ended, rows.value if rows else None, version)


def unfinished(instance: dg.DagsterInstance) -> dict[str, str]:
    """The months that a run is working on, or is to, by the run's id."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {run.run_id: run.tags[PARTITION_NAME_TAG] for run in runs if PARTITION_NAME_TAG in run.tags}


def backfilled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> set[str]:
    """The partitions that the run's backfill asks for, of whatever asset; empty if it is not part of one."""
    backfill = instance.get_backfill(run.tags[BACKFILL_ID_TAG]) if BACKFILL_ID_TAG in run.tags else None
    if backfill is None:
        return set()
    data = backfill.asset_backfill_data
    asked = data.target_subset.iterate_asset_partitions() if data else ()
    return {*(backfill.partition_names or ()), *(each.partition_key for each in asked if each.partition_key)}


def results(
    instance: dg.DagsterInstance, checks: Iterable[dg.AssetCheckKey], partition: str
) -> dict[dg.AssetCheckKey, Checked]:
    """The latest result of each check on the partition; a check that never ran there is missing.

    A run that ends before a check it was to make leaves the check's last result as it is, and the data that it judges.
    """
    storage, of = instance.event_log_storage, PartitionKeyFilter(key=partition)
    found = storage.get_latest_asset_check_execution_by_key(list(checks), partition_filter=of)
    pending = [key for key, record in found.items() if record.status not in FINISHED]
    before = {key: storage.get_asset_check_execution_history(key, 1, None, FINISHED, of) for key in pending}
    return {key: _checked(next(iter(before.get(key, ())), record)) for key, record in found.items()}


def judging(instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str, data: Materialised) -> Checked | None:
    """The check's newest result about this materialisation, None if none of the last `DEPTH` is.

    Dagster orders results by when their runs were planned: of two runs at once, the one planned last may end first, and
    one that was killed leaves a result that never comes.
    """
    storage, wanted = instance.event_log_storage, PartitionKeyFilter(key=partition)
    records = storage.get_asset_check_execution_history(key, limit=DEPTH, partition_filter=wanted)
    found = map(_checked, records)
    return next((each for each in found if each.judges(data)), None)


def _checked(record: Any) -> Checked:
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
