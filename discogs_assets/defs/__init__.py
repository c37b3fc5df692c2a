"""THE ASSET GRAPH, one module per layer in flow order, and with `definitions` the only place that knows Dagster."""
