"""Tests of `defs.sensors.new_dumps`: ticks against a source, by the records of an instance; no run is started."""

import json
import shutil
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from filelock import FileLock

from discogs_assets.defs import jobs, keys, metadata
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors.new_dumps import Cursor, new_dumps
from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.sources import rate_limit, retry
from discogs_assets_tests.fix_records import CHECKS, LINEAGE, NAMES, publish, record, sums
from discogs_assets_tests.fix_runs import FolderOfRuns
from discogs_assets_tests.fix_site import FakeSite, Fault

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09-01", "2026-10-01", "2026-11-01"

TABLES = {keys.table(entity): keys.records(entity) for entity in ENTITIES}
RECORDS = {keys.records(entity): keys.dump(entity) for entity in ENTITIES}
DUMPS = list(RECORDS.values())
PUBLISHED = keys.published_month("postgres")
ALL = {*TABLES, *RECORDS, *DUMPS, PUBLISHED}
"""A part of the platform's graph, with no work behind it: its records are quickly made and read."""


def _few(*more: dg.AssetKey) -> dg.RepositoryDefinition:
    above = {**{key: [] for key in (*DUMPS, *more)}, **{key: [each] for key, each in {**RECORDS, **TABLES}.items()}}
    above[PUBLISHED] = list(TABLES)
    specs = [dg.AssetSpec(key, deps=deps, partitions_def=monthly) for key, deps in above.items()]

    @dg.multi_asset(specs=specs)
    def nothing():  # type: ignore[no-untyped-def]
        """What would make them."""

    resources = {"platform": Platform()}
    found = dg.Definitions([nothing], jobs=[jobs.refresh], sensors=[new_dumps], resources=resources)
    return found.get_repository_def()


MUSICBRAINZ = {keys.dump(entity): entity for entity in musicbrainz.ENTITIES}

REPOSITORY = _few()
WITH_MUSICBRAINZ = _few(*MUSICBRAINZ)
RESOURCES = {"platform": Platform()}


def load(instance: dg.DagsterInstance, partition: str = NOVEMBER, only: Collection[dg.AssetKey] = ALL) -> None:
    """The month is materialised from the dumps that `publish` makes."""
    record(instance, partition, sums(), only, unchecked=CHECKS)


def below(name: str) -> set[dg.AssetKey]:
    """What is made from the dump of that name."""
    return ALL & LINEAGE[name]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which October and November are published."""
    folder = tmp_path / "source"
    monkeypatch.setenv("DISCOGS_DUMPS", str(folder))
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    publish(folder, OCTOBER)
    publish(folder, NOVEMBER)
    return folder


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance that knows of nothing."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def _loaded() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        load(instance)
        yield instance


@pytest.fixture
def loaded(_loaded: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """An instance in which November is loaded, without runs."""
    yield _loaded
    for run in _loaded.get_runs():
        _loaded.delete_run(run.run_id)


def tick(
    instance: dg.DagsterInstance, cursor: str | None = None, repository: dg.RepositoryDefinition = REPOSITORY
) -> dg.SensorResult:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=repository, resources=RESOURCES)
    result = new_dumps(context)
    assert isinstance(result, dg.SensorResult)
    assert result.cursor
    return result


def said(result: dg.SensorResult) -> str:
    assert not result.run_requests
    assert isinstance(result.skip_reason, dg.SkipReason)
    return result.skip_reason.skip_message or ""


def asked(result: dg.SensorResult) -> dg.RunRequest:
    assert result.run_requests
    (request,) = result.run_requests
    return request


def begin(
    instance: dg.DagsterInstance, request: dg.RunRequest, status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED
) -> dg.DagsterRun:
    """The run that was asked for, on record as the daemon would put it there."""

    @dg.job
    def monthly() -> None: ...

    tags = {**request.tags, "dagster/partition": request.partition_key or ""}
    return instance.create_run_for_job(monthly, tags=tags, status=status)


def again(source: Path, name: str, content: bytes, partition: str = NOVEMBER) -> None:
    publish(source, partition, contents={name: content})


def test_the_first_look_asks_for_the_newest_complete_month_and_none_before(
    instance: dg.DagsterInstance, source: Path
) -> None:
    result = tick(instance)
    request = asked(result)
    assert (request.partition_key, set(request.asset_selection or ())) == (NOVEMBER, ALL)
    fingerprint = json.loads(result.cursor or "")["months"][NOVEMBER]
    assert request.run_key == f"{NOVEMBER}:{fingerprint}:1"
    assert request.tags["discogs/month"] == NOVEMBER
    assert list(json.loads(result.cursor or "")["months"]) == [NOVEMBER]


def test_a_month_that_is_not_complete_is_waited_for_by_name(instance: dg.DagsterInstance, source: Path) -> None:
    shutil.rmtree(source)
    publish(source, NOVEMBER, lacking=["masters", "CHECKSUM"])
    first = tick(instance)
    assert said(first) == "2026-11 is not complete: masters, CHECKSUM missing"
    publish(source, NOVEMBER, lacking=["CHECKSUM"])
    second = tick(instance, first.cursor)
    assert said(second) == "2026-11 is not complete: CHECKSUM missing"
    publish(source, NOVEMBER)
    assert asked(tick(instance, second.cursor)).partition_key == NOVEMBER


def test_while_the_newest_month_is_not_complete_the_one_before_is_asked_for(
    instance: dg.DagsterInstance, source: Path
) -> None:
    (source / "discogs_20261101_labels.xml.gz").unlink()
    publish(source, SEPTEMBER)
    first = tick(instance)
    assert asked(first).partition_key == OCTOBER
    load(instance, OCTOBER)
    assert said(tick(instance, first.cursor)) == (
        "2026-11 is not complete: labels missing; 2026-10 is loaded as it is announced"
    )
    publish(source, NOVEMBER)
    assert asked(tick(instance, first.cursor)).partition_key == NOVEMBER


def test_the_same_bytes_announced_again_lead_to_nothing(loaded: dg.DagsterInstance, source: Path) -> None:
    first = tick(loaded)
    assert said(first) == "2026-11 is loaded as it is announced"
    again(source, "artists", b"artists")
    (source / "discogs_20261101_CHECKSUM.txt").touch()
    second = tick(loaded, first.cursor)
    assert said(second) == "2026-11 is loaded as it is announced"
    assert second.cursor != first.cursor


@pytest.mark.parametrize("name", NAMES)
def test_a_file_published_again_leads_to_a_run_of_what_depends_on_it(
    loaded: dg.DagsterInstance, source: Path, name: str
) -> None:
    first = tick(loaded)
    again(source, name, b"again")
    request = asked(tick(loaded, first.cursor))
    assert set(request.asset_selection or ()) == below(name)
    assert request.partition_key == NOVEMBER


def test_what_a_killed_run_has_finished_is_not_done_again(instance: dg.DagsterInstance, source: Path) -> None:
    first = tick(instance)
    run = begin(instance, asked(first))
    load(instance, only=DUMPS)
    instance.report_run_failed(run, "its process is gone")
    second = tick(instance, first.cursor)
    assert f"2026-11 run {run.run_id[:8]} failed (its process is gone). Attempt 2 of 5 is made" in said(second)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("discogs_assets.defs.sensors.new_dumps.PAUSES", (timedelta(0),))
        request = asked(tick(instance, second.cursor))
    assert set(request.asset_selection or ()) == ALL - set(DUMPS)
    assert (request.tags["discogs/attempt"], (request.run_key or "")[-2:]) == ("2", ":2")


def test_while_its_run_is_in_progress_the_source_is_not_even_asked(loaded: dg.DagsterInstance, source: Path) -> None:
    again(source, "labels", b"again")
    first = tick(loaded)
    run = begin(loaded, asked(first))
    publish(source, NOVEMBER, contents={"labels": b"again", "masters": b"again"})
    shutil.move(source, source.with_name("away"))
    second = tick(loaded, first.cursor)
    assert said(second) == f"run {run.run_id[:8]} of 2026-11 is in progress"
    shutil.move(source.with_name("away"), source)
    loaded.delete_run(run.run_id)
    assert set(asked(tick(loaded, second.cursor)).asset_selection or ()) == below("labels") | below("masters")


def test_a_run_of_somebody_elses_for_the_month_is_waited_for(instance: dg.DagsterInstance, source: Path) -> None:
    run = begin(instance, dg.RunRequest(partition_key=NOVEMBER))
    first = tick(instance)
    assert said(first) == f"2026-11 is being worked on by run {run.run_id[:8]}"
    instance.report_run_failed(run)
    assert asked(tick(instance, first.cursor)).partition_key == NOVEMBER


def test_a_cursor_that_is_lost_or_of_another_source_repeats_nothing(loaded: dg.DagsterInstance, source: Path) -> None:
    for cursor in (None, "", "lost", "{}", '{"version": 2}', Cursor("elsewhere", {SEPTEMBER: "f"}).write()):
        assert said(tick(loaded, cursor)) == "2026-11 is loaded as it is announced"


def test_a_request_made_again_has_the_same_key(instance: dg.DagsterInstance, source: Path) -> None:
    assert asked(tick(instance)).run_key == asked(tick(instance)).run_key


def test_an_older_month_is_left_as_it_is_until_its_files_change(loaded: dg.DagsterInstance, source: Path) -> None:
    for path in source.glob("discogs_202611*"):
        path.unlink()
    first = tick(loaded)
    assert said(first) == "2026-10 is older than 2026-11, which is loaded, and is left as it is"
    again(source, "artists", b"again", OCTOBER)
    second = tick(loaded, first.cursor)
    assert asked(second).partition_key == OCTOBER
    run = begin(loaded, asked(second))
    loaded.report_run_failed(run, "its process is gone")
    assert f"run {run.run_id[:8]} failed (its process is gone)" in said(tick(loaded, second.cursor))


def test_a_run_that_went_well_is_not_repeated_for_what_it_left_out(loaded: dg.DagsterInstance, source: Path) -> None:
    again(source, "artists", b"again")
    first = tick(loaded)
    begin(loaded, asked(first), dg.DagsterRunStatus.SUCCESS)
    assert "2026-11 is loaded; its run has left out dumps/discogs/artists" in said(tick(loaded, first.cursor))


def test_of_two_months_the_older_one_comes_first(instance: dg.DagsterInstance, source: Path) -> None:
    cursor = Cursor(str(source), {OCTOBER: "other", NOVEMBER: "other"}).write()
    first = tick(instance, cursor)
    assert asked(first).partition_key == OCTOBER
    assert json.loads(first.cursor or "")["months"][NOVEMBER] == "other"
    load(instance, OCTOBER)
    assert asked(tick(instance, first.cursor)).partition_key == NOVEMBER


def test_a_month_that_has_not_begun_is_waited_for(loaded: dg.DagsterInstance, source: Path) -> None:
    publish(source, "2199-01-01")
    assert "2199-01 has not begun" in said(tick(loaded))


def test_months_before_the_first_one_are_left_alone_and_the_setting_is_named(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    for month in ("2012-01-01", "2012-02-01"):
        publish(old, month)
    monkeypatch.setenv("DISCOGS_DUMPS", str(old))
    first = tick(instance)
    assert not first.run_requests
    assert "2012-02 is older than the first month, 2025-01; DISCOGS_FIRST_MONTH=2012-02 includes it" in said(first)


def test_months_that_have_not_begun_take_no_other_month_s_place(instance: dg.DagsterInstance, source: Path) -> None:
    for year in range(2190, 2195):
        publish(source, f"{year}-01-01")
    assert asked(tick(instance)).partition_key == NOVEMBER


def test_a_later_upload_that_is_not_complete_is_told_and_its_whole_replaces_the_month(
    loaded: dg.DagsterInstance, source: Path
) -> None:
    publish(source, "2026-11-15", lacking=["artists", "masters"], contents={"labels": b"again"})
    first = tick(loaded)
    assert said(first) == (
        "2026-11 is loaded as it is announced, but the upload of 2026-11-15 is not complete: artists, masters missing"
    )
    publish(source, "2026-11-15", contents={"labels": b"again", "masters": b"again"})
    assert set(asked(tick(loaded, first.cursor)).asset_selection or ()) == below("labels") | below("masters")


def test_a_dangling_link_ends_no_tick(loaded: dg.DagsterInstance, source: Path) -> None:
    (source / "discogs_20250101_releases.xml.gz").symlink_to("nowhere")
    first = tick(loaded)
    assert said(first) == "2026-11 is loaded as it is announced"
    (source / "discogs_20261101_labels.xml.gz").unlink()
    (source / "discogs_20261101_labels.xml.gz").symlink_to("nowhere")
    assert "labels (discogs_20261101_labels.xml.gz is a link to nothing) missing" in said(tick(loaded, first.cursor))


def test_a_source_without_any_dump_is_an_alarm(loaded: dg.DagsterInstance, source: Path) -> None:
    first = tick(loaded)
    for path in source.iterdir():
        path.unlink()
    with pytest.raises(DumpMissingError, match="lists no dump of 2026-11 or later, expected files"):
        tick(loaded, first.cursor)


@pytest.fixture
def site(fake_site: FakeSite, source: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSite:
    """A site with November."""
    monkeypatch.setenv("DISCOGS_DUMPS", fake_site.address)
    for name in NAMES:
        fake_site.publish(name, name.encode())
    return fake_site


def test_a_look_at_a_site_costs_three_requests_and_no_file(loaded: dg.DagsterInstance, site: FakeSite) -> None:
    first = tick(loaded)
    assert said(first) == "2026-11 is loaded as it is announced"
    assert "hunter2" not in (first.cursor or "")
    assert [query for query, _ in site.asked if ".xml.gz" in query] == []
    assert len(site.asked) == 3
    site.publish("masters", b"again")
    assert set(asked(tick(loaded, first.cursor)).asset_selection or ()) == below("masters")
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (Fault(status=429, headers={"Retry-After": "60"}), "answers 429 and wants no request before"),
        (Fault(status=403), "answers 403: the site refuses requests from here"),
    ],
)
def test_a_site_that_wants_to_be_left_alone_is_left_alone(
    loaded: dg.DagsterInstance, site: FakeSite, fault: Fault, cause: str
) -> None:
    site.fail("", fault)
    first = tick(loaded)
    assert cause in said(first)
    second = tick(loaded, first.cursor)
    assert "is left alone until 20" in said(second)
    assert cause in said(second)
    assert len(site.asked) == 1
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    cursor = json.loads(second.cursor or "") | {"not_before": past}
    _forget(site)
    assert said(tick(loaded, json.dumps(cursor))) == "2026-11 is loaded as it is announced"


def _forget(site: FakeSite) -> None:
    """Let the time pass in which the site wants no request."""
    for ledger in (Settings().home_folder / "dumps").glob(f".requests-*{site.port}.json"):
        ledger.unlink()


def test_requests_that_our_own_limit_forbids_are_not_waited_for(loaded: dg.DagsterInstance, site: FakeSite) -> None:
    cursor = None
    for _ in range(5):
        cursor = tick(loaded, cursor).cursor
    last = tick(loaded, cursor)
    assert "has received 15 requests within 360 s" in said(last)
    assert len(site.asked) == 15


def test_a_site_that_another_process_is_asking_is_asked_next_time(
    loaded: dg.DagsterInstance, site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "LOCK_SECONDS", 0.0)
    ledger = Settings().home_folder / "dumps" / f".requests-127.0.0.1_{site.port}.lock"
    ledger.parent.mkdir(parents=True)
    with FileLock(ledger):
        first = tick(loaded)
    assert "another process is sending a request to the same site" in said(first)
    assert said(tick(loaded, first.cursor)) == "2026-11 is loaded as it is announced"


def test_a_page_that_lists_nothing_is_an_alarm(loaded: dg.DagsterInstance, site: FakeSite) -> None:
    site.page = "<html>Welcome</html>"
    with pytest.raises(ServerError, match="a page that lists no dumps"):
        tick(loaded)


def test_a_site_with_a_fault_fails_the_tick_and_is_asked_once(
    loaded: dg.DagsterInstance, site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "PAUSES", (1.0,))
    site.fail("", Fault(status=500))
    with pytest.raises(ServerError, match="answers 500"):
        tick(loaded)
    assert len(site.asked) == 1


def test_it_is_off_until_somebody_turns_it_on() -> None:
    assert new_dumps.default_status == dg.DefaultSensorStatus.STOPPED
    assert new_dumps.minimum_interval_seconds == 900


def test_a_newer_run_of_musicbrainz_leads_to_a_run_only_where_that_is_wanted(
    instance: dg.DagsterInstance, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = FolderOfRuns(tmp_path / "runs")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", runs.address)
    runs.publish("20261118-001001")
    held = Platform().musicbrainz.newest().sums
    load(instance)
    assert set(asked(tick(instance, repository=WITH_MUSICBRAINZ)).asset_selection or ()) == {*MUSICBRAINZ}
    for key, entity in MUSICBRAINZ.items():
        made_from = metadata.versions({entity.title: [held[entity.name]]})
        instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=NOVEMBER, metadata=made_from))
    runs.publish("20261121-001001")
    first = tick(instance, repository=WITH_MUSICBRAINZ)
    assert said(first) == "2026-11 is loaded as it is announced"
    monkeypatch.setenv("DISCOGS_MB_REFRESH", "yes")
    request = asked(tick(instance, first.cursor, WITH_MUSICBRAINZ))
    assert (request.partition_key, set(request.asset_selection or ())) == (NOVEMBER, {*MUSICBRAINZ})
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", "/nowhere")
    assert said(tick(instance, first.cursor, WITH_MUSICBRAINZ)) == "2026-11 is loaded as it is announced"
