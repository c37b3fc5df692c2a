"""Dagster definitions, layers in flow order; they load without environment, network or database."""

import dagster as dg

from discogs_assets.defs import (
    automation,
    changes,
    dumps,
    freshness,
    graph,
    insights,
    neo4j,
    parquet,
    postgres,
    published,
    quality,
)
from discogs_assets.defs.executor import configured
from discogs_assets.defs.lifeline import killed_runs
from discogs_assets.defs.new_dumps import new_dumps
from discogs_assets.defs.platform import Platform
from discogs_assets.defs.retention import after_publishing, retention
from discogs_assets.defs.stall import stalled_runs
from discogs_assets.settings import Settings

LAYERS = (dumps, parquet, quality, changes, graph, insights, postgres, neo4j, published)

defs = dg.Definitions(
    assets=[asset for layer in LAYERS for asset in layer.assets],
    asset_checks=freshness.checks,
    jobs=[automation.refresh, automation.publish, retention, freshness.freshness],
    schedules=[freshness.daily],
    sensors=[new_dumps, killed_runs, stalled_runs, after_publishing],
    resources={"platform": Platform()},
    executor=configured(Settings()),
)
