"""Copies of the graph tables that a database over Bolt holds or is loading, independent of the lake."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.stores.lake.atomic_dir import alone
from discogs_assets.streams.graph.files import Tables

PARTS = ("nodes", "relationships")


@dataclass(frozen=True, slots=True)
class SentTables:
    """Copies of graph tables, each in a folder named by its digest.

    Files are hard links to the lake's where possible: they take space only once the lake has other files.
    """

    folder: Path

    @contextmanager
    def lock_folder(self) -> Iterator["SentTables"]:
        """Yield the folder under its lock. Raises BusyError if another process holds it."""
        with alone(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            yield self

    def keep(self, tables: Tables) -> Tables:
        """Return the same tables in files that do not change any more."""
        draft = self.scratch()
        for part in PARTS:
            for name, files in getattr(tables, part).items():
                place = draft / part / name
                place.mkdir(parents=True)
                for file in files:
                    _link(file, place / file.name)
        digest = _read(draft, tables.month).digest
        place = self.folder / digest
        if place.exists():
            shutil.rmtree(draft)
        else:
            draft.rename(place)
        return _read(place, tables.month, digest)

    def find(self, month: str, digest: str) -> Tables | None:
        """Return the tables with this digest, None if there is no copy."""
        place = self.folder / digest
        return _read(place, month, digest) if digest and place.exists() else None

    def scratch(self) -> Path:
        """Create a folder for a load's temporary files; `sweep` deletes it."""
        return Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))

    def sweep(self, keep: Collection[str | None]) -> None:
        """Delete everything except the tables with these digests."""
        for path in self.folder.iterdir():
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)


def _read(folder: Path, month: str, digest: str = "") -> Tables:
    nodes, relationships = (
        {place.name: sorted(place.iterdir()) for place in sorted((folder / part).iterdir())} for part in PARTS
    )
    return Tables(month, nodes, relationships, digest)


def _link(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)
