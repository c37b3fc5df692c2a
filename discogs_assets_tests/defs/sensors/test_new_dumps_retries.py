"""Tests of `defs.sensors.new_dumps`: retries of runs that really fail, by what is read from their events."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from discogs_assets.defs.asset_factory import failures
from discogs_assets.defs.sensors import run_monitor
from discogs_assets.defs.sensors.new_dumps import LIMIT, PAUSES, Attempts, list_in_progress, read_attempts, request_run
from discogs_assets.errors import DumpDamagedError, ServerError

MONTH, FILES = "2026-11-01", "f1"
LATER = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run_job(instance: dg.DagsterInstance, body: Callable[[], None], files: str = FILES, number: int = 1) -> None:
    """A run that was asked for, of one asset with that body and a blocking check that is not met."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("sound", asset="one", blocking=True)])
    def one() -> Iterator[object]:
        with failures():
            body()
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=body is sound)])

    request = request_run(MONTH, files, number, [])
    dg.materialize([one], instance=instance, tags=request.tags, raise_on_error=False)


def sound() -> None: ...


def unsound() -> None: ...


def damaged() -> None:
    raise DumpDamagedError("other bytes")


def refused() -> None:
    raise ServerError("come back at noon", LATER)


def unreachable() -> None:
    raise ServerError("nobody there")


def broken() -> None:
    raise ValueError("a fault of ours")


def full() -> None:
    raise OSError(28, "No space left on device")


def made(instance: dg.DagsterInstance, files: str = FILES) -> Attempts:
    return read_attempts(instance, MONTH, files)


def test_before_the_first_attempt_nothing_is_waited_for(instance: dg.DagsterInstance) -> None:
    assert made(instance) == Attempts(1, 0)
    assert made(instance).explain_wait(LATER) == ""


def test_a_run_that_went_well_was_an_attempt(instance: dg.DagsterInstance) -> None:
    run_job(instance, sound)
    assert made(instance) == Attempts(2, 1, succeeded=True)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (damaged, "DumpDamagedError: other bytes"),
        (full, "the disk is full"),
        (unsound, "1 blocking asset check failed"),
    ],
)
def test_what_fails_again_with_the_same_input_is_never_tried_again(
    instance: dg.DagsterInstance, body: Callable[[], None], cause: str
) -> None:
    run_job(instance, body)
    found = made(instance)
    assert found.failed
    assert found.failed.terminal
    said = found.explain_wait(datetime.max.replace(tzinfo=UTC))
    assert cause in said
    assert "one of run" in said
    assert "not tried again until the files change" in said
    assert made(instance, "f2").explain_wait(LATER) == ""


def test_the_moment_that_a_failure_names_is_waited_for(instance: dg.DagsterInstance) -> None:
    run_job(instance, refused)
    found = made(instance)
    assert found.failed
    assert (found.number, found.failed.not_before) == (2, LATER)
    said = found.explain_wait(LATER - timedelta(seconds=1))
    assert "ServerError: come back at noon" in said
    assert "Attempt 2 of 5 is made after 2026-11-03 12:00:00 UTC" in said
    assert found.explain_wait(LATER) == ""


@pytest.mark.parametrize(("body", "cause"), [(unreachable, "nobody there"), (broken, "a fault of ours")])
def test_what_may_pass_is_tried_again_after_a_growing_pause_five_times(
    instance: dg.DagsterInstance, body: Callable[[], None], cause: str
) -> None:
    for number, pause in enumerate(PAUSES, 1):
        run_job(instance, body, number=number)
        failed = made(instance).failed
        assert failed
        assert failed.not_before
        assert not failed.terminal
        assert cause in failed.cause
        rest = failed.not_before - datetime.now(UTC)
        assert pause - timedelta(seconds=10) < rest <= pause
    assert len(PAUSES) + 1 == LIMIT
    run_job(instance, body, number=LIMIT)
    assert "5 attempts failed" in made(instance).explain_wait(datetime.max.replace(tzinfo=UTC))
    assert list(PAUSES) == sorted(PAUSES)


def test_a_run_whose_process_is_gone_is_tried_again(instance: dg.DagsterInstance) -> None:
    gone(instance)
    assert [each.run_id for each in list_in_progress(instance)] == run_monitor.release(instance)
    assert list_in_progress(instance) == []
    found = made(instance)
    assert found.failed
    assert "failed (The process of this run is gone" in found.failed.cause
    assert found.explain_wait(datetime.now(UTC)) != ""
    assert found.explain_wait(datetime.now(UTC) + PAUSES[0]) == ""


def gone(instance: dg.DagsterInstance, status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED) -> dg.DagsterRun:
    """A run whose process was killed, not yet ended on record."""

    @dg.job
    def nothing() -> None: ...

    killed = json.dumps([socket.gethostname(), 2**22 - 7, 1.0])
    tags = {**request_run(MONTH, FILES, 1, []).tags, run_monitor.TAG: killed}
    return instance.create_run_for_job(nothing, tags=tags, status=status)


def test_a_run_that_was_asked_for_and_never_queued_is_tried_again(instance: dg.DagsterInstance) -> None:
    gone(instance, dg.DagsterRunStatus.NOT_STARTED)
    assert list_in_progress(instance) == []
    assert "it was never started" in made(instance).explain_wait(datetime.now(UTC))
    assert made(instance).explain_wait(datetime.now(UTC) + PAUSES[0]) == ""


def test_a_run_that_somebody_cancelled_is_not_tried_again(instance: dg.DagsterInstance) -> None:
    instance.report_run_canceled(gone(instance))
    assert "was cancelled. It is not tried again" in made(instance).explain_wait(datetime.max.replace(tzinfo=UTC))


def test_attempts_at_other_files_count_no_more_but_no_number_is_given_twice(instance: dg.DagsterInstance) -> None:
    run_job(instance, damaged)
    run_job(instance, unreachable, "f2")
    assert made(instance) == Attempts(2, 0)
    assert (made(instance, "f2").number, made(instance, "f2").tried) == (2, 1)


def test_a_run_is_retried_by_nobody_else() -> None:
    request = request_run(MONTH, FILES, 2, [dg.AssetKey("one")])
    assert (request.run_key, request.partition_key) == ("2026-11-01:f1:2", MONTH)
    assert request.tags == {
        "discogs/month": MONTH,
        "discogs/fingerprint": FILES,
        "discogs/attempt": "2",
        "dagster/max_retries": "0",
    }
