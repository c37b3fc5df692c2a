"""Rate limit of a site: few requests, one at a time, across processes. The site counts addresses, not processes."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets.errors import BusyError, ServerError
from discogs_assets.stores.dumps.sources.retry import UTC_FORMAT, Clock, moment

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
        with ExitStack() as stack:
            try:
                stack.enter_context(FileLock(lock, timeout=LOCK_SECONDS))
            except Timeout:
                raise BusyError(
                    f"another process is sending a request to the same site and holds {lock}. Wait for it to end, then "
                    "run again."
                ) from None
            self._wait()
            yield

    def forbid(self, until: datetime) -> None:
        """Record that the site wants no request before that moment. Call it within a turn."""
        self._write(self._read()[0], until.timestamp())

    def _wait(self) -> None:
        requests, closed = self._read()
        now, limit = self.clock.now(), self.limit or REQUESTS
        if closed > now:
            until = f"{moment(closed):{UTC_FORMAT}}"
            raise ServerError(
                f"the site wants no request before {until}; none was sent. Run again then.", moment(closed)
            )
        free = requests[-limit] + WINDOW if len(requests) >= limit else now
        if free - now > self.patience:
            raise ServerError(
                f"the site has received {limit} requests within {WINDOW:.0f} s, the most that it answers; the next one "
                f"is allowed at {moment(free):{UTC_FORMAT}}. Run again then.",
                moment(free),
            )
        if free > now:
            self.clock.sleep(free - now)
        self._write([*requests, self.clock.now()][-limit:], 0.0)

    def _read(self) -> tuple[list[float], float]:
        """Return the times of the requests in the last window, and the time until which the site is closed."""
        now = self.clock.now()
        try:
            ledger = json.loads(self.ledger.read_text())
            requests = sorted(at for at in map(float, ledger["asked"]) if now - WINDOW < at <= now)
            closed = float(ledger["closed"])
        except (OSError, ValueError, KeyError, TypeError):
            return [], 0.0
        return requests, closed if closed < now + LONGEST else 0.0

    def _write(self, requests: list[float], closed: float) -> None:
        draft = self.ledger.with_name(f"{self.ledger.name}.{os.getpid()}")
        draft.write_text(json.dumps({"asked": requests, "closed": closed}))
        draft.replace(self.ledger)
