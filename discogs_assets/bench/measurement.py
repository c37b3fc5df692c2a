"""A piece of work measured: seconds, processor seconds and peak memory, its own and that of the servers it asks.

What belongs here: how work is measured, a function in a process of its own or a command. What doesn't: what work, and
how processes are looked at (see `processes`).
"""

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

from discogs_assets.bench.processes import Servers, Watch, memory, no_servers
from discogs_assets.embedded import process

STOP_SECONDS = 20.0
"""How long a command may take to end once it is told to."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a piece of work took, and what it returned.

    Wall and processor seconds; bytes resident at the most, of all its processes at once and of the biggest of them;
    processor seconds and bytes of the servers it asked.
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
    """What a process knows of its own work better than anybody who looks at it."""

    seconds: float
    processor: float
    peak: int
    value: Any


def alone(work: Callable[..., Any], *arguments: Any, servers: Servers = no_servers) -> Measured:
    """The work measured in a new process, whose memory nothing else has touched, and which ends when this is left."""
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
    """Processor seconds of this process and of its children that have ended."""
    return time.process_time() + ended_children()


def ended_children() -> float:
    """Processor seconds of the children of this process that have ended, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(
    words: Sequence[str | Path],
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    servers: Servers = no_servers,
) -> Measured:
    """The command measured, run in `folder` with its output in `log`; the value is its exit status.

    It is ended with all it has started, but for servers, when this is left early.
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
    # What a helper process leaves to nobody is seen by the samples alone, what is short by the kernel's account alone.
    processor = max(ended_children() - used, watch.processor)
    peak = max(watch.peak, watch.biggest)
    theirs = watch.servers_processor, watch.servers_peak
    return Measured(seconds, processor, peak, status, watch.biggest, *theirs)


def _end(pid: int) -> None:
    """End a process and all it has started; servers, which are nobody's children for long, among them."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for each in root.children(recursive=True):
            process.ask(each)
        process.stop(root, signal.SIGTERM, STOP_SECONDS)
