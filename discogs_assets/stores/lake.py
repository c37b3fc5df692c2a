"""The Parquet lake: one folder per asset and month, complete or absent.

What belongs here: where a partition lies. What doesn't: what its files hold, how a folder is replaced (see `folder`),
and a lake in S3 (see `object_lake`).
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from discogs_assets.errors import DumpMissingError
from discogs_assets.settings import Settings
from discogs_assets.stores.folder import remove, replacing

PARTITION = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""What a partition's folder is called; what is under construction beside it is called otherwise."""

DUMPS = "dumps"
"""The folder of a lake in S3 with the published files, which are a lake of their own."""

TABLES = "*.parquet"
"""A partition's Parquet files."""


def of(settings: Settings) -> "Lake":
    """The lake that DISCOGS_LAKE names: a folder or s3://bucket/prefix."""
    return in_bucket(settings) or Lake(Path(settings.lake_address))


def in_bucket(settings: Settings, part: str = "") -> "Lake | None":
    """The lake in S3, or the one in a folder of it; None if the lake is a folder of this machine."""
    if not settings.lake_address.lower().startswith("s3://"):
        return None
    from discogs_assets.stores.object_lake import ObjectLake

    return ObjectLake.at(f"{settings.lake_address}/{part}", settings.staged_folder / (part or "lake"))


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder in which `parquet/discogs/artists/2026-11-01/` holds that partition of that asset."""

    root: Path

    @property
    def title(self) -> str:
        """The lake's address as a message may show it."""
        return str(self.root)

    def folder(self, key: Sequence[str], partition: str) -> Path:
        """Where the partition lies on this machine, whether it is there or not."""
        return self.root.joinpath(*key, partition)

    def address(self, key: Sequence[str], partition: str) -> str:
        """Where the partition lies, as a URI."""
        return self.folder(key, partition).as_uri()

    def require_writable(self) -> None:
        """OSError unless files can be written and deleted."""
        self.root.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.root):
            pass

    def found(self, key: Sequence[str], partition: str, pattern: str = TABLES) -> list[Path]:
        """The partition's files of that form in order, none if it is not there."""
        return sorted(self.folder(key, partition).glob(pattern))

    def names(self, key: Sequence[str], partition: str) -> list[str]:
        """What the partition's files are called, in order, none if it is not there; nothing is brought here."""
        return [file.name for file in Lake.found(self, key, partition, "*")]

    def files(self, key: Sequence[str], partition: str) -> list[Path]:
        """The partition's Parquet files in order; DumpMissingError if it is not there."""
        if files := self.found(key, partition):
            return files
        raise self.absent(key, partition)

    def footers(self, key: Sequence[str], partition: str) -> list[Path]:
        """Files with the footers of the partition's Parquet files, if not with their rows; none if it is not there."""
        return self.found(key, partition)

    def absent(self, key: Sequence[str], partition: str) -> DumpMissingError:
        """What is raised for a partition that is not there."""
        return DumpMissingError(
            f"{'/'.join(key)} has no partition {partition} in the lake ({self.address(key, partition)} holds no "
            f"Parquet file). Materialise it first: dagster asset materialize -m discogs_assets.definitions "
            f"--select 'key:\"{'/'.join(key)}\"' --partition {partition}"
        )

    def partitions(self, key: Sequence[str]) -> list[str]:
        """The partitions of an asset that are there, the oldest first."""
        return sorted({file.parent.name for file in self.root.joinpath(*key).glob(f"{PARTITION}/{TABLES}")})

    def older(self, key: Sequence[str], partition: str) -> list[str]:
        """The partitions of an asset from months before this one, the newest first."""
        return [each for each in reversed(self.partitions(key)) if each < partition]

    def months(self) -> list[str]:
        """The partitions of which any asset has something, the oldest first."""
        return sorted({folder.name for folder in self._folders(PARTITION)})

    def assets(self, partition: str) -> list[str]:
        """The assets of which the partition has Parquet files, such as `parquet/discogs/artists`."""
        folders = (folder for folder in self._folders(partition) if any(folder.glob(TABLES)))
        return sorted(folder.parent.relative_to(self.root).as_posix() for folder in folders)

    def drop(self, partition: str) -> dict[str, int]:
        """Take the partition of every asset away; the bytes by asset. BusyError if one is being written."""
        return {
            folder.parent.relative_to(self.root).as_posix(): remove(folder)
            for folder in sorted(self._folders(partition))
        }

    def _folders(self, partition: str) -> Iterator[Path]:
        return (folder for folder in self.root.glob(f"**/{partition}") if folder.is_dir())

    def size(self, key: Sequence[str], partition: str) -> int:
        """Bytes of the partition's Parquet files."""
        return sum(file.stat().st_size for file in self.files(key, partition))

    def writing(self, key: Sequence[str], partition: str) -> AbstractContextManager[Path]:
        """An empty folder that becomes the partition when the block ends without an error (see `folder.replacing`)."""
        return replacing(self.folder(key, partition))
