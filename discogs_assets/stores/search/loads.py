"""Loads of the search index: the indexes of all entities, together as a publication names them."""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.errors import LoadError
from discogs_assets.schema.search_index import ENTITIES
from discogs_assets.stores.lake.atomic_dir import create_draft, remove, sync
from discogs_assets.stores.lake.local_lake import Lake

LAYER = "search"
"""Folder of the indexes in the lake: `search/{entity}/{partition}`."""

META = "meta.json"
"""Tantivy's file with the names of an index's segments, which are unique."""

LOADS, MONTHS = "[0-9a-f]*", "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
"""Glob patterns of the folders of loads and months."""

DIGITS = 12


@dataclass(frozen=True, slots=True)
class SearchLoads:
    """The folder of published loads, `{month}/{digest}/{entity}`.

    A load is never changed: the digest is that of its parts. Its files are hard links to those in the lake, which may
    replace or drop them; a lake in S3 or on another disk is copied.
    """

    root: Path
    lake: Lake

    def identify(self, month: str, parts: Mapping[str, str]) -> str:
        """Return the id of the load with these parts, `2026-11/ab12…`; `parts` has the build of each entity."""
        named = "\n".join(f"{entity} {parts[entity]}" for entity in ENTITIES)
        return f"{month}/{hashlib.sha256(named.encode()).hexdigest()[:DIGITS]}"

    def take(self, load: str) -> Path:
        """Return the folder of a load, made from the lake if it is not there.

        Raises LoadError if the lake does not hold these parts.
        """
        place, month = self.root / load, load.partition("/")[0]
        if place.is_dir():
            return place
        parts = {entity: self.lake.find_files((LAYER, entity), f"{month}-01", "*") for entity in ENTITIES}
        if not all(parts.values()) or load != self.identify(
            month, {name: build(files) for name, files in parts.items()}
        ):
            raise LoadError(
                f"the search index {load} is neither in {self.root} nor in {self.lake.title}. Build it again: discogs "
                f"load {month}"
            )
        with create_draft(place, timeout=-1) as draft:
            if not place.is_dir():
                for entity, files in parts.items():
                    _link(files, draft / entity)
                sync(draft)
                draft.rename(place)
                sync(place.parent)
        return place

    def missing(self, load: str) -> str:
        """Return a sentence if the load cannot be shown; otherwise put it in its place, and return an empty text."""
        try:
            self.take(load)
        except LoadError as error:
            return str(error)
        return ""

    def sweep(self, load: str) -> list[str]:
        """Remove the other loads of the month; return their ids."""
        month = load.partition("/")[0]
        others = [f"{month}/{each.name}" for each in self._list(month) if f"{month}/{each.name}" != load]
        for each in others:
            remove(self.root / each)
        return others

    def months(self) -> list[str]:
        """Return the partition keys of the months with a load."""
        return sorted(f"{folder.name}-01" for folder in self.root.glob(MONTHS) if self._list(folder.name))

    def drop(self, partition: str) -> dict[str, int]:
        """Remove a month's loads; return the bytes by load, links to files that stay in the lake included."""
        return {f"{partition[:7]}/{each.name}": remove(each) for each in self._list(partition[:7])}

    def _list(self, month: str) -> list[Path]:
        return sorted((self.root / month).glob(LOADS))


def build(files: Sequence[Path]) -> str:
    """Return the id of one entity's index, unique to each time that it is written. Raises LoadError if damaged."""
    found = next((file for file in files if file.name == META), None)
    if found is None:
        raise LoadError(f"the search index in {files[0].parent} has no {META}. Materialise it again.")
    return hashlib.sha256(found.read_bytes()).hexdigest()[:DIGITS]


def _link(files: Sequence[Path], folder: Path) -> None:
    folder.mkdir()
    for file in files:
        try:
            os.link(file, folder / file.name)
        except OSError:
            sync(Path(shutil.copy2(file, folder / file.name)))
    sync(folder)
