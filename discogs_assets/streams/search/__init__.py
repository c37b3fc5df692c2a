"""Records and graph tables → rows of the search index."""
