"""What Dagster's records say of runs: seconds, steps, what was materialised with which numbers, checks.

What belongs here: reading an instance. What doesn't: starting runs.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import dagster as dg

from discogs_assets.bench.measurement import alone

ROWS, BYTES, SECONDS = "dagster/partition_row_count", "bytes", "seconds"
"""Metadata keys of an asset's numbers."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was materialised: its numbers and texts, by metadata key."""

    numbers: dict[str, float]
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: wall seconds from its first to its last event, seconds by step, what it made by asset, and its checks.

    Of a run that succeeded no blocking check has failed; `failed` are others that found an error.
    """

    seconds: float
    steps: dict[str, float] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    passed: int = 0
    failed: tuple[str, ...] = ()

    def total(self, key: str) -> float:
        """The sum of a number over all that was made."""
        return sum(each.numbers.get(key, 0.0) for each in self.made.values())

    def says(self, key: str) -> bool:
        """Whether anything made has that number."""
        return any(key in each.numbers for each in self.made.values())


def read(environment: Mapping[str, str]) -> list[Run]:
    """All runs of the instance that the variables name, the oldest first; read in a process that has them."""
    found: list[Run] = alone(_read, dict(environment)).value
    return found


def _read(environment: Mapping[str, str]) -> list[Run]:
    os.environ.update(environment)
    with dg.DagsterInstance.get() as instance:
        return [_run(instance, record) for record in instance.get_run_records(ascending=True)]


def _run(instance: dg.DagsterInstance, record: dg.RunRecord) -> Run:
    run = record.dagster_run.run_id
    of_type = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    events = [each.event_log_entry.dagster_event for each in instance.get_records_for_run(run, None, of_type).records]
    made, passed, failed = {}, 0, []
    for event in filter(None, events):
        if event.is_step_materialization:
            said = event.step_materialization_data.materialization
            made[said.asset_key.to_user_string()] = _made(said.metadata)
        else:
            result = event.asset_check_evaluation_data
            passed += result.passed
            if not result.passed and result.severity is dg.AssetCheckSeverity.ERROR:
                failed.append(f"{result.asset_key.to_user_string()}: {result.check_name}")
    steps = {
        each.step_key: each.end_time - each.start_time
        for each in instance.get_run_step_stats(run)
        if each.start_time and each.end_time
    }
    return Run((record.end_time or 0.0) - (record.start_time or 0.0), steps, made, passed, tuple(failed))


def _made(metadata: Mapping[str, dg.MetadataValue]) -> Made:
    values = {name: value.value for name, value in metadata.items()}
    numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
    return Made(numbers, {name: value for name, value in values.items() if isinstance(value, str)})
