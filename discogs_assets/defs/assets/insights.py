"""insights/{insight}: answers from a month's records and graph in Parquet, with a picture; a log of computations.

No insight goes back into the graph, and publishing waits for none.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import dagster as dg
import polars as pl

from discogs_assets.defs import event_log, keys, metadata
from discogs_assets.defs.asset_factory import LAST, Layer, Result
from discogs_assets.defs.event_log import Computed
from discogs_assets.defs.resources import Platform
from discogs_assets.schema import discogs
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.insights import COMPUTATION_LOG, MONTHLY_ANNIVERSARIES
from discogs_assets.settings import Settings
from discogs_assets.streams import parquet
from discogs_assets.streams.insights import anniversaries
from discogs_assets.streams.insights.insight import Insight, write
from discogs_assets.streams.insights.registry import REGISTRY
from discogs_assets.streams.plot import Picture, sketch, svg

LAYER = Layer("insights", frozenset({"parquet", "polars"}), code_version="2")

ANSWERS = tuple(keys.insight(insight.sheet.name) for insight in REGISTRY)
"""Assets covered by the log of computations."""


def read(name: str) -> dg.AssetKey:
    """Return the asset for an entity, node label or relationship type that an insight reads."""
    return keys.GRAPH[name] if name in keys.GRAPH else keys.records(discogs.entity(name))


def answer(insight: Insight) -> dg.AssetsDefinition:
    """Return the asset of one insight's answer."""
    key = keys.insight(insight.sheet.name)
    deps = {name: read(name) for name in insight.reads}

    @LAYER.asset(key, insight.sheet.doc, deps.values(), priority=LAST)
    def answer_question(context: dg.AssetExecutionContext, platform: Platform) -> Result:
        began, partition = time.monotonic(), context.partition_key
        files = {name: platform.lake.files(each.path, partition) for name, each in deps.items()}
        with platform.lake.writing(key.path, partition) as folder:
            asked = apply_settings(insight, platform.settings)
            rows = asked.write(files, partition, folder / parquet.FILE)
            drawn = insight.picture(pl.scan_parquet(folder / parquet.FILE))
        return _result(platform, insight.sheet, partition, rows, drawn, began)

    return answer_question


def apply_settings(insight: Insight, settings: Settings) -> Insight:
    """Return the insight as the settings want it answered."""
    if insight.sheet is MONTHLY_ANNIVERSARIES:
        return replace(insight, rows=partial(anniversaries.rows, settings.anniversary_ages))
    return insight


def _result(platform: Platform, sheet: Sheet, partition: str, rows: int, drawn: Picture, began: float) -> Result:
    """Return the row count, the first rows, the meanings of the columns and the picture."""
    key, lake = keys.insight(sheet.name), platform.lake
    files = lake.files(key.path, partition)
    return dg.MaterializeResult(
        metadata={
            **metadata.describe_output(rows, lake.size(key.path, partition), time.monotonic() - began),
            **metadata.files(lake.address(key.path, partition), files),
            **metadata.versions(parquet.versions(files)),
            "plot": metadata.picture(svg(drawn), drawn.title),
            # Short enough for the UI to show it without a click.
            "sketch": metadata.picture(sketch(drawn), drawn.title),
        }
    )


@LAYER.asset(keys.insight(COMPUTATION_LOG.name), COMPUTATION_LOG.doc, ANSWERS, priority=LAST)
def computation_log(context: dg.AssetExecutionContext, platform: Platform) -> Result:
    """Log how the month's runs computed the other insights, from Dagster's records."""
    began, partition, lake = time.monotonic(), context.partition_key, platform.lake
    made_from = parquet.versions(file for key in ANSWERS for file in lake.files(key.path, partition))
    found = log(event_log.find_computed(context.instance, ANSWERS, partition))
    with lake.writing(context.asset_key.path, partition) as folder:
        rows = write(COMPUTATION_LOG, iter([found]), made_from, folder / parquet.FILE)
    return _result(platform, COMPUTATION_LOG, partition, rows, durations(found), began)


def log(computations: Sequence[Computed]) -> pl.DataFrame:
    """Return the computations as rows, in the same order."""
    rows = [
        {
            "insight": each.key.path[-1],
            "run_id": each.run,
            "status": each.status,
            "started": _moment(each.began),
            "ended": _moment(each.ended),
            "seconds": round(each.ended - each.began, 3) if each.began and each.ended else None,
            "rows": each.rows,
            "code_version": each.code_version,
        }
        for each in computations
    ]
    return pl.DataFrame(rows, pl.Schema(arrow.sheet(COMPUTATION_LOG)))


def _moment(seconds: float | None) -> str | None:
    """Format seconds since the epoch as UTC in ISO 8601."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def durations(found: pl.DataFrame) -> Picture:
    """Return a bar chart of the seconds of each insight's latest computation."""
    newest = found.drop_nulls("seconds").unique("insight", keep="first", maintain_order=True)
    bars = dict(newest.select("insight", "seconds").rows())
    return Picture("Computing the insights", "seconds", bars=bars)


assets = [*map(answer, REGISTRY), computation_log]
