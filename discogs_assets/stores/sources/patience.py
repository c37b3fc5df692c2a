"""How long a request is waited for, and how often it is made again.

What belongs here: the clock and the attempts. What doesn't: what is asked of whom.
"""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from discogs_assets.errors import ServerError

T = TypeVar("T")

CONNECT_SECONDS = 15.0

STALL_SECONDS = 120.0
"""Without a byte for so long, a connection counts as dead."""

PAGE_SECONDS = 120.0
"""In which a page or a CHECKSUM file has come, however slowly its bytes drip."""

SLOW_SECONDS = 120.0
SLOW_BYTES = 1 << 20
"""Of a dump, so many bytes come in so many seconds, or its end does; a slower connection is given up."""

HURRIED_SECONDS = 15.0
"""The same, and the longest time for a page, where whoever asks has no patience."""

NAP_SECONDS = 30.0
"""The longest wait that is slept through. A longer one ends the run, which would hold a place that others need."""

PAUSES = (1.0, 3.0, 10.0)
"""Seconds before each attempt after the first."""


class Clock:
    """The time of day and how to let it pass."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def moment(seconds: float) -> datetime:
    """The time of day of that many seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def retried(ask: Callable[[], T], clock: Clock, patience: float = NAP_SECONDS, within: float = math.inf) -> T:
    """What `ask` gives, asked again after a ServerError unless the wait would be longer than a nap or the patience.

    It is not asked again either when so many seconds have passed since it was asked first.
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
