"""Tests of `cli.environment`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from discogs_assets.cli import environment
from discogs_assets.errors import SettingError

VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30)


@example("pass #word")
@example("it's $5 or ${HOME}")
@example("back\\slash\\'")
@example("${${X}:-y}")
@given(VALUES)
def test_any_value_survives_the_file(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.getbasetemp() / ".env-values"
    environment.write({"DAGSTER_PG_PASSWORD": value, "AFTER": "1"}, path)
    assert dotenv_values(path) == {"DAGSTER_PG_PASSWORD": value, "AFTER": "1"}


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    path = tmp_path / ".env"
    path.symlink_to(tmp_path / "shared" / "env")
    environment.write({"A": "b"}, path)
    assert path.is_symlink()
    assert (tmp_path / "shared" / "env").read_text() == "A=b\n"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(SettingError, match=rf"^{tmp_path}/.env cannot be written by user id \d+, expected a folder"):
        environment.require_writable()


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


def test_processes_that_write_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: environment.write({"A": str(number) * 1000}, path), range(40)))
    (line,) = path.read_text().splitlines()
    assert len(line) in (1002, 2002)
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


STALE = {
    "of the default home": ("", ".discogs"),
    "of the home in the file": ("DISCOGS_HOME={}/elsewhere\n", "elsewhere"),
}


@pytest.mark.parametrize("name", STALE)
def test_the_demos_sources_are_taken_out_of_the_file(name: str, tmp_path: Path) -> None:
    line, home = STALE[name]
    kept = f"# mine\n{line.format(tmp_path)}DISCOGS_KEEP=3\n"
    sample, path = tmp_path / home / "sample", tmp_path / ".env"
    path.write_text(f"{kept}DISCOGS_DUMPS={sample}\nDISCOGS_MUSICBRAINZ='{sample}/musicbrainz'\n")
    environment.forget_demo()
    assert path.read_text() == kept


def test_sources_of_the_users_stay_in_the_file(tmp_path: Path) -> None:
    said = f"DISCOGS_DUMPS={tmp_path}/mine\nDISCOGS_MUSICBRAINZ=off\n"
    (tmp_path / ".env").write_text(said)
    environment.forget_demo()
    assert (tmp_path / ".env").read_text() == said


def test_without_a_file_there_is_nothing_to_forget(tmp_path: Path) -> None:
    environment.forget_demo()
    assert not (tmp_path / ".env").exists()


def test_dagsters_home_gets_the_configuration_of_the_working_directory_or_else_the_projects(tmp_path: Path) -> None:
    environment.make_dagster_home(tmp_path / "home")
    assert "postgresql+psycopg2" in (tmp_path / "home" / "dagster.yaml").read_text()
    (tmp_path / "dagster.yaml").write_text("storage: {sqlite: {base_dir: x}}\n")
    environment.make_dagster_home(tmp_path / "home")
    assert (tmp_path / "home" / "dagster.yaml").read_text() == "storage: {sqlite: {base_dir: x}}\n"
