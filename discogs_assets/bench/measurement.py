"""A piece of work measured in a process of its own: seconds, processor seconds, peak memory.

What belongs here: how work is measured. What doesn't: what work.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a piece of work took: wall and processor seconds, bytes resident at the most, and what it returned."""

    seconds: float
    processor: float
    peak: int
    value: Any


def alone(work: Callable[..., Any], *arguments: Any) -> Measured:
    """The work measured in a new process, whose memory nothing else has touched."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, work, *arguments).result()


def _measured(work: Callable[..., Any], *arguments: Any) -> Measured:
    began, used = time.monotonic(), time.process_time()
    value = work(*arguments)
    return Measured(time.monotonic() - began, time.process_time() - used, _peak(), value)


def _peak() -> int:
    """Bytes; the kernel's figure for this program, since getrusage counts what ran before in the same process, too."""
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
