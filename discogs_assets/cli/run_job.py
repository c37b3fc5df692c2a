"""Dagster runs started from the command line: one job and one month in this process, with progress on stderr."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg

from discogs_assets import faults
from discogs_assets.cli import servers
from discogs_assets.cli.terminal import say
from discogs_assets.definitions import defs
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.sensors import run_monitor
from discogs_assets.errors import SettingError

POLL_SECONDS = 0.5

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config that silences Dagster's console log; `_narrated` reports the same in fewer words."""


def publish_month(month: str) -> int:
    """Publish a loaded month, even if a newer one is published; return 0 on success, else 1."""
    partition = partition_of(month)
    servers.start()
    config = {"ops": {"published": {"config": {"older": True}}}}
    return 0 if run("publish", partition, config) else 1


def partition_of(month: str) -> str:
    """Return the partition key of a month given as 2026-11; raises SettingError if there is no such month."""
    key = f"{month[:7]}-01"
    if not monthly.has_partition_key(key):
        raise SettingError(f"the month is {month!r}, expected one from 2008-03 to the current one, such as 2026-11")
    return key


def run(job: str, partition: str, config: Mapping[str, object] | None = None) -> bool:
    """Run a job for a month in this process, on the instance of `.env`.

    Return False if a step failed; the log names the step.
    """
    # Dagster logs the driver's message for every connection attempt; the final error contains it once.
    logging.getLogger().addFilter(lambda record: not record.getMessage().startswith("Retrying failed database"))
    with dg.DagsterInstance.get() as instance, _narrated(instance, partition):
        run_monitor.release(instance)
        result = defs.resolve_job_def(job).execute_in_process(
            partition_key=partition,
            instance=instance,
            run_config={**QUIET, **(config or {})},
            raise_on_error=False,
            tags={run_monitor.TAG: run_monitor.this_process()},
        )
    return result.success


@contextmanager
def _narrated(instance: dg.DagsterInstance, partition: str) -> Iterator[None]:
    """Report the materialisations and failures of runs that start within the block."""
    done = threading.Event()
    known = {run.run_id for run in instance.get_runs(limit=5)}
    teller = threading.Thread(target=_tell, args=(instance, partition, known, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(instance: dg.DagsterInstance, partition: str, known: set[str], done: threading.Event) -> None:
    """Report events until `done` is set; a storage error ends it silently, as it also fails the run."""
    try:
        _follow(instance, partition, known, done)
    except Exception as error:
        if faults.explain(error) is None:
            raise


def _follow(instance: dg.DagsterInstance, partition: str, known: set[str], done: threading.Event) -> None:
    cursor = None
    while True:
        last = done.wait(POLL_SECONDS)
        for run in instance.get_runs(limit=5):
            if run.run_id not in known:
                page = instance.get_records_for_run(run.run_id, cursor)
                cursor = page.cursor
                for record in page.records:
                    _tell_event(record.event_log_entry, partition)
        if last:
            return


def _tell_event(entry: dg.EventLogEntry, partition: str) -> None:
    event = entry.dagster_event
    if event is None:
        return
    if event.is_step_materialization:
        made = event.step_materialization_data.materialization
        rows = made.metadata.get("dagster/partition_row_count")
        shown = f"  {rows.value:>9,} rows" if rows is not None else ""
        say(f"  {partition[:7]}  {made.asset_key.to_user_string():<34}{shown}")
    elif event.is_step_failure:
        cause = event.step_failure_data.error
        say(f"  {partition[:7]}  {event.step_key} failed: {cause.message.strip() if cause else event.message}")
