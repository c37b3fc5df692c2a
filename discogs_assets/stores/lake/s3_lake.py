"""The Parquet lake in S3: `{key}/{partition}/*.parquet` as on disk, and a manifest in each partition."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from secrets import token_hex

from discogs_assets.errors import DumpMissingError, LoadError, SettingError
from discogs_assets.stores.lake.atomic_dir import alone, create_draft
from discogs_assets.stores.lake.local_cache import Staged
from discogs_assets.stores.lake.local_lake import DUMPS, PARTITION, TABLES, Lake
from discogs_assets.stores.lake.s3 import Prefix
from discogs_assets.stores.lake.s3_manifest import MANIFEST, NOTHING_BYTES, Manifest, ObjectFolder

SETTING = "DISCOGS_LAKE"
EXPECTED = "credentials that may list the bucket, and read, write and delete below the prefix"

FOOTERS = "footers"
"""Folder of copies that hold only footers, next to a partition's copies."""

Fetch = Callable[[ObjectFolder, Manifest, Path], None]


@dataclass(frozen=True, slots=True)
class ObjectLake(Lake):
    """A lake below a prefix of a bucket; `root` is the local folder of copies and drafts."""

    prefix: Prefix

    @classmethod
    def at(cls, address: str, staged: Path) -> "ObjectLake":
        """Return the lake at s3://bucket/prefix."""
        return cls(staged, Prefix.at(address, SETTING, EXPECTED))

    @property
    def title(self) -> str:
        """The lake's address for messages."""
        return self.prefix.title

    def address(self, key: Sequence[str], partition: str) -> str:
        """Return the location of the partition as a URI."""
        return self._folder(_name(key, partition)).prefix.title

    def require_writable(self) -> None:
        """Raise an error of ours unless objects can be written and deleted, and the server keeps two writers apart."""
        folder, name = ObjectFolder(self.prefix), f"probe-{token_hex(6)}"
        try:
            if folder.put(name, b"") and folder.put(name, b""):
                raise SettingError(
                    f"{SETTING} is {self.title}, but its server does not support conditional writes: it replaces an "
                    "object despite If-None-Match, so two writers would not notice each other. Use a server that "
                    "supports them."
                )
        finally:
            folder.delete(name)

    def find_files(self, key: Sequence[str], partition: str, pattern: str = TABLES) -> list[Path]:
        """Return copies of the partition's files that match the pattern, sorted; none if it is absent."""
        return self._copy(_name(key, partition), ObjectFolder.fetch, pattern)

    def names(self, key: Sequence[str], partition: str) -> list[str]:
        """Return the names of the partition's files, sorted; none if it is absent. Nothing is downloaded."""
        return sorted(self._folder(_name(key, partition)).manifest().files)

    def footers(self, key: Sequence[str], partition: str) -> list[Path]:
        """Return files with only the footers of the partition's Parquet files; none if it is absent."""
        return self._copy(_name(key, partition), ObjectFolder.fetch_footers, TABLES, FOOTERS)

    def _copy(self, name: str, fetch: Fetch, pattern: str, part: str = "") -> list[Path]:
        """Return copies of the files, or of the next version's if a writer has replaced the manifest meanwhile."""
        folder = self._folder(name)
        manifest = folder.manifest()
        while manifest.files:
            size = 0 if part else manifest.size
            try:
                copy = self._staged.take(f"{name}/{part}", manifest.version, size, partial(fetch, folder, manifest))
                return sorted(copy.glob(pattern))
            except DumpMissingError as error:
                before, manifest = manifest, folder.manifest()
                if manifest.version == before.version:
                    raise LoadError(f"{error} Its manifest names it: materialise it again.") from error
        return []

    def partitions(self, key: Sequence[str]) -> list[str]:
        """Return the partitions of an asset, oldest first."""
        return sorted(partition for _, partition in self._find_partitions(f"{'/'.join(key)}/"))

    def months(self) -> list[str]:
        """Return the partitions that any asset has, oldest first."""
        return sorted({partition for _, partition in self._find_partitions()})

    def assets(self, partition: str) -> list[str]:
        """Return the assets with files in the partition."""
        return sorted(asset for asset, found in self._find_partitions() if found == partition)

    def drop(self, partition: str) -> dict[str, int]:
        """Delete the partition of every asset; return the bytes by asset.

        Raises BusyError if one is being written on this machine. A writer on another machine loses.
        """
        sizes = {}
        for asset in self.assets(partition):
            name = f"{asset}/{partition}"
            with alone(self.root / name):
                sizes[asset] = self._folder(name).empty()
                self._staged.drop(name)
        return sizes

    def size(self, key: Sequence[str], partition: str) -> int:
        """Return the size of the partition's Parquet files in bytes."""
        files = self._folder(_name(key, partition)).manifest().files
        if not files:
            raise self.absent(key, partition)
        return sum(each.size for name, each in files.items() if fnmatch(name, TABLES))

    @contextmanager
    def writing(self, key: Sequence[str], partition: str) -> Iterator[Path]:
        """Yield an empty folder that becomes the partition if the block succeeds.

        Raises BusyError if another process is writing the same partition here, or has replaced it elsewhere meanwhile.
        """
        name = _name(key, partition)
        with create_draft(self.folder(key, partition)) as draft:
            held = self._folder(name).manifest()
            yield draft
            version = self._folder(name).replace(draft, held)
            self._staged.put(draft, name, version)

    @property
    def _staged(self) -> Staged:
        return Staged(self.root)

    def _folder(self, name: str) -> ObjectFolder:
        return ObjectFolder(self.prefix.below(name))

    def _find_partitions(self, below: str = "") -> Iterator[tuple[str, str]]:
        """Yield asset and partition of each manifest that names files, in the lake or in a folder of it."""
        for each in self.prefix.list_objects(below):
            asset, partition, name = ("", "", *each["Key"].rsplit("/", 2))[-3:]
            if (
                name == MANIFEST
                and each["Size"] > NOTHING_BYTES
                and fnmatch(partition, PARTITION)
                and not asset.startswith(f"{DUMPS}/")
            ):
                yield asset, partition


def _name(key: Sequence[str], partition: str) -> str:
    return "/".join([*key, partition])
