"""Reports of runs and checks as JSON lines on stdout, for the API's server, which does not load Dagster."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

import dagster as dg
from dagster import DagsterEventType as Event

from discogs_assets import faults
from discogs_assets.connections.run_report import FailedCheck, Progress, Run, RunReport, Status, Step
from discogs_assets.defs import event_log
from discogs_assets.defs.sensors import run_monitor

INTERVAL = 1.0
"""Seconds between two reports."""

RUNS, CHECKS = 50, 100
"""Latest runs that are read, and failed checks in a report, at most."""

SHOWN = 12
"""Ended runs in a report."""

PAGE = 1_000
"""Events read at once."""

LENGTH = 300
"""Characters of a reason or a log line."""

TELLING = {
    Event.STEP_START,
    Event.STEP_SUCCESS,
    Event.STEP_FAILURE,
    Event.RUN_FAILURE,
    Event.ASSET_MATERIALIZATION_PLANNED,
    Event.ASSET_CHECK_EVALUATION_PLANNED,
    Event.ASSET_CHECK_EVALUATION,
}
"""Events that are read of runs that have ended; their logs are not."""

SHARE = re.compile(r"\b(\d+) ?%")
BYTES = re.compile(r": ([\d,]+) of ([\d,]+) MB$")
RATE = re.compile(r"\b[\d,]+ \w+/s\b")
LEFT = re.compile(r"\b([\d,]+) s left$")

STATUSES: Mapping[dg.DagsterRunStatus, Status] = {
    dg.DagsterRunStatus.STARTED: "running",
    dg.DagsterRunStatus.CANCELING: "running",
    dg.DagsterRunStatus.SUCCESS: "success",
    dg.DagsterRunStatus.FAILURE: "failure",
    dg.DagsterRunStatus.CANCELED: "canceled",
}
"""Statuses in a report; all others are `queued`."""

NO_RUN = ""
"""Run id of events that are reported outside of runs."""

CheckKey = tuple[str, str, str | None]
"""Asset, check and partition."""

Durations = Mapping[str, float]
"""Seconds by step, in the newest run that ended it."""


def read_progress(line: str, seconds: float) -> Progress:
    """Return the progress that a line of a step's log states; `seconds` is the time that the step has taken.

    The lines are those of a conversion, a download and an import.
    """
    if found := BYTES.search(line):
        done, size = (_number(each) for each in found.groups())
        speed = done / seconds if seconds else 0.0
        left = (size - done) / speed if speed else None
        return Progress(share=done / size if size else None, rate=f"{speed:,.0f} MB/s", seconds_left=left)
    share, rate, left_said = SHARE.search(line), RATE.search(line), LEFT.search(line)
    return Progress(
        share=int(share[1]) / 100 if share else None,
        rate=rate[0] if rate else None,
        seconds_left=_number(left_said[1]) if left_said else None,
    )


def _number(text: str) -> float:
    return float(text.replace(",", ""))


@dataclass
class Followed:
    """A run, as far as its events have been read."""

    run_id: str
    cursor: str | None = None
    planned: set[str] = field(default_factory=set)
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    checks: dict[CheckKey, tuple[float, FailedCheck | None]] = field(default_factory=dict)
    """Time of the latest result, and the result unless it passed."""
    whole: bool = False
    """True if the run had ended when its events were read."""

    def follow(self, instance: dg.DagsterInstance, over: bool, of_type: set[Event] | None) -> None:
        """Read the events since the last call; `over` is True if the run has ended."""
        more = not self.whole
        while more:
            page = instance.get_records_for_run(self.run_id, self.cursor, of_type, PAGE)
            for record in page.records:
                self._add(record.event_log_entry)
            self.cursor, more = page.cursor, page.has_more
        self.whole = over

    def _add(self, entry: dg.EventLogEntry) -> None:
        step, event = entry.step_key or "", entry.dagster_event
        if event is None:
            self.said[step] = entry.user_message
            return
        match event.event_type:
            case Event.ASSET_MATERIALIZATION_PLANNED | Event.ASSET_CHECK_EVALUATION_PLANNED if event.step_key:
                self.planned.add(event.step_key)
            case Event.STEP_START:
                # A step may be tried again.
                self.began[step] = entry.timestamp
                self.ended.pop(step, None)
            case Event.STEP_SUCCESS | Event.STEP_FAILURE:
                self.ended[step] = entry.timestamp
                if event.is_step_failure:
                    self.failure = self.failure or _cut(f"{name_step(step)}: {event_log.find_reason(event)}")
            case Event.RUN_FAILURE:
                self.failure = self.failure or _cut(event.message or "")
            case Event.ASSET_CHECK_EVALUATION:
                self._add_check(entry, event)

    def _add_check(self, entry: dg.EventLogEntry, event: dg.DagsterEvent) -> None:
        judged = event.asset_check_evaluation_data
        asset, partition = judged.asset_key.to_user_string(), judged.partition
        failed = FailedCheck(
            asset=asset,
            name=judged.check_name,
            month=partition and partition[:7],
            severity="warning" if judged.severity is dg.AssetCheckSeverity.WARN else "error",
            said=_cut(judged.description or ""),
            at=entry.timestamp,
            run=self.run_id,
        )
        self.checks[asset, judged.check_name, partition] = entry.timestamp, None if judged.passed else failed

    @property
    def durations(self) -> dict[str, float]:
        """Seconds of the steps that have ended."""
        return {step: end - self.began[step] for step, end in self.ended.items() if step in self.began}

    def running_steps(self, usual: Durations, now: float) -> Iterator[tuple[str, Step]]:
        """Yield the steps that are being executed, with their progress; `usual` are the durations of earlier runs."""
        for step, began in self.began.items():
            if step not in self.ended:
                said, seconds = self.said.get(step, ""), now - began
                progress = read_progress(said, seconds)
                estimated = progress.share is None and step in usual
                if estimated:
                    progress = _estimate_progress(seconds, usual[step])
                name = name_step(step)
                yield (
                    step,
                    Step(name=name, began=began, progress=progress, estimated=estimated, said=_cut(said)),
                )

    def measure(self, running: Mapping[str, Step], usual: Durations, seconds: float) -> Progress:
        """Return the progress of the run after these seconds: its steps weigh as much as they took in earlier runs."""
        steps = self.planned | self.began.keys()
        known = [usual[step] for step in steps if step in usual]
        mean = sum(known) / len(known) if known else 1.0
        weights = {step: usual.get(step, mean) or 0.001 for step in steps}
        done = sum(weights[step] for step in self.ended if step in steps)
        done += sum(weights[step] * (each.progress.share or 0.0) for step, each in running.items())
        share = done / sum(weights.values()) if weights else 0.0
        left = seconds * (1 - share) / share if share > 0.01 and known else None
        return Progress(share=share, seconds_left=left)


def _estimate_progress(seconds: float, usual: float) -> Progress:
    """Return the progress of a step that took `usual` seconds before; one that takes longer is nearly done."""
    left = usual - seconds
    return Progress(share=min(seconds / usual, 0.95), seconds_left=left) if left > 0 else Progress(share=0.95)


def name_step(step: str) -> str:
    """Return the name of a step's asset."""
    return step.replace("__", "/")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LENGTH else f"{line[: LENGTH - 1]}…"


class Reporter:
    """Reports on an instance. What has been read of a run is kept."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._followed: dict[str, Followed] = {}
        self._apart = Followed(NO_RUN)

    def read(self) -> RunReport:
        """Return a report on the latest runs."""
        records = self._instance.get_run_records(limit=RUNS)
        followed = {each.dagster_run.run_id: self._follow(each.dagster_run) for each in reversed(records)}
        self._apart.follow(self._instance, False, TELLING)
        self._followed = followed
        usual = {step: seconds for each in followed.values() for step, seconds in each.durations.items()}
        runs = [self._describe(each, followed[each.dagster_run.run_id], usual) for each in records]
        open_runs = [each for each in runs if each.ended is None]
        ended = [each for each in runs if each.ended is not None]
        return RunReport(
            runs=[*open_runs, *ended[:SHOWN]], checks=_list_failed_checks([*followed.values(), self._apart])
        )

    def _follow(self, run: dg.DagsterRun) -> Followed:
        found = self._followed.get(run.run_id) or Followed(run.run_id)
        # Log lines of a finished run are not shown.
        found.follow(self._instance, run.is_finished, TELLING if run.is_finished and not found.cursor else None)
        return found

    def _describe(self, record: dg.RunRecord, found: Followed, usual: Durations) -> Run:
        run, now, began = record.dagster_run, time.time(), record.start_time
        over = run.is_finished
        running = {} if over else dict(found.running_steps(usual, now))
        status = STATUSES.get(run.status, "queued")
        if status == "running" and run_monitor.is_dead(self._instance, run):
            status = "killed"
        return Run(
            id=run.run_id,
            job=run.job_name,
            month=run.tags.get(event_log.PARTITION, "")[:7] or None,
            status=status,
            began=began or record.create_timestamp.timestamp(),
            ended=(record.end_time or record.update_timestamp.timestamp()) if over else None,
            done=len(found.ended),
            steps=len(found.planned | found.began.keys()),
            progress=found.measure(running, usual, now - began) if began and not over else Progress(),
            running=list(running.values()),
            failure=found.failure if run.status is dg.DagsterRunStatus.FAILURE else "",
        )


def _list_failed_checks(followed: Sequence[Followed]) -> list[FailedCheck]:
    """Return the checks with a failure as their latest result."""
    latest: dict[CheckKey, tuple[float, FailedCheck | None]] = {}
    for each in followed:
        for key, result in each.checks.items():
            latest[key] = max(latest.get(key, (0.0, None)), result, key=lambda found: found[0])
    failed = [check for _, check in latest.values() if check]
    return sorted(failed, key=lambda each: (each.severity, -each.at, each.asset, each.name))[:CHECKS]


def _end_with_parent() -> None:
    """End this process when the one that reads its reports has gone, which closes our standard input."""
    sys.stdin.buffer.read()
    os._exit(0)


def write_reports(to: TextIO) -> None:
    """Write a report a second. The last one names a fault, if there is one."""

    def write(report: RunReport) -> None:
        to.write(report.model_dump_json() + "\n")
        to.flush()

    try:
        with dg.DagsterInstance.get() as instance:
            run_monitor.keep_connected(instance)
            reporter = Reporter(instance)
            while True:
                write(reporter.read())
                time.sleep(INTERVAL)
    except Exception as error:
        write(RunReport(fault=_cut(str(faults.explain(error) or f"Dagster's records cannot be read: {error}"))))


def main() -> None:
    """Report until the standard input is closed, with less right to the processor than loads and questions."""
    os.nice(5)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Nothing but reports goes to the standard output.
    reports = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    write_reports(reports)


if __name__ == "__main__":
    main()
