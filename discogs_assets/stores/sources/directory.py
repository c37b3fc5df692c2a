"""Dumps in a folder: all in one place, laid out as data/YYYY, or in runs.

What belongs here: listing, reading and copying local files. What doesn't: replacing what we hold.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

from discogs_assets import failpoints
from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.stores.folder import require_room
from discogs_assets.stores.sources import runs
from discogs_assets.stores.sources.published import TEXT_BYTES, Listed, Progress, Published, named

COPY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of dump files; the variable that names it, what is in it, and what the variable may name instead."""

    folder: Path

    SETTING: ClassVar[str]
    EXAMPLE: ClassVar[str]
    OTHERS: ClassVar[str]

    @classmethod
    def at(cls, address: str) -> Self:
        """The folder of that path; SettingError if there is none."""
        if "://" in address or not Path(address).is_dir():
            said = f"{address.partition('://')[0]}://…" if "://" in address else address
            raise SettingError(
                f"{cls.SETTING} is {said!r}, expected a folder with files such as {cls.EXAMPLE}, {cls.OTHERS}. Set it "
                "to where your dumps are."
            )
        return cls(Path(address))

    @property
    def title(self) -> str:
        """The address as a message may show it."""
        return str(self.folder)

    def text(self, file: Published) -> str:
        """What a file of checksums says."""
        with _opened(file) as reader:
            return reader.read(TEXT_BYTES).decode(errors="replace")

    def fetch(self, file: Published, target: Path, progress: Progress) -> str:
        """Write the file's bytes, durably, and return their sha256."""
        digest, done = hashlib.sha256(), 0
        with _opened(file) as reader, target.open("wb") as writer:
            size = os.fstat(reader.fileno()).st_size
            require_room(target.parent, size)
            while chunk := reader.read(COPY_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                failpoints.reach("copy")
                done += len(chunk)
                progress(done, size)
            writer.flush()
            os.fsync(writer.fileno())
        return digest.hexdigest()


def _opened(file: Published) -> BinaryIO:
    try:
        return Path(file.place).open("rb")
    except FileNotFoundError as error:
        raise DumpMissingError(f"{file.place} is not there any more. Run again.") from error


class Directory(Files, Listed):
    """A folder with dumps of Discogs."""

    SETTING: ClassVar[str] = "DISCOGS_DUMPS"
    EXAMPLE: ClassVar[str] = "data/2026/discogs_20261101_artists.xml.gz"
    OTHERS: ClassVar[str] = "the address of a site of the form of https://data.discogs.com/, or s3://bucket/prefix"

    def _all(self) -> Iterator[Published]:
        for path in (*self.folder.glob("discogs_*"), *self.folder.glob("data/*/discogs_*")):
            facts = path.stat()
            changed = datetime.fromtimestamp(facts.st_mtime, UTC)
            if found := named(path.name, str(path), facts.st_size, None, changed):
                yield found


class DirectoryRuns(Files, runs.ListedRuns):
    """A folder with runs of MusicBrainz' dumps."""

    SETTING: ClassVar[str] = runs.SETTING
    EXAMPLE: ClassVar[str] = runs.FORM
    OTHERS: ClassVar[str] = (
        "the address of a site of the form of https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/, "
        "s3://bucket/prefix, or off"
    )

    def _all(self) -> Iterator[Published]:
        for path in self.folder.glob("*-*/*"):
            if found := runs.part(f"{path.parent.name}/{path.name}", str(path)):
                yield found
