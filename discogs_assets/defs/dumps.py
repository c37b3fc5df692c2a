"""dumps/discogs/{entity}: the published file, verified, as we hold it.

What belongs here: taking a file into the archive. What doesn't: what is in it.
"""

import time

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.layer import Layer, Result
from discogs_assets.defs.platform import Platform
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity

LAYER = Layer("dumps", frozenset({"gzip", "xml"}), code_version="1")

REPORT_SECONDS = 10.0


def dump(entity: Entity) -> dg.AssetsDefinition:
    """The asset of one entity's dump file."""
    doc = f"The month's published file of {entity.name}, its sha256 compared with the month's CHECKSUM file."

    @LAYER.asset(keys.dump(entity), doc, pool="discogs_http")
    def taken(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began = time.monotonic()
        taken = platform.archive.take(entity.name, context.partition_key, _report(context, entity))
        return dg.MaterializeResult(
            data_version=dg.DataVersion(taken.sha256),
            metadata={
                "bytes": taken.size,
                "seconds": round(time.monotonic() - began, 3),
                "sha256": taken.sha256,
                "dump_date": taken.published.isoformat(),
                "dagster/uri": platform.archive.address(entity.name, context.partition_key),
                **metadata.versions({entity.name: [taken.sha256]}),
            },
            tags={"discogs/dump_date": taken.published.isoformat()},
        )

    return taken


def _report(context: dg.AssetExecutionContext, entity: Entity):  # type: ignore[no-untyped-def]
    """A line in the log every few seconds."""
    reported = time.monotonic()

    def report(done: int, size: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            context.log.info(f"{entity.name}: {done / 1e6:,.0f} of {size / 1e6:,.0f} MB")

    return report


assets = [dump(entity) for entity in ENTITIES]
