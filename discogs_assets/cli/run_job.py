"""Dagster runs started from the command line: one job and one month, with progress on stderr."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.storage.tags import MAX_RETRIES_TAG

from discogs_assets import faults
from discogs_assets.cli import servers
from discogs_assets.cli.terminal import say
from discogs_assets.defs import event_log, partitions
from discogs_assets.defs.sensors import run_monitor
from discogs_assets.errors import LoadError, SettingError

POLL_SECONDS = 0.5

REPORTED = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
}
"""Event types that `_report_event` reports: a fifth of a run's events. The others need not be read."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config that silences Dagster's console log; `_narrate` reports the same in fewer words."""

LOCATION, REPOSITORY = "discogs_assets", "__repository__"
"""Names that the UI knows our definitions by: a run that carries them is in its timeline and under its job."""


PUBLISH = "publish"
"""Job with one step that matters: its failure is reported once, as the error of the command."""


def publish_month(month: str) -> None:
    """Publish a loaded month, even if a newer one is published; raises LoadError if it is refused."""
    partition = partition_of(month)
    servers.start()
    run(PUBLISH, partition, {"ops": {"published": {"config": {"older": True}}}})


def partition_of(month: str) -> str:
    """Return the partition key of a month given as 2026-11; raises SettingError if there is no such month."""
    key = f"{month[:7]}-01"
    if absence := partitions.explain_absence(key):
        raise SettingError(
            f"the month {month!r} {absence}. Expected one from {partitions.monthly.start:%Y-%m} (DISCOGS_FIRST_MONTH) "
            "to the current one, such as 2026-11."
        )
    return key


def run(
    job: str,
    partition: str,
    config: Mapping[str, object] | None = None,
    selection: Sequence[dg.AssetKey] | None = None,
) -> None:
    """Run a job for a month, or the selected assets of it, on the instance of `.env`.

    Raises LoadError, with the first failed step and its reason, if a step failed, and KeyboardInterrupt if Ctrl-C ended
    the run: Dagster records the interrupt as a failure.
    """
    # Dagster logs the driver's message for every connection attempt; the final error contains it once.
    logging.getLogger().addFilter(lambda record: not record.getMessage().startswith("Retrying failed database"))
    with dg.DagsterInstance.get() as instance:
        run_monitor.keep_connected(instance)
        run_monitor.release(instance)
        origin = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), REPOSITORY).get_job_origin(job)
        whole = ReconstructableRepository.for_module("discogs_assets.definitions", "defs").get_reconstructable_job(job)
        chosen = whole.get_subset(asset_selection=frozenset(selection)) if selection else whole
        definition = chosen.get_definition()
        made = instance.create_run_for_job(
            definition,
            run_config={**QUIET, **(config or {})},
            tags={
                **definition.get_tags_for_partition_key(partition, selection),
                run_monitor.TAG: run_monitor.this_process(),
                # The same command continues it. After Ctrl-C, the daemon of a `discogs dev` must not.
                MAX_RETRIES_TAG: "0",
            },
            asset_selection=frozenset(selection) if selection else None,
            remote_job_origin=origin,
            job_code_origin=whole.get_python_origin(),
        )
        with _narrate(instance, made.run_id, partition, causes=job != PUBLISH):
            result = execute_run(chosen, made, instance)
        if not result.success:
            if _was_interrupted(instance, made.run_id):
                raise KeyboardInterrupt
            raise LoadError(_failure(instance, made.run_id, "" if job == PUBLISH else partition[:7]))


def _was_interrupted(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Return True if Ctrl-C ended the run or one of its steps."""
    ends = instance.all_logs(run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE})
    return any(run_monitor.is_interrupt(entry.get_dagster_event()) for entry in ends)


def _failure(instance: dg.DagsterInstance, run_id: str, month: str) -> str:
    """Return the reason of the first failed step, the number of others, and the place of the log.

    Without a month, the reason says it all: no step is named.
    """
    failed = [
        (f"{month} was not loaded: {event.step_key} failed: " if month else "") + event_log.find_reason(event)
        for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        if (event := entry.dagster_event)
    ]
    first, others = failed[0] if failed else f"{month} the run ended early".strip(), len(failed) - 1
    more = f" {others} more steps failed." if others > 0 else ""
    return f"{first.rstrip('.')}.{more} Full log: `discogs dev`, run {run_id[:8]}."


@contextmanager
def _narrate(instance: dg.DagsterInstance, run_id: str, partition: str, causes: bool) -> Iterator[None]:
    """Report the run's materialisations, and with `causes` its failures, while the block runs."""
    done = threading.Event()
    teller = threading.Thread(target=_report, args=(instance, run_id, partition, causes, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _report(instance: dg.DagsterInstance, run_id: str, partition: str, causes: bool, done: threading.Event) -> None:
    """Report events until `done` is set; a storage error ends it silently, as it also fails the run."""
    cursor, last = None, False
    try:
        while not last:
            last = done.wait(POLL_SECONDS)
            page = instance.get_records_for_run(run_id, cursor, REPORTED)
            cursor = page.cursor
            for record in page.records:
                _report_event(record.event_log_entry, partition, causes)
    except Exception as error:
        if faults.explain(error) is None:
            raise


def _report_event(entry: dg.EventLogEntry, partition: str, causes: bool) -> None:
    event = entry.dagster_event
    if event is None:
        return
    if event.is_step_materialization:
        made = event.step_materialization_data.materialization
        rows = made.metadata.get("dagster/partition_row_count")
        shown = f"  {rows.value:>9,} row{'' if rows.value == 1 else 's'}" if rows is not None else ""
        say(f"  {partition[:7]}  {made.asset_key.to_user_string():<40}{shown}")
    elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        judged = event.asset_check_evaluation_data
        if not judged.passed:
            name = f"{judged.asset_key.to_user_string()}, check {judged.check_name}"
            say(f"  {partition[:7]}  {name}: {faults.line(judged.description or 'failed')}")
    elif event.is_step_failure and causes and not run_monitor.is_interrupt(event):
        say(f"  {partition[:7]}  {event.step_key} failed: {event_log.find_reason(event)}")
