"""Discogs dumps: the months at a source, and one verified copy of each file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NoReturn

from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import SOURCE
from discogs_assets.stores.dumps.discogs_month import Month, partition_of, partitions
from discogs_assets.stores.dumps.file_archive import FileArchive, read_note, read_sum, sum_file, write_note
from discogs_assets.stores.dumps.sources.download import Progress
from discogs_assets.stores.dumps.sources.dump_file import DISCOGS, Source, parse_name


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


@dataclass(frozen=True)
class Archive(FileArchive):
    """The archive of Discogs dumps."""

    LAYOUT = DISCOGS
    FIELD = "dumps"
    FOLDER = SOURCE
    FILES = "discogs_*.xml.gz"

    def months(self, years: int | None = None) -> list[str]:
        """Return the partition keys with at least one published dump file, oldest first.

        `years` limits the result to the newest years: each year is a request to a site, and sites limit requests.
        """
        source = self.open_source()
        newest = source.groups()[-years:] if years else source.groups()
        return partitions([file for year in newest for file in source.files(year)])

    def faults(self) -> list[str]:
        """Return the files at the source that cannot be taken, with reasons, as far as the source reports them."""
        return self.open_source().faults()

    def missing(self, partition: str) -> list[str]:
        """Return the parts that the month lacks: files by kind, the CHECKSUM file, or its line for a file."""
        return list(_open_month(self.open_source(), partition).missing)

    def list_announced(self, since: str = "") -> Iterator[Announced]:
        """Yield each month that the source announces, from the newest back to `since`, requesting it when reached.

        Raises DumpMissingError if there is none. Raises ServerError, an alarm, if a site's page names none: published
        months do not disappear.
        """
        source, partition = self.open_source(), ""
        for year in reversed([year for year in source.groups() if f"{year}-12-01" >= since]):
            files = source.files(year)
            for partition in reversed([each for each in partitions(files) if each >= since]):
                month = Month(source, [file for file in files if partition_of(file) == partition])
                yield Announced(partition, month.sums, month.missing, month.fingerprint, month.later)
        if not partition:
            raise DumpMissingError(
                f"{source.title} lists no dump{since and f' of {since[:7]} or later'}, expected files such as "
                f"{DISCOGS.example}. Set {DISCOGS.setting} to where dumps are."
                f"{''.join(f' {fault}.' for fault in source.faults())}"
            )

    def dump(self, entity: str, partition: str) -> Dump:
        """Return our copy. Raises DumpMissingError if it has not been taken yet, or came from another source."""
        command = (
            f"dagster asset materialize -m discogs_assets.definitions --select 'key:\"dumps/discogs/{entity}\"' "
            f"--partition {partition}"
        )
        for path in self.find_files(entity, partition):
            if fault := self.explain_foreign(entity, partition):
                came = read_note(path.parent)
                raise DumpMissingError(
                    f"dumps/discogs/{entity} of {partition[:7]} {f'came from {came}' if came else fault}, but "
                    f"{DISCOGS.setting} names {self.origin}. Materialise it from there first: {command}"
                )
            file = parse_name(path.name, path.name)
            assert file
            return Dump(entity, path, file.day, read_sum(path), path.stat().st_size)
        raise DumpMissingError(f"dumps/discogs/{entity} has no partition {partition}. Materialise it first: {command}")

    def find_sum(self, entity: str, partition: str, file: Path) -> str:
        """Return the sha256 that the source publishes now for the month's file; empty if it does not publish it."""
        month = _open_month(self.open_source(), partition)
        return month.expect_sum(month.files[entity]) if entity in month.files else ""

    def download(self, entity: str, partition: str, progress: Progress = lambda done, size: None) -> Dump:
        """Download the month's file, verify its sha256 on the way, and replace the copy.

        The file is of the month's newest complete upload, if there is one. Raises DumpMissingError if the month lacks
        the file or its checksum, DumpDamagedError if the checksum does not match.
        """
        source = self.open_source()
        month = _open_month(source, partition)
        file = month.files.get(entity) or _raise_missing(month, entity, partition)
        expected = month.expect_sum(file)
        with self.copies.writing((self.FOLDER, entity), partition) as draft:
            self.fetch(source, file, draft / file.name, progress, expected)
            sum_file(draft / file.name).write_text(f"{expected}\n")
            write_note(self.origin, draft)
        return replace(self.dump(entity, partition), upload=month.days, later=month.later)


def _raise_missing(month: Month, entity: str, partition: str) -> NoReturn:
    """Raise DumpMissingError with the reason and the months that are available."""
    missing = f"no {entity} dump of {partition[:7]} in {month.source.title}"
    if faults := month.faults(entity):
        raise DumpMissingError(f"{missing}: {'; '.join(faults)}. Put the published file there, or fetch it again.")
    months = ", ".join(each[:7] for each in partitions(month.source.files(partition[:4])))
    newest = f" The newest upload, of {month.days[-1]}, lacks it." if month.days else ""
    raise DumpMissingError(
        f"{missing}: expected discogs_{partition[:7].replace('-', '')}01_{entity}.xml.gz or another day of the month."
        f"{newest} Months there: {months or 'none'}."
    )


def _open_month(source: Source, partition: str) -> Month:
    return Month(source, source.month(date.fromisoformat(partition)))
