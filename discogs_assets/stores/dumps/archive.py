"""Published dumps: the months at a source, and one verified copy of each file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NoReturn

from discogs_assets.errors import DiscogsError, DumpDamagedError, DumpMissingError
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps import origin, sources
from discogs_assets.stores.dumps.sources.download import broken_gzip
from discogs_assets.stores.dumps.sources.dump_file import Progress, Source, named
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW
from discogs_assets.stores.dumps.uploads import Month, partition_of, partitions
from discogs_assets.stores.lake import local
from discogs_assets.stores.lake.local import Lake


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump file as we hold it: publication date, the sha256 from the month's CHECKSUM file, size in bytes.

    For a dump that has just been taken, `upload` holds the days of its upload's files, and `later` lists the parts that
    newer uploads of the month lack.
    """

    entity: str
    path: Path
    published: date
    sha256: str
    size: int
    upload: tuple[date, ...] = field(default=(), compare=False)
    later: str = field(default="", compare=False)

    @property
    def newest_year(self) -> int:
        """Last year that a record of this dump may state: the year after its publication."""
        return self.published.year + 1


@dataclass(frozen=True, slots=True)
class Announced:
    """A month as the source announces it: the sha256 of each entity's file, and the parts still missing.

    The fingerprint changes whenever the CHECKSUM text or the listing of the files (names, sizes, times) changes.
    `later` lists the parts that newer uploads of the month lack before one replaces it; empty if there are none.
    """

    partition: str
    sums: Mapping[str, str]
    missing: tuple[str, ...]
    fingerprint: str
    later: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """The source of the dumps (a site, a bucket or a folder) and the verified copies.

    Copies are below `root`, or in the lake `kept` if given. `patience` is the longest delay of a request, in seconds,
    that our rate limit for a site may cause.
    """

    source: str = field(repr=False)
    root: Path
    patience: float = WINDOW
    kept: Lake | None = None

    @classmethod
    def of(cls, settings: Settings, patience: float = WINDOW) -> "Archive":
        """Return the archive of the settings. With a lake in S3, the copies are kept there, shared by all machines."""
        kept = local.in_bucket(settings, local.DUMPS)
        return cls(settings.dumps, settings.home_folder / "dumps", patience, kept)

    @property
    def title(self) -> str:
        """The source's address for messages, without password or signature."""
        return self._opened().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets. Copies are bound to it."""
        return origin.identity(self.source)

    @property
    def copies(self) -> Lake:
        """Our copies, one folder per entity and month."""
        return self.kept or Lake(self.root)

    def months(self, years: int | None = None) -> list[str]:
        """Return the partition keys with at least one published dump file, oldest first.

        `years` limits the result to the newest years: each year is a request to a site, and sites limit requests.
        """
        source = self._opened()
        kept = source.years()[-years:] if years else source.years()
        return partitions([file for year in kept for file in source.files(year)])

    def faults(self) -> list[str]:
        """Return the files at the source that cannot be taken, with reasons, as far as the source reports them."""
        return self._opened().faults()

    def missing(self, partition: str) -> list[str]:
        """Return the parts that the month lacks: files by kind, the CHECKSUM file, or its line for a file."""
        return list(_month(self._opened(), partition).missing)

    def list_announced(self, since: str = "") -> Iterator[Announced]:
        """Yield each month that the source announces, from the newest back to `since`, requesting it when reached.

        Raises DumpMissingError if there is none. Raises ServerError, an alarm, if a site's page names none: published
        months do not disappear.
        """
        source, partition = self._opened(), ""
        for year in reversed([year for year in source.years() if f"{year}-12-01" >= since]):
            files = source.files(year)
            for partition in reversed([each for each in partitions(files) if each >= since]):
                month = Month(source, [file for file in files if partition_of(file) == partition])
                yield Announced(partition, month.sums, month.missing, month.fingerprint, month.later)
        if not partition:
            raise DumpMissingError(
                f"{source.title} lists no dump{since and f' of {since[:7]} or later'}, expected files such as "
                "data/2026/discogs_20261101_artists.xml.gz. Set DISCOGS_DUMPS to where dumps are."
                f"{''.join(f' {fault}.' for fault in source.faults())}"
            )

    def dump(self, entity: str, partition: str) -> Dump:
        """Return our copy. Raises DumpMissingError if it has not been taken yet, or came from another source."""
        command = (
            f"dagster asset materialize -m discogs_assets.definitions --select 'key:\"dumps/discogs/{entity}\"' "
            f"--partition {partition}"
        )
        for path in self.copies.find_files(_key(entity), partition, "discogs_*.xml.gz"):
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
        """Return the origin of a copy that is not from the source, empty if it is.

        A copy without a note is from the source if the source announces its sha256 now; the note is then written.
        """
        folder = held.path.parent
        noted = origin.is_of(self.origin, [file.name for file in folder.iterdir()])
        if noted is not None:
            return "" if noted else f"came from {origin.noted(folder)}"
        try:
            month = _month(self._opened(), partition)
            file = month.files.get(held.entity)
            if file is None:
                return "does not say where it came from and could not be compared: it is not at the source now"
            if month.expected(file) != held.sha256:
                return "does not say where it came from and is another file than is published"
        except (DiscogsError, OSError) as error:
            return f"does not say where it came from and could not be compared ({error})"
        if not self.kept:
            origin.write(self.origin, folder)
        return ""

    def take(self, entity: str, partition: str, progress: Progress = lambda done, size: None) -> Dump:
        """Download the month's file, verify its sha256 on the way, and replace the copy.

        The file is of the month's newest complete upload, if there is one. Raises DumpMissingError if the month lacks
        the file or its checksum, DumpDamagedError if the checksum does not match.
        """
        source = self._opened()
        month = _month(source, partition)
        file = month.files.get(entity) or self._absent(month, entity, partition)
        expected = month.expected(file)
        with self.copies.writing(_key(entity), partition) as draft:
            found = source.fetch(file, draft / file.name, progress, expected)
            if found != expected:
                broken = broken_gzip(draft / file.name)
                raise DumpDamagedError(
                    f"{file.name} of {source.title}: its sha256 is {found}, but the month's CHECKSUM file says "
                    f"{expected}{broken and f', and it is not a whole gzip: {broken}'}. Fetch it again; if it was "
                    "published again, its CHECKSUM file may still be the old one: wait for the new one."
                )
            (draft / f"{file.name}.sha256").write_text(f"{expected}\n")
            origin.write(self.origin, draft)
        return replace(self.dump(entity, partition), upload=month.days, later=month.later)

    def _opened(self) -> Source:
        return sources.opened(self.source, self.root, self.patience)

    def address(self, entity: str, partition: str) -> str:
        """Return the location of our copy as a URI."""
        return self.copies.address(_key(entity), partition)

    def _absent(self, month: Month, entity: str, partition: str) -> NoReturn:
        """Raise DumpMissingError with the reason and the months that are available."""
        if faults := month.faults(entity):
            raise DumpMissingError(
                f"no {entity} dump of {partition[:7]} in {month.source.title}: {'; '.join(faults)}. Put the published "
                "file there, or fetch it again."
            )
        there = partitions(month.source.files(int(partition[:4])))
        days = f" The newest upload, of {month.days[-1]}, lacks it." if month.days else ""
        raise DumpMissingError(
            f"no {entity} dump of {partition[:7]} in {month.source.title}: expected discogs_"
            f"{partition[:7].replace('-', '')}01_{entity}.xml.gz or another day of the month.{days} Months there: "
            f"{', '.join(each[:7] for each in there) or 'none'}."
        )


def _key(entity: str) -> tuple[str, str]:
    return ("discogs", entity)


def _month(source: Source, partition: str) -> Month:
    return Month(source, source.month(date.fromisoformat(partition)))


def _date(name: str) -> date:
    found = named(name, name)
    assert found
    return found.day
