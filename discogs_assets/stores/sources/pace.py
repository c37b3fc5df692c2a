"""The pace that a server has to keep, held inside every read of its answer, the headers included.

What belongs here: deadlines of one request. What doesn't: attempts (see `patience`), and what an answer means.

The timeout that requests takes is about each read of a socket: a server that drips a byte a second never reaches it.
"""

import io
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter

from discogs_assets.stores.sources import patience


@dataclass
class Pace:
    """In `seconds` all has to come; or, where `least` is given, so many bytes again and again, until the end.

    No byte for `silence` seconds is too slow, too.
    """

    seconds: float
    silence: float
    least: int | None = None
    came: int = 0
    began: float = field(init=False)
    heard: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    @classmethod
    def of_page(cls, hurried: bool) -> "Pace":
        """What is short has to come as a whole."""
        if hurried:
            return cls(patience.HURRIED_SECONDS, patience.HURRIED_SECONDS)
        return cls(patience.PAGE_SECONDS, patience.STALL_SECONDS)

    @classmethod
    def of_file(cls) -> "Pace":
        """What is long has to come steadily."""
        return cls(patience.SLOW_SECONDS, patience.STALL_SECONDS, patience.SLOW_BYTES)

    @property
    def cause(self) -> str:
        """What was too slow, in the words of a message."""
        if time.monotonic() - self.heard >= self.silence or not self.came:
            return f"no byte came for {self.silence:g} s"
        return f"only {self.came:,} bytes came within {self.seconds:g} s"

    def begin(self) -> None:
        """Start the time anew."""
        self.came = 0
        self.began = self.heard = time.monotonic()

    def left(self) -> float:
        """The seconds that the next bytes may take; TimeoutError if there are none."""
        if (left := self.began + self.seconds - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        return min(left, self.silence)

    def count(self, size: int) -> None:
        """Note that bytes have come."""
        self.came, self.heard = self.came + size, time.monotonic()
        if self.least is not None and self.came >= self.least:
            self.begin()


class Adapter(HTTPAdapter):
    """What reads the answers to a session of requests at that pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """The connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = paced(pool.ConnectionCls, lambda: self.pace)
        return pool


def paced(connection: Any, pace: Callable[[], Pace]) -> Any:
    """The class of connections, made to read each answer at the pace that is asked for with it."""

    class Paced(_Response):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(pace(), *args, **options)

    return type(connection.__name__, (connection,), {"response_class": Paced})


class _Response(HTTPResponse):
    """An answer, each of whose bytes is read in the time that the pace leaves."""

    def __init__(self, pace: Pace, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_Reader(self.fp.detach(), sock, pace))


class _Reader(io.RawIOBase):
    def __init__(self, raw: Any, sock: socket.socket, pace: Pace) -> None:
        self._raw, self._sock, self._pace = raw, sock, pace

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._pace.left())
        size: int | None = self._raw.readinto(buffer)
        self._pace.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
