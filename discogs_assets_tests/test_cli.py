"""Tests of the command `discogs` itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from discogs_assets import __version__

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


def test_an_error_of_ours_is_one_sentence_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    done = discogs("publish", "1999-01")
    assert done.returncode == 1
    assert done.stderr.startswith("discogs: the month '1999-01' is older")
    assert "Traceback" not in done.stderr


def test_nothing_heavy_is_imported_for_help() -> None:
    heavy = ("dagster", "duckdb", "polars", "psycopg", "neo4j")
    code = f"import sys, discogs_assets.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
