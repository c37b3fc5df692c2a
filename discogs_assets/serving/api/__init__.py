"""Parts of the HTTP API: routes, problems, caching, security, limits, metrics and logs."""
