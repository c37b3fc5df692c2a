"""Jobs: selections of assets that run together for a month."""

import dagster as dg

refresh = dg.define_asset_job(
    "monthly",
    selection=dg.AssetSelection.all(),
    description="Everything of one month, from the dump files to what readers see.",
)
lake = dg.define_asset_job(
    "lake",
    selection=dg.AssetSelection.groups("dumps", "parquet", "quality", "changes", "graph", "insights"),
    description="Everything of one month in the lake, without loading it into the servers: for months of history.",
)
publish = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.groups("published"),
    description="Show a month that is loaded. `older: true` lets it take the place of a newer one.",
)
