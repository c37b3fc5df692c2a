"""What was measured on: the machine, how busy it was, and the versions of what ran.

What belongs here: facts that a figure means nothing without. What doesn't: figures.
"""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from discogs_assets.embedded import artifacts, machine
from discogs_assets.errors import InstallError

PACKAGES = ("dagster", "isal", "numpy", "polars", "psycopg", "pyarrow", "xml2arrow")
"""Packages whose speed the figures are about."""

CPUINFO = Path("/proc/cpuinfo")


def facts() -> dict[str, Any]:
    """Processor, cores, bytes of memory, system, and the load of the last minute, which others may have caused."""
    return {
        "processor": _processor(),
        "cores": machine.cores(),
        "memory": machine.memory(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(rivals: dict[str, str] | None = None) -> dict[str, str]:
    """Versions by name: ours, packages, servers, and the rivals measured."""
    packages = {name: version(name) for name in PACKAGES}
    ours = {"discogs_assets": version("discogs-assets"), "Python": platform.python_version()}
    return {**ours, **packages, "Neo4j": artifacts.neo4j().version, **_postgres(), **(rivals or {})}


def _postgres() -> dict[str, str]:
    try:
        return {"PostgreSQL": artifacts.postgres().version}
    except InstallError:
        return {}


def _processor() -> str:
    """The model as the kernel names it, else as Python does."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
