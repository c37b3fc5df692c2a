"""The variables of a process as its environment and `.env` name them, and the home of a Dagster instance.

What belongs here: where a value is named, and refusing names that are doubtful. What doesn't: what a variable means
(see `settings`).

Dagster's command line puts `.env` over the environment before any code of ours runs; the command `discogs` prefers the
environment. A variable with two values would name one source to one of them and another to the other, so it is refused.
The system knows which environment a process has begun with, whatever was changed in it since.
"""

import os
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import psutil
from dotenv import dotenv_values

from discogs_assets.errors import SettingError

ENV = Path(".env")
"""The file of the working directory that Dagster and `settings` read."""

PREFIX = "DISCOGS_"

ALIKE = 0.8
"""Likeness, from 0 to 1, of the names after the prefix from which one is taken for a misspelling of the other."""

INSTANCE = "DAGSTER_HOME"
"""Variable that names the folder of Dagster's instance."""

MARK = ".of_discogs_home"
"""File that marks a Dagster instance as the one of the home above it."""


@cache
def begun_with() -> Mapping[str, str]:
    """Return the environment that this process was started with, by names in capitals."""
    try:
        return _capitals(psutil.Process().environ())
    except (psutil.Error, OSError):
        return _capitals(os.environ)


def of_file() -> dict[str, str]:
    """Return the variables of `.env`; none if there is no such file."""
    return {name: value for name, value in dotenv_values(ENV).items() if value is not None}


def require_clear(known: Collection[str]) -> None:
    """Raise SettingError if a variable is nearly one of the known ones, or has one value here and another in `.env`."""
    named = of_file()
    began, file = begun_with(), _capitals(named)
    for name in sorted({*os.environ, *named}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            _refuse_misspelling(name, known)
    for name in known:
        if began.get(name) and file.get(name, began[name]) != began[name]:
            raise SettingError(
                f"{name} has one value in the environment and another in {ENV.absolute()}, which dagster's commands "
                "prefer. Remove one of them; if the file was changed, restart what had been started before."
            )


def _refuse_misspelling(name: str, known: Collection[str]) -> None:
    words = [each.removeprefix(PREFIX) for each in known]
    for word in get_close_matches(name.upper().removeprefix(PREFIX), words, 1, ALIKE):
        raise SettingError(f"{name} is no setting, expected {PREFIX}{word}. Rename it, or remove it.")


def home_of_instance(folder: str | None) -> Path | None:
    """Return the home that the Dagster instance in the folder belongs to; None if it is of no home of ours."""
    return Path(folder).parent if folder and (Path(folder) / MARK).is_file() else None


def default_home() -> Path:
    """Return the home of the Dagster instance that `.env` or the environment names, else `.discogs`."""
    return home_of_instance(of_file().get(INSTANCE) or os.environ.get(INSTANCE)) or Path(".discogs")


def _capitals(variables: Mapping[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in variables.items()}
