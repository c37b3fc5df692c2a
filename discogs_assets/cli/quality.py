"""`discogs quality`: browse flagged and quarantined records of a month, read from the lake."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.cli import terminal
from discogs_assets.cli.run_job import partition_of
from discogs_assets.cli.terminal import say
from discogs_assets.defs import keys
from discogs_assets.errors import SettingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.schema.quality import rules
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.stores.lake.local_lake import Lake

QUARANTINE = "quarantine"
"""Name under which unreadable records are listed, next to the rules."""


def show(month: str, rule: str | None, against: str | None, limit: int) -> None:
    """Print the counts by rule, next to those of another month, or the first `limit` records of one rule.

    The other month is `against`, by default the newest older one in the lake. Raises SettingError if a month or the
    rule is not known, or if nothing is materialised.
    """
    lake, partition = local_lake.of(Settings()), partition_of(month)
    if rule:
        _list(lake, partition, rule, limit)
        return
    months = sorted({each for entity in ENTITIES for each in lake.partitions(keys.quality(entity).path)})
    if partition not in months:
        found = f"expected one of {', '.join(each[:7] for each in months)}" if months else "none is"
        raise SettingError(f"quality/discogs of {month} is not in the lake, {found}. Load it: discogs load {month}")
    other = partition_of(against) if against else max((each for each in months if each < partition), default="")
    columns = ["entity", "rule", "severity", partition[:7], *([other[:7]] if other else [])]
    terminal.table(columns, list(_counts(lake, partition, other)), grouped=True)
    say(f"the records of a rule: discogs quality {partition[:7]} --rule NAME --limit 5")


def _counts(lake: Lake, partition: str, other: str) -> Iterator[list[object]]:
    """Yield a row for each rule with flags in one of the months, and one for quarantined records."""
    for entity in ENTITIES:
        counts = [_count(lake, entity, each) for each in (partition, other) if each]
        severities = {rule.name: rule.severity.value for rule in rules(entity)}
        for name in (QUARANTINE, *severities):
            numbers = [count.get(name, 0) for count in counts]
            if any(numbers):
                yield [entity.name, name, severities.get(name, "error"), *numbers]


def _count(lake: Lake, entity: Entity, partition: str) -> dict[str, int]:
    flags = pl.scan_parquet(lake.files(keys.quality(entity).path, partition)).group_by("rule").len()
    unreadable = pl.scan_parquet(lake.files(keys.quarantine(entity), partition)).select(pl.len())
    return {**dict(flags.collect().rows()), QUARANTINE: unreadable.collect().item()}


def _list(lake: Lake, partition: str, rule: str, limit: int) -> None:
    """Print finding and XML of the first records that a rule flags, or that are quarantined."""
    known = {rule.name for entity in ENTITIES for rule in rules(entity)}
    if rule not in {QUARANTINE, *known}:
        raise SettingError(f"the rule is {rule!r}, expected {QUARANTINE} or one of {', '.join(sorted(known))}")
    count = 0
    for entity in ENTITIES:
        found = _scan_findings(lake, entity, partition, rule)
        shown = found.head(max(0, limit - count)).collect()
        for each in shown.to_dicts():
            terminal.heading(f"{entity.name}  {each['place']}  {each['found']}")
            text = (each["bytes"] or b"the record's bytes are not kept").decode("utf-8", "backslashreplace")
            terminal.data().print(terminal.escape_controls(text), soft_wrap=True, markup=False)
        count += found.select(pl.len()).collect().item()
    say(f"{min(limit, count):,} of {count:,} records{'; more with --limit' if count > limit else ''}")


def _scan_findings(lake: Lake, entity: Entity, partition: str, rule: str) -> pl.LazyFrame:
    """Return place, finding and bytes of an entity's records with the rule."""
    if rule == QUARANTINE:
        frame = pl.scan_parquet(lake.files(keys.quarantine(entity), partition))
        place, finding = pl.format("at byte {}", "offset"), pl.col("reason")
    else:
        frame = pl.scan_parquet(lake.files(keys.quality(entity).path, partition)).filter(pl.col("rule") == rule)
        place, finding = pl.format("id {}", "id"), pl.format("{}: {}", "field", "found")
    return frame.select(place.alias("place"), finding.alias("found"), "bytes")
