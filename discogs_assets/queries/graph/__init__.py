"""Questions about the graph: neighbours, paths, statistics."""
