"""parquet/discogs/{entity}: one row per record, nothing lost.

What belongs here: from a dump in the archive to a partition in the lake, with its account. What doesn't: how a record
is read (see `streams`).
"""

import dagster as dg

from discogs_assets.defs import bounds, checks, keys, metadata
from discogs_assets.defs.layer import Layer, Result
from discogs_assets.defs.platform import Platform
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import dump

LAYER = Layer("parquet", frozenset({"parquet", "polars"}), code_version="1")

CHECKS = (
    checks.ACCOUNTED,
    checks.UNIQUE,
    checks.DECLARED,
    checks.COUNTED,
    checks.QUARANTINE,
    checks.COMPLETE,
)
"""What is checked of every entity's records."""


def records(entity: Entity) -> dg.AssetsDefinition:
    """The asset of one entity's records."""
    key, doc = (
        keys.records(entity),
        f"{entity.doc} One row per record of the dump, every element and attribute, nested as in the XML.",
    )

    @LAYER.asset(key, doc, [keys.dump(entity)], [each[entity] for each in CHECKS], config=bounds.Acceptance)
    def parsed(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        held = platform.archive.dump(entity.name, context.partition_key)
        source = dump.Source(held.path, entity, held.sha256, held.newest_year)
        lake, partition = platform.lake, context.partition_key
        older = bounds.before(context.instance, lake, entity, partition)
        with lake.writing(key.path, partition) as good, lake.writing(keys.quarantine(entity), partition) as bad:
            account = dump.write(source, good, bad, lambda each: context.log.info(each.line(entity.name)))
        context.log.info(account.line(entity.name))
        now, files = bounds.month(partition, account), lake.files(key.path, partition)
        return dg.MaterializeResult(
            metadata={
                **metadata.measured(account.parsed, lake.size(key.path, partition), account.seconds),
                **metadata.files(lake.address(key.path, partition), files),
                **metadata.versions({entity.name: [held.sha256]}),
                **bounds.rates(now, older, account.undeclared.total()),
                "unpacked_bytes": account.unpacked,
            },
            check_results=[
                checks.result(checks.ACCOUNTED[entity], account.framed, account.parsed + account.refused),
                checks.result(checks.UNIQUE[entity], [], dump.repeated_ids(files)),
                checks.undeclared(checks.DECLARED[entity], account.undeclared),
                *bounds.results(entity, now, older, account, context.op_execution_context.op_config["accept"]),
            ],
        )

    return parsed


assets = [records(entity) for entity in ENTITIES]
