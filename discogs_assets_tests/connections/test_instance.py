"""Tests of `connections.instance`."""

from pathlib import Path

import pytest

from discogs_assets.connections.instance import dagster_variables, find_instance
from discogs_assets.errors import ServerError
from discogs_assets.settings import Settings
from discogs_assets.variables import MARK

URL = "postgresql://a:p%40ss@h:5433/discogs"


def test_dagster_finds_its_storage_by_the_parts_of_the_url(tmp_path: Path) -> None:
    found = dagster_variables(Settings(), URL)
    assert found == {
        "DAGSTER_HOME": str(tmp_path / ".discogs" / "dagster"),
        "DAGSTER_PG_HOST": "h",
        "DAGSTER_PG_PORT": "5433",
        "DAGSTER_PG_USERNAME": "a",
        "DAGSTER_PG_PASSWORD": "p@ss",
        "DAGSTER_PG_DB": "dagster",
    }


def refuse() -> str:
    raise ServerError("PostgreSQL does not run")


def test_a_home_has_no_instance_before_it_is_set_up(tmp_path: Path) -> None:
    assert find_instance(Settings(home=tmp_path), refuse) is None


def test_a_home_that_is_set_up_has_the_instance_in_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / "dagster.yaml").touch()
    assert find_instance(settings, lambda: URL) == dagster_variables(settings, URL)
    with pytest.raises(ServerError):
        find_instance(settings, refuse)


@pytest.mark.parametrize("ours", [True, False])
def test_another_instance_is_read_unless_it_is_of_another_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: bool
) -> None:
    other = tmp_path / "other" / "dagster"
    other.mkdir(parents=True)
    if ours:
        (other / MARK).touch()
    monkeypatch.setenv("DAGSTER_HOME", str(other))
    found = find_instance(Settings(home=tmp_path / "home"), refuse)
    assert found == (None if ours else {"DAGSTER_HOME": str(other)})
