"""quality/discogs/{entity}: the records flagged by data quality rules, with their bytes; the metadata has a report.

Nothing waits for these assets, least of all publishing.
"""

import time

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.asset_factory import LAST, Layer, Result
from discogs_assets.defs.checks import specs
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.schema.quality import rules
from discogs_assets.streams import parquet, quality, report
from discogs_assets.streams.discogs.raw_records import Originals

LAYER = Layer("quality", frozenset({"parquet", "polars"}), code_version="1")

COLUMNS = ("rule", "severity", "id", "found", "page")
"""Columns of the table of samples."""


def flags(entity: Entity) -> dg.AssetsDefinition:
    """Return the asset of one entity's flagged records."""
    key = keys.quality(entity)
    doc = f"The {entity.name} that a rule of data quality flags, with the finding and the record's bytes."

    @LAYER.asset(key, doc, [keys.dump(entity), keys.records(entity)], [specs.SHARES[entity]], priority=LAST)
    def write_flagged(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began = time.monotonic()
        lake, partition = platform.lake, context.partition_key
        with lake.writing(key.path, partition) as folder, _originals(platform, entity, partition) as originals:
            tally = quality.write(
                entity, lake.files(keys.records(entity).path, partition), originals, folder / parquet.FILE
            )
        return _result(platform, partition, tally, began)

    return write_flagged


def _originals(platform: Platform, entity: Entity, partition: str) -> Originals:
    """Return the records of the dump that the Parquet was made from.

    Raises DumpMissingError if the archive holds another dump.
    """
    held, lake = platform.archive.dump(entity.name, partition), platform.lake
    made_from = parquet.versions(lake.files(keys.records(entity).path, partition))
    if made_from.get(entity.name) != [held.sha256]:
        raise DumpMissingError(
            f"parquet/discogs/{entity.name} of {partition[:7]} was made from the dump with sha256 "
            f"{', '.join(made_from.get(entity.name, []))}, but the archive holds {held.sha256} ({held.path}). "
            f"Materialise parquet/discogs/{entity.name} again."
        )
    return Originals(entity, held.path, lake.files(keys.quarantine(entity), partition))


def _result(platform: Platform, partition: str, tally: quality.Tally, began: float) -> Result:
    """Return the flags by rule, plotted over the months, a table of samples, and the report."""
    key, lake = keys.quality(tally.entity), platform.lake
    files = lake.files(key.path, partition)
    asked = rules(tally.entity)
    return dg.MaterializeResult(
        metadata={
            **metadata.describe_output(tally.rows, lake.size(key.path, partition), time.monotonic() - began),
            **metadata.files(lake.address(key.path, partition), files),
            **metadata.versions(parquet.versions(files)),
            "flagged_records": tally.flagged,
            "kept_records": tally.kept,
            **{f"flagged/{rule.name}": tally.counts[rule.name] for rule in asked},
            "samples": _samples(tally),
            "report": dg.MetadataValue.md(report.markdown(tally, partition[:7])),
        },
        check_results=[specs.shares(specs.SHARES[tally.entity], {rule: tally.share(rule) for rule in asked})],
    )


def _samples(tally: quality.Tally) -> dg.TableMetadataValue:
    """Return a table of the first records of each rule."""
    rows = [
        dg.TableRecord(
            {
                "rule": rule.name,
                "severity": rule.severity.value,
                "id": sample.id,
                "found": report.shorten_text(sample.found),
                "page": report.page(tally.entity, sample.id),
            }
        )
        for rule in rules(tally.entity)
        for sample in tally.samples.get(rule.name, ())
    ]
    columns = [dg.TableColumn(name, "int" if name == "id" else "string") for name in COLUMNS]
    return dg.MetadataValue.table(rows, dg.TableSchema(columns))


assets = [flags(entity) for entity in ENTITIES]
