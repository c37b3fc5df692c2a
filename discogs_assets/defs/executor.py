"""How steps run: in one process for small data, in processes of their own for real months, or on other machines.

What belongs here: the choice. What doesn't: where runs are launched, which is the instance's business.
"""

from importlib import import_module
from pathlib import Path

import dagster as dg

from discogs_assets.defs.lifeline import Watched
from discogs_assets.errors import SettingError
from discogs_assets.settings import Settings

SMALL = 256 << 20
"""Packed bytes of dumps below which starting a process for every step would take longer than the steps."""


PRELOADED = ["dagster", "dagster_postgres"]
"""Modules that a step's process finds loaded: half of what its start costs; none of them starts a thread."""


def _small(folder: Path) -> bool:
    return sum(file.stat().st_size for file in folder.glob("**/discogs_*.xml.gz")) < SMALL


def chosen(settings: Settings) -> str:
    """`in_process` or `multiprocess`: what `DISCOGS_EXECUTOR` says, else by the size of the dumps held and offered."""
    folders = (settings.home_folder / "dumps", settings.staged_folder, Path(settings.dumps))
    small = all(_small(folder) for folder in folders if folder.is_dir())
    return settings.executor or ("in_process" if small else "multiprocess")


def configured(settings: Settings) -> dg.ExecutorDefinition:
    """The executor of all runs: the one that the settings name as module.name, else `by_size`; SettingError."""
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
    """The executor for the data at hand; `max_concurrent` bounds the steps that run at once, each in its process."""
    retries: dict[str, object] = {"retries": {"enabled": {}}}
    if chosen(Settings()) == "in_process":
        return _made(dg.in_process_executor, init_context._replace(executor_config=retries))
    # Threads do not survive a fork: those of Polars are started by importing it, so that is left to each step.
    config = {
        **retries,
        "start_method": {"forkserver": {"preload_modules": PRELOADED}},
        **init_context.executor_config,
    }
    return _made(dg.multiprocess_executor, init_context._replace(executor_config=config))


def _made(definition: dg.ExecutorDefinition, init_context: dg.InitExecutorContext) -> dg.Executor:
    create = definition.executor_creation_fn
    assert create is not None
    return Watched(create(init_context))
