"""Asset checks: blocking checks, volume checks, freshness."""
