"""Targets: the parts of the databases to load months into, chosen by `DISCOGS_TARGETS`.

A run that publishes leaves out assets of other targets; a run without `published/*` loads all it selects.
"""

import dagster as dg

from discogs_assets.defs import keys
from discogs_assets.schema.model import Entity
from discogs_assets.settings import Settings

REQUIRED: dict[str, tuple[dg.AssetKey, ...]] = {
    "documents": tuple(key for table, key in keys.TABLES.items() if isinstance(table, Entity)),
    "relational": tuple(key for table, key in keys.TABLES.items() if not isinstance(table, Entity)),
    "neo4j": tuple(keys.IMPORTED.values()),
    "search": tuple(keys.SEARCH.values()),
}
"""Assets of each target; all must be loaded before a month is published."""

TABLES = ("documents", "relational")
"""Targets in PostgreSQL; tables of MusicBrainz and insights are loaded with either."""

STORES = {"postgres": TABLES, "neo4j": ("neo4j",), "search": ("search",)}
"""Targets that each `published/{store}` shows."""


def required_assets(settings: Settings) -> tuple[dg.AssetKey, ...]:
    """Return the assets that a publication rests on."""
    return tuple(key for target in REQUIRED if target in settings.chosen_targets for key in REQUIRED[target])


def shows(store: str, settings: Settings) -> bool:
    """Return True if a chosen target is in the store."""
    return not settings.chosen_targets.isdisjoint(STORES[store])


def is_chosen(key: dg.AssetKey, settings: Settings) -> bool:
    """Return False if the asset belongs only to targets that are not chosen."""
    match key.path:
        case ["published", store]:
            return shows(store if store in STORES else "postgres", settings)
        case ["neo4j" | "search" as store, *_]:
            return shows(store, settings)
        case ["postgres", *_] if key in keys.TABLES.values():
            return key in required_assets(settings)
        case ["postgres", *_]:
            return shows("postgres", settings)
    return True


def select_assets(context: dg.AssetExecutionContext, settings: Settings) -> set[dg.AssetKey]:
    """Return the step's selected assets without assets of targets not chosen; the log names the latter."""
    asked = set(context.selected_asset_keys)
    whole = context.run.asset_selection
    if whole is not None and not any(key.path[0] == "published" for key in whole):
        return asked
    left_out = {key for key in asked if not is_chosen(key, settings)}
    if left_out:
        names = ", ".join(sorted(key.to_user_string() for key in left_out))
        context.log.info(f"not loaded, since DISCOGS_TARGETS is {settings.targets}: {names}")
    return asked - left_out
