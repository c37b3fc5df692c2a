"""Entity tags, and answers kept in the process: valid for a publication, so never stale."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from discogs_assets import __version__
from discogs_assets.stores.postgres.publication import Publication

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


@dataclass
class Cache:
    """Bodies by key; the least recently used go when their bytes exceed the limit."""

    limit: int = CACHE_BYTES
    size: int = 0
    hits: int = 0
    misses: int = 0
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def get(self, key: str) -> bytes | None:
        """Return the body, None if it is not kept."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found

    def put(self, key: str, body: bytes) -> None:
        """Keep a body, unless it is larger than a tenth of the limit."""
        if self._cost(key, body) > self.limit // 10:
            return
        if (before := self._kept.pop(key, None)) is not None:
            self.size -= self._cost(key, before)
        self._kept[key] = body
        self.size += self._cost(key, body)
        while self.size > self.limit:
            self.size -= self._cost(*self._kept.popitem(last=False))

    def _cost(self, key: str, body: bytes) -> int:
        return len(key) + len(body) + ENTRY_BYTES
