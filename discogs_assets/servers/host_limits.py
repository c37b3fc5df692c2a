"""Memory and cores that this machine, or this container, has for the servers."""

import os
from pathlib import Path

import psutil

MIB = 1024**2
GIB = 1024**3

# Memory limit of a container: cgroup v2, then cgroup v1 (an absurdly high number if there is none).
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory(limits: tuple[Path, ...] = _LIMITS) -> int:
    """Return the bytes of memory that processes here may use together: the machine's, or a container's limit."""
    return min([int(psutil.virtual_memory().total), *filter(None, map(_limit, limits))])


def share(fraction: float, at_least: int, at_most: int) -> int:
    """Return `fraction` of the memory in bytes, within the two bounds and in whole MiB."""
    return max(at_least, min(at_most, int(memory() * fraction))) // MIB * MIB


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _limit(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) > 0 else None
