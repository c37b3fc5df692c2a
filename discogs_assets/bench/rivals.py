"""Other systems that do the same job, installed and measured on the same files in the same run."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from discogs_assets.bench.measurement import Servers, Usage, measure_command, no_servers
from discogs_assets.errors import InstallError
from discogs_assets.servers import artifacts, process

SCHEMA = "rival"


@dataclass(frozen=True, slots=True)
class Rival:
    """A system, by its `name`, which is also that of its program, and by the `requirement` to install.

    `converts` and `loads` are commands that write files and fill PostgreSQL: arguments by title. `variables` are
    environment variables. In arguments and variables, `{dumps}` stands for the dump files, `{output}` for an empty
    folder, `{url}` and `{schema}` for the place of its tables in PostgreSQL. `refuses` is True if the system fails on
    the odd values of real dumps; it is then measured on dumps without them.
    """

    name: str
    requirement: str
    converts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    loads: Mapping[str, Sequence[str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    refuses: bool = False


_LOAD = ("load", "--no-progress", "--pg-schema", "{schema}", "--pg-create-schema")

DISCOGSKIT = Rival(
    "discogskit",
    "discogskit==0.2.0",
    converts={"convert": ("convert", "--no-progress", "--output", "{output}", "{dumps}")},
    # Its tables are logged by default; both ways are measured.
    loads={"load": (*_LOAD, "{dumps}"), "load, unlogged": (*_LOAD, "--pg-unlogged", "{dumps}")},
    variables={"DATABASE_URL": "{url}"},
    refuses=True,
)

RIVALS = {each.name: each for each in (DISCOGSKIT,)}
"""Rivals by name; one that is installed from a package index and run by commands needs only a declaration here."""


def install(rival: Rival, cache: Path | None = None) -> Path:
    """Return the rival's program, installed by uv in a separate environment in the per-user cache.

    Raises InstallError if it cannot be installed.
    """
    folder = (cache or artifacts.cache_folder()) / "rivals"
    program = folder / "bin" / rival.name
    # `uv run` names its own program in the variable UV.
    words = [os.environ.get("UV", "uv"), "tool", "install", "--force", "--quiet", "--python", sys.executable]
    variables = os.environ | {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(program.parent)}
    try:
        subprocess.run(
            [*words, rival.requirement], env=variables, capture_output=True, text=True, check=True, timeout=900
        )
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", "") or error
        raise InstallError(
            f"{rival.requirement} could not be installed to be measured against: {why}. "
            "Check that uv is on the PATH and reaches a package index, or leave out --against."
        ) from error
    return program


def run(
    rival: Rival,
    program: Path,
    words: Sequence[str],
    dumps: Sequence[Path],
    folder: Path,
    url: str = "",
    servers: Servers = no_servers,
) -> tuple[Usage, str | None]:
    """Run and measure a rival's command in an empty folder; return its usage, and the end of its output if it failed.

    It writes files to `folder/output`, and tables to `SCHEMA` in the database at `url`. It gets symbolic links to the
    dumps, as some rivals write next to their input.
    """
    output, log, links = folder / "output", folder / "output.log", [folder / path.name for path in dumps]
    output.mkdir()
    for link, path in zip(links, dumps, strict=True):
        link.symlink_to(path.absolute())
    known = {"output": str(output), "url": url, "schema": SCHEMA}
    arguments = [each for word in words for each in (links if word == "{dumps}" else [word.format(**known)])]
    variables = os.environ | {name: value.format(**known) for name, value in rival.variables.items()}
    usage, status = measure_command([program, *arguments], folder, log, variables, servers)
    if not status:
        return usage, None
    last = process.last_words(log, 6).partition("\n")[2]
    # The URL contains a password.
    safe = last.replace(url, "the database") if url else last
    how = f"{process.describe_end(status)}: " if status < 0 else ""
    return replace(usage, seconds=None), how + " ".join(safe.split())
