"""A home made for a measurement: its servers, the commands run in it, and that nothing of it is left.

What belongs here: beginning and ending a home. What doesn't: what is measured in it.
"""

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
from discogs_assets.bench.measurement import Measured, command
from discogs_assets.embedded import process
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.postgres import PostgresServer
from discogs_assets.embedded.server import live_record
from discogs_assets.errors import DiscogsError, LoadError
from discogs_assets.stores import musicbrainz
from discogs_assets.stores.lake import Lake

DISCOGS = (sys.executable, "-c", "from discogs_assets.cli import main; main()")
DAGSTER = (sys.executable, "-m", "dagster")

OURS = ("DISCOGS_", "DAGSTER_")
"""Variables of whoever measures that must not reach what is measured, but for those in `TAKEN`."""

RECORD = "server.json"
"""Where a server's record lies in its folder."""

TAKEN = ("DISCOGS_EXECUTOR",)


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with a home in it, whose servers run, and the dumps that it loads."""

    folder: Path
    dumps: Dumps

    @property
    def path(self) -> Path:
        """The home itself."""
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
        """What the commands have said."""
        return self.folder / "commands.log"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its commands; what `.env` says wins in none of them.

        Steps run in processes of their own, as those of a real month do, or small sizes would be another thing than
        large ones; `DISCOGS_EXECUTOR` says otherwise.
        """
        bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS) or name in TAKEN}
        return {
            "DISCOGS_EXECUTOR": "multiprocess",
            **bare,
            "DISCOGS_HOME": str(self.path),
            "DISCOGS_DUMPS": str(self.dumps.folder.absolute()),
            "DISCOGS_MUSICBRAINZ": musicbrainz.OFF,
        }

    @property
    def dagster(self) -> dict[str, str]:
        """The variables by which a process finds its Dagster instance."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".env").items()}

    def servers(self) -> list[int]:
        """Process ids of its servers that run; asked several times a second, and so of their records alone."""
        found = (live_record(server.folder / RECORD) for server in (self.postgres, self.neo4j))
        return [record.pid for record in found if record]

    def run(self, *words: str) -> Measured:
        """A command, measured with the servers it asks; LoadError with its last words if it fails."""
        took = command(words, self.folder, self.log, self.environment, self.servers)
        if took.value:
            raise LoadError(f"`{' '.join(words[1:])}` failed in a new home. {process.last_words(self.log, 25)}")
        return took

    def materialise(self, selection: str, partition: str) -> Measured:
        """A run of assets of a month."""
        module = ("-m", "discogs_assets.definitions")
        return self.run(*DAGSTER, "asset", "materialize", *module, "--select", selection, "--partition", partition)

    def end(self) -> None:
        """Stop the servers and remove everything, whatever state it is in."""
        for server in (self.neo4j, self.postgres):
            with suppress(OSError, DiscogsError):
                server.stop()
        for pid in self.servers():
            process.stop(psutil.Process(pid), signal.SIGKILL)
        for folder in (self.postgres.status().folder, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new(dumps: Dumps, beside: Path | None = None) -> Iterator[Home]:
    """A new home with running servers, in `beside` or the folder for temporary files, while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_bench_", dir=beside and beside.absolute()))
    # PostgreSQL runs as another user where we are root.
    folder.chmod(0o755)
    home = Home(folder, dumps)
    try:
        home.run(*DISCOGS, "up")
        yield home
    finally:
        home.end()
