"""Facts that figures need to be comparable: the machine, its load, and the software versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from discogs_assets.errors import InstallError
from discogs_assets.servers import artifacts, host_limits

PACKAGES = ("dagster", "isal", "numpy", "polars", "psycopg", "pyarrow", "xml2arrow")
"""Packages that determine the speed, listed with their versions."""

CPUINFO = Path("/proc/cpuinfo")


def facts() -> dict[str, Any]:
    """Return processor, cores, bytes of memory, system, and the load average of the last minute.

    Other processes may have caused that load.
    """
    return {
        "processor": _processor(),
        "cores": host_limits.cores(),
        "memory": host_limits.memory(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(rivals: dict[str, str] | None = None) -> dict[str, str]:
    """Return versions by name: ours, packages, servers, and the rivals measured."""
    packages = {name: version(name) for name in PACKAGES}
    ours = {"discogs_assets": version("discogs-assets"), "Python": platform.python_version()}
    return {**ours, **packages, "Neo4j": artifacts.neo4j().version, **_postgres(), **(rivals or {})}


def _postgres() -> dict[str, str]:
    try:
        return {"PostgreSQL": artifacts.postgres().version}
    except InstallError:
        return {}


def _processor() -> str:
    """Return the processor model according to the kernel, else to Python."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
