"""Other systems that do the same job, installed and measured on the same files in the same run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from discogs_assets.bench.measuring.measurement import Measured, command
from discogs_assets.bench.measuring.processes import Servers, no_servers
from discogs_assets.errors import InstallError, SettingError
from discogs_assets.servers import artifacts, process

SCHEMA = "rival"
STAMP = "installed"
"""File in an environment that marks the installation as complete."""

SECONDS = 900
"""Timeout of an installation command."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A system, by the `name` and `version` of its package and the `program` that it installs.

    `converts` and `loads` are commands that write files and fill PostgreSQL: arguments by title. `variables` are
    environment variables. In arguments and variables, `{dumps}` stands for the dump files, `{output}` for an empty
    folder, `{url}` and `{schema}` for the place of its tables in PostgreSQL. `refuses` is True if the system fails on
    the odd values of real dumps; it is then measured on dumps without them.
    """

    name: str
    version: str
    program: str
    converts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    loads: Mapping[str, Sequence[str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    refuses: bool = False
    requirement: str = ""
    """Requirement to install instead of that name and version."""

    @property
    def wanted(self) -> str:
        """Requirement to install, in pip's format."""
        return self.requirement or f"{self.name}=={self.version}"


_LOAD = ("load", "--no-progress", "--pg-schema", "{schema}", "--pg-create-schema")

RIVALS = {
    each.name: each
    for each in (
        Rival(
            name="discogskit",
            version="0.2.0",
            program="discogskit",
            converts={"convert": ("convert", "--no-progress", "--output", "{output}", "{dumps}")},
            # Its tables are logged by default; both ways are measured.
            loads={"load": (*_LOAD, "{dumps}"), "load, unlogged": (*_LOAD, "--pg-unlogged", "{dumps}")},
            variables={"DATABASE_URL": "{url}"},
            refuses=True,
        ),
    )
}
"""Rivals by name; one that is installed with pip and run by commands needs a declaration here and nothing else."""


def rival(name: str) -> Rival:
    """Return the rival of that name; raises SettingError if none is declared."""
    if name not in RIVALS:
        raise SettingError(f"--against {name}: no such rival, expected one of {', '.join(RIVALS)}")
    return RIVALS[name]


def installed(rival: Rival, cache: Path | None = None) -> Path:
    """Return the rival's program, installed if necessary in a separate environment in the per-user cache.

    Raises InstallError if it cannot be installed.
    """
    folder = (cache or artifacts.cache_folder()) / "rivals" / f"{rival.name}-{rival.version}"
    stamp, program = folder / STAMP, folder / "bin" / rival.program
    if not (stamp.exists() and program.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for words in _installation(folder, rival.wanted):
            _run(words, rival)
        if not program.exists():
            raise InstallError(f"{rival.wanted} was installed and has no program {rival.program}, expected {program}")
        stamp.touch()
    return program


def _installation(folder: Path, wanted: str) -> list[list[str]]:
    """Return the commands that create the environment: uv's if it is available, as it is faster, else venv and pip."""
    python = str(folder / "bin" / "python")
    if uv := shutil.which("uv"):
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        return [make, [uv, "pip", "install", "--quiet", "--python", python, wanted]]
    return [[sys.executable, "-m", "venv", str(folder)], [python, "-m", "pip", "install", "--quiet", wanted]]


def _run(words: list[str], rival: Rival) -> None:
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(rival, str(error)) from error
    if done.returncode:
        raise _failed(rival, (done.stderr or done.stdout).strip()[-800:])


def _failed(rival: Rival, why: str) -> InstallError:
    return InstallError(
        f"{rival.wanted} could not be installed to be measured against: {why}. "
        "Check that a package index can be reached, or leave out --against."
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """A rival's measured command; `failure` is the end of its output if it failed."""

    took: Measured
    failure: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Working place of a rival: an empty folder, and the URL of a database in which it may create `SCHEMA`."""

    folder: Path
    url: str = ""
    servers: Servers = no_servers

    @property
    def output(self) -> Path:
        """Folder for the files that the rival writes."""
        return self.folder / "output"


def run(rival: Rival, program: Path, words: Sequence[str], dumps: Sequence[Path], place: Place) -> Ran:
    """Run and measure a rival's command on symbolic links to the dumps, as some rivals write next to their input."""
    place.output.mkdir(parents=True)
    linked = [place.folder / path.name for path in dumps]
    for link, path in zip(linked, dumps, strict=True):
        link.symlink_to(path.absolute())
    known = {"output": str(place.output), "url": place.url, "schema": SCHEMA}
    said = [each for word in words for each in (map(str, linked) if word == "{dumps}" else [word.format(**known)])]
    variables = {name: value.format(**known) for name, value in rival.variables.items()}
    log = place.folder / "output.log"
    took = command([program, *said], place.folder, log, {**os.environ, **variables}, place.servers)
    return Ran(took, _last(log, place.url) if took.value else None)


def _last(log: Path, url: str) -> str:
    """Return the last lines of a log on one line, without the URL, which contains a password."""
    words = process.last_words(log, 6).partition("\n")[2]
    return " ".join(words.replace(url, "the database").split()) if url else " ".join(words.split())
