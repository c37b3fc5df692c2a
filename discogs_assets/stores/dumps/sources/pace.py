"""Pace that a server must keep in every read of its response."""

import io
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any

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


@dataclass
class Pace:
    """Deadlines of one request: the whole response in `seconds` or, given `least`, that many bytes per `seconds`.

    `silence` seconds without a byte are too slow, too. The timeout of requests applies to each read of a socket: a
    server that drips a byte a second never reaches it.
    """

    seconds: float
    silence: float
    least: int | None = None
    came: int = field(init=False)
    began: float = field(init=False)
    heard: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    @classmethod
    def of_page(cls, hurried: bool) -> "Pace":
        """Return the pace of a short response, due as a whole."""
        return cls(HURRIED_SECONDS, HURRIED_SECONDS) if hurried else cls(PAGE_SECONDS, STALL_SECONDS)

    @classmethod
    def of_file(cls) -> "Pace":
        """Return the pace of a long response, due steadily."""
        return cls(SLOW_SECONDS, STALL_SECONDS, SLOW_BYTES)

    @property
    def cause(self) -> str:
        """The reason for a timeout, worded for messages."""
        if time.monotonic() - self.heard >= self.silence or not self.came:
            return f"no byte came for {self.silence:g} s"
        return f"only {self.came:,} bytes came within {self.seconds:g} s"

    def begin(self) -> None:
        """Restart the clock."""
        self.came = 0
        self.began = self.heard = time.monotonic()

    def require_time(self) -> float:
        """Return the seconds left for the next bytes. Raises TimeoutError if there are none."""
        if (left := self.began + self.seconds - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        return min(left, self.silence)

    def count(self, size: int) -> None:
        """Record received bytes."""
        self.came, self.heard = self.came + size, time.monotonic()
        if self.least is not None and self.came >= self.least:
            self.begin()


def pace_connection(connection: Any, pace: Callable[[], Pace]) -> Any:
    """Return the connection class, changed to read each response at the pace that `pace` returns for it."""

    class Paced(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp: Any = io.BufferedReader(_Reader(self.fp.detach(), sock, pace()))

    return type(connection.__name__, (connection,), {"response_class": Paced})


class _Reader(io.RawIOBase):
    """Reader of a socket that takes each read's deadline from the pace."""

    def __init__(self, raw: Any, sock: socket.socket, pace: Pace) -> None:
        self._raw, self._sock, self._pace = raw, sock, pace

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._pace.require_time())
        size: int | None = self._raw.readinto(buffer)
        self._pace.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
