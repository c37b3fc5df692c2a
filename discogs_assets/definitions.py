"""The platform in flow order; loads with no environment, network or database."""

import dagster as dg

from discogs_assets.defs import automation, changes, dumps, graph, neo4j, parquet, postgres, published, quality
from discogs_assets.defs.executor import by_size
from discogs_assets.defs.lifeline import killed_runs
from discogs_assets.defs.new_dumps import new_dumps
from discogs_assets.defs.platform import Platform

LAYERS = (dumps, parquet, quality, changes, graph, postgres, neo4j, published)

defs = dg.Definitions(
    assets=[asset for layer in LAYERS for asset in layer.assets],
    jobs=[automation.refresh, automation.publish],
    sensors=[killed_runs, new_dumps],
    resources={"platform": Platform()},
    executor=by_size,
)
