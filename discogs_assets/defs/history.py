"""What Dagster remembers of a partition: its latest materialisation, and the latest result of a check on it.

What belongs here: reading the instance. What doesn't: judging what is read (see `published`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import AssetRecordsFilter
from dagster._core.event_api import PartitionKeyFilter  # the storage takes it, the package does not export it
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES as FINISHED,
)

Metadata = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Materialised:
    """One materialisation of a partition: its place in the order of all events, and what it said."""

    event: int
    metadata: Metadata

    def text(self, key: str) -> str:
        """A text of the metadata, empty if it is not there."""
        value = self.metadata.get(key)
        return str(value.value) if value is not None else ""

    def number(self, key: str) -> int:
        """A number of the metadata, 0 if it is not there."""
        return int(self.text(key) or 0)


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
        return (self.judged or 0) >= data.event


def latest(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str) -> Materialised | None:
    """The partition's latest materialisation, None if there is none."""
    wanted = AssetRecordsFilter(asset_key=key, asset_partitions=[partition])
    for record in instance.fetch_materializations(wanted, limit=1).records:
        event = record.asset_materialization
        if event is not None:
            return Materialised(record.storage_id, event.metadata)
    return None


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
