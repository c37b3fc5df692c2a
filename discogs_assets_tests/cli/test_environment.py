"""Tests of `cli.environment`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from discogs_assets.cli import environment
from discogs_assets.settings import Settings


def test_variables_replace_their_own_lines_and_leave_others(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nOTHER=1\nDAGSTER_PG_PORT=1\n")
    environment.write({"DAGSTER_PG_PORT": "2", "DISCOGS_HOME": "/home"}, path)
    assert path.read_text() == "# mine\nOTHER=1\nDAGSTER_PG_PORT=2\nDISCOGS_HOME=/home\n"


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.touch(0o644)
    environment.write({"A": "b"}, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_dagster_finds_its_storage_by_the_parts_of_the_url(tmp_path: Path) -> None:
    found = environment.dagster_variables(Settings(), "postgresql://a:p%40ss@h:5433/discogs")
    assert found == {
        "DISCOGS_HOME": str(tmp_path / ".discogs"),
        "DAGSTER_HOME": str(tmp_path / ".discogs" / "dagster"),
        "DAGSTER_PG_HOST": "h",
        "DAGSTER_PG_PORT": "5433",
        "DAGSTER_PG_USERNAME": "a",
        "DAGSTER_PG_PASSWORD": "p@ss",
        "DAGSTER_PG_DB": "dagster",
    }


def test_processes_that_write_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: environment.write({"A": str(number) * 1000}, path), range(40)))
    (line,) = path.read_text().splitlines()
    assert len(line) in (1002, 2002)
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_dagsters_home_gets_the_configuration_of_the_working_directory_or_else_the_projects(tmp_path: Path) -> None:
    environment.make_dagster_home(tmp_path / "home")
    assert "postgresql+psycopg2" in (tmp_path / "home" / "dagster.yaml").read_text()
    (tmp_path / "dagster.yaml").write_text("mine: true\n")
    environment.make_dagster_home(tmp_path / "home")
    assert (tmp_path / "home" / "dagster.yaml").read_text() == "mine: true\n"
