"""Variables of the process as named by its environment and `.env`, and the home of a Dagster instance."""

import os
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from io import StringIO
from pathlib import Path

import psutil
from dotenv import dotenv_values

from discogs_assets.errors import SettingError

ENV = Path(".env")
"""File of the working directory that Dagster and `settings` read."""

HOME = Path(".discogs")
"""Home of a folder in which `discogs up` has not run."""

PREFIX = "DISCOGS_"

ALIKE = 0.8
"""Similarity (0 to 1) at which a name, after the prefix, is taken for a misspelling of another."""

INSTANCE = "DAGSTER_HOME"
"""Variable that names the folder of the Dagster instance."""

MARK = ".of_discogs_home"
"""File that marks a Dagster instance as that of the home above it."""


@cache
def begun_with() -> Mapping[str, str]:
    """Return the environment that this process was started with, with names in capitals.

    It comes from the operating system, so later changes to `os.environ` do not affect it.
    """
    try:
        return _capitals(psutil.Process().environ())
    except (psutil.Error, OSError):
        return _capitals(os.environ)


def of_file(path: Path = ENV) -> dict[str, str]:
    """Return the variables of the file; empty if there is no such file. Raises SettingError if it is not UTF-8."""
    return {name: value for name, value in dotenv_values(stream=StringIO(read_text(path))).items() if value is not None}


def read_text(path: Path = ENV) -> str:
    """Return the text of the file; empty if there is no such file. Raises SettingError if it is not UTF-8."""
    data = path.read_bytes() if path.is_file() or path.is_fifo() else b""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingError(
            f"{path.absolute()}, line {line}, has the byte 0x{data[error.start]:02x}, expected text in UTF-8. "
            "Correct the line, or save the file as UTF-8."
        ) from None


def require_clear(known: Collection[str]) -> None:
    """Raise SettingError if a variable is nearly a known one, or if `.env` gives a known one another value.

    Dagster's command line puts `.env` over the environment before our code runs; `discogs` prefers the environment. A
    variable with two values would name a different source to each.
    """
    named = of_file()
    began, file = begun_with(), _capitals(named)
    for name in sorted({*os.environ, *named}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            _refuse_misspelling(name, known)
    for name in known:
        if began.get(name) and file.get(name, began[name]) != began[name]:
            raise SettingError(
                f"{name} has different values in the environment and in {ENV.absolute()}, which dagster's commands "
                "prefer. Remove one of them; if the file has changed, restart processes that were started before."
            )


def _refuse_misspelling(name: str, known: Collection[str]) -> None:
    words = [each.removeprefix(PREFIX) for each in known]
    for word in get_close_matches(name.upper().removeprefix(PREFIX), words, 1, ALIKE):
        raise SettingError(f"{name} is not a setting, expected {PREFIX}{word}. Rename it, or remove it.")


def home_of_instance(folder: str | None) -> Path | None:
    """Return the home that the Dagster instance in the folder belongs to; None if it is none of ours."""
    return Path(folder).parent if folder and (Path(folder) / MARK).is_file() else None


def default_home() -> Path:
    """Return the home of the Dagster instance named by `.env` or the environment, else `.discogs`.

    In a copy of a folder with its home and `.env`, it is the copied home, not the original that `.env` names.
    """
    named = of_file().get(INSTANCE)
    home = home_of_instance(named or os.environ.get(INSTANCE))
    return HOME if home is None or (named and _is_original(home, named)) else home


def _is_original(home: Path, named: str) -> bool:
    """Return True if the home is that of another folder with the same `.env`, and this folder has a home, too."""
    if home_of_instance(str(HOME / "dagster")) is None or home.name != HOME.name or home.resolve() == HOME.resolve():
        return False
    try:
        return of_file(home.parent / ENV).get(INSTANCE) == named
    except (OSError, SettingError):
        return False


def _capitals(variables: Mapping[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in variables.items()}
