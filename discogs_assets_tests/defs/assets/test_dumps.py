"""Tests of `defs.assets.dumps`, from sites on this machine."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys
from discogs_assets.defs.checks import specs
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ARTISTS
from discogs_assets.schema.model import Entity
from discogs_assets_tests.fix_runs import NAMES, FakeIndex, FolderOfRuns
from discogs_assets_tests.fix_site import CHALLENGE, FakeSite, Fault

pytestmark = pytest.mark.slow

MONTH = "2026-11-01"
FIRST, SECOND = "20261118-001001", "20261121-001001"
CONTENT = gzip.compress(b"<artists></artists>")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def instance(fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    fake_site.publish("artists", CONTENT)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", fake_site.address)
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def take_dumps(instance: dg.DagsterInstance, *entities: Entity) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def()
    selected = [keys.dump(entity) for entity in entities or [ARTISTS]]
    return job.execute_in_process(
        QUIET, instance=instance, asset_selection=selected, partition_key=MONTH, raise_on_error=False
    )


def test_a_closed_site_ends_the_run_at_once_and_says_when_to_run_again(
    instance: dg.DagsterInstance, fake_site: FakeSite
) -> None:
    fake_site.fail("artists.xml.gz", Fault(429, {"Retry-After": "7200"}))
    result = take_dumps(instance)
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert "answers 429 and wants no request before" in str(told.description)
    assert isinstance(told.metadata["retry_not_before"], dg.TimestampMetadataValue)
    assert not [event for event in result.all_events if event.is_step_restarted or event.is_step_up_for_retry]
    assert "hunter2" not in "".join(str(event) for event in instance.all_logs(result.run_id))


def test_a_dump_is_fetched_and_its_version_is_its_checksum(instance: dg.DagsterInstance) -> None:
    (made,) = take_dumps(instance).asset_materializations_for_node("dumps__discogs__artists")
    assert made.metadata["sha256"].value == hashlib.sha256(CONTENT).hexdigest()
    assert made.metadata["bytes"].value == len(CONTENT)


def test_a_later_upload_is_told_beside_the_dump(instance: dg.DagsterInstance, fake_site: FakeSite) -> None:
    for name in ("labels", "masters", "releases"):
        fake_site.publish(name, CONTENT)
    fake_site.publish("labels", CONTENT, "20261115")
    (made,) = take_dumps(instance).asset_materializations_for_node("dumps__discogs__artists")
    assert (made.metadata["dump_date"].value, made.metadata["upload"].value) == ("2026-11-01", "2026-11-01")
    assert "the upload of 2026-11-15 is not complete: artists, masters, releases" in str(
        made.metadata["waits_for"].value
    )


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def runs(alone: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderOfRuns:
    found = FolderOfRuns(tmp_path / "runs")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", found.address)
    return found


def read_results(
    instance: dg.DagsterInstance, *entities: Entity
) -> tuple[dict[str, dict[str, object]], dict[str, tuple[bool, str | None]]]:
    """The metadata and the check's result of each asset that a run made, in which nothing failed."""
    result = take_dumps(instance, *(entities or musicbrainz.ENTITIES))
    assert result.success
    made = {
        each.asset_key: each.metadata
        for each in (e.materialization for e in result.get_asset_materialization_events())
        if each
    }
    judged = result.get_asset_check_evaluations()
    assert {each.severity for each in judged} == {dg.AssetCheckSeverity.WARN}
    assert {each.partition for each in judged} == {MONTH}
    return (
        {key.path[-1]: {name: value.value for name, value in each.items()} for key, each in made.items()},
        {each.asset_key.path[-1]: (each.passed, each.description) for each in judged},
    )


def version(instance: dg.DagsterInstance, entity: Entity) -> str:
    """The data version of what is on record."""
    found = event_log.latest(instance, keys.dump(entity), MONTH)
    assert found
    records = instance.fetch_materializations(dg.AssetRecordsFilter(keys.dump(entity), asset_partitions=[MONTH]), 1)
    made = records.records[0].asset_materialization
    assert made
    return (made.tags or {})["dagster/data_version"]


def test_the_files_of_a_run_come_in_one_step_with_their_run_and_its_age(
    alone: dg.DagsterInstance, runs: FolderOfRuns, tmp_path: Path
) -> None:
    runs.publish(SECOND)
    made, judged = read_results(alone)
    assert {name: each["run"] for name, each in made.items()} == dict.fromkeys(NAMES, SECOND)
    assert {passed for passed, _ in judged.values()} == {True}
    content = (runs.folder / SECOND / "label.tar.xz").read_bytes()
    digest, label = hashlib.sha256(content).hexdigest(), made["label"]
    assert (label["available"], label["bytes"], label["sha256"]) == (True, len(content), digest)
    assert label["dump_versions"] == {"musicbrainz/label": [digest]}
    assert label["dagster/uri"] == (tmp_path / "home/dumps/musicbrainz/label/2026-11-01").as_uri()
    age = (datetime.now(UTC) - datetime(2026, 11, 21, 0, 10, 1, tzinfo=UTC)).total_seconds() / 86_400
    assert label["age_days"] == pytest.approx(age, abs=0.1)
    assert version(alone, musicbrainz.LABELS) == digest


REASONS = {
    "off": ("off", None, "SettingError: DISCOGS_MUSICBRAINZ is off"),
    "a folder that is not there": ("/nowhere", None, "SettingError: DISCOGS_MUSICBRAINZ is '/nowhere'"),
    "no run": ("", None, "DumpMissingError: no complete export in"),
    "other bytes": ("", {"label": "0" * 64}, "DumpDamagedError: 20261121-001001/label.tar.xz of"),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_month_without_a_run_is_empty_says_why_and_fails_nothing(
    name: str, alone: dg.DagsterInstance, runs: FolderOfRuns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address, sums, why = REASONS[name]
    if address:
        monkeypatch.setenv("DISCOGS_MUSICBRAINZ", address)
    if sums:
        runs.publish(SECOND, said=sums)
    made, judged = read_results(alone)
    assert {(each["available"], each["bytes"]) for each in made.values()} == {(False, 0)}
    assert all(str(each["why"]).startswith(why) for each in made.values())
    assert {passed for passed, _ in judged.values()} == {False}
    assert all(
        (said or "").startswith(why) and "goes on without MusicBrainz" in (said or "") for _, said in judged.values()
    )
    assert made["artist"]["dump_versions"] == {"musicbrainz/artist": ["unavailable"]}
    assert version(alone, musicbrainz.ARTISTS) == "unavailable"
    assert list(tmp_path.glob("home/dumps/musicbrainz/*/2026-11-01/*")) == []


@pytest.mark.parametrize(
    "fault", [Fault(503), Fault(403), Fault(429, {"Retry-After": "7200"}), Fault(200, {}, CHALLENGE)]
)
def test_a_site_that_is_shut_keeps_no_month_waiting(
    fault: Fault, alone: dg.DagsterInstance, fake_index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_index.publish(SECOND)
    fake_index.fail("", *[fault] * 4)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", fake_index.address)
    made, judged = read_results(alone)
    assert {each["available"] for each in made.values()} == {False}
    assert "hunter2" not in str(made) + str(judged)


def test_a_month_keeps_its_run_unless_newer_ones_are_wanted(
    alone: dg.DagsterInstance, runs: FolderOfRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.publish(FIRST)
    assert read_results(alone)[0]["artist"]["run"] == FIRST
    runs.publish(SECOND)
    assert read_results(alone)[0]["artist"]["run"] == FIRST
    monkeypatch.setenv("DISCOGS_MB_REFRESH", "1")
    assert read_results(alone)[0]["artist"]["run"] == SECOND
    runs.vanish(FIRST)
    runs.vanish(SECOND)
    made, judged = read_results(alone)
    assert (made["artist"]["available"], made["artist"]["run"], judged["artist"][0]) == (True, SECOND, True)


def test_what_is_replaced_without_having_been_asked_for_is_on_record(
    alone: dg.DagsterInstance, runs: FolderOfRuns
) -> None:
    runs.publish(FIRST)
    read_results(alone, musicbrainz.ARTISTS)
    before = version(alone, musicbrainz.ARTISTS)
    runs.publish(SECOND)
    runs.vanish(FIRST)
    made, _ = read_results(alone, musicbrainz.LABELS)
    assert {name: each["run"] for name, each in made.items()} == {"artist": SECOND, "label": SECOND}
    now = hashlib.sha256((runs.folder / SECOND / "artist.tar.xz").read_bytes()).hexdigest()
    assert (version(alone, musicbrainz.ARTISTS), before == now) == (now, False)


def test_a_check_is_of_each_asset_and_holds_nothing_up(alone: dg.DagsterInstance) -> None:
    assert not any(spec.blocking for spec in specs.AVAILABLE.values())
    assert {spec.key for spec in specs.AVAILABLE.values()} & {spec.key for spec in specs.ALL} == set()
    assert read_results(alone, musicbrainz.LABELS)[1].keys() == {"label"}
