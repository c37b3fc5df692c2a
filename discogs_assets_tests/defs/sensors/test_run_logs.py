"""Tests of `defs.sensors.run_logs`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.defs import event_log
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.sensors import run_logs

NOVEMBER = "2026-11-01"
KEY = dg.AssetKey(["run_logs", "made"])
CHECK = dg.AssetCheckKey(KEY, "sound")


@dg.asset(key=KEY, partitions_def=monthly, check_specs=[dg.AssetCheckSpec("sound", asset=KEY, blocking=True)])
def made(context: dg.AssetExecutionContext):  # type: ignore[no-untyped-def]
    """An asset with a check, whose step says something."""
    context.log.info("at work")
    return dg.MaterializeResult(metadata={"rows": 1}, check_results=[dg.AssetCheckResult(passed=True)])


@pytest.fixture
def instance(dagster_home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance:
        yield instance


def read_events(instance: dg.DagsterInstance) -> list[object]:
    """All that is decided from."""
    latest = event_log.latest(instance, KEY, NOVEMBER)
    assert latest
    return [
        latest,
        event_log.results(instance, [CHECK], NOVEMBER),
        event_log.judging(instance, CHECK, NOVEMBER, latest),
        event_log.find_computed(instance, [KEY], NOVEMBER),
        instance.get_materialized_partitions(KEY),
        [run.status for run in instance.get_runs()],
    ]


def events(instance: dg.DagsterInstance, run: str) -> set[str | None]:
    return {each.dagster_event_type.value if each.dagster_event_type else None for each in instance.all_logs(run)}


def test_what_is_decided_from_outlives_the_log_of_its_run(instance: dg.DagsterInstance, dagster_home: Path) -> None:
    run = dg.materialize([made], partition_key=NOVEMBER, instance=instance).run_id
    before, written = read_events(instance), dagster_home / "storage" / run
    assert events(instance, run) >= {None, "STEP_OUTPUT", "ASSET_CHECK_EVALUATION_PLANNED"}
    assert list(written.rglob("*.err"))
    run_logs.prune(instance, datetime.now(UTC) + timedelta(minutes=1))
    assert not events(instance, run) & {None, *(kind.value for kind in run_logs.DELETED)}
    assert events(instance, run) >= {
        "ASSET_MATERIALIZATION",
        "ASSET_CHECK_EVALUATION",
        "STEP_SUCCESS",
        "PIPELINE_SUCCESS",
    }
    assert read_events(instance) == before
    assert not written.exists()


def test_a_failure_and_its_cause_outlive_the_log_of_their_run(instance: dg.DagsterInstance) -> None:
    @dg.op
    def failing() -> None:
        raise dg.Failure("no room", allow_retries=False)

    @dg.job
    def job() -> None:
        failing()

    run = job.execute_in_process(instance=instance, raise_on_error=False).run_id
    run_logs.prune(instance, datetime.now(UTC) + timedelta(minutes=1))
    (failure,) = instance.all_logs(run, of_type=dg.DagsterEventType.STEP_FAILURE)
    assert failure.dagster_event
    assert failure.dagster_event.step_failure_data.user_failure_data.description == "no room"  # type: ignore[union-attr]


def test_the_log_of_a_younger_run_stays_whole(instance: dg.DagsterInstance, dagster_home: Path) -> None:
    run = dg.materialize([made], partition_key=NOVEMBER, instance=instance).run_id
    before = events(instance, run)
    run_logs.prune(instance, datetime.now(UTC) - timedelta(days=1))
    assert events(instance, run) == before
    assert (dagster_home / "storage" / run).exists()
