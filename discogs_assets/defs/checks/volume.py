"""Comparison of a month's counts with the month before: check results, and metadata plotted in the UI.

The thresholds are in `schema.thresholds`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from discogs_assets.defs import event_log, keys
from discogs_assets.defs.checks import specs
from discogs_assets.defs.metadata import Metadata
from discogs_assets.schema import thresholds
from discogs_assets.schema.graph import Relationship
from discogs_assets.schema.model import Entity
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import fill_rates
from discogs_assets.streams.discogs.convert import Account
from discogs_assets.streams.graph import files

FIRST = "no older month to compare with"

RESOLVED = "resolved_share"
"""Metadata key: the share of a relationship's references that resolve to a record."""


class Acceptance(dg.Config):
    """Acceptance, by a person, of a month that is out of bounds."""

    accept: bool = Field(False, description="Load and publish the month even if it has fewer records than expected.")


def accepting(*entities: Entity) -> dict[str, Any]:
    """Return the run configuration that accepts any record count of these entities."""
    return {"ops": {keys.records(each).to_python_identifier(): {"config": {"accept": True}} for each in entities}}


@dataclass(frozen=True, slots=True)
class Month:
    """Record counts of an entity's month: parsed, refused, and with a value in each part."""

    partition: str
    records: int
    refused: int
    complete: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The month, in the form 2026-11."""
        return self.partition[:7]

    def share(self, part: str) -> float:
        """Return the share of the records with a value in the part."""
        return self.complete.get(part, 0) / self.records

    def since(self, older: "Month") -> int:
        """Return the number of months from the older one to this one."""
        a, b = (date.fromisoformat(each.partition) for each in (older, self))
        return (b.year - a.year) * 12 + b.month - a.month


def month(partition: str, account: Account) -> Month:
    """Return the month that has just been parsed."""
    return Month(partition, account.parsed, account.refused, account.complete)


def before(instance: dg.DagsterInstance, lake: Lake, entity: Entity, partition: str) -> Month | None:
    """Return the month to compare with, None if there is none.

    It is the newest older month in the lake with a record count that was not refused: an incomplete dump must not
    become the measure of the next one.
    """
    key, spec = keys.records(entity), specs.COUNTED[entity]
    for older in lake.older(key.path, partition):
        result = event_log.results(instance, [spec.key], older).get(spec.key)
        if result is None or not result.refuses:
            footers = lake.footers(key.path, older)
            refused = lake.footers(keys.quarantine(entity), older)
            return Month(older, parquet.rows(footers), parquet.rows(refused), fill_rates.read(footers))
    return None


def rates(now: Month, older: Month | None, undeclared: int) -> Metadata:
    """Return the month's numbers as metadata, plotted over the months."""
    change = {"count_change": now.records / older.records - 1} if older and older.records else {}
    return {
        "compared_with": older.partition if older else "nothing",
        **change,
        "quarantined": now.refused,
        "quarantined_share": now.refused / (now.records + now.refused),
        "undeclared": undeclared,
        "undeclared_per_record": undeclared / now.records,
        **{f"complete/{name}": now.share(name) for name in now.complete},
    }


def results(
    entity: Entity, now: Month, older: Month | None, account: Account, accept: bool
) -> list[dg.AssetCheckResult]:
    """Return the results of all checks of an entity's month against the month before."""
    return [
        check_count(entity, now, older, accept),
        check_refused(entity, now, older, account.first),
        check_completeness(entity, now, older),
    ]


def check_count(entity: Entity, now: Month, older: Month | None, accept: bool) -> dg.AssetCheckResult:
    """Return an error for too few records, unless a person accepts them, and a warning for too many."""
    spec, numbers = specs.COUNTED[entity], {"found": now.records, "accepted": False}
    if older is None:
        return specs.build_result(spec, True, FIRST, numbers)
    least, most = thresholds.BOUNDS[entity].counts(older.records, now.since(older))
    said = f"expected {least:,} to {most:,} records, found {now.records:,}; {older.name} has {older.records:,}"
    few, many = now.records < least, now.records > most
    numbers |= {"before": older.records, "least": least, "most": most, "accepted": few and accept}
    if few:
        said = f"accepted by hand: {said}" if accept else f"{said}. {_how_to_accept(entity, now.partition)}"
    elif many:
        said = f"{said}. No month has grown like this; it is loaded and published all the same"
    refuse = dg.AssetCheckSeverity.ERROR if few and not accept else dg.AssetCheckSeverity.WARN
    return specs.build_result(spec, not few and not many, said, numbers, refuse)


def _how_to_accept(entity: Entity, partition: str) -> str:
    name = keys.records(entity).to_user_string()
    return (
        "Is the dump whole? Compare it with what Discogs says, or wait for another. If it is, accept it: "
        f"dagster asset materialize -m discogs_assets.definitions --select 'key:\"{name}\"+' "
        f"--partition {partition} --config-json '{json.dumps(accepting(entity))}'"
    )


def check_refused(entity: Entity, now: Month, older: Month | None, first: list[str]) -> dg.AssetCheckResult:
    """Return a warning if more records are in quarantine than in the month before."""
    known = older.refused if older else 0
    total = now.records + now.refused
    previous = f"{older.name} had {known:,}" if older else FIRST
    allowed = thresholds.max_refused(total)
    said = f"{now.refused:,} of {total:,} records could not be read, of {allowed:,} that a month may lack"
    said = "; ".join([said, previous, *first])
    numbers = {"found": now.refused, "before": known, "share": now.refused / total, "most": allowed}
    return specs.build_result(specs.QUARANTINE[entity], now.refused <= known, said, numbers)


def check_completeness(entity: Entity, now: Month, older: Month | None) -> dg.AssetCheckResult:
    """Return a warning listing the parts that too few records have, compared with the month before."""
    spec = specs.COMPLETE[entity]
    if older is None or not older.complete:
        said = f"{older.name} was loaded without counting what is complete" if older else FIRST
        return specs.build_result(spec, True, said, {"parts": 0})
    fallen = [line for name in older.complete if (line := _fallen(name, now, older))]
    said = f"{'; '.join(fallen)}. Has the dump's format changed?" if fallen else f"as in {older.name}"
    return specs.build_result(spec, not fallen, said, {"parts": len(fallen)})


def _fallen(name: str, now: Month, older: Month) -> str:
    """Return the finding about a part that too few records have, empty if enough do."""
    was, share = older.share(name), now.share(name)
    least = thresholds.least_share(was, now.records)
    if share >= least:
        return ""
    return f"{share:.1%} of the records have {name}, expected {least:.1%} at least ({older.name}: {was:.1%})"


def resolved_share(tally: files.Tally) -> float:
    """Return the share of references by id that resolve to a record; 1 if there are none."""
    missing = tally.omitted["dangling"]
    return 1 - missing / (count_references(tally) or 1)


def count_references(tally: files.Tally) -> int:
    """Return the number of references to other records, resolved or not."""
    return tally.rows + tally.omitted["duplicate"] + tally.omitted["dangling"]


def share_before(
    instance: dg.DagsterInstance, lake: Lake, key: dg.AssetKey, partition: str
) -> tuple[str, float] | None:
    """Return the newest older month with a known share, and the share."""
    for older in lake.older(key.path, partition):
        made = event_log.latest(instance, key, older)
        if made is not None and RESOLVED in made.metadata:
            return older, float(made.text(RESOLVED))
    return None


def references(
    relationship: Relationship, tally: files.Tally, targets: int, older: tuple[str, float] | None
) -> dg.AssetCheckResult:
    """Return a warning if too few references resolve, compared with the month before or with a whole month.

    `targets` is the number of records that may be referred to.
    """
    share, floor = resolved_share(tally), thresholds.RESOLVED if targets >= thresholds.WHOLE else 0.0
    total = count_references(tally)
    least = max(floor, thresholds.least_share(older[1], total) if older else 0.0)
    previous = f"{older[0][:7]}: {older[1]:.2%}" if older else FIRST
    said = f"{share:.2%} of {total:,} references resolve to a record, expected at least {least:.2%} ({previous})"
    if share < least:
        said += f". Are {' and '.join(thresholds.target_labels(relationship))} records missing?"
    numbers = {
        "share": share,
        "least": least,
        "references": total,
        "dangling": tally.omitted["dangling"],
    }
    return specs.build_result(specs.RESOLVE[relationship.type], share >= least, said, numbers)
