"""`discogs changes`: records that a month added, changed and removed, read from the lake."""

from pathlib import Path

import polars as pl

from discogs_assets.cli import terminal
from discogs_assets.cli.run_job import partition_of
from discogs_assets.cli.terminal import say
from discogs_assets.defs import keys
from discogs_assets.errors import SettingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local
from discogs_assets.streams.changes import compared_with

KINDS = ("added", "changed", "removed")


def show(month: str, entity: str | None, limit: int) -> None:
    """Print counts by entity and change, or the first `limit` records of one entity.

    Raises SettingError if there is no such month or entity.
    """
    held, partition = local.of(Settings()), partition_of(month)
    known = {each.name: keys.changes(each).path for each in ENTITIES}
    if entity is None:
        there = {name: key for name, key in known.items() if partition in held.partitions(key)}
        files = {name: held.files(key, partition)[0] for name, key in (there or known).items()}
        terminal.table(
            ["entity", "compared with", *KINDS], [_count_changes(*each) for each in files.items()], grouped=True
        )
        if absent := known.keys() - files.keys():
            say(f"not materialised: {', '.join(sorted(absent))}")
    elif entity in known:
        _list(held.files(known[entity], partition)[0], limit)
    else:
        raise SettingError(f"the entity is {entity!r}, expected one of {', '.join(known)}")


def _count_changes(entity: str, file: Path) -> list[object]:
    counts = dict(pl.scan_parquet(file).group_by("change").len().collect().rows())
    before = compared_with(file)
    return [entity, before[0][:7] if before else "nothing", *(counts.get(kind, 0) for kind in KINDS)]


def _list(file: Path, limit: int) -> None:
    every = pl.scan_parquet(file)
    found = every.head(limit).collect()
    rows = [[each["id"], each["change"], ", ".join(each["columns"] or []), each["name"]] for each in found.to_dicts()]
    terminal.table(["id", "change", "columns", "name"], rows)
    count = every.select(pl.len()).collect().item()
    if count > limit:
        say(f"{limit:,} of {count:,}; more with --limit")
