"""The Dagster instance of a home, as the variables that its `dagster.yaml` reads; Dagster is not loaded."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from discogs_assets import variables
from discogs_assets.connections.tables import DAGSTER_DATABASE
from discogs_assets.settings import Settings

FILE = "dagster.yaml"


def dagster_variables(settings: Settings, postgres_url: str) -> dict[str, str]:
    """Return the variables that `dagster.yaml` reads; storage is the database `dagster` of this server."""
    parts = urlsplit(postgres_url)
    return {
        variables.INSTANCE: str(settings.home_folder / "dagster"),
        "DAGSTER_PG_HOST": parts.hostname or "127.0.0.1",
        "DAGSTER_PG_PORT": str(parts.port or 5432),
        "DAGSTER_PG_USERNAME": unquote(parts.username or ""),
        "DAGSTER_PG_PASSWORD": unquote(parts.password or ""),
        "DAGSTER_PG_DB": DAGSTER_DATABASE,
    }


def find_instance(settings: Settings, storage_url: Callable[[], str]) -> dict[str, str] | None:
    """Return the variables of the instance that runs are recorded in, None if there is none yet.

    That is the instance named by `.env` or the environment, unless another home's, else the home's own. `storage_url`
    is asked for the latter's storage, and raises ServerError if its server does not run.
    """
    file = variables.of_file()
    named = file.get(variables.INSTANCE) or os.environ.get(variables.INSTANCE)
    if named and Path(named).is_dir() and variables.home_of_instance(named) is None:
        return {**file, variables.INSTANCE: named}
    if not (settings.home_folder / "dagster" / FILE).is_file():
        return None
    return {**file, **dagster_variables(settings, storage_url())}
