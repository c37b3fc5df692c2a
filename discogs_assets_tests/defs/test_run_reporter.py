"""Tests of `defs.run_reporter`."""

import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.connections.run_report import Progress, RunReport
from discogs_assets.defs import run_reporter
from discogs_assets.defs.run_reporter import Reporter, read_progress
from discogs_assets.defs.sensors import run_monitor
from discogs_assets.streams.discogs.convert import Account

pytestmark = pytest.mark.slow

GONE = json.dumps([socket.gethostname(), 2**22 - 7, 1.0])

MONTHS = dg.MonthlyPartitionsDefinition("2026-01-01")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def load(
    instance: dg.DagsterInstance, passed: bool, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> None:
    """Materialise an asset with a check of this result."""

    @dg.asset(
        key=["parquet", "labels"],
        partitions_def=MONTHS,
        check_specs=[dg.AssetCheckSpec("ids_unique", asset=dg.AssetKey(["parquet", "labels"]), partitions_def=MONTHS)],
    )
    def labels(context: dg.AssetExecutionContext):  # type: ignore[no-untyped-def]
        context.log.info("labels: 40 records, 40% of 0.1 MB, 20 records/s, 3 s left")
        found = dg.AssetCheckResult(passed=passed, severity=severity, description="an id\noccurs twice")
        return dg.MaterializeResult(check_results=[found])

    assert dg.materialize([labels], partition_key="2026-03-01", instance=instance).success


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            Account(2_000_000, framed=30_000, packed=500_000, seconds=2.0).line("artists"),
            Progress(share=0.25, rate="15,000 records/s", seconds_left=6),
        ),
        (Account(0, seconds=0.0).line("artists"), Progress(share=1, rate="0 records/s", seconds_left=0)),
        ("artists: 1,200 of 4,800 MB", Progress(share=0.25, rate="120 MB/s", seconds_left=30)),
        ("artists: 0 of 0 MB", Progress(rate="0 MB/s")),
        ("import 2/4, relationships: 37 %", Progress(share=0.37)),
        ("tracks: 512 MB sent", Progress()),
        ("", Progress()),
    ],
)
def test_progress_is_read_from_the_lines_that_steps_log(line: str, expected: Progress) -> None:
    assert read_progress(line, 10.0) == expected


def test_a_failed_check_is_reported_until_it_passes(instance: dg.DagsterInstance) -> None:
    reporter = Reporter(instance)
    assert reporter.read() == RunReport()
    load(instance, passed=False)
    (failed,) = reporter.read().checks
    assert (failed.asset, failed.name, failed.month) == ("parquet/labels", "ids_unique", "2026-03")
    assert (failed.severity, failed.said) == ("error", "an id occurs twice")
    load(instance, passed=True)
    assert reporter.read().checks == []
    load(instance, passed=False, severity=dg.AssetCheckSeverity.WARN)
    assert [each.severity for each in reporter.read().checks] == ["warning"]
    assert Reporter(instance).read().checks == reporter.read().checks


def test_a_result_that_no_run_has_made_counts_like_any_other(instance: dg.DagsterInstance) -> None:
    reporter = Reporter(instance)
    load(instance, passed=True)
    labels = dg.AssetKey(["parquet", "labels"])
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(labels, "ids_unique", passed=False, metadata={}, partition="2026-03-01")
    )
    assert [each.run for each in reporter.read().checks] == [""]
    load(instance, passed=True)
    assert reporter.read().checks == []


def test_ended_runs_are_reported_with_their_steps_and_the_first_failure(instance: dg.DagsterInstance) -> None:
    @dg.asset(partitions_def=MONTHS)
    def artists() -> None:
        raise dg.Failure("artists lacks its root element")

    load(instance, passed=True)
    dg.materialize([artists], partition_key="2026-04-01", instance=instance, raise_on_error=False)
    failed, loaded = Reporter(instance).read().runs
    assert (loaded.status, loaded.month, loaded.done, loaded.steps) == ("success", "2026-03", 1, 1)
    assert (failed.status, failed.month, failed.failure) == (
        "failure",
        "2026-04",
        "artists: artists lacks its root element",
    )
    assert failed.ended
    assert failed.began
    assert failed.ended >= failed.began


def test_a_run_under_way_is_reported_with_what_its_steps_log(instance: dg.DagsterInstance) -> None:
    seen: list[RunReport] = []

    @dg.asset
    def labels(context: dg.AssetExecutionContext) -> None:
        context.log.info("labels: 40 records, 40% of 0.1 MB, 20 records/s, 3 s left")
        seen.append(Reporter(context.instance).read())

    @dg.asset(deps=[labels])
    def tracks(context: dg.AssetExecutionContext) -> None:
        seen.append(Reporter(context.instance).read())

    for _ in range(2):
        assert dg.materialize([labels, tracks], instance=instance).success
    first, second = (each.runs[0] for each in seen[:2])
    assert (first.status, first.done, first.steps, second.done) == ("running", 0, 2, 1)
    (step,) = first.running
    assert (step.name, step.progress.share, step.progress.rate, step.estimated) == (
        "labels",
        0.4,
        "20 records/s",
        False,
    )
    assert first.progress.share == pytest.approx(0.2)
    assert first.progress.seconds_left is None
    again = seen[3].runs[0]
    assert again.running[0].estimated
    assert again.progress.share
    assert again.progress.seconds_left is not None


def test_a_run_whose_process_is_gone_is_reported_as_killed(instance: dg.DagsterInstance) -> None:
    @dg.job
    def nothing() -> None: ...

    instance.create_run_for_job(nothing, tags={run_monitor.TAG: GONE}, status=dg.DagsterRunStatus.STARTED)
    (run,) = Reporter(instance).read().runs
    assert (run.status, run.ended) == ("killed", None)


def test_a_fault_is_the_last_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Reporter) -> RunReport:
        raise ConnectionError("line one\nline two")

    written = io.StringIO()
    monkeypatch.setattr(Reporter, "read", fail)
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    run_reporter.write_reports(written)
    assert RunReport.model_validate_json(written.getvalue()).fault == (
        "Dagster's records cannot be read: line one line two"
    )


def test_the_process_writes_reports_alone_and_ends_with_its_reader(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "discogs_assets.defs.run_reporter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"DAGSTER_HOME": str(tmp_path)},
    )
    assert child.stdin
    assert child.stdout
    assert RunReport.model_validate_json(child.stdout.readline()) == RunReport()
    child.stdin.close()
    assert child.wait(30) == 0
    child.stdout.close()
