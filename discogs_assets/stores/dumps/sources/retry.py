"""Timeouts and retries of requests."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from discogs_assets.errors import ServerError

T = TypeVar("T")

CONNECT_SECONDS = 15.0

STALL_SECONDS = 120.0
"""Seconds without a byte after which a connection counts as dead."""

PAGE_SECONDS = 120.0
"""Longest download of a page or a CHECKSUM file, in seconds, however slowly its bytes drip."""

SLOW_SECONDS = 120.0
SLOW_BYTES = 1 << 20
"""Bytes of a dump that must arrive per `SLOW_SECONDS`, unless it ends; a slower connection is dropped."""

HURRIED_SECONDS = 15.0
"""`STALL_SECONDS` and `PAGE_SECONDS` of callers without patience."""

NAP_SECONDS = 30.0
"""Longest wait slept through, in seconds. A longer one ends the run, since it would occupy a slot that others need."""

PAUSES = (1.0, 3.0, 10.0)
"""Seconds before each retry."""


class Clock:
    """The wall clock, and waiting."""

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        time.sleep(seconds)


def moment(seconds: float) -> datetime:
    """Return the UTC time of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def retried(ask: Callable[[], T], clock: Clock, patience: float = NAP_SECONDS, within: float = math.inf) -> T:
    """Return the result of `ask`, with retries after a ServerError.

    An error is raised without a retry if the wait would exceed `NAP_SECONDS` or the patience, or would end later than
    `within` seconds after the first attempt.
    """
    began = clock.now()
    for pause in PAUSES:
        try:
            return ask()
        except ServerError as error:
            wait = pause if error.retry_not_before is None else error.retry_not_before.timestamp() - clock.now()
            if wait > min(NAP_SECONDS, patience, began + within - clock.now()):
                raise
            clock.sleep(max(wait, 0.0))
    return ask()
