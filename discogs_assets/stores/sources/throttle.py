"""Requests to a site, one at a time and few: also across processes, for the site counts addresses and not processes.

What belongs here: when a request may be made. What doesn't: making it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets.errors import BusyError, ServerError
from discogs_assets.stores.sources.patience import Clock, moment

REQUESTS = 15
WINDOW = 360.0
"""data.discogs.com answers so many requests in so many seconds; the next one is refused, for about an hour."""

LONGEST = 86_400.0
"""Seconds beyond which a noted moment is taken for a mistake of some clock."""

LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Throttle:
    """The turns of one site. `ledger` is the file that notes them; `patience` the seconds that our limit may cost.

    `limit` is how many requests a window has, where that is not what data.discogs.com answers.
    """

    ledger: Path
    patience: float = WINDOW
    clock: Clock = field(default_factory=Clock)
    limit: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The time of one request, its answer included.

        BusyError while another process has the turn; ServerError when the wait would be longer than the patience, or
        the site has said not to come back yet.
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
        """Note that the site wants no request before that moment. Called within a turn."""
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
        """When the site was asked in the last window, and until when it is closed."""
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
