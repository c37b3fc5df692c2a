"""Runs as recorded by Dagster: times, steps, materialisations with their metadata, and checks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import dagster as dg

from discogs_assets.bench.measuring.measurement import alone

ROWS, BYTES, SECONDS = "dagster/partition_row_count", "bytes", "seconds"
"""Metadata keys of an asset's row count, bytes and seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """A materialisation: its numbers and texts by metadata key."""

    numbers: dict[str, float]
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: wall seconds from start to end, seconds by step, materialisations by asset, and checks.

    `failed` lists checks that found an error; in a run that succeeded, none of them is blocking.
    """

    seconds: float
    steps: dict[str, float] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    passed: int = 0
    failed: tuple[str, ...] = ()

    def total(self, key: str) -> float:
        """Return the sum of a number over all materialisations."""
        return sum(each.numbers.get(key, 0.0) for each in self.made.values())

    def says(self, key: str) -> bool:
        """Return True if any materialisation has that number."""
        return any(key in each.numbers for each in self.made.values())


def read(environment: Mapping[str, str]) -> list[Run]:
    """Return all runs of the instance named by the variables, oldest first.

    They are read in a separate process, since Dagster takes the instance from environment variables.
    """
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
