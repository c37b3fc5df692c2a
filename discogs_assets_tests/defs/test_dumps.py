"""Tests of `defs.dumps`, from a site on this machine."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import keys
from discogs_assets.schema.discogs import ARTISTS
from discogs_assets_tests.fix_site import FakeSite, Fault

MONTH = "2026-11-01"
CONTENT = gzip.compress(b"<artists></artists>")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def instance(fake_site: FakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    fake_site.publish("artists", CONTENT)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", fake_site.address)
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def taken(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def()
    selected = [keys.dump(ARTISTS)]
    return job.execute_in_process(
        QUIET, instance=instance, asset_selection=selected, partition_key=MONTH, raise_on_error=False
    )


def test_a_closed_site_ends_the_run_at_once_and_says_when_to_run_again(
    instance: dg.DagsterInstance, fake_site: FakeSite
) -> None:
    fake_site.fail("artists.xml.gz", Fault(429, {"Retry-After": "7200"}))
    result = taken(instance)
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert "answers 429 and wants no request before" in str(told.description)
    assert isinstance(told.metadata["retry_not_before"], dg.TimestampMetadataValue)
    assert not [event for event in result.all_events if event.is_step_restarted or event.is_step_up_for_retry]
    assert "hunter2" not in "".join(str(event) for event in instance.all_logs(result.run_id))


def test_a_dump_is_fetched_and_its_version_is_its_checksum(instance: dg.DagsterInstance) -> None:
    (made,) = taken(instance).asset_materializations_for_node("dumps__discogs__artists")
    assert made.metadata["sha256"].value == hashlib.sha256(CONTENT).hexdigest()
    assert made.metadata["bytes"].value == len(CONTENT)
