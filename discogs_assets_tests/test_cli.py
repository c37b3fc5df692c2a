"""Tests of the command `discogs` itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from discogs_assets import __version__
from discogs_assets.cli import app

PROGRAM = Path(sys.executable).with_name("discogs")


def discogs(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def test_help_fits_a_screen_and_names_every_command() -> None:
    done = discogs("--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) <= 30
    for command in ("demo", "dev", "up", "down", "status", "doctor", "publish"):
        assert f" {command} " in done.stdout


def test_the_version_is_the_packages() -> None:
    assert discogs("--version").stdout.strip() == __version__


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (["publish", "1999-01"], {}, "the month '1999-01' is older"),
        (["status"], {"DISCOGS_KEEP": "many"}, "DISCOGS_KEEP is 'many': input should be a valid integer"),
        (
            ["load", "2026-10"],
            {"DISCOGS_DUMPS": "/nowhere"},
            "DISCOGS_DUMPS is '/nowhere', expected a folder with files",
        ),
        (["query", "SELECT 1"], {}, "PostgreSQL of "),
        (["quality", "2026-10"], {}, "quality/discogs of 2026-10 is not in the lake"),
    ],
)
def test_a_wrong_use_is_one_sentence_and_exit_code_1(
    arguments: list[str], variables: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = discogs(*arguments)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"discogs: {sentence}")


def test_nothing_heavy_is_imported_for_help() -> None:
    heavy = ("dagster", "duckdb", "polars", "psycopg", "neo4j")
    code = f"import sys, discogs_assets.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["serve --port", "dev", "dev --port"])
@pytest.mark.parametrize("port", ["0", "65536", "99999", "-1"])
def test_a_port_that_does_not_exist_is_refused_in_a_sentence(
    command: str, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        app([*command.split(), port])
    assert f'Invalid value "{port}" for ' in capsys.readouterr().err
