"""The Parquet lake: one folder per asset and month, complete or absent.

What belongs here: where a partition lies. What doesn't: what its files hold, how a folder is replaced (see `folder`).
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.errors import DumpMissingError
from discogs_assets.stores.folder import remove, replacing

PARTITION = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""What a partition's folder is called; what is under construction beside it is called otherwise."""


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder in which `parquet/discogs/artists/2026-11-01/` holds that partition of that asset."""

    root: Path

    def folder(self, key: Sequence[str], partition: str) -> Path:
        """Where the partition lies, whether it is there or not."""
        return self.root.joinpath(*key, partition)

    def files(self, key: Sequence[str], partition: str) -> list[Path]:
        """The partition's Parquet files in order; DumpMissingError if it is not there."""
        folder = self.folder(key, partition)
        files = sorted(folder.glob("*.parquet"))
        if not files:
            raise DumpMissingError(
                f"{'/'.join(key)} has no partition {partition} in the lake ({folder} holds no Parquet file). "
                f"Materialise it first: dagster asset materialize -m discogs_assets.definitions "
                f"--select 'key:\"{'/'.join(key)}\"' --partition {partition}"
            )
        return files

    def partitions(self, key: Sequence[str]) -> list[str]:
        """The partitions of an asset that are there, the oldest first."""
        return sorted({file.parent.name for file in self.root.joinpath(*key).glob(f"{PARTITION}/*.parquet")})

    def older(self, key: Sequence[str], partition: str) -> list[str]:
        """The partitions of an asset from months before this one, the newest first."""
        return [each for each in reversed(self.partitions(key)) if each < partition]

    def months(self) -> list[str]:
        """The partitions of which any asset has something, the oldest first."""
        return sorted({folder.name for folder in self._folders(PARTITION)})

    def drop(self, partition: str) -> dict[str, int]:
        """Take the partition of every asset away; the bytes by asset. BusyError if one is being written."""
        return {
            folder.parent.relative_to(self.root).as_posix(): remove(folder)
            for folder in sorted(self._folders(partition))
        }

    def _folders(self, partition: str) -> Iterator[Path]:
        return (folder for folder in self.root.glob(f"**/{partition}") if folder.is_dir())

    def size(self, key: Sequence[str], partition: str) -> int:
        """Bytes of the partition's files on disk."""
        return sum(file.stat().st_size for file in self.files(key, partition))

    def writing(self, key: Sequence[str], partition: str) -> AbstractContextManager[Path]:
        """An empty folder that becomes the partition when the block ends without an error (see `folder.replacing`)."""
        return replacing(self.folder(key, partition))
