"""parquet/{source}/{entity}: one row per record, and two flat tables of MusicBrainz."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.asset_factory import Layer, Result
from discogs_assets.defs.checks import specs, volume
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import TerminalError
from discogs_assets.schema import musicbrainz_tables
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz import ENTITIES as SECOND
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.graph.enrichment import count_linked
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.musicbrainz import records as musicbrainz
from discogs_assets.streams.musicbrainz import relations

LAYER = Layer("parquet", frozenset({"parquet", "polars"}), code_version="1")
MUSICBRAINZ = Layer("parquet", frozenset({"parquet", "polars"}), code_version="1")

CHECKS = (
    specs.ACCOUNTED,
    specs.UNIQUE,
    specs.DECLARED,
    specs.COUNTED,
    specs.QUARANTINE,
    specs.COMPLETE,
)
"""Checks on the records of every Discogs entity."""


def records(entity: Entity) -> dg.AssetsDefinition:
    """Return the asset of one Discogs entity's records."""
    key, doc = (
        keys.records(entity),
        f"{entity.doc} One row per record of the dump, every element and attribute, nested as in the XML.",
    )

    @LAYER.asset(key, doc, [keys.dump(entity)], [each[entity] for each in CHECKS], config=volume.Acceptance)
    def parse_dump(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        held = platform.archive.dump(entity.name, context.partition_key)
        source = convert.Source(held.path, entity, held.sha256, held.newest_year, platform.origins(entity))
        lake, partition = platform.lake, context.partition_key
        older = volume.before(context.instance, lake, entity, partition)
        with _folders(context, platform, entity) as (good, bad):
            account = convert.write(source, good, bad, lambda each: context.log.info(each.line(entity.name)))
        context.log.info(account.line(entity.name))
        now, files = volume.month(partition, account), lake.files(key.path, partition)
        return dg.MaterializeResult(
            metadata={
                **metadata.describe_output(account.parsed, lake.size(key.path, partition), account.seconds),
                **metadata.files(lake.address(key.path, partition), files),
                **metadata.versions(source.versions),
                **volume.rates(now, older, account.undeclared.total()),
                "unpacked_bytes": account.unpacked,
            },
            check_results=[
                specs.result(specs.ACCOUNTED[entity], account.framed, account.parsed + account.refused),
                specs.result(specs.UNIQUE[entity], [], convert.repeated_ids(files)),
                specs.report_undeclared(specs.DECLARED[entity], account.undeclared),
                *volume.results(entity, now, older, account, context.op_execution_context.op_config["accept"]),
            ],
        )

    return parse_dump


def enriching(entity: Entity) -> dg.AssetsDefinition:
    """Return the asset of one MusicBrainz entity's records."""
    key, doc = keys.records(entity), f"{entity.doc} One row per record, core data and all relations."
    judged = [spec[entity] for spec in (specs.READ, specs.ACCOUNTED, specs.UNIQUE, specs.DECLARED)]

    @MUSICBRAINZ.asset(key, doc, [keys.dump(entity)], judged)
    def parse_dump(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began, lake, partition = time.monotonic(), platform.lake, context.partition_key
        account, why = _read(context, platform, entity)
        files = lake.files(key.path, partition)
        return dg.MaterializeResult(
            metadata={
                "available": not why,
                **({"why": why} if why else {}),
                **metadata.describe_output(account.parsed, lake.size(key.path, partition), time.monotonic() - began),
                **metadata.files(lake.address(key.path, partition), files),
                **metadata.versions(parquet.versions(files)),
                "unpacked_bytes": account.unpacked,
                **count_linked(files),
            },
            check_results=[
                specs.build_result(specs.READ[entity], not why, why or "the file was read to its end", {}),
                specs.result(specs.ACCOUNTED[entity], account.framed, account.parsed + account.refused),
                specs.result(specs.UNIQUE[entity], [], convert.repeated_ids(files, entity.key)),
                specs.report_undeclared(specs.DECLARED[entity], account.undeclared),
            ],
        )

    return parse_dump


def _read(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> tuple[convert.Account, str]:
    """Write the month's MusicBrainz records to the lake; return their account, and the error, if any.

    A file that is missing or unreadable as a whole leaves a partition without rows, and a check reports it. No month of
    Discogs waits for MusicBrainz.
    """
    archive, partition = platform.musicbrainz, context.partition_key
    held, why = archive.dump(entity.name, partition), archive.missing(entity.name, partition)

    def report(account: convert.Account) -> None:
        context.log.info(account.line(entity.title))

    if held:
        source = convert.Source(held.path, entity, held.sha256, origins=platform.origins(entity))
        try:
            with _folders(context, platform, entity) as (good, bad):
                return musicbrainz.write(source, good, bad, report), ""
        except TerminalError as error:
            why = f"{type(error).__name__}: {error}"
            context.log.warning(f"MusicBrainz: {why}")
    with _folders(context, platform, entity) as (good, bad):
        musicbrainz.write_none(entity, good, bad)
    return convert.Account(0), why


@contextmanager
def _folders(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> Iterator[tuple[Path, Path]]:
    """Yield the folders of the entity's records and of its quarantined records."""
    lake, partition = platform.lake, context.partition_key
    with (
        lake.writing(keys.records(entity).path, partition) as good,
        lake.writing(keys.quarantine(entity), partition) as bad,
    ):
        yield good, bad


def flat(sheet: Sheet, write: Callable[[Sequence[Entity], Files, Path], int]) -> dg.AssetsDefinition:
    """Return the asset of a flat MusicBrainz table, made from all its records."""
    key = keys.rows(sheet)

    @MUSICBRAINZ.asset(key, sheet.doc, map(keys.records, SECOND))
    def write_table(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began, lake, partition = time.monotonic(), platform.lake, context.partition_key
        records = {each.title: lake.files(keys.records(each).path, partition) for each in SECOND}
        with lake.writing(key.path, partition) as folder:
            rows = write(SECOND, records, folder / parquet.FILE)
        files = lake.files(key.path, partition)
        return dg.MaterializeResult(
            metadata={
                **metadata.describe_output(rows, lake.size(key.path, partition), time.monotonic() - began),
                **metadata.files(
                    lake.address(key.path, partition), files, {each.name: each.doc for each in sheet.fields}
                ),
                **metadata.versions(parquet.versions(files)),
            }
        )

    return write_table


assets = [
    *map(records, ENTITIES),
    *map(enriching, SECOND),
    flat(musicbrainz_tables.RELATIONSHIPS, relations.write_relationships),
    flat(musicbrainz_tables.EXTERNAL_LINKS, relations.write_links),
]
