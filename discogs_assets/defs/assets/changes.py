"""changes/discogs/{entity}: the records that a month adds, changes and removes.

Nothing waits for these assets, least of all publishing.
"""

import time

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.asset_factory import LAST, Layer, Result
from discogs_assets.defs.checks import specs
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.streams import changes, parquet
from discogs_assets.streams.changes import Month

LAYER = Layer("changes", frozenset({"parquet"}), code_version="2")


def differences(entity: Entity) -> dg.AssetsDefinition:
    """Return the asset of one entity's changes."""
    key, spec = keys.changes(entity), specs.CURRENT[entity]
    doc = f"The {entity.name} added, changed (with the columns that differ) and removed since the newest older month."

    @LAYER.asset(key, doc, [keys.records(entity)], [spec], priority=LAST)
    def compare(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began, lake, partition = time.monotonic(), platform.lake, context.partition_key
        before = predecessor(lake, entity, partition)
        now = _month(lake, entity, partition)
        with lake.writing(key.path, partition) as folder, lake.writing(keys.edits(entity), partition) as edited:
            tally = changes.write(entity, before, now, folder / parquet.FILE, edited / parquet.FILE)
        for stale in _successors(lake, entity, partition):
            context.log_event(specs.of_partition(_current(lake, entity, stale), stale))
        return dg.MaterializeResult(
            metadata={
                **metadata.describe_output(tally.rows, lake.size(key.path, partition), time.monotonic() - began),
                **metadata.files(lake.address(key.path, partition), lake.files(key.path, partition)),
                **metadata.versions(parquet.versions(lake.files(keys.records(entity).path, partition))),
                **_describe_comparison(before, partition),
                **_counts(tally),
            },
            check_results=[_current(lake, entity, partition)],
        )

    return compare


def predecessor(lake: Lake, entity: Entity, partition: str) -> Month | None:
    """Return the newest older month of the entity in the lake, None if there is none.

    It depends on the time of the step: months may be loaded in between later.
    """
    older = lake.older(keys.records(entity).path, partition)
    return _month(lake, entity, older[0]) if older else None


def _month(lake: Lake, entity: Entity, partition: str) -> Month:
    return Month(partition, tuple(lake.files(keys.records(entity).path, partition)))


def _successors(lake: Lake, entity: Entity, partition: str) -> list[str]:
    """Return the next newer month with changes, as a list of at most one.

    A month added in between later, or loaded again from another dump, makes its successor's changes stale. Its own step
    reports that in the successor's check, since no step of the successor runs then.
    """
    return [each for each in lake.partitions(keys.changes(entity).path) if each > partition][:1]


def _current(lake: Lake, entity: Entity, partition: str) -> dg.AssetCheckResult:
    """Check that the month's changes were made against its current predecessor."""
    before = predecessor(lake, entity, partition)
    used = changes.compared_with(lake.files(keys.changes(entity).path, partition)[0])
    return specs.current(specs.CURRENT[entity], before.identity if before else None, used)


def _describe_comparison(before: Month | None, partition: str) -> metadata.Metadata:
    """Return metadata on the month compared with, and on missing months between them."""
    if before is None:
        return {"compared_with": "nothing", "compared": "No older month is in the lake: every record counts as added."}
    missing = [key for key in monthly.get_partition_keys() if before.partition < key < partition]
    said = f"The months between are not in the lake: {', '.join(each[:7] for each in missing)}."
    return {
        "compared_with": before.partition,
        "compared_with_dump_versions": dg.MetadataValue.json(before.identity[1]),
        "compared": said if missing else "The month before.",
    }


def _counts(tally: changes.Tally) -> metadata.Metadata:
    """Return the counts, plotted over the months."""
    return {
        **{kind: getattr(tally, kind) for kind in ("added", "changed", "removed", "unchanged")},
        **{f"changed/{column}": count for column, count in sorted(tally.columns.items())},
    }


assets = [differences(entity) for entity in ENTITIES]
