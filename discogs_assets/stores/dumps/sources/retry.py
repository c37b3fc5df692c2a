"""Retries of requests."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from discogs_assets.errors import ServerError

T = TypeVar("T")

LONGEST_WAIT = 30.0
"""Longest wait spent sleeping, in seconds. Beyond it the error is raised, since the step occupies a slot.

Above this layer, `asset_factory` retries the step, and the sensor `new_dumps` requests another run.
"""

PAUSES = (1.0, 3.0, 10.0)
"""Seconds before each retry."""

UTC_FORMAT = "%Y-%m-%d %H:%M:%S UTC"


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


def retry_request(ask: Callable[[], T], clock: Clock, patience: float = LONGEST_WAIT, within: float = math.inf) -> T:
    """Return the result of `ask`, with retries after a ServerError.

    An error is raised without a retry if the wait would exceed `LONGEST_WAIT` or the patience, or would end later than
    `within` seconds after the first attempt.
    """
    began = clock.now()
    for pause in PAUSES:
        try:
            return ask()
        except ServerError as error:
            wait = pause if error.retry_not_before is None else error.retry_not_before.timestamp() - clock.now()
            if wait > min(LONGEST_WAIT, patience, began + within - clock.now()):
                raise
            clock.sleep(max(wait, 0.0))
    return ask()
