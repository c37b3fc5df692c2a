"""The sample's records of each month, from the files in `records/`."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
PARTITIONS = (OCTOBER, NOVEMBER)

Records = list[dict[str, Any]]


def records(entity: Entity, partition: str) -> Records:
    """Return the entity's records of a month, ascending by id. Raises KeyError if the sample has no such month."""
    first, changes = _files(entity.name)
    found = {each["id"]: each for each in first}
    if partition == NOVEMBER:
        found |= {each["id"]: each for each in changes["added"]}
        found |= {each["id"]: _apply_change(found[each["id"]], each) for each in changes["changed"]}
        found = {key: each for key, each in found.items() if key not in changes["removed"]}
    elif partition != OCTOBER:
        raise KeyError(f"the sample has the months {', '.join(PARTITIONS)}, not {partition}")
    return [_rename_year(found[key]) for key in sorted(found)]


def _apply_change(before: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return the record with the fields of the change applied; a null field is removed."""
    return {name: value for name, value in {**before, **change}.items() if value is not None}


def _rename_year(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with the schema's names: a master's `year` is its `year_raw`; the schema derives `year`."""
    return {"year_raw" if name == "year" else name: value for name, value in record.items()}


@cache
def _files(entity: str) -> tuple[Records, dict[str, Any]]:
    """Return all records of October, and November's additions, changes and removals."""
    october: Records = []
    november: dict[str, Any] = {"added": [], "changed": [], "removed": []}
    for file in sorted((files(__package__) / "records").iterdir(), key=lambda each: each.name):
        if file.name.startswith(entity):
            content = yaml.load(file.read_bytes(), yaml.CSafeLoader)
            october += content["october"]
            for kind, found in content.get("november", {}).items():
                november[kind] += found or []
    return october, november


def counts(partition: str) -> dict[str, int]:
    """Return the number of records of each entity in a month."""
    return {entity.name: len(records(entity, partition)) for entity in ENTITIES}
