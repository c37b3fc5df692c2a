"""`.env` and Dagster's home: what makes a plain dagster command use the same instance as the UI.

What belongs here: the two files and their content. What doesn't: starting anything.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import discogs_assets
from discogs_assets.connections.tables import DAGSTER_DATABASE
from discogs_assets.embedded import records
from discogs_assets.settings import Settings

ENV = Path(".env")
MODE = 0o600


def dagster_variables(settings: Settings, postgres_url: str) -> dict[str, str]:
    """The variables that `dagster.yaml` reads, for a storage in the database `dagster` of this server."""
    parts = urlsplit(postgres_url)
    return {
        "DISCOGS_HOME": str(settings.home_folder),
        "DAGSTER_HOME": str(settings.home_folder / "dagster"),
        "DAGSTER_PG_HOST": parts.hostname or "127.0.0.1",
        "DAGSTER_PG_PORT": str(parts.port or 5432),
        "DAGSTER_PG_USERNAME": unquote(parts.username or ""),
        "DAGSTER_PG_PASSWORD": unquote(parts.password or ""),
        "DAGSTER_PG_DB": DAGSTER_DATABASE,
    }


def write(variables: Mapping[str, str], path: Path = ENV) -> None:
    """Set these variables in the file, leaving its other lines as they are; only its owner may read it."""
    lines = path.read_text().splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() not in variables]
    text = "\n".join([*kept, *(f"{name}={value}" for name, value in variables.items())]) + "\n"
    records.replace(path, text, MODE)


def enter(variables: Mapping[str, str]) -> None:
    """Make the variables those of this process, and of its children."""
    os.environ.update(variables)


def make_dagster_home(folder: Path) -> None:
    """Put `dagster.yaml` where Dagster looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    source = _dagster_yaml()
    target = folder / "dagster.yaml"
    if not target.exists() or target.read_bytes() != source.read_bytes():
        records.replace(target, source.read_text(encoding="utf-8"))


def _dagster_yaml() -> Path:
    """The working directory's own, else the project's, else the one that was installed with the package."""
    package = Path(discogs_assets.__file__).parent
    places = (Path("dagster.yaml"), package.parent / "dagster.yaml", package / "dagster.yaml")
    return next(place for place in places if place.exists())
