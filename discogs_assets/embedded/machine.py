"""What this machine, or this container, has for the servers: memory and cores.

What belongs here: sizes as fractions of what there is. What doesn't: which server gets which fraction.
"""

import os
from pathlib import Path

import psutil

MIB = 1024**2
GIB = 1024**3

# The limit of a container: control groups of version 2, then of version 1 (an absurd number when there is none).
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory(limits: tuple[Path, ...] = _LIMITS) -> int:
    """Bytes of memory that processes here may use together: the machine's, or less where a container sets a limit."""
    return min([int(psutil.virtual_memory().total), *filter(None, map(_limit, limits))])


def share(fraction: float, at_least: int, at_most: int) -> int:
    """The bytes that `fraction` of the memory comes to, in whole MiB and within the two bounds given in bytes."""
    return max(at_least, min(at_most, int(memory() * fraction))) // MIB * MIB


def cores() -> int:
    """The number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _limit(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) > 0 else None
