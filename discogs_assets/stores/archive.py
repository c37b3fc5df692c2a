"""Published dumps: which files a month has, and one verified copy of each of our own.

What belongs here: names, CHECKSUM files, copying with a digest. What doesn't: what a dump holds.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from discogs_assets import failpoints
from discogs_assets.errors import DumpDamagedError, DumpMissingError, SettingError
from discogs_assets.stores.folder import replacing

NAME = re.compile(r"discogs_(?P<date>\d{8})_(?P<kind>\w+)\.(?:xml\.gz|txt)")
SUM = re.compile(r"(?P<sha256>[0-9a-fA-F]{64}) [ *]?(?P<name>\S+)")
"""A line of a CHECKSUM file: one space since 2019, two before (GNU sha256sum writes two, or ` *`)."""

COPY_BYTES = 8 << 20

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump file as we hold it: its date of publication, the sha256 that its month's CHECKSUM gives, its bytes."""

    entity: str
    path: Path
    published: date
    sha256: str
    size: int

    @property
    def newest_year(self) -> int:
        """The last year a record of this dump may state: the one after its own."""
        return self.published.year + 1


@dataclass(frozen=True, slots=True)
class Archive:
    """Where dumps come from (`source`, a folder) and where the verified copies lie (`root`)."""

    source: str
    root: Path

    def months(self) -> list[str]:
        """Partition keys for which at least one dump file is published, oldest first."""
        return sorted({f"{stamp[:4]}-{stamp[4:6]}-01" for stamp, kind, _ in self._published() if kind != "CHECKSUM"})

    def dump(self, entity: str, partition: str) -> Dump:
        """Our own copy; DumpMissingError if it has not been taken yet."""
        for path in self._folder(entity, partition).glob("discogs_*.xml.gz"):
            sha256 = path.with_name(f"{path.name}.sha256").read_text().strip()
            return Dump(entity, path, _date(path.name), sha256, path.stat().st_size)
        raise DumpMissingError(
            f"dumps/discogs/{entity} has no partition {partition}. Materialise it first: dagster asset materialize "
            f"-m discogs_assets.definitions --select 'key:\"dumps/discogs/{entity}\"' --partition {partition}"
        )

    def take(self, entity: str, partition: str, progress: Progress = lambda done, size: None) -> Dump:
        """Copy the month's file, its sha256 compared on the way, and put it in place; what was there before goes.

        DumpMissingError if the month lacks the file or its checksum, DumpDamagedError if its bytes are others.
        """
        source, expected = self._file(entity, partition), self._expected(entity, partition)
        with replacing(self._folder(entity, partition)) as draft:
            found = _copy(source, draft / source.name, progress)
            if found != expected:
                raise DumpDamagedError(
                    f"{source}: its sha256 is {found}, but the month's CHECKSUM file says {expected}. Fetch it again."
                )
            (draft / f"{source.name}.sha256").write_text(f"{expected}\n")
        return self.dump(entity, partition)

    def _folder(self, entity: str, partition: str) -> Path:
        return self.root / "discogs" / entity / partition

    def _published(self) -> Iterator[tuple[str, str, Path]]:
        """Date, kind and path of every file of a dump's form in the source."""
        source = Path(self.source)
        if "://" in self.source or not source.is_dir():
            raise SettingError(
                f"DISCOGS_DUMPS is {self.source!r}, expected a folder with files such as "
                "data/2026/discogs_20261101_artists.xml.gz. Set it to the folder that holds your dumps."
            )
        for path in sorted([*source.glob("discogs_*"), *source.glob("data/*/discogs_*")]):
            if found := NAME.fullmatch(path.name):
                yield found["date"], found["kind"], path

    def _file(self, entity: str, partition: str) -> Path:
        """The month's newest file of the entity, whatever its day."""
        month = partition[:7].replace("-", "")
        found = [path for stamp, kind, path in self._published() if stamp.startswith(month) and kind == entity]
        if not found:
            raise DumpMissingError(
                f"no {entity} dump of {partition[:7]} in {self.source}: expected discogs_{month}01_{entity}.xml.gz or "
                f"another day of the month. Months there: {', '.join(m[:7] for m in self.months()) or 'none'}."
            )
        return found[-1]

    def _expected(self, entity: str, partition: str) -> str:
        """The sha256 that a CHECKSUM file of the month gives for the entity's file."""
        month = partition[:7].replace("-", "")
        name = self._file(entity, partition).name
        sums = [path for stamp, kind, path in self._published() if stamp.startswith(month) and kind == "CHECKSUM"]
        for path in reversed(sums):
            for line in SUM.finditer(path.read_text(errors="replace")):
                if line["name"] == name:
                    return line["sha256"].lower()
        raise DumpMissingError(
            f"no checksum for {name}: {', '.join(str(p) for p in sums) or f'no CHECKSUM file of {partition[:7]}'} "
            "does not list it. A month is complete once its CHECKSUM file names all its files; wait, or fetch it again."
        )


def _date(name: str) -> date:
    found = NAME.fullmatch(name)
    assert found
    return date.fromisoformat(found["date"])


def _copy(source: Path, target: Path, progress: Progress) -> str:
    """Copy the bytes, durably, and return their sha256."""
    digest, done, size = hashlib.sha256(), 0, source.stat().st_size
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(COPY_BYTES):
            digest.update(chunk)
            writer.write(chunk)
            failpoints.reach("copy")
            done += len(chunk)
            progress(done, size)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()
