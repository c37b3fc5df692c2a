"""Temporary homes for measurements, with servers of their own; nothing of a home is left when it ends."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from dotenv import dotenv_values

from discogs_assets.bench.dumps import Dumps
from discogs_assets.bench.measuring.measurement import Measured, command
from discogs_assets.errors import DiscogsError, LoadError
from discogs_assets.servers import process
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.servers.server_state import live_record
from discogs_assets.stores.dumps import musicbrainz_archive
from discogs_assets.stores.lake.local import Lake

DISCOGS = (sys.executable, "-c", "from discogs_assets.cli import main; main()")
DAGSTER = (sys.executable, "-m", "dagster")

OURS = ("DISCOGS_", "DAGSTER_")
"""Prefixes of the caller's variables that must not reach the measured commands, except those in `TAKEN`."""

RECORD = "server.json"
"""File name of a server's record in its folder."""

TAKEN = ("DISCOGS_EXECUTOR",)
"""Variables passed on to the measured commands."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with a home in it and running servers, and the dumps that it loads."""

    folder: Path
    dumps: Dumps

    @property
    def path(self) -> Path:
        """Folder of the home itself."""
        return self.folder / "home"

    @property
    def lake(self) -> Lake:
        """Its lake."""
        return Lake(self.path / "lake")

    @property
    def postgres(self) -> PostgresServer:
        """Its PostgreSQL."""
        return PostgresServer(self.path)

    @property
    def neo4j(self) -> Neo4jServer:
        """Its Neo4j."""
        return Neo4jServer(self.path)

    @property
    def log(self) -> Path:
        """File of the commands' output."""
        return self.folder / "commands.log"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables of its commands; they take precedence over `.env`.

        Each step runs in a separate process, as in a real month: otherwise small sizes would not compare with large
        ones. `DISCOGS_EXECUTOR` overrides this.
        """
        bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS) or name in TAKEN}
        return {
            "DISCOGS_EXECUTOR": "multiprocess",
            **bare,
            "DISCOGS_HOME": str(self.path),
            "DISCOGS_DUMPS": str(self.dumps.folder.absolute()),
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
        found = (live_record(server.folder / RECORD) for server in (self.postgres, self.neo4j))
        return [record.pid for record in found if record]

    def run(self, *words: str) -> Measured:
        """Run a command and measure it together with the servers; raises LoadError with its last output if it fails."""
        took = command(words, self.folder, self.log, self.environment, self.servers)
        if took.value:
            raise LoadError(f"`{' '.join(words[1:])}` failed in a new home. {process.last_words(self.log, 25)}")
        return took

    def materialise(self, selection: str, partition: str) -> Measured:
        """Materialise the selected assets of a month in a measured Dagster run; raises LoadError if it fails."""
        module = ("-m", "discogs_assets.definitions")
        return self.run(*DAGSTER, "asset", "materialize", *module, "--select", selection, "--partition", partition)

    def end(self) -> None:
        """Stop the servers and remove everything, in any state; a server that does not stop is killed."""
        for server in (self.neo4j, self.postgres):
            with suppress(OSError, DiscogsError):
                server.stop()
        for pid in self.servers():
            process.stop(psutil.Process(pid), signal.SIGKILL)
        for folder in (self.postgres.status().folder, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new(dumps: Dumps, beside: Path | None = None) -> Iterator[Home]:
    """Yield a new home with running servers, below `beside` or the temporary folder; it is removed after the block."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_bench_", dir=beside and beside.absolute()))
    # PostgreSQL runs as another user if we are root, and must be able to enter the folder.
    folder.chmod(0o755)
    home = Home(folder, dumps)
    try:
        home.run(*DISCOGS, "up")
        yield home
    finally:
        home.end()
