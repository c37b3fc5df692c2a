"""Uploads of a month: the files that belong together, chosen among all that a source lists of the month."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES, MASTERS
from discogs_assets.stores.dumps.sources.dump_file import CHECKSUM, SUM, Published, Source

NAMES = tuple(entity.name for entity in ENTITIES)

FIRST_MASTERS = date(2011, 11, 1)
"""First month with masters. Earlier uploads have three files."""

FINGERPRINT = 16
"""Digits of a fingerprint."""


@dataclass(frozen=True)
class Month:
    """A month at a source, with all its listed files by day. CHECKSUM files are read on demand.

    The month is its newest complete upload: all files of one day, each named by a CHECKSUM file of the month. Without
    one, it is all its files together if no kind occurs on two days, since months were once published over several days.
    Else it is the files of the newest day. Files of two uploads are never mixed.
    """

    source: Source
    listed: list[Published]

    @cached_property
    def files(self) -> dict[str, Published]:
        """The chosen file of each entity that has one."""
        pool = [file for file in self.listed if file.kind in NAMES and not file.fault]
        days = sorted({file.day for file in pool}, reverse=True)
        uploads = [{file.kind: file for file in pool if file.day == day} for day in days]
        if whole := next(filter(self._whole, uploads), None):
            return whole
        together = {file.kind: file for file in pool}
        return together if len(together) == len(pool) else uploads[0]

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the chosen files: one, except for months published over several days."""
        return tuple(sorted({file.day for file in self.files.values()}))

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that the chosen files lack: files by kind, the CHECKSUM file, or its line for a file."""
        return self._lacking(self.files)

    @property
    def later(self) -> str:
        """The parts that newer uploads lack before they replace the chosen one; empty if there are none."""
        chosen = self.days
        newer = sorted({file.day for file in self.listed if file.kind in NAMES and chosen and file.day > chosen[-1]})
        return "; ".join(f"the upload of {day} is not complete: {self._lacking_on(day)} missing" for day in newer)

    @property
    def sums(self) -> dict[str, str]:
        """The sha256 of each entity's chosen file; none while a file is missing."""
        told = {} if self._absent(self.files) else self._told
        return {kind: told[file.name] for kind, file in self.files.items() if file.name in told}

    @property
    def fingerprint(self) -> str:
        """Digest of all facts about the chosen upload: names, sizes, times, CHECKSUM texts."""
        of_it = [file for file in self.listed if file.day in self.days and file.kind in (*self.files, CHECKSUM)]
        facts = [(file.name, file.size, file.etag, str(file.last_modified)) for file in of_it]
        said = {file.name: self._text(file) for file in of_it if file.kind == CHECKSUM and self.sums}
        return hashlib.sha256(repr((facts, said, self.sums)).encode()).hexdigest()[:FINGERPRINT]

    def expected(self, file: Published) -> str:
        """Return the sha256 from the newest CHECKSUM file that names the file. Raises DumpMissingError if none does."""
        if file.name in self._told:
            return self._told[file.name]
        read = [*(f"{name} {_said(text)}" for name, text in self._texts), *self.faults(CHECKSUM)]
        raise DumpMissingError(
            f"no checksum for {file.name} in {self.source.title}: "
            f"{'; '.join(read) or f'no CHECKSUM file of {file.day:%Y-%m}'}. "
            "A month is complete once its CHECKSUM file names all its files; wait, or fetch it again."
        )

    def faults(self, kind: str) -> list[str]:
        """Return the reasons why listed files of the kind cannot be taken."""
        return [f"{file.name} {file.fault}" for file in self.listed if file.kind == kind and file.fault]

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """Name and text of each CHECKSUM file, newest first."""
        return [(file.name, self._text(file)) for file in reversed(self._checksums)]

    @property
    def _checksums(self) -> list[Published]:
        return [file for file in self.listed if file.kind == CHECKSUM and not file.fault]

    @cached_property
    def _told(self) -> dict[str, str]:
        return {name: sha256 for _, text in reversed(self._texts) for name, sha256 in lines(text).items()}

    @cached_property
    def _read(self) -> dict[str, str]:
        return {}

    def _text(self, file: Published) -> str:
        """Return the text, empty if the file has disappeared since it was listed."""
        if file.place not in self._read:
            try:
                self._read[file.place] = self.source.text(file)
            except DumpMissingError:
                self._read[file.place] = ""
        return self._read[file.place]

    def _whole(self, files: dict[str, Published]) -> bool:
        """Return True if the files are a complete upload, by the rules of their time."""
        before_masters = min(file.day for file in files.values()) < FIRST_MASTERS
        needed = {*NAMES} - ({MASTERS.name} if before_masters else set())
        return files.keys() >= needed and all(file.name in self._told for file in files.values())

    def _absent(self, files: dict[str, Published]) -> list[str]:
        """Return the kinds without a file, with the reasons why listed ones cannot be taken."""
        kinds = [*(name for name in NAMES if name not in files), *([] if self._checksums else [CHECKSUM])]
        return [f"{kind} ({', '.join(why)})" if (why := self.faults(kind)) else kind for kind in kinds]

    def _lacking(self, files: dict[str, Published]) -> tuple[str, ...]:
        if absent := self._absent(files):
            return tuple(absent)
        names = (files[name].name for name in NAMES)
        return tuple(f"{CHECKSUM} of {name}" for name in names if name not in self._told)

    def _lacking_on(self, day: date) -> str:
        there = {file.kind: file for file in self.listed if file.day == day and file.kind in NAMES and not file.fault}
        return ", ".join(self._lacking(there))


def partition_of(file: Published) -> str:
    """Return the partition key of the file's month."""
    return f"{file.day:%Y-%m}-01"


def partitions(files: Iterable[Published]) -> list[str]:
    """Return the partition keys of the dumps that can be taken, oldest first."""
    return sorted({partition_of(file) for file in files if file.kind in NAMES and not file.fault})


def lines(text: str) -> dict[str, str]:
    """Return the sha256 by file name from a CHECKSUM file."""
    return {line["name"]: line["sha256"].lower() for line in SUM.finditer(text)}


def _said(text: str) -> str:
    """Return the reason why a CHECKSUM file does not name a file."""
    if names := lines(text):
        return f"names only {', '.join(names)}"
    if text.lstrip().startswith("<"):
        return "is an HTML page"
    return "holds no line of the form `sha256 name`" if text.strip() else "is empty or gone"
