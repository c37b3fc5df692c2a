"""new_dumps: the sensor for unattended operation. It requests runs for published dumps."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph  # exported by no public module

from discogs_assets.defs import event_log, jobs, partitions
from discogs_assets.defs.asset_factory import NOT_BEFORE
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import staleness
from discogs_assets.errors import BusyError, DiscogsError, TransientError
from discogs_assets.schema import musicbrainz
from discogs_assets.stores.dumps.discogs_archive import Announced, Archive

INTERVAL_SECONDS = 900

WATCHED = 3
"""Number of months at the source that are examined, newest first."""

VERSION = 1

MONTH, FINGERPRINT, ATTEMPT = "discogs/month", "discogs/fingerprint", "discogs/attempt"
"""Run tags: the month, the fingerprint of the announced files, and the number of the attempt."""

MAX_RETRIES = "dagster/max_retries"
"""Tag of Dagster: the number of its own retries of the run."""

LIMIT = 5
"""Maximum number of runs for the same files."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 15, 60, 240))
"""Delays from the end of a failed run to the next attempt, unless the failure names a time.

A killed process is replaced at once. A site or server that is out of order is given time.
"""

FAILED_CHECK = "DagsterAssetCheckFailedError"


@dataclass(frozen=True, slots=True)
class Failed:
    """The cause of an unsuccessful run, and the earliest time of a useful retry, if known.

    A failure is terminal, so that only other files lead to another run, if
    - a step ended with a `Failure` without a retry time, as `asset_factory.failures` raises for terminal errors,
    - a blocking check failed, or
    - somebody cancelled the run.
    All others are transient: a step with a retry time, an error that outlasted the step's own retries, a dead process.
    """

    cause: str
    terminal: bool
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """The runs of a month for the same files: their number, and the end of the last one.

    `number` is the number of the next attempt and is never reused. `succeeded` and `failed` describe the last run.
    """

    number: int
    tried: int
    succeeded: bool = False
    failed: Failed | None = None

    def explain_wait(self, now: datetime) -> str:
        """Return the reason why there is no next attempt, or not yet; empty if one is due."""
        if self.failed is None:
            return ""
        if self.failed.terminal:
            return f"{self.failed.cause}. It is not tried again until the files change; materialise the month by hand"
        if self.tried >= LIMIT:
            return f"{self.tried} attempts failed, the last one: {self.failed.cause}. Materialise the month by hand"
        if self.failed.not_before and now < self.failed.not_before:
            moment = f"{self.failed.not_before:%Y-%m-%d %H:%M:%S} UTC"
            return f"{self.failed.cause}. Attempt {self.tried + 1} of {LIMIT} is made after {moment}"
        return ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Sensor state that Dagster does not record: the months seen at a source, with the fingerprints last judged.

    `not_before` is the earliest time (ISO 8601) of the next request to the source, and `why` the source's answer.
    """

    source: str
    months: Mapping[str, str] = field(default_factory=dict)
    not_before: str = ""
    why: str = ""
    version: int = VERSION

    @classmethod
    def read(cls, text: str | None, source: str) -> "Cursor":
        """Parse a cursor; return a new one if the text is invalid, or of another version or source."""
        try:
            found = cls(**json.loads(text or ""))
        except (ValueError, TypeError):
            return cls(source)
        return found if (found.version, found.source) == (VERSION, source) else cls(source)

    def write(self) -> str:
        """Return the cursor as text."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about a month: a run, or no run for the reason given.

    `final` means that the month's fingerprint is judged: from now on only another fingerprint is news.
    """

    said: str
    run: dg.RunRequest | None = None
    final: bool = True


@dataclass(frozen=True, slots=True)
class _World:
    """The asset graph and the configured sources."""

    graph: AssetGraph
    sources: staleness.Sources


@dg.sensor(
    name="new_dumps",
    job=jobs.refresh,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Polls the source for dumps and requests a run of the assets that they make stale: all assets of a new "
    "month, or a file published again and its downstream assets. The first tick takes the newest complete month only. "
    f"Transient failures are retried, with at most {LIMIT} runs for the same files.",
)
def new_dumps(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult:
    """Look at the source once, unless a run of this sensor is in progress.

    A tick never waits for a site. If the source names a time, the tick is skipped with that reason, and the source is
    left alone until then. Every other error of the source, such as a page without any listing, fails the tick: the UI
    shows it in red.
    """
    if ours := [run for run in list_in_progress(context.instance) if FINGERPRINT in run.tags]:
        said = f"run {ours[0].run_id[:8]} of {ours[0].tags[MONTH][:7]} is in progress"
        return dg.SensorResult(skip_reason=said, cursor=context.cursor)
    archive = replace(platform.archive, patience=0.0)
    cursor = Cursor.read(context.cursor, archive.title)
    if cursor.not_before and datetime.now(UTC) < datetime.fromisoformat(cursor.not_before):
        said = f"{archive.title} is left alone until {cursor.not_before}: {cursor.why}"
        return dg.SensorResult(skip_reason=said, cursor=cursor.write())
    try:
        announced = _add_newest_export(_list_watched(archive, cursor.months), platform)
    except TransientError as error:
        if error.retry_not_before is None and not isinstance(error, BusyError):
            raise
        moment = error.retry_not_before.isoformat(timespec="seconds") if error.retry_not_before else ""
        return dg.SensorResult(
            skip_reason=str(error), cursor=replace(cursor, not_before=moment, why=str(error)).write()
        )
    assert context.repository_def
    return _request_oldest(context, cursor, announced, _World(context.repository_def.asset_graph, platform.sources))


def _list_watched(archive: Archive, seen: Mapping[str, str]) -> list[Announced]:
    """Return the newest months, oldest first, down to the oldest one seen before, else the newest complete one.

    A month that has not begun, possible only by a mistaken name, takes no other month's place.
    """
    found, begun = list[Announced](), 0
    for each in archive.list_announced(min(seen, default="")):
        found.insert(0, each)
        begun += partitions.has_begun(each.partition)
        if begun == WATCHED or (begun and not seen and not each.missing):
            break
    return found


def _add_newest_export(announced: list[Announced], platform: Platform) -> list[Announced]:
    """Return the months; with refreshing on, the newest complete one has MusicBrainz' newest export."""
    whole = [not each.missing and not partitions.explain_absence(each.partition) for each in announced]
    newest = max((at for at, complete in enumerate(whole) if complete), default=None)
    if newest is None or not platform.settings.mb_refresh:
        return announced
    try:
        run = replace(platform.musicbrainz, patience=0.0).newest()
    except (DiscogsError, OSError):
        return announced
    month = announced[newest]
    sums = {entity.title: run.sums[entity.name] for entity in musicbrainz.ENTITIES}
    month = replace(month, sums={**month.sums, **sums}, fingerprint=f"{month.fingerprint}+{run.name}")
    return [*announced[:newest], month, *announced[newest + 1 :]]


def _request_oldest(
    context: dg.SensorEvaluationContext, cursor: Cursor, announced: Sequence[Announced], world: _World
) -> dg.SensorResult:
    """Request one run at a time, for the oldest month first: the next month is compared with it."""
    verdicts = list[Verdict]()
    for each in announced:
        verdict = _judge(context.instance, world, cursor, each)
        later = verdict.run and any(before.run for before in verdicts)
        verdicts.append(Verdict("waits for the run of the month before it", final=False) if later else verdict)
    pairs, asked = list(zip(announced, verdicts, strict=True)), [each.run for each in verdicts if each.run]
    said = "; ".join(f"{each.partition[:7]} {verdict.said}{_describe_later(each)}" for each, verdict in reversed(pairs))
    context.log.info(said)
    kept = {each.partition: cursor.months[each.partition] for each in announced if each.partition in cursor.months}
    judged = {each.partition: each.fingerprint for each, verdict in pairs if verdict.final}
    return dg.SensorResult(
        run_requests=asked or None,
        skip_reason=None if asked else said,
        cursor=Cursor(cursor.source, kept | judged).write(),
    )


def _describe_later(each: Announced) -> str:
    return f", but {each.later}" if each.later else ""


def _judge(instance: dg.DagsterInstance, world: _World, cursor: Cursor, each: Announced) -> Verdict:
    """Return the decision about a month, from Dagster's records."""
    if absence := partitions.explain_absence(each.partition):
        return Verdict(absence, final=False)
    if each.missing:
        return Verdict(f"is not complete: {', '.join(each.missing)} missing")
    made, newest = read_attempts(instance, each.partition, each.fingerprint), staleness.newest(instance, world.sources)
    news = cursor.months.get(each.partition, each.fingerprint) != each.fingerprint
    if each.partition < newest and not news and not made.tried:
        return Verdict(f"is older than {newest[:7]}, which is loaded, and is left as it is")
    if busy := list_in_progress(instance, {event_log.PARTITION: each.partition}):
        return Verdict(f"is being worked on by run {busy[0].run_id[:8]}", final=False)
    stale = staleness.stale(instance, world.graph, each.partition, each.sums, world.sources)
    if not stale:
        return Verdict("is loaded as it is announced")
    if made.succeeded:
        return Verdict(f"is loaded; its run has left out {', '.join(key.to_user_string() for key in stale)}")
    if waits := made.explain_wait(datetime.now(UTC)):
        return Verdict(waits)
    return Verdict(
        f"has {len(stale)} stale assets",
        request_run(each.partition, each.fingerprint, made.number, stale),
    )


def list_in_progress(
    instance: dg.DagsterInstance, tags: dict[str, str | list[str]] | None = None
) -> list[dg.DagsterRun]:
    """Return the runs with these tags that are queued or in progress."""
    return list(instance.get_runs(dg.RunsFilter(statuses=event_log.IN_PROGRESS, tags=tags or {})))


def read_attempts(instance: dg.DagsterInstance, month: str, fingerprint: str) -> Attempts:
    """Return the attempts at the files with this fingerprint.

    Attempts made before other files were tried no longer count.
    """
    runs = instance.get_run_records(dg.RunsFilter(tags={MONTH: month}))
    before = [run for run in runs if _get_fingerprint(run) == fingerprint]
    latest = list(takewhile(lambda run: _get_fingerprint(run) == fingerprint, runs))
    if not latest:
        return Attempts(len(before) + 1, 0)
    succeeded = latest[0].dagster_run.status == dg.DagsterRunStatus.SUCCESS
    failed = None if succeeded else _read_failure(instance, latest[0], len(latest))
    return Attempts(len(before) + 1, len(latest), succeeded, failed)


def request_run(month: str, fingerprint: str, attempt: int, selection: list[dg.AssetKey]) -> dg.RunRequest:
    """Return the run request; its run key is never reused.

    Dagster's own run retries are off: the sensor requests the next attempt.
    """
    return dg.RunRequest(
        run_key=f"{month}:{fingerprint}:{attempt}",
        partition_key=month,
        asset_selection=selection,
        tags={MONTH: month, FINGERPRINT: fingerprint, ATTEMPT: str(attempt), MAX_RETRIES: "0"},
    )


def _get_fingerprint(record: dg.RunRecord) -> str | None:
    return record.dagster_run.tags.get(FINGERPRINT)


def _read_failure(instance: dg.DagsterInstance, record: dg.RunRecord, tried: int) -> Failed:
    """Return the cause of the run's failure, from its events."""
    run = record.dagster_run
    named = f"run {run.run_id[:8]}"
    if run.status == dg.DagsterRunStatus.CANCELED:
        return Failed(f"{named} was cancelled", terminal=True)
    steps = list(_read_failed_steps(instance, run.run_id))
    causes = "; ".join(dict.fromkeys(f"{step} of {named} failed ({failed.cause})" for step, failed in steps))
    if any(failed.terminal for _, failed in steps):
        return Failed(causes, terminal=True)
    moments = [failed.not_before for _, failed in steps if failed.not_before]
    ended = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)
    later = ended + PAUSES[min(tried, len(PAUSES)) - 1]
    return Failed(causes or f"{named} failed ({_read_end(instance, run.run_id)})", False, max(moments, default=later))


def _read_end(instance: dg.DagsterInstance, run_id: str) -> str:
    """Return the recorded end of a run without failed steps."""
    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    said = [each.dagster_event.message for each in logs if each.dagster_event and each.dagster_event.message]
    return said[-1].strip() if said else "it was never started"


def _read_failed_steps(instance: dg.DagsterInstance, run_id: str) -> Iterator[tuple[str, Failed]]:
    """Yield the steps that failed after all retries of the run."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.dagster_event
        if event is not None and event.step_key:
            yield event.step_key, _read_step(event.step_failure_data)


def _read_step(data: Any) -> Failed:
    said, error = data.user_failure_data, event_log.find_root_cause(data.error)
    if said is not None:
        moment = said.metadata.get(NOT_BEFORE)
        cause = (said.description or "no reason given").strip()
        return Failed(cause, moment is None, datetime.fromtimestamp(moment.value, UTC) if moment else None)
    if error is None:
        return Failed("no reason given", terminal=False)
    return Failed(error.message.strip(), terminal=FAILED_CHECK in (error.cls_name or ""))
