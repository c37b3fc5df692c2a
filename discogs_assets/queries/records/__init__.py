"""Questions about single records."""
