"""One poller of the status for all clients, at work only while somebody looks."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Self

from discogs_assets.connections import contents
from discogs_assets.connections.contents import Size
from discogs_assets.connections.readers import Readers
from discogs_assets.errors import DiscogsError, QuestionError
from discogs_assets.serving.status.report import Status, describe
from discogs_assets.serving.status.run_feed import RunFeed

log = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between two looks at the stores."""

IDLE_SECONDS = 30.0
"""Time after the last client before the poller rests, and the child ends."""

MEASURE_SECONDS = 60.0
"""Time before the stores are measured again; a new publication is measured at once."""

FIRST_SECONDS = 8.0
"""Longest wait of a single answer for the first report of Dagster's records."""

BEAT_SECONDS = 10.0
"""Longest time without an event in a stream."""

ADDRESS_STREAMS, STREAMS = 16, 200
"""Streams of one address, and of all."""


class Poller:
    """The status, read once for all; use as an asynchronous context."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._feed = RunFeed(readers.connections, self._look_now)
        self._news = asyncio.Event()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._polls = set[asyncio.Task[None]]()
        self._streams = Counter[str]()
        self._asked = 0.0
        self._status: Status | None = None
        self._sizes: dict[str, Size] = {}
        self._measured = (0, 0.0)
        self.closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Return the poller, at rest."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End streams, poller and child."""
        self.close()
        if self._task:
            self._task.cancel()
        # One that rests already is not cancelled: it ends its child.
        await asyncio.gather(*self._polls, return_exceptions=True)

    def close(self) -> None:
        """End all streams; no other one is opened."""
        self.closed.set()
        self._changed.set()

    async def read(self) -> Status:
        """Return the status. The first call awaits a report of Dagster's records, for some seconds.

        Raises QuestionError (503) if nothing is known by then.
        """
        self._wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                while not self.closed.is_set() and (not self._status or self._status.dagster.state == "starting"):
                    await self._changed.wait()
        if self._status is None:
            raise QuestionError(503, "the status is not known yet. Ask again in a few seconds.")
        return self._status

    @contextlib.contextmanager
    def admit(self, address: str) -> Iterator[None]:
        """Count a stream while it is open.

        Raises QuestionError if too many are: 429 of the address, 503 of all.
        """
        if self._streams[address] >= ADDRESS_STREAMS:
            raise QuestionError(
                429, f"{ADDRESS_STREAMS} streams of this address are open. Close one, or ask /api/status."
            )
        if self._streams.total() >= STREAMS or self.closed.is_set():
            raise QuestionError(503, f"{STREAMS} streams are open, or the server stops. Ask /api/status.")
        self._streams[address] += 1
        try:
            yield
        finally:
            self._asked = time.monotonic()
            # Addresses without a stream are forgotten.
            self._streams = self._streams - Counter([address])

    async def follow(self) -> AsyncIterator[bytes]:
        """Yield the status and each change as server-sent events, and a beat if nothing has changed for a while."""
        sent: Status | None = None
        while not self.closed.is_set():
            self._wake()
            if self._status and (sent is None or not _is_same(sent, self._status)):
                sent = self._status
                yield b"event: status\ndata: %b\n\n" % sent.model_dump_json().encode()
                continue
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                yield b"event: beat\ndata: {}\n\n"

    def _wake(self) -> None:
        self._asked = time.monotonic()
        if self._task is None and not self.closed.is_set():
            self._status = None
            self._task = asyncio.create_task(self._poll())
            self._polls.add(self._task)
            self._task.add_done_callback(self._polls.discard)

    def _look_now(self) -> None:
        self._news.set()

    async def _poll(self) -> None:
        """Read the status until nobody looks any more."""
        self._feed.start()
        try:
            while self._streams or time.monotonic() - self._asked < IDLE_SECONDS:
                await self._look()
                # Not wait_for: before Python 3.12 it loses a cancellation that comes with the news.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(INTERVAL):
                        await self._news.wait()
                self._news.clear()
        except Exception:
            log.exception("the status could not be read")
        finally:
            self._task = None
            await self._feed.stop()

    async def _look(self) -> None:
        health = await contents.examine(self._readers)
        if health.publication is not None and not any(health.faults.values()):
            await self._measure(health.publication.sequence)
        switching = self._readers.tables.switching and not health.faults["postgres"]
        found = describe(health, switching, self._sizes, self._feed.describe(), self._feed.report)
        changed = self._status is None or not _is_same(self._status, found)
        self._status = found
        if changed:
            self._changed.set()
            self._changed = asyncio.Event()

    async def _measure(self, sequence: int) -> None:
        """Measure the stores, if that was long ago or of another publication. Sizes stay if a store does not answer."""
        now, shown = time.monotonic(), self._readers.tables.seen
        if shown and (self._measured[0] != sequence or now - self._measured[1] > MEASURE_SECONDS):
            with contextlib.suppress(DiscogsError, TimeoutError):
                async with asyncio.timeout(contents.ANSWER_SECONDS):
                    self._sizes = await contents.measure(self._readers, shown)
                self._measured = sequence, now


def _is_same(one: Status, other: Status) -> bool:
    return one == other.model_copy(update={"at": one.at})
