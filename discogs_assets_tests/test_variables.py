"""Tests of `variables`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from discogs_assets import variables
from discogs_assets.cli import environment
from discogs_assets.errors import SettingError
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_project import BARE


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DISCOGS_DUMP", "DISCOGS_DUMPS"),
        ("DISCOGS_DUMPS_", "DISCOGS_DUMPS"),
        ("discogs_dumsp", "DISCOGS_DUMPS"),
        ("DISCOGS_MUSIC_BRAINZ", "DISCOGS_MUSICBRAINZ"),
        ("DISCOGS_HOMES", "DISCOGS_HOME"),
        ("DISCOGS_POSTGRES", "DISCOGS_POSTGRES_URL"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_misspelt_setting_is_refused_with_the_right_one(
    name: str, meant: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if place == "file":
        (tmp_path / ".env").write_text(f"{name}=/mine\n")
    else:
        monkeypatch.setenv(name, "/mine")
    with pytest.raises(SettingError, match=f"^{name} is not a setting, expected {meant}\\. "):
        Settings()


@pytest.mark.parametrize("data", [b"A=1\nDISCOGS_KEEP=\xff\n", b"A=1\r\n# caf\xe9\r\n", b"A=1\nB=\xc3"])
def test_a_file_that_is_not_utf8_is_one_sentence_that_names_its_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(data)
    for read in (Settings, variables.default_home, environment.forget_demo, lambda: environment.write({"A": "2"})):
        with pytest.raises(SettingError, match=rf"^{path}, line 2, has the byte 0x\w\w, expected text in UTF-8\. .*$"):
            read()
    assert path.read_bytes() == data


@pytest.mark.parametrize("name", ["TOKEN", "USER", "USER_TOKEN", "API_KEY", "CONSUMER_SECRET", "RUN_PROCESS", "URL"])
def test_names_of_others_are_let_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DISCOGS_{name}", "x")
    Settings()


@pytest.mark.parametrize(
    ("began", "file", "clear"),
    [
        ("/mine", "DISCOGS_DUMPS=/other", False),
        ("/mine", "discogs_dumps=/other", False),
        ("/mine", "DISCOGS_DUMPS=", False),
        ("/mine", "export DISCOGS_DUMPS='/mine'", True),
        ("/mine", "DISCOGS_DUMPS", True),
        ("/mine", "DISCOGS_HOME=/x", True),
        ("", "DISCOGS_DUMPS=/other", True),
    ],
)
def test_a_setting_has_one_value_in_the_environment_and_the_file(
    began: str, file: str, clear: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(variables, "begun_with", lambda: {"DISCOGS_DUMPS": began})
    monkeypatch.setenv("DISCOGS_DUMPS", "what dagster has put there")
    (tmp_path / ".env").write_text(f"{file}\n")
    if clear:
        Settings()
        return
    with pytest.raises(SettingError, match=r"^DISCOGS_DUMPS has different values in the environment and in .*/\.env"):
        Settings()


@pytest.mark.parametrize(
    "program",
    [
        ("dagster", "asset", "list", "-m", "discogs_assets.definitions"),
        ("discogs", "status"),
    ],
)
def test_neither_command_takes_one_of_two_values(program: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCOGS_DUMPS=https://user:hunter2@127.0.0.1:1/other\n")
    done = subprocess.run(
        [Path(sys.executable).with_name(program[0]), *program[1:]],
        cwd=tmp_path,
        env={**BARE, "DISCOGS_DUMPS": "/mine"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "DISCOGS_DUMPS has different values in the environment and in" in said
    assert "hunter2" not in said


def make_home(home: Path) -> Path:
    """A home as `discogs up` leaves it."""
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / variables.MARK).touch()
    return home


@pytest.mark.parametrize("kept", [True, False], ids=["copied", "moved"])
def test_a_folder_that_was_copied_or_moved_with_its_home_has_that_home(
    kept: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    original = tmp_path / "original"
    home = make_home(original / ".discogs")
    (original / ".env").write_text(f"DAGSTER_HOME={home / 'dagster'}\n")
    copy = shutil.copytree(original, tmp_path / "copy")
    if not kept:
        shutil.rmtree(original)
    monkeypatch.chdir(copy)
    assert Settings().home_folder == copy / ".discogs"
    if kept:
        monkeypatch.chdir(original)
        assert Settings().home_folder == home


def test_a_home_elsewhere_is_that_of_a_folder_with_an_older_home_or_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk = make_home(tmp_path / "disk" / ".discogs")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".env").write_text(f"DAGSTER_HOME={disk / 'dagster'}\n")
    monkeypatch.chdir(folder)
    for older in (False, True):
        if older:
            make_home(folder / ".discogs")
        assert Settings().home_folder == disk
