"""THE ASSET GRAPH, one module per layer in flow order, and with `definitions` the only place that knows Dagster."""

import warnings

import dagster as dg

# Partitions of asset checks are in preview: they are what publishing rests on, and tests hold them to it.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
