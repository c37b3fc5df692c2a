"""The status as clients see it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from discogs_assets.connections.contents import Health, Size
from discogs_assets.connections.run_report import FailedCheck, Report, Run, RunReport

StoreName = Literal["postgres", "neo4j", "search", "lake"]
StoreState = Literal["ok", "away", "switching", "none"]
RecordState = Literal["ok", "starting", "away", "none"]

STORES: tuple[StoreName, ...] = ("postgres", "neo4j", "search", "lake")

NAMES: Mapping[StoreName, str] = {"postgres": "PostgreSQL", "neo4j": "Neo4j", "search": "The search index"}


class StoreStatus(Report):
    """A store, and its part of the published month."""

    name: StoreName
    state: StoreState
    """`away`: it does not answer; `switching`: a month is being published; `none`: no month is published in it."""
    fault: str
    """Reason why it does not answer; empty if it does."""
    rows: int | None
    """Rows of the month's tables as PostgreSQL estimates them, nodes and relationships, or documents."""
    bytes: int | None
    """Bytes of the month's part; null if they are not known."""


class DagsterStatus(Report):
    """Dagster's records, and the address of its UI."""

    state: RecordState
    """`starting`: they are being read for the first time; `away`: they cannot be read; `none`: there are none yet."""
    fault: str
    url: str
    """Address of the UI: DISCOGS_DAGSTER_URL. `/runs/{id}` shows a run."""


class Status(Report):
    """The platform's status."""

    at: datetime
    """Time of the answer."""
    state: Literal["ok", "degraded", "empty"]
    """`degraded`: a store is away, or a check has failed; `empty`: no month is published."""
    month: str | None
    """The published month; the one last seen if PostgreSQL is away."""
    age_days: int | None
    """Days since the first day of the month."""
    advice: list[str]
    """Remedies, in sentences with commands in backticks."""
    stores: list[StoreStatus]
    dagster: DagsterStatus
    running: list[Run]
    """Runs that have not ended, the newest first."""
    runs: list[Run]
    """Latest runs that have ended, the newest first."""
    checks: list[FailedCheck]
    """Failed checks of the latest runs: errors first, then the newest."""


def describe(
    health: Health, switching: bool, sizes: Mapping[str, Size], dagster: DagsterStatus, read: RunReport
) -> Status:
    """Return the status that these findings amount to."""
    now, shown = datetime.now(UTC), health.publication
    stores = [_describe_store(name, health, switching, sizes.get(name, Size())) for name in STORES]
    away = [each.name for each in stores if each.state == "away"]
    empty = shown is None and (not away or dagster.state == "none")
    running = [each for each in read.runs if each.ended is None]
    fails = away or dagster.state == "away" or any(each.severity == "error" for each in read.checks)
    return Status(
        at=now,
        state="empty" if empty else "degraded" if fails else "ok",
        month=shown.month if shown else None,
        age_days=(now.date() - date.fromisoformat(shown.partition)).days if shown else None,
        advice=[*_advise(away, empty and not running, dagster)],
        stores=stores,
        dagster=dagster,
        running=running,
        runs=[each for each in read.runs if each.ended is not None],
        checks=read.checks,
    )


def _describe_store(name: StoreName, health: Health, switching: bool, size: Size) -> StoreStatus:
    fault = health.faults.get(name, "")
    there = name in health.faults if name != "lake" else bool(size.bytes)
    state: StoreState = ("switching" if switching else "away") if fault else "ok" if there else "none"
    return StoreStatus(name=name, state=state, fault=fault, rows=size.rows, bytes=size.bytes)


def _advise(away: Sequence[StoreName], empty: bool, dagster: DagsterStatus) -> Iterator[str]:
    if empty:
        yield (
            "No month is loaded. Load two small sample months: `discogs demo`. Or load a month of the source: `discogs "
            f"load {datetime.now(UTC):%Y-%m}`; `discogs doctor` says which months there are, and the space they need."
        )
    elif away:
        verb = "does" if len(away) == 1 else "do"
        yield (
            f"{' and '.join(NAMES[each] for each in away)} {verb} not answer. Start what does not run: `discogs up`. "
            "`discogs doctor` examines it."
        )
    if dagster.state == "away":
        yield "Runs and checks are unknown: Dagster's records cannot be read. `discogs doctor` examines them."
    if dagster.state == "none" and not empty:
        yield "No run is recorded. `discogs up` sets up Dagster's records, `discogs dev` starts its UI."
