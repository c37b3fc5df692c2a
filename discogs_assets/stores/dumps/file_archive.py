"""Base of the archives: a source and our verified copies of its files, each bound to the source that it came from."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from discogs_assets.errors import DiscogsError, DumpDamagedError
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.sources import download, open_source
from discogs_assets.stores.dumps.sources.download import Progress, broken_gzip
from discogs_assets.stores.dumps.sources.dump_file import Layout, Published, Source
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW
from discogs_assets.stores.lake import local_lake
from discogs_assets.stores.lake.local_lake import Lake

NOTE = "source-{}.txt"
"""Name of the file that notes a copy's source. It contains the source's digest, so that a listing identifies it."""

DIGITS = 16
"""Digits of the digest."""

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
"""Variables that name an S3 server other than Amazon's."""

SHA256_DIGITS = 64


@dataclass(frozen=True)
class FileArchive(ABC):
    """A source of dumps (a site, a bucket or a folder) and the verified copies, one folder per entity and month.

    Copies are below `root`, or in the lake `kept` if given. `patience` is the longest delay of a request, in seconds,
    that our rate limit for a site may cause.
    """

    source: str = field(repr=False)
    root: Path
    patience: float = WINDOW
    kept: Lake | None = None

    LAYOUT: ClassVar[Layout]
    FIELD: ClassVar[str]
    """Field of the settings that names the source."""

    FOLDER: ClassVar[str]
    """Folder of the copies."""

    FILES: ClassVar[str]
    """Glob pattern of a partition's dump file."""

    @classmethod
    def of(cls, settings: Settings, patience: float = WINDOW) -> Self:
        """Return the archive of the settings. With a lake in S3, the copies are kept there, shared by all machines."""
        kept = local_lake.in_bucket(settings, local_lake.DUMPS)
        return cls(getattr(settings, cls.FIELD).strip(), settings.home_folder / "dumps", patience, kept)

    @property
    def title(self) -> str:
        """The source's address for messages, without password or signature."""
        return self.open_source().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets. Copies are bound to it."""
        return identify_source(self.source)

    @property
    def copies(self) -> Lake:
        """Our copies, one folder per entity and month."""
        return self.kept or Lake(self.root)

    def address(self, entity: str, partition: str) -> str:
        """Return the location of our copy as a URI."""
        return self.copies.address((self.FOLDER, entity), partition)

    def open_source(self) -> Source:
        """Return the source. No request is made yet."""
        return open_source(self.LAYOUT, self.source, self.root, self.patience)

    def find_files(self, entity: str, partition: str) -> list[Path]:
        """Return our copy of the file, at most one, whatever its source."""
        return self.copies.find_files((self.FOLDER, entity), partition, self.FILES)

    @abstractmethod
    def find_sum(self, entity: str, partition: str, file: Path) -> str:
        """Return the sha256 that the source publishes now for a copy; empty if it does not publish the file."""

    def explain_foreign(self, entity: str, partition: str, again: bool = False) -> str:
        """Return the reason why a copy does not count as the source's; empty if it does.

        A copy without a note does if the source publishes the same sha256 now; the note is then written. With `again`,
        copies with a note are compared, too, if their file is still published.
        """
        noted = is_noted(self.origin, self.copies.names((self.FOLDER, entity), partition))
        if noted is False:
            return "comes from another source"
        if noted and not again:
            return ""
        (file,) = self.find_files(entity, partition)
        try:
            published, fault = self.find_sum(entity, partition, file), "it is not at the source now"
        except (DiscogsError, OSError) as error:
            published, fault = "", str(error)
        if published == read_sum(file) or (noted and not published):
            if not noted and not self.kept:
                write_note(self.origin, file.parent)
            return ""
        fault = "is another file than is published" if published else f"could not be compared: {fault}"
        return f"does not say where it came from and {fault}"

    def fetch(self, source: Source, file: Published, target: Path, progress: Progress, expected: str) -> None:
        """Download the file. Raises DumpDamagedError if its sha256 is not the expected one."""
        found = download.fetch(source, file, target, progress, expected)
        if found == expected:
            return
        broken = broken_gzip(target) if target.suffix == ".gz" else ""
        raise DumpDamagedError(
            f"{file.name} of {source.title}: its sha256 is {found}, but its {self.LAYOUT.sums} file says {expected}"
            f"{broken and f', and it is not a whole gzip: {broken}'}. Fetch it again; if it was published again, its "
            f"{self.LAYOUT.sums} file may still be the old one: wait for the new one."
        )


def sum_file(file: Path) -> Path:
    """Return the path of the file that holds a copy's sha256."""
    return file.with_name(f"{file.name}.sha256")


def read_sum(file: Path) -> str:
    """Return the sha256 of a copy, as verified when it was taken."""
    return sum_file(file).read_text()[:SHA256_DIGITS]


def identify_source(address: str) -> str:
    """Return the normalised address of a site, bucket or folder, without password, query or signature."""
    if "://" not in address:
        return str(Path(address).resolve())
    scheme, place, path, *_ = urlsplit(address)
    bucket = scheme.lower() == "s3"
    place = place.rpartition("@")[2] if bucket else place.rpartition("@")[2].lower()
    server = next((found for name in ENDPOINTS if bucket and (found := os.environ.get(name))), "")
    suffix = f" at {urlsplit(server).netloc.rpartition('@')[2].lower()}" if server else ""
    return f"{scheme.lower()}://{place}/{path.strip('/')}".rstrip("/") + "/" + suffix


def _name_note(origin: str) -> str:
    return NOTE.format(hashlib.sha256(origin.encode()).hexdigest()[:DIGITS])


def write_note(origin: str, folder: Path) -> None:
    """Note the source of a file in its folder."""
    (folder / _name_note(origin)).write_text(f"{origin}\n")


def is_noted(origin: str, names: Collection[str]) -> bool | None:
    """Return True if files of these names came from the source; None if nothing is noted."""
    before, _, after = NOTE.partition("{}")
    notes = [each for each in names if each.startswith(before) and each.endswith(after)]
    return _name_note(origin) in notes if notes else None


def read_note(folder: Path) -> str:
    """Return the source noted in the folder, empty if there is no note."""
    return "".join(note.read_text().strip() for note in folder.glob(NOTE.format("*")))
