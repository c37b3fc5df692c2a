"""Rate limit of a site: few requests, one at a time, across processes. The site counts addresses, not processes."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets.errors import BusyError, ServerError
from discogs_assets.stores.dumps.sources.retry import Clock, moment

REQUESTS = 15
WINDOW = 360.0
"""data.discogs.com answers `REQUESTS` requests in `WINDOW` seconds; the next one is refused, for about an hour."""

LONGEST = 86_400.0
"""Seconds into the future beyond which a recorded time is taken for a clock error."""

LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Throttle:
    """The rate limit of one site. `ledger` is the file that records requests, `patience` the longest delay in seconds.

    `limit` is the number of requests per window, by default the one of data.discogs.com.
    """

    ledger: Path
    patience: float = WINDOW
    clock: Clock = field(default_factory=Clock)
    limit: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn for one request, including its response.

        Raises BusyError while another process has the turn. Raises ServerError if the wait would exceed the patience,
        or if the site still forbids requests.
        """
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        lock = self.ledger.with_suffix(".lock")
        try:
            held = FileLock(lock)
            held.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise BusyError(
                f"another process is asking the same site and holds {lock}. Wait for it to end, then run again."
            ) from None
        try:
            self._wait()
            yield
        finally:
            held.release()

    def forbid(self, until: datetime) -> None:
        """Record that the site wants no request before that moment. Call it within a turn."""
        self._write(self._read()[0], until.timestamp())

    def _wait(self) -> None:
        asked, closed = self._read()
        now = self.clock.now()
        if closed > now:
            raise ServerError(
                f"the site has asked for no request before {moment(closed):%Y-%m-%d %H:%M:%S} UTC; it was not asked. "
                "Run again then.",
                moment(closed),
            )
        limit = self.limit or REQUESTS
        if len(asked) >= limit:
            self._pass_until(asked[-limit] + WINDOW, limit)
        self._write([*asked, self.clock.now()][-limit:], 0.0)

    def _pass_until(self, free: float, limit: int) -> None:
        wait = free - self.clock.now()
        if wait > self.patience:
            raise ServerError(
                f"the site has been asked {limit} times within {WINDOW:.0f} s, which is all that it may be; "
                f"the next request is free at {moment(free):%Y-%m-%d %H:%M:%S} UTC. Run again then.",
                moment(free),
            )
        self.clock.sleep(max(wait, 0.0))

    def _read(self) -> tuple[list[float], float]:
        """Return the times of the requests in the last window, and the time until which the site is closed."""
        now = self.clock.now()
        try:
            noted = json.loads(self.ledger.read_text())
            asked = sorted(at for at in map(float, noted["asked"]) if now - WINDOW < at <= now)
            closed = float(noted["closed"])
        except (OSError, ValueError, KeyError, TypeError):
            return [], 0.0
        return asked, closed if closed < now + LONGEST else 0.0

    def _write(self, asked: list[float], closed: float) -> None:
        draft = self.ledger.with_name(f"{self.ledger.name}.{os.getpid()}")
        draft.write_text(json.dumps({"asked": asked, "closed": closed}))
        draft.replace(self.ledger)
