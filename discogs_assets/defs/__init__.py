"""The asset graph, one module per layer in flow order; only this package and `definitions` know Dagster.

Belongs here: assets, checks, sensors and jobs, the metadata shown in the UI, and reads of Dagster's records. Does not
belong here: reading records and computing tables (`streams`), or loading, switching and dropping months in a store
(`stores`, `connections`).
"""

import warnings

import dagster as dg

# Partitioned asset checks are a preview feature of Dagster. Publishing depends on them, and tests cover that.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
# So are code references, a beta feature: without them the UI lacks links.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
