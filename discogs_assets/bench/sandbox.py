"""Temporary homes for measurements, with servers of their own; nothing of a home is left when it ends."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from dotenv import dotenv_values

from discogs_assets.bench.dumps import Dumps
from discogs_assets.bench.measurement import Usage, measure_command
from discogs_assets.errors import DiscogsError, LoadError
from discogs_assets.servers import process
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.servers.server_state import live_record
from discogs_assets.stores.dumps import musicbrainz_archive
from discogs_assets.stores.lake.local_lake import Lake

DAGSTER = (sys.executable, "-m", "dagster")

OURS = ("DISCOGS_", "DAGSTER_")
"""Prefixes of the caller's variables that must not reach the measured commands."""

EXECUTOR = "DISCOGS_EXECUTOR"
"""Variable that is passed on to the measured commands.

By default each step runs in a separate process, as in a real month: otherwise small sizes would not compare with large
ones.
"""


class Home:
    """A folder with a home in it and running servers, and the dumps that it loads.

    `log` is the file of the commands' output. `environment` are the variables of its commands; they take precedence
    over `.env`.
    """

    def __init__(self, folder: Path, dumps: Dumps) -> None:
        self.folder, self.dumps = folder, dumps
        self.path, self.log = folder / "home", folder / "commands.log"
        self.lake, self.postgres, self.neo4j = (
            Lake(self.path / "lake"),
            PostgresServer(self.path),
            Neo4jServer(self.path),
        )
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | {
            EXECUTOR: os.environ.get(EXECUTOR, "multiprocess"),
            "DISCOGS_HOME": str(self.path),
            "DISCOGS_DUMPS": str(dumps.folder.absolute()),
            "DISCOGS_MUSICBRAINZ": musicbrainz_archive.OFF,
        }

    @property
    def dagster(self) -> dict[str, str]:
        """Variables of `.env`, by which a process finds the home's Dagster instance."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".env").items()}

    def servers(self) -> list[int]:
        """Return the process ids of its running servers.

        Read from the servers' records only, because sampling calls this several times a second.
        """
        found = (live_record(server.folder / "server.json") for server in (self.postgres, self.neo4j))
        return [record.pid for record in found if record]

    def run(self, *words: str) -> Usage:
        """Run a command and measure it together with the servers; raises LoadError with its last output if it fails."""
        usage, status = measure_command(words, self.folder, self.log, self.environment, self.servers)
        if status:
            how = process.describe_end(status)
            raise LoadError(f"`{' '.join(words[1:])}` {how} in a new home. {process.last_words(self.log, 25)}")
        return usage

    def materialise(self, assets: Sequence[str], partition: str) -> Usage:
        """Materialise assets of a month, by their keys, in a measured Dagster run; raises LoadError if it fails."""
        module, selection = ("-m", "discogs_assets.definitions"), " or ".join(f'key:"{key}"' for key in assets)
        return self.run(*DAGSTER, "asset", "materialize", *module, "--select", selection, "--partition", partition)

    def remove(self) -> None:
        """Stop the servers and remove everything, in any state; a server that does not stop is killed."""
        for server in (self.neo4j, self.postgres):
            with suppress(OSError, DiscogsError):
                server.stop()
        for pid in self.servers():
            process.stop(psutil.Process(pid), signal.SIGKILL)
        for folder in (self.postgres.status().folder, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_home(dumps: Dumps) -> Iterator[Home]:
    """Yield a new home with running servers, next to the dumps if they are kept; it is removed after the block."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_bench_", dir=dumps.workspace and dumps.workspace.absolute()))
    # PostgreSQL runs as another user if we are root, and must be able to enter the folder.
    folder.chmod(0o755)
    home = Home(folder, dumps)
    try:
        home.run(*process.DISCOGS, "up")
        yield home
    finally:
        home.remove()
