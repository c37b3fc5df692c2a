"""The Parquet lake in S3: `{key}/{partition}/*.parquet` as on disk, and a manifest in each partition."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from discogs_assets.errors import DumpMissingError, LoadError, SettingError
from discogs_assets.stores.lake.atomic_dir import alone, drafted
from discogs_assets.stores.lake.local import DUMPS, PARTITION, TABLES, Lake
from discogs_assets.stores.lake.local_cache import Staged
from discogs_assets.stores.lake.s3 import Prefix
from discogs_assets.stores.lake.s3_manifest import MANIFEST, NOTHING_BYTES, Manifest, ObjectFolder

SETTING = "DISCOGS_LAKE"
EXPECTED = "credentials that may list the bucket, and read, write and delete below the prefix"

FOOTERS = "footers"
"""Folder of copies that hold only footers, next to a partition's copies."""

Listed = Mapping[str, Any]
"""An object as the server lists it."""


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
                    f"{SETTING} is {self.title}, whose server takes an object that is to be written only where there "
                    "is none (If-None-Match), though there is one: of two writers neither would notice the other. Use "
                    "a server that knows conditional writes."
                )
        finally:
            folder.delete(name)

    def find_files(self, key: Sequence[str], partition: str, pattern: str = TABLES) -> list[Path]:
        """Return copies of the partition's files that match the pattern, sorted; none if it is absent."""
        name = _name(key, partition)
        fetch = self._folder(name).fetch
        return self._copies(name, lambda it: self._staged.take(name, it.version, it.size, partial(fetch, it)), pattern)

    def names(self, key: Sequence[str], partition: str) -> list[str]:
        """Return the names of the partition's files, sorted; none if it is absent. Nothing is downloaded."""
        return sorted(self._folder(_name(key, partition)).manifest().files)

    def footers(self, key: Sequence[str], partition: str) -> list[Path]:
        """Return files with only the footers of the partition's Parquet files; none if it is absent."""
        name = _name(key, partition)
        place, fetch = f"{name}/{FOOTERS}", self._folder(name).fetch_footers
        return self._copies(name, lambda it: self._staged.take(place, it.version, 0, partial(fetch, it)), TABLES)

    def _copies(self, name: str, taken: Callable[[Manifest], Path], pattern: str) -> list[Path]:
        """Return the files taken from the manifest, or from the next one if a writer has replaced it meanwhile."""
        manifest = self._folder(name).manifest()
        while manifest.files:
            try:
                return sorted(taken(manifest).glob(pattern))
            except DumpMissingError as error:
                before, manifest = manifest, self._folder(name).manifest()
                if manifest.version == before.version:
                    raise LoadError(f"{error} Its manifest names it: materialise it again.") from error
        return []

    def partitions(self, key: Sequence[str]) -> list[str]:
        """Return the partitions of an asset, oldest first."""
        return sorted(partition for _, partition in _whole(self._objects("/".join(key))))

    def months(self) -> list[str]:
        """Return the partitions that any asset has, oldest first."""
        return sorted({partition for _, partition in _whole(self._objects())})

    def assets(self, partition: str) -> list[str]:
        """Return the assets with files in the partition."""
        return sorted(asset for asset, there in _whole(self._objects()) if there == partition)

    def drop(self, partition: str) -> dict[str, int]:
        """Delete the partition of every asset; return the bytes by asset.

        Raises BusyError if one is being written on this machine. A writer on another machine loses.
        """
        objects = defaultdict[str, dict[str, Listed]](dict)
        for folder, name, each in (found := list(self._objects())):
            objects[folder][name] = each
        whole = sorted(asset for asset, there in _whole(found) if there == partition)
        return {asset: self._drop(asset, partition, objects[f"{asset}/{partition}"]) for asset in whole}

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
        with drafted(self.folder(key, partition)) as draft:
            held = self._folder(name).manifest()
            yield draft
            version = self._folder(name).replace(draft, held)
            self._staged.put(draft, name, version)

    @property
    def _staged(self) -> Staged:
        return Staged(self.root)

    def _folder(self, name: str) -> ObjectFolder:
        return ObjectFolder(self.prefix.below(name))

    def _objects(self, below: str = "") -> Iterator[tuple[str, str, Listed]]:
        """Yield folder, name and listing entry of each object of the lake, or of a folder of it."""
        for each in self.prefix.list_objects(below and f"{below}/"):
            folder, _, name = each["Key"].rpartition("/")
            if not folder.startswith(f"{DUMPS}/"):
                yield folder, name, each

    def _drop(self, asset: str, partition: str, objects: dict[str, Listed]) -> int:
        name, held = f"{asset}/{partition}", objects.pop(MANIFEST)
        with alone(self.root / name):
            self._folder(name).empty(held["ETag"], objects)
            self._staged.drop(name)
        return sum(each["Size"] for each in objects.values())


def _name(key: Sequence[str], partition: str) -> str:
    return "/".join([*key, partition])


def _whole(objects: Iterable[tuple[str, str, Listed]]) -> Iterator[tuple[str, str]]:
    """Yield asset and partition of each manifest that names files."""
    for folder, name, each in objects:
        asset, _, partition = folder.rpartition("/")
        if name == MANIFEST and each["Size"] > NOTHING_BYTES and fnmatch(partition, PARTITION):
            yield asset, partition
