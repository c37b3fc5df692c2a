"""The executor of runs: one process for small data, a process per step for real months, or other machines.

The Dagster instance decides where runs are launched.
"""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO

import dagster as dg
from dagster._core.execution import compute_logs

from discogs_assets.defs.sensors.run_monitor import Watched
from discogs_assets.errors import SettingError
from discogs_assets.settings import Settings

SMALL = 256 << 20
"""Compressed size of small dumps, in bytes: below it, starting a process per step takes longer than the steps."""


PRELOADED = ["dagster", "dagster_postgres"]
"""Modules preloaded for step processes: half of their start-up cost. None of them starts a thread."""


@contextmanager
def _mirror_log(path: str, stream: IO[str]) -> Iterator[object]:
    """Mirror a compute log as Dagster does, by processes that do not heed Ctrl-C.

    A terminal sends it to them, too: they would end with a traceback each, before the last lines are mirrored.
    """
    with ExitStack() as stack:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            mirrored = stack.enter_context(_TAIL(path, stream))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield mirrored


_TAIL = compute_logs.execute_posix_tail
compute_logs.execute_posix_tail = _mirror_log


def _small(folder: Path) -> bool:
    size = 0
    for file in folder.glob("**/discogs_*.xml.gz"):
        with suppress(OSError):  # a dangling link, or a file that another process removes
            size += file.stat().st_size
    return size < SMALL


def choose_executor(settings: Settings) -> str:
    """Return `in_process` or `multiprocess`: `DISCOGS_EXECUTOR`, else by the size of the dumps held and offered."""
    folders = (settings.home_folder / "dumps", settings.staged_folder, Path(settings.dumps))
    small = all(_small(folder) for folder in folders if folder.is_dir())
    return settings.executor or ("in_process" if small else "multiprocess")


def select_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return the executor of all runs: the one that the settings name as module.name, else `by_size`.

    Raises SettingError if it cannot be imported or is not an executor.
    """
    if not settings.executor or "." not in settings.executor:
        return by_size
    module, _, name = settings.executor.rpartition(".")
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as error:
        raise SettingError(f"DISCOGS_EXECUTOR is {settings.executor!r}: {error}. Install it here, too.") from error
    if not isinstance(found, dg.ExecutorDefinition):
        raise SettingError(
            f"DISCOGS_EXECUTOR is {settings.executor!r}, where {module} has no executor of Dagster's called {name}. "
            "Name one, such as dagster_k8s.k8s_job_executor."
        )
    return found


@dg.executor(name="by_size", config_schema={"max_concurrent": dg.Field(int, is_required=False)})
def by_size(init_context: dg.InitExecutorContext) -> dg.Executor:
    """Return the executor for the data at hand.

    `max_concurrent` bounds the steps that run at once, each in its own process.
    """
    retries: dict[str, object] = {"retries": {"enabled": {}}}
    if choose_executor(Settings()) == "in_process":
        return _create(dg.in_process_executor, init_context._replace(executor_config=retries))
    # Threads do not survive a fork, and importing Polars starts threads: each step imports it itself.
    config = {
        **retries,
        "start_method": {"forkserver": {"preload_modules": PRELOADED}},
        **init_context.executor_config,
    }
    return _create(dg.multiprocess_executor, init_context._replace(executor_config=config))


def _create(definition: dg.ExecutorDefinition, init_context: dg.InitExecutorContext) -> dg.Executor:
    create = definition.executor_creation_fn
    assert create is not None
    return Watched(create(init_context))
