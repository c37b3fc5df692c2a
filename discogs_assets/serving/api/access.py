"""Access to what serves this machine alone, and others with the token."""

import secrets

from starlette.requests import HTTPConnection

from discogs_assets.serving.api.limits import is_local
from discogs_assets.serving.api.security import LOOPBACK
from discogs_assets.settings import Settings

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers that a proxy adds: the client behind it is not on this machine."""


def is_trusted(request: HTTPConnection, settings: Settings) -> bool:
    """Return True if a request comes from this machine, or bears the token of DISCOGS_API_TOKEN."""
    if settings.api_token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        expected = settings.api_token.get_secret_value()
        if scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), expected.encode()):
            return True
    return is_from_this_machine(request)


def is_from_this_machine(request: HTTPConnection) -> bool:
    """Return True if client and host are the loopback, and no proxy is between them."""
    address = request.client.host if request.client else ""
    proxied = any(name in request.headers for name in FORWARDED)
    return is_local(address) and request.url.hostname in LOOPBACK and not proxied
