"""new_dumps: the sensor for unattended operation. It requests runs for published dumps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph  # exported by no public module

from discogs_assets.defs import jobs
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import attempts, staleness
from discogs_assets.errors import BusyError, DiscogsError, TransientError
from discogs_assets.schema import musicbrainz
from discogs_assets.stores.dumps.archive import Announced, Archive

INTERVAL_SECONDS = 900

WATCHED = 3
"""Number of months at the source that are examined, newest first."""

VERSION = 1


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

    def written(self) -> str:
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
    description="Looks for dumps that are published, and asks for a run of what they make stale: a new month from the "
    "download to its publication, a file published again and what depends on it. The first time it takes the newest "
    "complete month and none before. A run that failed for a reason which may pass is asked for again, "
    f"{attempts.LIMIT} times at most.",
)
def new_dumps(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult:
    """Look at the source once, unless a run of this sensor is in progress.

    A tick never waits for a site. If the source names a time, the tick is skipped with that reason, and the source is
    left alone until then. Every other error of the source, such as a page without any listing, fails the tick: the UI
    shows it in red.
    """
    if ours := [run for run in attempts.unfinished(context.instance) if attempts.FINGERPRINT in run.tags]:
        said = f"run {ours[0].run_id[:8]} of {ours[0].tags[attempts.MONTH][:7]} is in progress"
        return dg.SensorResult(skip_reason=said, cursor=context.cursor)
    archive = replace(platform.archive, patience=0.0)
    cursor = Cursor.read(context.cursor, archive.title)
    if cursor.not_before and datetime.now(UTC) < datetime.fromisoformat(cursor.not_before):
        said = f"{archive.title} is left alone until {cursor.not_before}: {cursor.why}"
        return dg.SensorResult(skip_reason=said, cursor=cursor.written())
    try:
        announced = _refreshed(_watched(archive, cursor.months), platform)
    except TransientError as error:
        if error.retry_not_before is None and not isinstance(error, BusyError):
            raise
        moment = error.retry_not_before.isoformat(timespec="seconds") if error.retry_not_before else ""
        return dg.SensorResult(
            skip_reason=str(error), cursor=replace(cursor, not_before=moment, why=str(error)).written()
        )
    assert context.repository_def
    return _result(context, cursor, announced, _World(context.repository_def.asset_graph, platform.sources))


def _watched(archive: Archive, seen: Mapping[str, str]) -> list[Announced]:
    """Return the newest months, oldest first, down to the oldest one seen before, else the newest complete one.

    A month that has not begun, possible only by a mistaken name, takes no other month's place.
    """
    found, begun = list[Announced](), 0
    for each in archive.list_announced(min(seen, default="")):
        found.insert(0, each)
        begun += monthly.has_partition_key(each.partition)
        if begun == WATCHED or (begun and not seen and not each.missing):
            break
    return found


def _refreshed(announced: list[Announced], platform: Platform) -> list[Announced]:
    """Return the months; with refreshing on, the newest complete one has MusicBrainz' newest export."""
    whole = [not each.missing and monthly.has_partition_key(each.partition) for each in announced]
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


def _result(
    context: dg.SensorEvaluationContext, cursor: Cursor, announced: Sequence[Announced], world: _World
) -> dg.SensorResult:
    """Request one run at a time, for the oldest month first: the next month is compared with it."""
    verdicts = list[Verdict]()
    for each in announced:
        verdict = _verdict(context.instance, world, cursor, each)
        later = verdict.run and any(before.run for before in verdicts)
        verdicts.append(Verdict("waits for the run of the month before it", final=False) if later else verdict)
    pairs, asked = list(zip(announced, verdicts, strict=True)), [each.run for each in verdicts if each.run]
    said = "; ".join(f"{each.partition[:7]} {verdict.said}{_waited_for(each)}" for each, verdict in reversed(pairs))
    context.log.info(said)
    kept = {each.partition: cursor.months[each.partition] for each in announced if each.partition in cursor.months}
    judged = {each.partition: each.fingerprint for each, verdict in pairs if verdict.final}
    return dg.SensorResult(
        run_requests=asked or None,
        skip_reason=None if asked else said,
        cursor=Cursor(cursor.source, kept | judged).written(),
    )


def _waited_for(each: Announced) -> str:
    return f", but {each.later}" if each.later else ""


def _verdict(instance: dg.DagsterInstance, world: _World, cursor: Cursor, each: Announced) -> Verdict:
    """Return the decision about a month, from Dagster's records."""
    if not monthly.has_partition_key(each.partition):
        return Verdict("has not begun", final=False)
    if each.missing:
        return Verdict(f"is not complete: {', '.join(each.missing)} missing")
    made, newest = attempts.made(instance, each.partition, each.fingerprint), staleness.newest(instance, world.sources)
    news = cursor.months.get(each.partition, each.fingerprint) != each.fingerprint
    if each.partition < newest and not news and not made.tried:
        return Verdict(f"is older than {newest[:7]}, which is loaded, and is left as it is")
    if busy := attempts.unfinished(instance, {attempts.PARTITION: each.partition}):
        return Verdict(f"is being worked on by run {busy[0].run_id[:8]}", final=False)
    stale = staleness.stale(instance, world.graph, each.partition, each.sums, world.sources)
    if not stale:
        return Verdict("is loaded as it is announced")
    if made.succeeded:
        return Verdict(f"is loaded; its run has left out {', '.join(key.to_user_string() for key in stale)}")
    if waits := made.waits(datetime.now(UTC)):
        return Verdict(waits)
    return Verdict(
        f"has {len(stale)} stale assets",
        attempts.request(each.partition, each.fingerprint, made.number, stale),
    )
