"""`discogs changes`: records that a month added, changed and removed, read from the lake."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from discogs_assets.cli import terminal
from discogs_assets.cli.run_job import partition_of
from discogs_assets.cli.terminal import say
from discogs_assets.defs import keys
from discogs_assets.errors import SettingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.streams import edits, history
from discogs_assets.streams.changes import compared_with
from discogs_assets.streams.edits import NAMES

KINDS = ("added", "changed", "removed")


def show(month: str | None, entity: str | None, limit: int, number: int | None = None) -> None:
    """Print counts by entity and change, the first `limit` records of one entity, or the edits of one record.

    Raises SettingError if there is no such month or entity, or one of them is needed and missing.
    """
    if number is not None:
        _show_record(month, entity, number)
        return
    if month is None:
        raise SettingError("the month is missing, such as discogs changes 2026-11; only --id needs none")
    held, partition = local_lake.of(Settings()), partition_of(month)
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
        of = next(each for each in ENTITIES if each.name == entity)
        _list(held.files(known[entity], partition)[0], held.find_files(keys.records(of).path, partition), limit)
    else:
        raise SettingError(f"the entity is {entity!r}, expected one of {', '.join(known)}")


def _count_changes(entity: str, file: Path) -> list[object]:
    counts = dict(pl.scan_parquet(file).group_by("change").len().collect().rows())
    before = compared_with(file)
    return [entity, before[0][:7] if before else "nothing", *(counts.get(kind, 0) for kind in KINDS)]


def _list(file: Path, records: Sequence[Path], limit: int) -> None:
    """Print changes; the names of removed records are among them, all others are those of the month's records."""
    every = pl.scan_parquet(file)
    found = every.head(limit).collect()
    names = _find_names(records, found["id"].to_list())
    rows = [
        [each["id"], each["change"], ", ".join(each["columns"] or []), each["name"] or names.get(each["id"])]
        for each in found.to_dicts()
    ]
    terminal.table(["id", "change", "columns", "name"], rows)
    count = every.select(pl.len()).collect().item()
    if count > limit:
        say(f"{limit:,} of {count:,}; more with --limit")


def _find_names(records: Sequence[Path], ids: Sequence[int]) -> dict[int, str]:
    """Return the names or titles of records by id."""
    if not records:
        return {}
    every = pl.scan_parquet(list(records)).filter(pl.col("id").is_in(ids))
    column = next(name for name in NAMES if name in every.collect_schema().names())
    return dict(every.select("id", column).collect().rows())


def _show_record(month: str | None, entity: str | None, number: int) -> None:
    """Print the edits of one record in a month, or in all months of the lake."""
    of = next((each for each in ENTITIES if each.name == entity), None)
    if of is None:
        known = ", ".join(each.name for each in ENTITIES)
        raise SettingError(f"--id {number} needs --entity, one of {known}; it is {entity or 'missing'}")
    held, months = local_lake.of(Settings()), _choose_months(of, month)
    found = {each: history.read_record(of, held.files(keys.records(of).path, each), number) for each in months}
    rows = [
        [now[:7], edit.kind, edit.field, edits.as_text(edit.before), edits.as_text(edit.after)]
        for before, now in pairwise(months)
        for edit in history.find_edits(of, found[before], found[now])
    ]
    if rows:
        terminal.table(["month", "change", "field", "before", "after"], rows)
    there = [each[:7] for each, record in found.items() if record]
    say(
        f"{of.record} {number} is in {', '.join(there) or 'none'} of the months compared: "
        f"{', '.join(each[:7] for each in months)}"
    )


def _choose_months(of: Entity, month: str | None) -> list[str]:
    """Return the partitions to compare, oldest first: a month and the one before, or all in the lake."""
    held, path = local_lake.of(Settings()), keys.records(of).path
    if month is None:
        return held.partitions(path)
    partition = partition_of(month)
    return [*held.older(path, partition)[:1], partition]
