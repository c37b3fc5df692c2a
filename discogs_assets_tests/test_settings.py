"""Tests of `settings`."""

from pathlib import Path

import pytest

from discogs_assets.cli import environment
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import SettingError
from discogs_assets.schema.insights import MILESTONES
from discogs_assets.settings import Settings


def test_without_an_environment_everything_lies_in_the_working_directory(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.home_folder == tmp_path / ".discogs"
    assert settings.lake_address == str(tmp_path / ".discogs" / "lake")
    assert settings.postgres_url is None


def test_the_environment_goes_before_the_file_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DISCOGS_HOME=/file\nDISCOGS_LAKE=/lake\nDAGSTER_PG_PORT=1\n")
    monkeypatch.setenv("DISCOGS_HOME", "/environment")
    monkeypatch.setenv("DISCOGS_EXECUTOR", "")
    settings = Settings()
    assert (settings.home_folder, settings.lake_address) == (Path("/environment"), "/lake")
    assert settings.executor is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KEEP", "many", r"DISCOGS_KEEP is 'many': input should be a valid integer"),
        ("KEEP", "0", r"DISCOGS_KEEP is '0': input should be greater than or equal to 1"),
        ("EXECUTOR", "threads-", r"DISCOGS_EXECUTOR is 'threads-': .*in_process\|multiprocess"),
        ("TARGETS", "neo", r"DISCOGS_TARGETS is 'neo': 'neo' is not a target, expected one or more of documents"),
        ("OWNERS", "team:data,us", r"DISCOGS_OWNERS is 'team:data,us': 'us' is not an owner, expected team:name"),
        ("FIRST_MONTH", "2025-13", r"DISCOGS_FIRST_MONTH is '2025-13': string should match pattern"),
        ("FIRST_MONTH", "2099-01", r"DISCOGS_FIRST_MONTH is '2099-01': the month has not begun"),
        (
            "API_PROXIES",
            "bogus,,",
            r"DISCOGS_API_PROXIES is 'bogus,,': 'bogus', '', '' is not .*expected IP addresses or",
        ),
        ("API_PROXIES", "::1,10.0.0.1/8", r"DISCOGS_API_PROXIES is .*: '10.0.0.1/8' is not .*expected IP addresses or"),
        ("API_PROXIES", "*", r"DISCOGS_API_PROXIES is '\*': '\*' is not .*expected IP addresses or networks"),
        ("ANNIVERSARIES", "25,old", r"DISCOGS_ANNIVERSARIES is '25,old': 'old' is not an age, expected years"),
        ("ANNIVERSARIES", "0", r"DISCOGS_ANNIVERSARIES is '0': '0' is not an age"),
        ("SNAPSHOT_DAYS", "0", r"DISCOGS_SNAPSHOT_DAYS is '0': input should be greater than or equal to 1"),
        ("NLQ_URL", "ftp://host", r"DISCOGS_NLQ_URL: expected http\(s\)://host"),
        ("NLQ_URL", "https://user:secret@host/v1", r"DISCOGS_NLQ_URL: expected http\(s\)://host[^@]*$"),
        ("NLQ_URL", "http://host:99999", r"DISCOGS_NLQ_URL: port out of range"),
        ("NLQ_URL", "http://h\u00f6st/a b", r"DISCOGS_NLQ_URL: expected http\(s\)://host"),
        ("NLQ_KEY", "my key", r"DISCOGS_NLQ_KEY: expected printable ASCII without spaces$"),
        ("API_TOKEN", "t\u00f6ken of 16 letters", r"DISCOGS_API_TOKEN: expected printable ASCII without spaces$"),
        ("NLQ_KIND", "other", r"DISCOGS_NLQ_KIND is 'other': input should be 'openai' or 'anthropic'"),
        ("NLQ_RATE", "often", r"DISCOGS_NLQ_RATE is 'often': string should match pattern"),
        ("MB_REFRESH", "perhaps", r"DISCOGS_MB_REFRESH is 'perhaps': input should be a valid boolean"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DISCOGS_{name}", value)
    with pytest.raises(SettingError, match=f"^{sentence}") as raised:
        Settings()
    assert "\n" not in str(raised.value)


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_API_PROXIES", "127.0.0.1, ::1,10.0.0.0/8")
    assert Settings().api_proxies == "127.0.0.1,::1,10.0.0.0/8"


def test_anniversaries_are_ages_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().anniversary_ages == MILESTONES
    monkeypatch.setenv("DISCOGS_ANNIVERSARIES", "100, 5,33,5")
    assert Settings().anniversary_ages == (5, 33, 100)


def test_the_home_is_the_one_of_the_instance_that_up_has_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.make_dagster_home(tmp_path / "x" / "dagster")
    (tmp_path / ".env").write_text(f"DAGSTER_HOME={tmp_path}/x/dagster\n")
    assert Settings().home_folder == tmp_path / "x"
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "x" / "dagster"))
    (tmp_path / ".env").unlink()
    assert Platform().settings.home_folder == tmp_path / "x"


def test_another_home_than_the_instances_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.make_dagster_home(tmp_path / "x" / "dagster")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "x" / "dagster"))
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "y"))
    with pytest.raises(SettingError, match=f"names the Dagster instance of the home {tmp_path}/x"):
        _ = Platform().settings


def test_an_instance_of_no_home_of_ours_says_nothing_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    assert Platform().settings.home_folder == tmp_path / ".discogs"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_POSTGRES_URL", "postgresql://a:secret@b/c")
    monkeypatch.setenv("DISCOGS_NEO4J_PASSWORD", "secret")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", "https://a:secret@b/c")
    monkeypatch.setenv("DISCOGS_NLQ_KEY", "secret")
    monkeypatch.setenv("DISCOGS_API_TOKEN", "secret-secret-secret")
    assert "secret" not in repr(Settings())
