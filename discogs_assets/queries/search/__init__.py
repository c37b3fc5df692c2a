"""Questions to the search index."""
