"""The pace that a server must keep, enforced in every read of its response, headers included."""

import io
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter

from discogs_assets.stores.dumps.sources import retry


@dataclass
class Pace:
    """Deadlines of one request: the whole response in `seconds` or, given `least`, that many bytes per `seconds`.

    `silence` seconds without a byte are too slow, too. The timeout of requests applies to each read of a socket: a
    server that drips a byte a second never reaches it.
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
        """Return the pace of a short response, due as a whole."""
        if hurried:
            return cls(retry.HURRIED_SECONDS, retry.HURRIED_SECONDS)
        return cls(retry.PAGE_SECONDS, retry.STALL_SECONDS)

    @classmethod
    def of_file(cls) -> "Pace":
        """Return the pace of a long response, due steadily."""
        return cls(retry.SLOW_SECONDS, retry.STALL_SECONDS, retry.SLOW_BYTES)

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

    def left(self) -> float:
        """Return the seconds left for the next bytes. Raises TimeoutError if there are none."""
        if (left := self.began + self.seconds - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        return min(left, self.silence)

    def count(self, size: int) -> None:
        """Record received bytes."""
        self.came, self.heard = self.came + size, time.monotonic()
        if self.least is not None and self.came >= self.least:
            self.begin()


class Adapter(HTTPAdapter):
    """Transport adapter that reads the responses of a session at that pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the connections to a host, with their pace enforced."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = pace_connection(pool.ConnectionCls, lambda: self.pace)
        return pool


def pace_connection(connection: Any, pace: Callable[[], Pace]) -> Any:
    """Return the connection class, changed to read each response at the pace that `pace` returns for it."""

    class Paced(_Response):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(pace(), *args, **options)

    return type(connection.__name__, (connection,), {"response_class": Paced})


class _Response(HTTPResponse):
    """A response with every byte read within its pace."""

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
