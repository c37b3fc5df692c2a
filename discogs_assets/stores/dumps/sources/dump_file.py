"""A published file, the layouts that sources have, and the interface of every source."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from discogs_assets.schema.musicbrainz import ENTITIES
from discogs_assets.stores.dumps.sources.retry import Clock

NAME = re.compile(r"discogs_(?P<date>2[0-9]{7})_(?:(?P<kind>[a-z]+)\.xml\.gz|(?P<sums>CHECKSUM)\.txt)")

SUM = re.compile(r"(?<![0-9a-fA-F])(?P<sha256>[0-9a-fA-F]{64})[ \t]+\*?(?:.*[/\\])?(?P<name>[^\s/\\]+)")
"""Line of a checksum file: one space since 2019, two before (GNU sha256sum writes two, or ` *`).

TABs, more spaces and a path before the name are read, too, as other tools write them.
"""

CHECKSUM = "CHECKSUM"
"""Kind of the Discogs file that is written last and names the month's other files."""

SUMS = "SHA256SUMS"
"""Name and kind of the MusicBrainz file that names the export's other files."""

KINDS = {**{f"{entity.name}.tar.xz": entity.name for entity in ENTITIES}, SUMS: SUMS}
"""Usable files of an export, with their entities; the others are of entities that we do not read."""

CHUNK_BYTES = 128 << 10
"""Bytes read at once, and lost at most by a dropped connection."""

TEXT_BYTES = 8 << 20
"""Bytes read of a page or a checksum file at most."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file that a source lists: its name, the day in the name, its kind, and the source's facts about it.

    `place` is its location at the source. `size` is in bytes, rounded if the listing rounds. `fault` is the reason why
    it cannot be taken, as the end of a sentence about it; empty if there is none.
    """

    name: str
    day: date
    kind: str
    place: str
    size: int | None = None
    etag: str | None = None
    last_modified: datetime | None = None
    fault: str = ""

    @property
    def group(self) -> str:
        """The export of a MusicBrainz file, the year of a Discogs file."""
        return self.name.rpartition("/")[0] or str(self.day.year)


def parse_name(name: str, place: str) -> Published | None:
    """Return the Discogs file of that name at that place; None if it is not the name of a dump."""
    found = NAME.fullmatch(name)
    try:
        return Published(name, date.fromisoformat(found["date"]), found["kind"] or CHECKSUM, place) if found else None
    except ValueError:
        return None


def parse_time(export: str) -> datetime | None:
    """Return the time that a MusicBrainz export is named after; None if it is not the name of an export."""
    try:
        named = MUSICBRAINZ.folder.fullmatch(export)
        return datetime.strptime(export, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if named else None
    except ValueError:
        return None


def _parse_discogs(path: str) -> Published | None:
    """Return the Discogs file at a path below a source, in a year's folder or in none."""
    folder, _, name = path.rpartition("/")
    return parse_name(name, path) if not folder or re.fullmatch("data/[0-9]{4}", folder) else None


def _parse_musicbrainz(path: str) -> Published | None:
    """Return the file of a MusicBrainz export at a path below a source; None if it is not usable."""
    export, _, name = path.partition("/")
    moment = parse_time(export)
    return Published(path, moment.date(), KINDS[name], path) if moment and name in KINDS else None


@dataclass(frozen=True, slots=True)
class Layout:
    """Form of the sources of one publisher.

    `setting` is the variable that names a source; `example` (a file), `site` and `others` are for messages. Files are
    in folders within `parent` that match `folder`. `parse` returns the file at a path below the source, None if it is
    not usable.
    """

    setting: str
    sums: str
    example: str
    site: str
    others: str
    parent: str
    folder: re.Pattern[str]
    parse: Callable[[str], Published | None]


DISCOGS = Layout(
    "DISCOGS_DUMPS",
    CHECKSUM,
    "data/2026/discogs_20261101_artists.xml.gz",
    "https://data.discogs.com/",
    "or s3://bucket/prefix",
    "data",
    re.compile("[0-9]{4}"),
    _parse_discogs,
)

MUSICBRAINZ = Layout(
    "DISCOGS_MUSICBRAINZ",
    SUMS,
    "20261121-001001/artist.tar.xz",
    "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/",
    "s3://bucket/prefix, or off",
    "",
    re.compile("[0-9]{8}-[0-9]{6}"),
    _parse_musicbrainz,
)


def parse_sums(text: str) -> dict[str, str]:
    """Return the sha256 by file name, without its path, from a checksum file."""
    return {line["name"]: line["sha256"].lower() for line in SUM.finditer(text)}


@dataclass(frozen=True, slots=True)
class Answer:
    """A source's response for a file: the first byte's offset, the file's total size, its version, and the bytes.

    `version` is the validator that shows a change of the file, empty if the source gives none. `size` is None if
    unknown. `stale` means that the requested version or range does not exist any more.
    """

    start: int
    size: int | None
    version: str
    chunks: Iterable[bytes]
    stale: bool = False


def read_text(chunks: Iterable[bytes]) -> str:
    """Return the beginning of a page or a checksum file."""
    found = b""
    for chunk in chunks:
        found += chunk
        if len(found) >= TEXT_BYTES:
            break
    return found[:TEXT_BYTES].decode(errors="replace")


class Source(ABC):
    """Published files that can be listed, read and downloaded."""

    @property
    def clock(self) -> Clock:
        """The clock of retries."""
        return Clock()

    @property
    @abstractmethod
    def title(self) -> str:
        """The source's address for messages, without any secret."""

    def list_files(self) -> Iterable[Published]:
        """Return all usable files, with exact sizes; none for a site, whose pages are read one by one."""
        return ()

    def _list_examined(self) -> list[Published]:
        """Return all files by day, then place. An empty file is only a placeholder, and a fault."""
        files = (replace(f, fault="is empty") if f.size == 0 and not f.fault else f for f in self.list_files())
        return sort_files(files)

    def groups(self) -> list[str]:
        """Return the years or exports with files, oldest first."""
        return sorted({file.group for file in self._list_examined() if not file.fault})

    def files(self, group: str) -> list[Published]:
        """Return the files of a year or export by day, then place; none if it does not exist."""
        return [file for file in self._list_examined() if file.group == group]

    def month(self, first: date) -> list[Published]:
        """Return the month's files by day, then place."""
        return [file for file in self.files(str(first.year)) if file.day.month == first.month]

    def faults(self) -> list[str]:
        """Return the files that cannot be taken, with reasons, as far as the source reports them."""
        return sorted(f"{file.name} {file.fault}" for file in self._list_examined() if file.fault)

    @abstractmethod
    def open_file(self, file: Published, start: int, version: str) -> AbstractContextManager[Answer]:
        """Lend the file's bytes from an offset on, if it still has this version; from offset 0, all of them."""

    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""
        with self.open_file(file, 0, "") as answer:
            return read_text(answer.chunks)


def sort_files(files: Iterable[Published]) -> list[Published]:
    """Return the files by day, then place."""
    return sorted(files, key=lambda file: (file.day, file.place))
