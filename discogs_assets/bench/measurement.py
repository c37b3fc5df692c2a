"""Measurement of a function in a new process, or of a command: time, processor time and peak memory, with servers'."""

import multiprocessing
import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import psutil

from discogs_assets.servers import process

STOP_SECONDS = 20.0
"""Time that a command has to end after SIGTERM."""

INTERVAL = 0.25
"""Seconds between two samples of memory, each of which takes some milliseconds.

The kernel's counters cover peaks of single processes that fall between two samples.
"""

PEAK = re.compile(r"VmHWM:\s*(\d+) kB")
"""Line of /proc/PID/status with the highest resident memory of a process."""

Servers = Callable[[], Iterable[int]]
"""Function that returns the current process ids of the servers."""

Result = TypeVar("Result")


def no_servers() -> Iterable[int]:
    """Return no process ids, for work without servers."""
    return ()


@dataclass(frozen=True)
class Usage:
    """Resources used by a piece of work, with servers counted separately.

    `seconds` is wall time, None if the work failed. `peak` is the highest resident memory, in bytes, of all its
    processes together.
    """

    seconds: float | None = None
    processor: float = 0.0
    peak: int = 0
    servers_processor: float = 0.0
    servers_peak: int = 0


def measure(
    work: Callable[..., Result], *arguments: Any, servers: Servers = no_servers, skip: int = 0
) -> tuple[Usage, Result]:
    """Run and measure the work in a new process, with memory untouched by other work; return its usage and result.

    Imports are not measured; with `skip` 1, neither is the memory of the new process itself. On an exception, such as
    Ctrl-C, the process and all that it started are ended, except servers.
    """
    done = Event()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool, ThreadPoolExecutor(1) as sampler:
        root = pool.submit(_import, work).result()
        samples = sampler.submit(_sample, root, skip, servers, done)
        try:
            seconds, processor, result = pool.submit(_run, work, *arguments).result()
        except BaseException:
            _end(root)
            raise
        finally:
            done.set()
    sampled, peak, servers_processor, servers_peak = samples.result()
    # Each source misses some processor time: the kernel's account lacks orphaned processes, such as a server of forks,
    # and the samples lack short-lived ones.
    return Usage(seconds, max(processor, sampled), peak, servers_processor, servers_peak), result


def measure_command(
    words: Sequence[str | Path], folder: Path, log: Path, variables: Mapping[str, str], servers: Servers = no_servers
) -> tuple[Usage, int]:
    """Run and measure a command in `folder`, appending its output to `log`; return its usage and exit status."""
    return measure(_call, [*map(str, words)], folder, log, dict(variables), servers=servers, skip=1)


def _import(work: Callable[..., Any]) -> int:
    """Return the id of this process, which has imported the work's modules to receive it."""
    return os.getpid()


def _run(work: Callable[..., Result], *arguments: Any) -> tuple[float, float, Result]:
    began, used = time.monotonic(), _read_processor()
    result = work(*arguments)
    return time.monotonic() - began, _read_processor() - used, result


def _read_processor() -> float:
    """Return the processor seconds of this process and of its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _call(words: Sequence[str], folder: Path, log: Path, variables: Mapping[str, str]) -> int:
    with log.open("ab") as out:
        # `subprocess.call` would kill the command on Ctrl-C, before it could end its own processes.
        command = subprocess.Popen(words, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        return command.wait()


def _end(pid: int) -> None:
    """End a process and all its descendants; servers are among them until they detach."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for each in root.children(recursive=True):
            process.ask(each)
        process.stop(root, signal.SIGTERM, STOP_SECONDS)


def _sample(root: int, skip: int, servers: Servers, done: Event) -> tuple[float, int, float, int]:
    """Sample processes until `done`; return processor seconds and peak memory of the work, then of the servers.

    The descendants of a server never count as the work's. All processor time of a server that is new counts.
    """
    peak, servers_peak, seconds, before = 0, 0, dict[int, float](), dict[int, float]()
    while True:
        ended = done.wait(INTERVAL if before else 0)
        theirs = {pid: _list_tree(pid) for pid in servers()}
        taken = {each.pid for tree in theirs.values() for each in tree}
        tree = [each for each in _list_tree(root) if each.pid not in taken]
        found = {pid: measure_tree(each) for pid, each in {**theirs, root: tree[skip:]}.items()}
        seconds |= {pid: max(used, seconds.get(pid, 0.0)) for pid, (_, used, _) in found.items()}
        resident, _, highest = found.pop(root)
        peak = max(peak, resident, highest)
        servers_peak = max(servers_peak, sum(memory for memory, _, _ in found.values()))
        before = before or dict(seconds)
        if ended:
            used = {pid: value - before.get(pid, 0.0) for pid, value in seconds.items()}
            work = used.pop(root)
            return work, peak, sum(used.values()), servers_peak


def _list_tree(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants, none if it has ended."""
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def measure_tree(tree: Iterable[psutil.Process]) -> tuple[int, float, int]:
    """Return the resident bytes of processes together, their processor seconds, and the highest peak of one of them.

    The pages that several of them share are unknown; the largest shared part is taken for all of them. A process that
    has ended counts for nothing. Processor seconds include those of ended children. The peak is the kernel's, 0 on
    systems without /proc.
    """
    private, shared, seconds, highest = 0, 0, 0.0, 0
    for each in tree:
        with suppress(psutil.Error, OSError):
            memory = each.memory_info()
            private, shared = private + memory.rss - memory.shared, max(shared, memory.shared)
            seconds += sum(each.cpu_times()[:4])
            for peak in PEAK.findall(Path(f"/proc/{each.pid}/status").read_text()):
                highest = max(highest, int(peak) * 1024)
    return private + shared, seconds, highest
