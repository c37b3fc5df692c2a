"""Tests of `defs.checks.freshness`: what is late, on which day, and how grave that is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import keys, metadata
from discogs_assets.defs.checks import freshness
from discogs_assets.defs.partitions import monthly
from discogs_assets.schema.discogs import ARTISTS, ENTITIES

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def materialise(instance: dg.DagsterInstance, *wanted: dg.AssetKey, digest: str = "aa") -> None:
    """November of these on record, each made from dumps of this digest."""

    @dg.multi_asset(specs=[dg.AssetSpec(key, partitions_def=monthly) for key in wanted])
    def made() -> Iterator[dg.MaterializeResult[object]]:
        for key in wanted:
            sources = [key.path[-1]] if key.path[0] == "dumps" else [entity.name for entity in ENTITIES]
            versions = metadata.versions({source: [digest] for source in sources})
            yield dg.MaterializeResult(asset_key=key, metadata=versions)

    dg.materialize([made], partition_key=NOVEMBER, instance=instance)


@pytest.mark.parametrize(
    ("day", "newest", "found"),
    [
        ("2026-11-09", OCTOBER, None),
        ("2026-11-09", "2026-09-01", (ERROR, OCTOBER)),
        ("2026-11-10", OCTOBER, (WARN, NOVEMBER)),
        ("2026-11-19", OCTOBER, (WARN, NOVEMBER)),
        ("2026-11-19", "2026-09-01", (ERROR, OCTOBER)),
        ("2026-11-20", OCTOBER, (ERROR, NOVEMBER)),
        ("2026-11-30", NOVEMBER, None),
        ("2027-01-05", NOVEMBER, (ERROR, "2026-12-01")),
        ("2026-11-01", None, (ERROR, OCTOBER)),
    ],
)
def test_a_missing_dump_is_a_warning_from_the_10th_and_an_error_from_the_20th(
    day: str, newest: str | None, found: tuple[dg.AssetCheckSeverity, str] | None
) -> None:
    assert freshness.overdue(datetime.fromisoformat(f"{day}T00:00+00:00"), newest) == found


def test_the_dump_on_record_is_judged_and_the_message_names_the_month(instance: dg.DagsterInstance) -> None:
    materialise(instance, keys.dump(ARTISTS))
    assert freshness.check_dump(instance, ARTISTS, datetime(2026, 12, 9, tzinfo=UTC)).passed
    late = freshness.check_dump(instance, ARTISTS, datetime(2026, 12, 10, tzinfo=UTC))
    assert (late.passed, late.severity) == (False, WARN)
    assert "dump here is of 2026-11, that of 2026-12 is late" in (late.description or "")


def test_a_month_that_is_not_shown_as_its_dumps_are_is_an_error_after_48_hours(instance: dg.DagsterInstance) -> None:
    soon, later = (datetime.now(UTC) + timedelta(hours=hours) for hours in (47, 49))

    def passed(now: datetime) -> bool:
        return freshness.check_published(instance, "postgres", now).passed

    dumps = [keys.dump(entity) for entity in ENTITIES]
    materialise(instance, *dumps[1:])
    assert passed(later), "a month lacking a dump is not due"
    materialise(instance, dumps[0])
    assert (passed(soon), passed(later)) == (True, False)
    assert freshness.check_published(instance, "postgres", later).severity == ERROR
    materialise(instance, keys.published_month("postgres"))
    assert passed(later)
    materialise(instance, dumps[0])
    assert passed(later), "the same bytes, taken again"
    materialise(instance, dumps[0], digest="bb")
    assert (passed(soon), passed(later)) == (True, False)


def test_the_job_records_a_result_for_every_dump_and_both_stores(instance: dg.DagsterInstance) -> None:
    assert defs.resolve_job_def("freshness").execute_in_process(instance=instance).success
    wanted = [spec.key for spec in (*freshness.DUMPS.values(), *freshness.PUBLISHED.values())]
    storage = instance.event_log_storage
    found = storage.get_latest_asset_check_execution_by_key(wanted)
    evaluated = {key: record.event.asset_check_evaluation for key, record in found.items() if record.event}
    assert {key: each.passed for key, each in evaluated.items() if each} == {
        key: key.asset_key.path[0] == "published" for key in wanted
    }


def test_it_runs_daily_by_default() -> None:
    schedule = defs.resolve_schedule_def("freshness")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.job_name, schedule.cron_schedule) == ("freshness", "0 6 * * *")
