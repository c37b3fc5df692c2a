"""`.env` and `dagster.yaml`, which make a plain dagster command use the same instance as the UI."""

import os
import re
import socket
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

import discogs_assets
from discogs_assets.cli.terminal import say
from discogs_assets.errors import ServerError, SettingError
from discogs_assets.sample import musicbrainz
from discogs_assets.servers import json_state
from discogs_assets.variables import ENV, HOME, MARK, of_file, read_text

MODE = 0o600

LAST_PORT = 65_535

PLAIN = re.compile(r"[\w./:@%+,~-]*")
"""Values that need no quotes."""

STORAGE = """\
storage:
  postgres:
    postgres_db:
      username: {env: DAGSTER_PG_USERNAME}
      password: {env: DAGSTER_PG_PASSWORD}
      hostname: {env: DAGSTER_PG_HOST}
      port: {env: DAGSTER_PG_PORT}
      db_name: {env: DAGSTER_PG_DB}
      # SQLAlchemy 2.1 takes psycopg 3 by default, whose NOTIFY refuses the parameters that dagster-postgres sends.
      scheme: postgresql+psycopg2
"""
"""Storage of the Dagster instance in PostgreSQL, unless `dagster.yaml` names another."""

SAMPLE = "sample"
"""Folder below the home for the demo's dumps."""

DEMO = {"DUMPS": "", "MUSICBRAINZ": musicbrainz.FOLDER}
"""The demo's sources: setting name to folder below the sample's."""


def write(variables: Mapping[str, str], path: Path = ENV, without: Collection[str] = ()) -> None:
    """Set variables in the file, readable by its owner only; drop the variables in `without`, keep other lines.

    If the path is a link, its target is replaced.
    """
    lines = read_text(path).splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() not in {*variables, *without}]
    text = "\n".join([*kept, *(f"{name}={quote(value)}" for name, value in variables.items())]) + "\n"
    json_state.replace(path.resolve(), text, MODE)


def quote(value: str) -> str:
    """Return a value as python-dotenv reads it back, for Dagster and for `settings`.

    Plain values stay as they are. python-dotenv replaces `${NAME}` even in quotes; the default of a nameless variable
    is the one way to write a literal `${`.
    """
    if PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"


def require_writable(path: Path = ENV) -> None:
    """Raise SettingError if the file cannot be written where it is."""
    target = path.resolve()
    place = target if target.exists() else target.parent
    if not os.access(target.parent, os.W_OK | os.X_OK) or not os.access(place, os.W_OK):
        raise SettingError(
            f"{target} cannot be written by user id {os.geteuid()}, expected a folder of yours. "
            "Dagster's commands read it. Run this in another folder, or change the permissions of this one."
        )


def enter(variables: Mapping[str, str]) -> None:
    """Set the variables in this process, and so in its children."""
    os.environ.update(variables)


def forget_demo(path: Path = ENV) -> None:
    """Remove lines from the file that name the demo's sample as a source of dumps; only the demo may use it."""
    named = of_file(path)
    homes = (named.get("DISCOGS_HOME"), os.environ.get("DISCOGS_HOME"), HOME)
    samples = [Path(home).expanduser().absolute() / SAMPLE for home in homes if home]
    sources = {f"DISCOGS_{name}": [str(each / below) for each in samples] for name, below in DEMO.items()}
    if found := [name for name, folders in sources.items() if named.get(name) in folders]:
        write({}, path, without=found)
        say(f"{' and '.join(found)} named the demo's sample in {path} and were removed from it")


def make_dagster_home(folder: Path) -> None:
    """Write `dagster.yaml` with its storage to Dagster's home, marked as the instance of the home above it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    text = _dagster_yaml().read_text(encoding="utf-8")
    if "storage" not in (yaml.safe_load(text) or {}):
        text += STORAGE
    target = folder / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        json_state.replace(target, text)


def _dagster_yaml() -> Path:
    """Return the `dagster.yaml` of the working directory, else the project's, else the installed package's."""
    package = Path(discogs_assets.__file__).parent
    places = (Path("dagster.yaml"), package.parent / "dagster.yaml", package / "dagster.yaml")
    return next(place for place in places if place.exists())


def require_free(host: str, port: int, command: str) -> None:
    """Raise ServerError if the port is taken, or cannot be used for the command."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ServerError(
            f"port {port} of {host} cannot be used: {error.strerror}. End the program that listens there, or choose "
            f"another port: discogs {command} --port {port - 1 if port == LAST_PORT else port + 1}"
        ) from error
