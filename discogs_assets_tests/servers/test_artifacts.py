"""The programs: pinned, verified, installed once, whatever happens meanwhile."""

import logging
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from discogs_assets.errors import InstallError
from discogs_assets.servers import artifacts
from discogs_assets.servers.artifacts import Program
from discogs_assets_tests.servers.fix_embedded import Python

INSTALL = """
import logging, sys
from pathlib import Path
from discogs_assets.servers import artifacts
(artifact,) = [a for a in artifacts.neo4j().artifacts if a.artifact == "jspecify"]
said = []
folder = artifacts.install(artifacts.Program("small", "1", (artifact,)), Path(sys.argv[1]), said.append)
print(len(said), [f.name for f in (folder / "jars").iterdir()])
"""


def test_the_lock_pins_every_file_and_names_no_host() -> None:
    pinned = [*artifacts.neo4j().artifacts, *artifacts.postgres().artifacts]
    assert len(pinned) > 200
    assert all(re.fullmatch("[0-9a-f]{64}", a.sha256) for a in pinned)
    assert "://" not in artifacts.LOCK.read_text()


def test_no_two_files_of_a_program_share_a_name() -> None:
    names = [a.file for a in artifacts.neo4j().artifacts]
    assert len(names) == len(set(names))


def test_nothing_that_reports_usage_is_installed() -> None:
    assert not {a.artifact for a in artifacts.neo4j().artifacts} & {"neo4j-udc", "neo4j-push-to-cloud"}


def test_other_bytes_than_the_pinned_ones_are_refused_and_deleted(small_program: Program, tmp_path: Path) -> None:
    (artifact,) = small_program.artifacts
    forged = replace(small_program, artifacts=(replace(artifact, sha256="0" * 64),))
    with pytest.raises(InstallError) as refused:
        artifacts.install(forged, tmp_path)
    assert all(part in str(refused.value) for part in ("org.jspecify:jspecify", artifact.sha256, "0" * 64))
    assert not list(tmp_path.rglob("*.jar"))


def test_a_file_that_no_repository_has_is_an_error_that_names_it(small_program: Program, tmp_path: Path) -> None:
    (artifact,) = small_program.artifacts
    absent = replace(small_program, artifacts=(replace(artifact, version="0.0.0"),))
    with pytest.raises(InstallError, match=r"jspecify.*0\.0\.0.*could not be downloaded"):
        artifacts.install(absent, tmp_path)


def test_what_an_install_killed_half_way_left_does_not_count(small_program: Program, tmp_path: Path) -> None:
    folder = artifacts.install(small_program, tmp_path)
    half = folder.with_name(f".{folder.name}.partial")
    folder.rename(half)
    (half / "jars" / "junk.jar").touch()
    assert [f.name for f in (artifacts.install(small_program, tmp_path) / "jars").iterdir()] == ["jspecify-1.0.0.jar"]
    assert not half.exists()


@pytest.mark.parametrize("damage", ["cut short", "gone"])
def test_a_file_damaged_since_is_fetched_again(small_program: Program, tmp_path: Path, damage: str) -> None:
    (jar,) = (artifacts.install(small_program, tmp_path) / "jars").iterdir()
    size = jar.stat().st_size
    jar.write_bytes(b"") if damage == "cut short" else jar.unlink()
    artifacts.install(small_program, tmp_path)
    assert jar.stat().st_size == size


def test_processes_that_install_at_once_download_once(tmp_path: Path, python: Python) -> None:
    started = [python(INSTALL, tmp_path) for _ in range(3)]
    printed = sorted(process.communicate()[0] for process in started)
    jars = "['jspecify-1.0.0.jar']\n"
    assert printed == [f"0 {jars}", f"0 {jars}", f"2 {jars}"]


def test_an_installed_program_is_found_at_once() -> None:
    for program in (artifacts.neo4j(), artifacts.postgres()):
        artifacts.install(program)
    begun = time.monotonic()
    assert (artifacts.install(artifacts.neo4j()) / "jars").is_dir()
    assert (artifacts.install(artifacts.postgres()) / "bin" / "postgres").is_file()
    assert time.monotonic() - begun < 0.5


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert artifacts.cache_folder().is_relative_to(tmp_path)


def test_progress_goes_to_the_log(
    small_program: Program, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        artifacts.install(small_program, tmp_path)
    assert "downloading small 1: 1 files" in caplog.text
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_everything_is_installed_in_less_than_a_minute(tmp_path: Path) -> None:
    begun = time.monotonic()
    for program in (artifacts.neo4j(), artifacts.postgres()):
        artifacts.install(program, tmp_path)
    assert time.monotonic() - begun < 60
    shutil.rmtree(tmp_path)
