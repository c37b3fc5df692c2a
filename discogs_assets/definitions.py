"""Dagster definitions, layers in flow order; they load without environment, network or database."""

import dagster as dg

from discogs_assets.defs import jobs
from discogs_assets.defs.assets import (
    changes,
    dumps,
    graph,
    insights,
    neo4j,
    parquet,
    postgres,
    published,
    quality,
    search,
)
from discogs_assets.defs.checks import freshness
from discogs_assets.defs.executor import select_executor
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors.new_dumps import new_dumps
from discogs_assets.defs.sensors.retention import after_publishing, retention
from discogs_assets.defs.sensors.run_monitor import killed_runs, stalled_runs
from discogs_assets.settings import Settings

LAYERS = (dumps, parquet, quality, changes, graph, insights, postgres, neo4j, search, published)

defs = dg.Definitions(
    assets=[asset for layer in LAYERS for asset in layer.assets],
    asset_checks=freshness.checks,
    jobs=[jobs.refresh, jobs.lake, jobs.publish, retention, freshness.freshness],
    schedules=[freshness.daily],
    sensors=[new_dumps, killed_runs, stalled_runs, after_publishing],
    resources={"platform": Platform()},
    executor=select_executor(Settings()),
)
