"""Measurement of a function in a new process, or of a command: time, processor time and peak memory, with servers'."""

import multiprocessing
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from discogs_assets.bench.measuring.processes import Servers, Watch, memory, no_servers
from discogs_assets.servers import process

STOP_SECONDS = 20.0
"""Time that a command has to end after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Resources used by a piece of work, and its return `value`.

    `seconds` is wall time. `peak` is the highest resident memory, in bytes, of all its processes together, `biggest`
    that of a single process. Servers are counted separately.
    """

    seconds: float
    processor: float
    peak: int
    value: Any = None
    biggest: int = 0
    servers_processor: float = 0.0
    servers_peak: int = 0


@dataclass(frozen=True, slots=True)
class _Inner:
    """Measurements that a process takes of itself, more exact than sampling from outside."""

    seconds: float
    processor: float
    peak: int
    value: Any


def alone(work: Callable[..., Any], *arguments: Any, servers: Servers = no_servers) -> Measured:
    """Run and measure the work in a new process, with memory untouched by other work; end the process on return."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        root = pool.submit(os.getpid).result()
        try:
            with Watch(root, servers) as watch:
                inner: _Inner = pool.submit(_measured, work, *arguments).result()
        except BaseException:
            _end(root)
            raise
    biggest = max(inner.peak, watch.biggest)
    peak = max(biggest, watch.peak)
    theirs = watch.servers_processor, watch.servers_peak
    return Measured(inner.seconds, inner.processor, peak, inner.value, biggest, *theirs)


def _measured(work: Callable[..., Any], *arguments: Any) -> _Inner:
    began, used = time.monotonic(), _processor()
    value = work(*arguments)
    return _Inner(time.monotonic() - began, _processor() - used, memory(os.getpid()).most, value)


def _processor() -> float:
    """Return the processor seconds of this process and of its ended children."""
    return time.process_time() + ended_children()


def ended_children() -> float:
    """Return the processor seconds of this process's ended children and their descendants."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(
    words: Sequence[str | Path],
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    servers: Servers = no_servers,
) -> Measured:
    """Run and measure a command in `folder`, appending its output to `log`; the value is its exit status.

    On an exception, such as Ctrl-C, the command and all processes that it started are ended, except servers.
    """
    used, began = ended_children(), time.monotonic()
    with log.open("ab") as output:
        child = subprocess.Popen(
            [*map(str, words)],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            with Watch(child.pid, servers) as watch:
                status = child.wait()
                seconds = time.monotonic() - began
        except BaseException:
            _end(child.pid)
            child.wait()
            raise
    # Each source misses some processor time: the kernel's account lacks orphaned helper processes, and the samples lack
    # short-lived ones.
    processor = max(ended_children() - used, watch.processor)
    peak = max(watch.peak, watch.biggest)
    theirs = watch.servers_processor, watch.servers_peak
    return Measured(seconds, processor, peak, status, watch.biggest, *theirs)


def _end(pid: int) -> None:
    """End a process and all its descendants; servers are among them until they detach."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for each in root.children(recursive=True):
            process.ask(each)
        process.stop(root, signal.SIGTERM, STOP_SECONDS)
