"""Metrics in the format of Prometheus."""

import time
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import State
from starlette.responses import Response

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of latencies in seconds."""


FRESH_SECONDS = 1.0
"""Age at which the text of the metrics is replaced. Writing it takes 20 ms, and no scraper needs it more often."""


class Metrics:
    """Metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "discogs_requests", "Requests by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "discogs_request_seconds", "Latencies by route.", ["route"], buckets=BUCKETS, registry=self.registry
        )
        self.cache = Gauge("discogs_cache", "State of the cache of answers.", ["what"], registry=self.registry)
        self.pool = Gauge("discogs_postgres_pool", "State of the connection pool.", ["what"], registry=self.registry)
        self.month = Gauge("discogs_published", "1 for the published month.", ["month"], registry=self.registry)
        self.age = Gauge(
            "discogs_published_age_seconds",
            "Seconds since the first day of the published month.",
            registry=self.registry,
        )
        self._written = -FRESH_SECONDS, b""

    def write(self, state: State) -> bytes:
        """Return the text of all metrics."""
        if time.monotonic() - self._written[0] >= FRESH_SECONDS:
            self._read(state)
            self._written = time.monotonic(), generate_latest(self.registry)
        return self._written[1]

    def _read(self, state: State) -> None:
        for what in ("hits", "misses", "size"):
            self.cache.labels(what).set(getattr(state.cache, what))
        for what, value in state.readers.tables.pool.get_stats().items():
            self.pool.labels(what).set(value)
        self.month.clear()
        if shown := state.readers.tables.seen:
            self.month.labels(shown.month).set(1)
            began = datetime.fromisoformat(shown.partition).replace(tzinfo=UTC)
            self.age.set((datetime.now(UTC) - began).total_seconds())


def install(app: FastAPI) -> None:
    """Add the route /metrics."""

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        state = request.app.state
        return Response(state.metrics.write(state), headers={"Content-Type": CONTENT_TYPE_LATEST})
