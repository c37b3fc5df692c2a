"""Sampling of processor time and memory of process trees, with servers counted separately."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

INTERVAL = 0.25
"""Seconds between two samples.

A sample takes some milliseconds. The kernel's counters cover peaks and processes that fall between two samples.
"""

KIB = 1024

Servers = Callable[[], Iterable[int]]
"""Function that returns the current process ids of the servers."""


def no_servers() -> Iterable[int]:
    """Return no process ids, for work without servers."""
    return ()


@dataclass(frozen=True, slots=True)
class Sample:
    """Usage of a group of processes: processor seconds so far, including ended children's, and memory in bytes.

    `resident` counts shared memory once. `biggest` is the highest peak of a single process.
    """

    processor: float = 0.0
    resident: int = 0
    biggest: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one process in bytes: private, shared with files and other processes, and the peak of both."""

    own: int
    shared: int
    most: int


def sample(processes: Iterable[psutil.Process]) -> Sample:
    """Return the usage of these processes; a process that ends meanwhile is not counted."""
    seconds, memories = 0.0, []
    for process in processes:
        with suppress(psutil.Error, OSError):
            memories.append(memory(process.pid))
            seconds += sum(process.cpu_times()[:4])
    if not memories:
        return Sample(seconds)
    # The pages that several processes share are unknown; the largest shared part is taken for all of them.
    resident = sum(each.own for each in memories) + max(each.shared for each in memories)
    return Sample(seconds, resident, max(each.most for each in memories))


def memory(pid: int) -> Memory:
    """Return the kernel's figures from /proc; without /proc, all resident memory counts as private."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        resident = psutil.Process(pid).memory_info().rss
        return Memory(resident, 0, resident)
    lines = (line.partition(":") for line in status.read_text().splitlines())
    said = {name: int(value.split()[0]) * KIB for name, _, value in lines if value.endswith(" kB")}
    shared = said.get("RssFile", 0) + said.get("RssShmem", 0)
    return Memory(said.get("RssAnon", 0), shared, said.get("VmHWM", 0))


def families(root: int, servers: Iterable[int]) -> tuple[list[psutil.Process], list[list[psutil.Process]]]:
    """Return the root with its descendants, and each server with its own, which are never counted as the root's."""
    apart = [_family(pid) for pid in servers]
    taken = {process.pid for family in apart for process in family}
    return [process for process in _family(root) if process.pid not in taken], apart


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


@dataclass(slots=True)
class Watch:
    """Sampling of a process with its descendants, and of servers, while the block runs.

    `servers` may change meanwhile: all processor time of a server that is new counts as used within the block.
    """

    root: int
    servers: Servers = no_servers
    processor: float = 0.0
    peak: int = 0
    biggest: int = 0
    servers_peak: int = 0
    _first: dict[int, float] = field(default_factory=dict)
    _last: dict[int, float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def servers_processor(self) -> float:
        """Processor seconds used by the servers within the block."""
        return sum(seconds - self._first[pid] for pid, seconds in self._last.items())

    def __enter__(self) -> Self:
        _, apart = families(self.root, self.servers())
        self._first = {family[0].pid: sample(family).processor for family in apart if family}
        self._thread = threading.Thread(target=self._repeat, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._thread:
            self._thread.join()
        self.look()

    def look(self) -> None:
        """Take a sample."""
        ours, apart = families(self.root, self.servers())
        now = sample(ours)
        self.processor = max(self.processor, now.processor)
        self.peak, self.biggest = max(self.peak, now.resident), max(self.biggest, now.biggest)
        theirs = {family[0].pid: sample(family) for family in apart if family}
        self.servers_peak = max(self.servers_peak, sum(each.resident for each in theirs.values()))
        for pid, each in theirs.items():
            self._first.setdefault(pid, 0.0)
            self._last[pid] = max(each.processor, self._last.get(pid, 0.0))

    def _repeat(self) -> None:
        while not self._done.is_set():
            began = time.monotonic()
            self.look()
            self._done.wait(max(INTERVAL - (time.monotonic() - began), INTERVAL / 4))
