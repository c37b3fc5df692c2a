"""Entity tags, and answers kept in the process: valid for a publication, so never stale."""

import hashlib

from discogs_assets import __version__
from discogs_assets.stores.cache import Cache
from discogs_assets.stores.postgres.publication import Publication

NO_STORE = {"Cache-Control": "no-store"}
STREAM = {**NO_STORE, "X-Accel-Buffering": "no"}
"""Headers of answers that nobody may keep; those of events also keep a proxy from collecting them."""

CACHE_BYTES = 64 << 20

ENTRY_BYTES = 300
"""Estimated bytes of an entry besides its key and body."""


def edition(publication: Publication) -> str:
    """Return the text that identifies the data of an answer: a sequence number, or a digest of the loads."""
    if publication.sequence:
        return str(publication.sequence)
    return hashlib.sha256("".join(sorted(publication.tables.values())).encode()).hexdigest()[:16]


def entity_tag(publication: Publication) -> str:
    """Return the entity tag of all answers of a publication; weak, since bodies may be compressed."""
    return f'W/"{edition(publication)}-{__version__}"'


def matches(header: str | None, tag: str) -> bool:
    """Return True if an If-None-Match header names the tag."""
    named = [each.strip() for each in (header or "").split(",")]
    return "*" in named or tag in named or tag.removeprefix("W/") in named


def open_cache() -> Cache[str, bytes]:
    """Return an empty cache of bodies."""
    return Cache(CACHE_BYTES, lambda key, body: len(key) + len(body) + ENTRY_BYTES)
