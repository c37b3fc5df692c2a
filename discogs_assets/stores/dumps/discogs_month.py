"""The files of a month that belong together, chosen among all that a source lists of the month."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES, MASTERS
from discogs_assets.stores.dumps.sources.dump_file import CHECKSUM, Published, Source, parse_sums

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
        uploads = [self._find_upload(day) for day in sorted({file.day for file in pool}, reverse=True)]
        if whole := next(filter(self._is_whole, uploads), None):
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
        return self._list_missing(self.files)

    @property
    def later(self) -> str:
        """The parts that newer uploads lack before they replace the chosen one; empty if there are none."""
        last = self.days[-1] if self.days else date.max
        days = sorted({file.day for file in self.listed if file.kind in NAMES and file.day > last})
        missing = [", ".join(self._list_missing(self._find_upload(day))) for day in days]
        newer = zip(days, missing, strict=True)
        return "; ".join(f"the upload of {day} is not complete: {parts} missing" for day, parts in newer)

    @property
    def sums(self) -> dict[str, str]:
        """The sha256 of each entity's chosen file; none while a file is missing."""
        published = {} if self._list_absent(self.files) else self._published_sums
        return {kind: published[file.name] for kind, file in self.files.items() if file.name in published}

    @property
    def fingerprint(self) -> str:
        """Digest of all facts about the chosen upload: names, sizes, times, CHECKSUM texts."""
        chosen = [file for file in self.listed if file.day in self.days and file.kind in (*self.files, CHECKSUM)]
        facts = [(file.name, file.size, file.etag, str(file.last_modified)) for file in chosen]
        names = {file.name for file in chosen if self.sums}
        texts = {name: text for name, text in self._texts if name in names} if names else {}
        return hashlib.sha256(repr((facts, texts, self.sums)).encode()).hexdigest()[:FINGERPRINT]

    def expect_sum(self, file: Published) -> str:
        """Return the sha256 from the newest CHECKSUM file that names the file. Raises DumpMissingError if none does."""
        if file.name in self._published_sums:
            return self._published_sums[file.name]
        reasons = [*(f"{name} {_explain_text(text)}" for name, text in reversed(self._texts)), *self.faults(CHECKSUM)]
        raise DumpMissingError(
            f"no checksum for {file.name} in {self.source.title}: "
            f"{'; '.join(reasons) or f'no CHECKSUM file of {file.day:%Y-%m}'}. "
            "A month is complete once its CHECKSUM file names all its files, each on a line of its sha256 in 64 "
            f"hexadecimal digits, a space, and its name, such as {file.name}; wait, or fetch it again."
        )

    def faults(self, kind: str) -> list[str]:
        """Return the reasons why listed files of the kind cannot be taken."""
        return [f"{file.name} {file.fault}" for file in self.listed if file.kind == kind and file.fault]

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """Name and text of each CHECKSUM file, oldest first."""
        return [(file.name, self._read_text(file)) for file in self._checksums]

    @property
    def _checksums(self) -> list[Published]:
        return [file for file in self.listed if file.kind == CHECKSUM and not file.fault]

    @cached_property
    def _published_sums(self) -> dict[str, str]:
        return {name: sha256 for _, text in self._texts for name, sha256 in parse_sums(text).items()}

    def _read_text(self, file: Published) -> str:
        """Return the text, empty if the file has disappeared since it was listed."""
        try:
            return self.source.text(file)
        except DumpMissingError:
            return ""

    def _find_upload(self, day: date) -> dict[str, Published]:
        return {file.kind: file for file in self.listed if file.day == day and file.kind in NAMES and not file.fault}

    def _is_whole(self, files: dict[str, Published]) -> bool:
        """Return True if the files are a complete upload, by the rules of their time."""
        before_masters = min(file.day for file in files.values()) < FIRST_MASTERS
        needed = {*NAMES} - ({MASTERS.name} if before_masters else set())
        return files.keys() >= needed and all(file.name in self._published_sums for file in files.values())

    def _list_absent(self, files: dict[str, Published]) -> list[str]:
        """Return the kinds without a file, with the reasons why listed ones cannot be taken."""
        kinds = [*(name for name in NAMES if name not in files), *([] if self._checksums else [CHECKSUM])]
        return [f"{kind} ({', '.join(why)})" if (why := self.faults(kind)) else kind for kind in kinds]

    def _list_missing(self, files: dict[str, Published]) -> tuple[str, ...]:
        if absent := self._list_absent(files):
            return tuple(absent)
        names = (files[name].name for name in NAMES)
        return tuple(f"{CHECKSUM} of {name}" for name in names if name not in self._published_sums)


def partition_of(file: Published) -> str:
    """Return the partition key of the file's month."""
    return f"{file.day:%Y-%m}-01"


def partitions(files: Iterable[Published]) -> list[str]:
    """Return the partition keys of the dumps that can be taken, oldest first."""
    return sorted({partition_of(file) for file in files if file.kind in NAMES and not file.fault})


def _explain_text(text: str) -> str:
    """Return the reason why a CHECKSUM file does not name a file."""
    if names := parse_sums(text):
        return f"names only {', '.join(names)}"
    if text.lstrip().startswith("<"):
        return "is an HTML page"
    return "holds no such line" if text.strip() else "is empty or gone"
