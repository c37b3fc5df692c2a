"""Tests of `defs.sensors.retention`: which months go, and after what."""

from collections.abc import Collection, Iterator
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.defs import event_log, keys
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors.retention import after_publishing, holders, retention, surplus
from discogs_assets.schema.discogs import LABELS
from discogs_assets.schema.musicbrainz import ARTISTS, RELEASE_GROUPS
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets_tests.fix_runs import FolderOfRuns

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
YEAR = [f"2026-{month:02d}-01" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("shown", "busy", "count", "gone"),
    [
        (["2026-12-01"], [], 2, YEAR[:10]),
        (["2026-12-01"], [], 1, YEAR[:11]),
        (["2026-12-01"], [], None, []),
        ([], [], 2, []),
        (["2026-03-01"], [], 2, [*YEAR[:2], *YEAR[3:11]]),
        (["2026-11-01", "2026-12-01"], [], 2, YEAR[:10]),
        (["2026-11-01", "2026-12-01"], [], 1, YEAR[:10]),
        (["2026-11-01"], ["2026-12-01"], 2, YEAR[:9]),
        (["2026-12-01"], ["2026-05-01"], 2, [*YEAR[:3], *YEAR[5:10]]),
    ],
)
def test_the_newest_months_stay_and_what_is_shown_or_worked_on(
    shown: list[str], busy: list[str], count: int | None, gone: list[str]
) -> None:
    assert surplus(YEAR, shown, busy, count) == gone


@given(st.sets(st.sampled_from(YEAR)), st.sets(st.sampled_from(YEAR), max_size=2), st.integers(1, 5))
def test_so_many_months_stay_as_are_to_be_kept(present: set[str], shown: set[str], count: int) -> None:
    shown &= present
    stay = present - set(surplus(present, shown, [], count))
    assert shown <= stay
    assert len(stay) == (min(len(present), max(count, len(shown))) if shown else len(present))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def publish(instance: dg.DagsterInstance, partition: str, stores: Collection[str] = ("postgres", "neo4j")) -> None:
    """The records of a publication, and nothing behind them."""
    for store in stores:

        @dg.asset(key=keys.published_month(store), partitions_def=monthly)
        def shown() -> None: ...

        dg.materialize([shown], partition_key=partition, instance=instance)


def tick(instance: dg.DagsterInstance, cursor: str | None) -> tuple[list[str | None], str | None]:
    """The run keys that the sensor asks for, and its cursor."""
    said = after_publishing(dg.build_sensor_context(instance, cursor, resources={"platform": Platform()}))
    if isinstance(said, dg.SkipReason):
        return [], cursor
    assert isinstance(said, dg.SensorResult)
    return [request.run_key for request in said.run_requests or ()], said.cursor


def test_a_publication_after_the_first_look_is_followed_by_one_run(alone: dg.DagsterInstance) -> None:
    publish(alone, OCTOBER)
    asked, first = tick(alone, None)
    assert asked == []
    publish(alone, NOVEMBER)
    asked, second = tick(alone, first)
    assert len(asked) == 1
    assert tick(alone, second) == ([], second)


def test_it_waits_for_the_end_of_the_run_that_publishes(alone: dg.DagsterInstance) -> None:
    _, cursor = tick(alone, None)
    publish(alone, NOVEMBER, ["postgres"])
    (run,) = alone.get_runs()
    working = alone.create_run_for_job(retention, tags={"dagster/partition": NOVEMBER})
    assert tick(alone, cursor)[0]
    newest = event_log.latest(alone, keys.published_month("postgres"))
    assert newest
    assert newest.run == run.run_id
    assert event_log.find_unfinished(alone) == {working.run_id: NOVEMBER}


def test_lake_and_dumps_are_kept_unless_their_counts_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: object
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    monkeypatch.setattr(Platform, "postgres", lambda self: postgres)
    monkeypatch.setenv("DISCOGS_KEEP_DUMPS", "1")
    for place in (tmp_path / "lake", tmp_path / "dumps"):
        for partition in (OCTOBER, NOVEMBER):
            with Lake(place).writing(["parquet", "discogs", "labels"], partition) as folder:
                (folder / "part-0.parquet").write_bytes(b"123")
    by_name = {holder.name: holder for holder in holders(Platform())}
    assert list(by_name) == ["PostgreSQL", "Neo4j", "search", "the lake", "dumps"]
    lake, dumps = by_name["the lake"], by_name["dumps"]
    assert surplus(lake.months(), [NOVEMBER], [], lake.count) == []
    assert surplus(dumps.months(), [NOVEMBER], [], dumps.count) == [OCTOBER]
    assert dumps.drop(OCTOBER) == {"parquet/discogs/labels": 3}
    assert list(dumps.months()) == [NOVEMBER]
    assert list(lake.assets(["parquet/discogs/labels", "quarantine/discogs/labels"])) == [keys.records(LABELS)]
    assert list(dumps.assets(["discogs/labels"])) == [keys.dump(LABELS)]


def test_musicbrainz_dumps_leave_with_their_month_and_no_other_month_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: object
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Platform, "postgres", lambda self: postgres)
    monkeypatch.setenv("DISCOGS_KEEP_DUMPS", "1")
    runs = FolderOfRuns(tmp_path / "runs")
    runs.publish("20261121-001001")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", runs.address)
    archive = Platform().musicbrainz
    for partition in (OCTOBER, NOVEMBER):
        archive.download(["artist", "release-group"], partition)
    (dumps,) = (holder for holder in holders(Platform()) if holder.name == "dumps")
    assert surplus(dumps.months(), [NOVEMBER], [], dumps.count) == [OCTOBER]
    sizes = dumps.drop(OCTOBER)
    assert set(dumps.assets(sizes)) == {keys.dump(ARTISTS), keys.dump(RELEASE_GROUPS)}
    assert archive.dump("artist", OCTOBER) is None
    kept = archive.dump("artist", NOVEMBER)
    assert kept
    assert kept.path.stat().st_nlink == 1
    assert sizes["musicbrainz/artist"] > kept.size
