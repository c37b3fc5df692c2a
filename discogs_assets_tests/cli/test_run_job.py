"""Tests of `cli.run_job`."""

from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.cli import run_job, servers
from discogs_assets.errors import LoadError, SettingError
from discogs_assets.servers.postgres.server import PostgresServer


@pytest.mark.parametrize("month", ["2026-10", "2026-10-01", "2025-01"])
def test_a_month_is_a_partition(month: str) -> None:
    assert run_job.partition_of(month) == f"{month[:7]}-01"


@pytest.mark.parametrize(
    ("month", "reason"),
    [
        ("2024-12", "is older than the first month, 2025-01; DISCOGS_FIRST_MONTH=2024-12 includes it"),
        ("1999-01", "is older than the first month"),
        ("2026-13", "is not a month"),
        ("October", "is not a month"),
        ("", "is not a month"),
        ("2099-01", "has not begun"),
    ],
)
def test_any_other_text_is_refused_with_the_reason_and_the_setting(month: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason) as refused:
        run_job.partition_of(month)
    assert "Expected one from 2025-01 (DISCOGS_FIRST_MONTH) to the current one" in str(refused.value)


@pytest.fixture
def dagster_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a Dagster instance in SQLite."""
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


@pytest.mark.usefixtures("dagster_home")
def test_publishing_a_month_that_is_not_loaded_prints_one_line_and_logs_every_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], postgres_server: PostgresServer
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(postgres_server.home))
    monkeypatch.setattr(servers, "start", lambda: None)
    with pytest.raises(LoadError) as refused:
        run_job.publish_month("2026-10")
    assert capsys.readouterr().err == ""
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 450
    assert "discogs load 2026-10. Full log: `discogs dev`, run " in str(refused.value)
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs()
        (failure,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    error = failure.get_dagster_event().step_failure_data.error
    assert error
    assert error.to_string().count("is not materialised") > 50
