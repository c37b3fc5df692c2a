"""Values kept in memory within a limit."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

LARGEST = 10
"""A value larger than one in `LARGEST` of the limit is not kept."""


class Cache(Generic[Key, Value]):
    """Values by key; the least recently used go when all are larger than the limit. Any number of threads may use it.

    `measure` returns the size of an entry.
    """

    def __init__(self, limit: int, measure: Callable[[Key, Value], int]) -> None:
        self.limit = limit
        self.size = self.hits = self.misses = 0
        self._measure = measure
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Return the value, None if it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(key)
            return found

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, unless it is large."""
        size = self._measure(key, value)
        if size > self.limit // LARGEST:
            return
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self.size -= self._measure(key, before)
            self._kept[key] = value
            self.size += size
            while self.size > self.limit:
                self.size -= self._measure(*self._kept.popitem(last=False))
