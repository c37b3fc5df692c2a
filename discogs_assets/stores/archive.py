"""Published dumps: which files a month has, and one verified copy of each of our own.

What belongs here: what makes a month complete, CHECKSUM files, verified copies. What doesn't: reaching a source, and
what a dump holds.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from discogs_assets.errors import DiscogsError, DumpDamagedError, DumpMissingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores import lake, origin, sources
from discogs_assets.stores.lake import Lake
from discogs_assets.stores.sources.published import CHECKSUM, SUM, Progress, Published, Source, named
from discogs_assets.stores.sources.throttle import WINDOW
from discogs_assets.stores.sources.transfer import broken_gzip

FINGERPRINT = 16
"""Digits of a fingerprint."""


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
class Announced:
    """What a source says of a month: the sha256 of each entity's file, and what lacks before the month is complete.

    The fingerprint is another one whenever the CHECKSUM text is, or what is listed of the files: names, sizes, times.
    """

    partition: str
    sums: Mapping[str, str]
    missing: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Archive:
    """Where dumps come from (`source`: a site, a bucket or a folder) and where the verified copies lie.

    That is `root`, unless they are `kept` elsewhere. `patience` is how many seconds the limit that we keep towards a
    site may hold a request up.
    """

    source: str = field(repr=False)
    root: Path
    patience: float = WINDOW
    kept: Lake | None = None

    @classmethod
    def of(cls, settings: Settings, patience: float = WINDOW) -> "Archive":
        """The archive of the settings: where the lake is in S3, the copies are beside it, for every machine."""
        kept = lake.in_bucket(settings, lake.DUMPS)
        return cls(settings.dumps, settings.home_folder / "dumps", patience, kept)

    @property
    def title(self) -> str:
        """The source as a message may show it: without password or signature."""
        return self._opened().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets, to which copies are bound."""
        return origin.identity(self.source)

    @property
    def copies(self) -> Lake:
        """Our copies, a folder per entity and month."""
        return self.kept or Lake(self.root)

    def months(self, years: int | None = None) -> list[str]:
        """Partition keys for which at least one dump file is published, oldest first.

        All of them, or those of the newest so many years: a site is asked once for each, and does not like it.
        """
        source = self._opened()
        kept = source.years()[-years:] if years else source.years()
        return _partitions([file for year in kept for file in source.files(year)])

    def missing(self, partition: str) -> list[str]:
        """What the month lacks before it is complete: files by kind, the CHECKSUM file, or its line of a file."""
        source = self._opened()
        return list(_announced(source, partition, source.month(date.fromisoformat(partition))).missing)

    def announced(self, since: str = "") -> Iterator[Announced]:
        """What the source says of each month down to that one, newest first; it is asked for one that is reached.

        DumpMissingError if there is none, ServerError if a site's page names none: an alarm, since months do not go.
        """
        source, partition = self._opened(), ""
        for year in reversed([year for year in source.years() if f"{year}-12-01" >= since]):
            files = source.files(year)
            for partition in reversed([each for each in _partitions(files) if each >= since]):
                yield _announced(source, partition, [file for file in files if _month(file) == partition])
        if not partition:
            raise DumpMissingError(
                f"{source.title} lists no dump{since and f' of {since[:7]} or later'}, expected files such as "
                "data/2026/discogs_20261101_artists.xml.gz. Set DISCOGS_DUMPS to where dumps are."
            )

    def dump(self, entity: str, partition: str) -> Dump:
        """Our own copy; DumpMissingError if it has not been taken yet, or came from another source."""
        command = (
            f"dagster asset materialize -m discogs_assets.definitions --select 'key:\"dumps/discogs/{entity}\"' "
            f"--partition {partition}"
        )
        for path in self.copies.found(_key(entity), partition, "discogs_*.xml.gz"):
            sha256 = path.with_name(f"{path.name}.sha256").read_text().strip()
            held = Dump(entity, path, _date(path.name), sha256, path.stat().st_size)
            if why := self._not_ours(held, partition):
                raise DumpMissingError(
                    f"dumps/discogs/{entity} of {partition[:7]} {why}, but DISCOGS_DUMPS names {self.origin}. "
                    f"Materialise it from there first: {command}"
                )
            return held
        raise DumpMissingError(f"dumps/discogs/{entity} has no partition {partition}. Materialise it first: {command}")

    def _not_ours(self, held: Dump, partition: str) -> str:
        """Where the copy came from if that is not the source.

        A copy without a note is the source's if the source announces its sha256 now; it is noted then.
        """
        folder = held.path.parent
        noted = origin.is_of(self.origin, [file.name for file in folder.iterdir()])
        if noted is not None:
            return "" if noted else f"came from {origin.noted(folder)}"
        try:
            source = self._opened()
            files = source.month(date.fromisoformat(partition))
            if _expected(source, files, self._file(source, files, held.entity, partition)) != held.sha256:
                return "does not say where it came from and is another file than is published"
        except (DiscogsError, OSError) as error:
            return f"does not say where it came from and could not be compared ({error})"
        if not self.kept:
            origin.write(self.origin, folder)
        return ""

    def take(self, entity: str, partition: str, progress: Progress = lambda done, size: None) -> Dump:
        """Fetch the month's file, its sha256 compared on the way, and put it in place; what was there before goes.

        DumpMissingError if the month lacks the file or its checksum, DumpDamagedError if its bytes are others.
        """
        source = self._opened()
        files = source.month(date.fromisoformat(partition))
        file = self._file(source, files, entity, partition)
        expected = _expected(source, files, file)
        with self.copies.writing(_key(entity), partition) as draft:
            found = source.fetch(file, draft / file.name, progress)
            if found != expected:
                broken = broken_gzip(draft / file.name)
                raise DumpDamagedError(
                    f"{file.name} of {source.title}: its sha256 is {found}, but the month's CHECKSUM file says "
                    f"{expected}{broken and f', and it is not a whole gzip: {broken}'}. Fetch it again; if it was "
                    "published again, its CHECKSUM file may still be the old one: wait for the new one."
                )
            (draft / f"{file.name}.sha256").write_text(f"{expected}\n")
            origin.write(self.origin, draft)
        return self.dump(entity, partition)

    def _opened(self) -> Source:
        return sources.opened(self.source, self.root, self.patience)

    def address(self, entity: str, partition: str) -> str:
        """Where our copy is kept, as a URI."""
        return self.copies.address(_key(entity), partition)

    def _file(self, source: Source, files: list[Published], entity: str, partition: str) -> Published:
        """The month's newest file of the entity, whatever its day."""
        found = [file for file in files if file.kind == entity]
        if not found:
            month = partition[:7]
            there = _partitions(source.files(int(month[:4])))
            raise DumpMissingError(
                f"no {entity} dump of {month} in {source.title}: expected discogs_{month.replace('-', '')}01_{entity}"
                f".xml.gz or another day of the month. Months there: {', '.join(m[:7] for m in there) or 'none'}."
            )
        return found[-1]


def _key(entity: str) -> tuple[str, str]:
    return ("discogs", entity)


def _partitions(files: list[Published]) -> list[str]:
    """Partition keys of the dumps among the files, oldest first."""
    return sorted({_month(file) for file in files if file.kind != CHECKSUM})


def _month(file: Published) -> str:
    return f"{file.day:%Y-%m}-01"


def _announced(source: Source, partition: str, files: list[Published]) -> Announced:
    """What the month's files say; CHECKSUM files are read only where no other file is missing."""
    newest = {file.kind: file.name for file in files}
    missing = [kind for kind in (*(entity.name for entity in ENTITIES), CHECKSUM) if kind not in newest]
    texts = [] if missing else [text for _, text in _sums(source, files)]
    told = {name: sha256 for text in reversed(texts) for name, sha256 in _lines(text).items()}
    names = {} if missing else {entity.name: newest[entity.name] for entity in ENTITIES}
    missing += [f"{CHECKSUM} of {name}" for name in names.values() if name not in told]
    sums = {entity: told[name] for entity, name in names.items() if name in told}
    listed = [(file.name, file.size, file.etag, str(file.last_modified)) for file in files]
    fingerprint = hashlib.sha256(repr((listed, texts)).encode()).hexdigest()[:FINGERPRINT]
    return Announced(partition, sums, tuple(missing), fingerprint)


def _sums(source: Source, files: list[Published]) -> Iterator[tuple[str, str]]:
    """Name and text of the CHECKSUM files among the files, newest first."""
    for file in reversed(files):
        if file.kind == CHECKSUM:
            yield file.name, source.text(file)


def _lines(text: str) -> dict[str, str]:
    """The sha256 that a CHECKSUM file gives for each name."""
    return {line["name"]: line["sha256"].lower() for line in SUM.finditer(text)}


def _expected(source: Source, files: list[Published], file: Published) -> str:
    """The sha256 that the newest CHECKSUM file of the month which names the file gives for it."""
    read = []
    for name, text in _sums(source, files):
        sums = _lines(text)
        if file.name in sums:
            return sums[file.name]
        read.append(f"{name} {_said(text, list(sums))}")
    raise DumpMissingError(
        f"no checksum for {file.name} in {source.title}: {'; '.join(read) or f'no CHECKSUM file of {file.day:%Y-%m}'}. "
        "A month is complete once its CHECKSUM file names all its files; wait, or fetch it again."
    )


def _said(text: str, names: list[str]) -> str:
    """What is wrong with a CHECKSUM file that lacks a name."""
    if names:
        return f"names only {', '.join(names)}"
    if text.lstrip().startswith("<"):
        return "is an HTML page"
    return "holds no line of the form `sha256 name`" if text.strip() else "is empty"


def _date(name: str) -> date:
    found = named(name, name)
    assert found
    return found.day
