"""dumps/discogs/{entity} and dumps/musicbrainz/{entity}: the published files, verified, in our archive."""

import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import partial

import dagster as dg

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.asset_factory import Layer, Result
from discogs_assets.defs.checks import specs
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import DiscogsError
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.stores.dumps.musicbrainz_archive import Held
from discogs_assets.stores.dumps.sources.download import Progress

LAYER = Layer("dumps", frozenset({"gzip", "xml"}), code_version="1")
MUSICBRAINZ = Layer("dumps", frozenset({"xz", "json"}), code_version="1")

DATA_VERSION = "dagster/data_version"
"""Tag with the data version of a materialisation that is reported as an event."""

DAY_SECONDS = 86_400.0

REPORT_SECONDS = 10.0


def dump(entity: Entity) -> dg.AssetsDefinition:
    """Return the asset of one entity's dump file."""
    doc = f"The month's published file of {entity.name}, verified by the sha256 in the month's CHECKSUM file."

    @LAYER.asset(keys.dump(entity), doc, pool="discogs_http")
    def take(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began, origin = time.monotonic(), platform.archive.origin
        context.log.info(f"{entity.name} of {context.partition_key[:7]} from {origin}")
        taken = platform.archive.download(entity.name, context.partition_key, _report(context, entity.name))
        if taken.later:
            context.log.warning(f"{taken.later}; until then the month is that of {taken.published}")
        return dg.MaterializeResult(
            data_version=dg.DataVersion(taken.sha256),
            metadata={
                "bytes": taken.size,
                "seconds": round(time.monotonic() - began, 3),
                "sha256": taken.sha256,
                metadata.SOURCE: origin,
                metadata.DAY: taken.published.isoformat(),
                metadata.UPLOAD: " ".join(map(str, taken.upload)),
                **({"waits_for": taken.later} if taken.later else {}),
                "dagster/uri": platform.archive.address(entity.name, context.partition_key),
                **metadata.versions({entity.title: [taken.sha256]}),
            },
            tags={"discogs/dump_date": taken.published.isoformat()},
        )

    return take


def _report(context: dg.AssetExecutionContext, name: str) -> Progress:
    """Return a callback that logs the progress every few seconds."""
    reported = time.monotonic()

    def report(done: int, size: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            context.log.info(f"{name}: {done / 1e6:,.0f} of {size / 1e6:,.0f} MB")

    return report


def _spec(entity: Entity) -> dg.AssetSpec:
    doc = f"The month's MusicBrainz file of {entity.name}, from the export that the month keeps, verified by sha256."
    return MUSICBRAINZ.spec(keys.dump(entity), doc, [])


@MUSICBRAINZ.several(
    "dumps__musicbrainz",
    [_spec(entity) for entity in musicbrainz.ENTITIES],
    list(specs.AVAILABLE.values()),
    pool="musicbrainz_http",
)
def run(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[Result]:
    """Download the month's MusicBrainz export, or the newest complete one if the month has none yet.

    All files are one step, since a month takes them from one export. If they cannot be had, the partition stays empty
    and says why: no month of Discogs waits for MusicBrainz.
    """
    began, archive, partition = time.monotonic(), platform.musicbrainz, context.partition_key
    asked = [entity for entity in musicbrainz.ENTITIES if keys.dump(entity) in context.selected_asset_keys]
    context.log.info(f"MusicBrainz of {partition[:7]} from {archive.origin}")
    held, why = _take(context, platform, [entity.name for entity in asked])
    seconds = time.monotonic() - began
    for entity in musicbrainz.ENTITIES:
        found, judges = held.get(entity.name), specs.AVAILABLE[entity].key in context.selected_asset_check_keys
        places = {metadata.SOURCE: archive.origin, "dagster/uri": archive.address(entity.name, partition)}
        made = (
            _describe_held(entity, found, places, seconds, judges) if found else _absent(entity, why, seconds, judges)
        )
        if entity in asked:
            yield made
        elif found:
            _report_replaced(context, made)


def _report_replaced(context: dg.AssetExecutionContext, made: Result) -> None:
    """Record that an unselected asset now has another export's file, like the selected ones."""
    assert made.asset_key
    assert made.data_version
    tags = {**(made.tags or {}), DATA_VERSION: made.data_version.value}
    partition = context.partition_key
    context.log_event(dg.AssetMaterialization(made.asset_key, metadata=made.metadata, partition=partition, tags=tags))


def _take(context: dg.AssetExecutionContext, platform: Platform, names: Collection[str]) -> tuple[dict[str, Held], str]:
    """Download the files; return the files then in the partition, and the error, if any.

    Files replaced together with the requested ones are included.
    """
    archive, refresh = platform.musicbrainz, platform.settings.mb_refresh
    try:
        return archive.download(names, context.partition_key, refresh, partial(_report, context)), ""
    except (DiscogsError, OSError) as error:
        why = f"{type(error).__name__}: {error}"
        context.log.warning(f"MusicBrainz: {why}")
        found = {name: archive.dump(name, context.partition_key) for name in names}
        return {name: held for name, held in found.items() if held}, why


def _describe_held(entity: Entity, held: Held, places: dict[str, str], seconds: float, judges: bool) -> Result:
    said = f"{held.entity} of the run {held.run} is here"
    age = (datetime.now(UTC) - held.made).total_seconds() / DAY_SECONDS
    return dg.MaterializeResult(
        asset_key=keys.dump(entity),
        data_version=dg.DataVersion(held.sha256),
        metadata={
            "available": True,
            "run": held.run,
            "age_days": round(age, 1),
            "bytes": held.size,
            "seconds": round(seconds, 3),
            "sha256": held.sha256,
            **places,
            **metadata.versions({entity.title: [held.sha256]}),
        },
        tags={"discogs/musicbrainz_run": held.run},
        check_results=[specs.build_result(specs.AVAILABLE[entity], True, said, {})] if judges else [],
    )


def _absent(entity: Entity, why: str, seconds: float, judges: bool) -> Result:
    said = (
        f"{why} The month goes on without MusicBrainz; materialise {keys.dump(entity).to_user_string()} to try again."
    )
    return dg.MaterializeResult(
        asset_key=keys.dump(entity),
        data_version=dg.DataVersion(musicbrainz.UNAVAILABLE),
        metadata={
            "available": False,
            "why": why,
            "bytes": 0,
            "seconds": round(seconds, 3),
            **metadata.versions({entity.title: [musicbrainz.UNAVAILABLE]}),
        },
        check_results=[specs.build_result(specs.AVAILABLE[entity], False, said, {})] if judges else [],
    )


assets = [*(dump(entity) for entity in ENTITIES), run]
