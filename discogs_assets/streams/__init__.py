"""HOW bytes become rows: generators in, generators out. No Dagster, no network, no settings."""
