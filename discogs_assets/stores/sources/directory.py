"""Dumps in a folder: all in one place, or laid out as data/YYYY.

What belongs here: listing, reading and copying local files. What doesn't: replacing what we hold.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from discogs_assets import failpoints
from discogs_assets.errors import SettingError
from discogs_assets.stores.folder import require_room
from discogs_assets.stores.sources.published import TEXT_BYTES, Listed, Progress, Published, named

COPY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Directory(Listed):
    """A folder of dump files."""

    folder: Path

    @classmethod
    def at(cls, address: str) -> "Directory":
        """The folder of that path; SettingError if there is none."""
        if "://" in address or not Path(address).is_dir():
            said = f"{address.partition('://')[0]}://…" if "://" in address else address
            raise SettingError(
                f"DISCOGS_DUMPS is {said!r}, expected a folder with files such as "
                "data/2026/discogs_20261101_artists.xml.gz, the address of a site of the form of "
                "https://data.discogs.com/, or s3://bucket/prefix. Set it to where your dumps are."
            )
        return cls(Path(address))

    @property
    def title(self) -> str:
        """The address as a message may show it."""
        return str(self.folder)

    def text(self, file: Published) -> str:
        """What a CHECKSUM file says."""
        with Path(file.place).open("rb") as reader:
            return reader.read(TEXT_BYTES).decode(errors="replace")

    def fetch(self, file: Published, target: Path, progress: Progress) -> str:
        """Write the file's bytes, durably, and return their sha256."""
        digest, done, size = hashlib.sha256(), 0, Path(file.place).stat().st_size
        require_room(target.parent, size)
        with Path(file.place).open("rb") as reader, target.open("wb") as writer:
            while chunk := reader.read(COPY_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                failpoints.reach("copy")
                done += len(chunk)
                progress(done, size)
            writer.flush()
            os.fsync(writer.fileno())
        return digest.hexdigest()

    def _all(self) -> Iterator[Published]:
        for path in (*self.folder.glob("discogs_*"), *self.folder.glob("data/*/discogs_*")):
            facts = path.stat()
            changed = datetime.fromtimestamp(facts.st_mtime, UTC)
            if found := named(path.name, str(path), facts.st_size, None, changed):
                yield found
