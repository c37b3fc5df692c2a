"""The Parquet lake: one folder per asset and month, complete or absent."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from discogs_assets.errors import DumpMissingError
from discogs_assets.settings import Settings
from discogs_assets.stores.lake.atomic_dir import remove, replacing

PARTITION = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""Glob pattern of partition folders. Folders under construction do not match it."""

DUMPS = "dumps"
"""Folder of an S3 lake for the published files, laid out as another lake."""

TABLES = "*.parquet"
"""Glob pattern of a partition's Parquet files."""


def of(settings: Settings) -> "Lake":
    """Return the lake that DISCOGS_LAKE names: a folder or s3://bucket/prefix."""
    return in_bucket(settings) or Lake(Path(settings.lake_address))


def in_bucket(settings: Settings, part: str = "") -> "Lake | None":
    """Return the lake in S3, or the one in its folder `part`; None if the lake is a local folder."""
    if not settings.lake_address.lower().startswith("s3://"):
        return None
    from discogs_assets.stores.lake.s3_lake import ObjectLake

    return ObjectLake.at(f"{settings.lake_address}/{part}", settings.staged_folder / (part or "lake"))


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake in a local folder, with paths such as `parquet/discogs/artists/2026-11-01/` (asset, partition)."""

    root: Path

    @property
    def title(self) -> str:
        """The lake's address for messages."""
        return str(self.root)

    def folder(self, key: Sequence[str], partition: str) -> Path:
        """Return the local path of the partition, existing or not."""
        return self.root.joinpath(*key, partition)

    def address(self, key: Sequence[str], partition: str) -> str:
        """Return the location of the partition as a URI."""
        return self.folder(key, partition).as_uri()

    def require_writable(self) -> None:
        """Raise OSError unless files can be written and deleted."""
        self.root.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.root):
            pass

    def find_files(self, key: Sequence[str], partition: str, pattern: str = TABLES) -> list[Path]:
        """Return the partition's files that match the pattern, sorted; none if it is absent."""
        return sorted(self.folder(key, partition).glob(pattern))

    def names(self, key: Sequence[str], partition: str) -> list[str]:
        """Return the names of the partition's files, sorted; none if it is absent. Nothing is downloaded."""
        return [file.name for file in Lake.find_files(self, key, partition, "*")]

    def files(self, key: Sequence[str], partition: str) -> list[Path]:
        """Return the partition's Parquet files, sorted. Raises DumpMissingError if it is absent."""
        if files := self.find_files(key, partition):
            return files
        raise self.absent(key, partition)

    def footers(self, key: Sequence[str], partition: str) -> list[Path]:
        """Return files with at least the footers of the partition's Parquet files; none if it is absent."""
        return self.find_files(key, partition)

    def absent(self, key: Sequence[str], partition: str) -> DumpMissingError:
        """Return the error for an absent partition."""
        return DumpMissingError(
            f"{'/'.join(key)} has no partition {partition} in the lake ({self.address(key, partition)} holds no "
            f"Parquet file). Materialise it first: dagster asset materialize -m discogs_assets.definitions "
            f"--select 'key:\"{'/'.join(key)}\"' --partition {partition}"
        )

    def partitions(self, key: Sequence[str]) -> list[str]:
        """Return the partitions of an asset, oldest first."""
        return sorted({file.parent.name for file in self.root.joinpath(*key).glob(f"{PARTITION}/{TABLES}")})

    def older(self, key: Sequence[str], partition: str) -> list[str]:
        """Return the partitions of an asset before this one, newest first."""
        return [each for each in reversed(self.partitions(key)) if each < partition]

    def months(self) -> list[str]:
        """Return the partitions that any asset has, oldest first."""
        return sorted({folder.name for folder in self._folders(PARTITION)})

    def assets(self, partition: str) -> list[str]:
        """Return the assets with Parquet files in the partition, such as `parquet/discogs/artists`."""
        folders = (folder for folder in self._folders(partition) if any(folder.glob(TABLES)))
        return sorted(folder.parent.relative_to(self.root).as_posix() for folder in folders)

    def drop(self, partition: str) -> dict[str, int]:
        """Delete the partition of every asset; return the bytes by asset. Raises BusyError if one is being written."""
        return {
            folder.parent.relative_to(self.root).as_posix(): remove(folder)
            for folder in sorted(self._folders(partition))
        }

    def _folders(self, partition: str) -> Iterator[Path]:
        return (folder for folder in self.root.glob(f"**/{partition}") if folder.is_dir())

    def size(self, key: Sequence[str], partition: str) -> int:
        """Return the size of the partition's Parquet files in bytes."""
        return sum(file.stat().st_size for file in self.files(key, partition))

    def writing(self, key: Sequence[str], partition: str) -> AbstractContextManager[Path]:
        """Lend an empty folder that becomes the partition if the block succeeds (see `atomic_dir.replacing`)."""
        return replacing(self.folder(key, partition))
