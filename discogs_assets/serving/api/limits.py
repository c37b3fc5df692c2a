"""Rate limits by the client's address."""

import ipaddress
import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from discogs_assets.serving.api.problems import problem


class AddressRate:
    """Requests of each address, counted against a rate such as 600/minute. The loopback is not limited."""

    def __init__(self, rate: str) -> None:
        self.rate = parse(rate)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, address: str) -> int:
        """Count a request, and return 0, or the seconds to wait if it is beyond the rate."""
        if is_local(address) or self._limiter.hit(self.rate, address):
            return 0
        reset = self._limiter.get_window_stats(self.rate, address).reset_time
        return max(1, math.ceil(reset - time.time()))


class RateLimit:
    """Middleware that answers 429 to an address beyond its rate. The loopback is not limited.

    Behind a proxy that DISCOGS_API_PROXIES names, the address is that of the proxy's client.
    """

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self._app = app
        self._rate = AddressRate(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        wait = scope["type"] == "http" and self._rate.count((scope.get("client") or ("",))[0])
        if not wait:
            return await self._app(scope, receive, send)
        refusal = problem(429, f"more than {self._rate.rate}. Ask again in {wait} s.", {"Retry-After": str(wait)})
        return await refusal(scope, receive, send)


def is_local(address: str) -> bool:
    """Return True for an address of the loopback, and for none at all."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address
