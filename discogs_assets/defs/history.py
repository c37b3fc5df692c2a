"""What Dagster remembers of a partition: its latest materialisation, and the latest result of a check on it.

What belongs here: reading the instance. What doesn't: judging what is read (see `published`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import AssetRecordsFilter
from dagster._core.event_api import PartitionKeyFilter  # the storage takes it, the package does not export it

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
    """The latest result of a check: whether it passed (None if unfinished) and the materialisation that it judged."""

    passed: bool | None
    judged: int | None
    description: str

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
    event = newest.asset_materialization if newest else None
    if newest is None or event is None or event.partition == partition:
        return Materialised(newest.storage_id, event.metadata) if newest and event else None
    return latest(instance, key, partition)


def results(
    instance: dg.DagsterInstance, checks: Iterable[dg.AssetCheckKey], partition: str
) -> dict[dg.AssetCheckKey, Checked]:
    """The latest result of each check on the partition; a check that never ran there is missing."""
    storage = instance.event_log_storage
    found = storage.get_latest_asset_check_execution_by_key(
        list(checks), partition_filter=PartitionKeyFilter(key=partition)
    )
    return {key: _checked(record) for key, record in found.items()}


def _checked(record: Any) -> Checked:
    evaluation = record.event.asset_check_evaluation if record.event else None
    if evaluation is None:
        return Checked(None, None, "")
    judged = evaluation.target_materialization_data
    return Checked(evaluation.passed, judged.storage_id if judged else None, evaluation.description or "")
