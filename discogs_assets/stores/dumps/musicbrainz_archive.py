"""MusicBrainz exports (JSON dumps): the export of a month, and one verified copy of each of its files."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.schema.musicbrainz import ENTITIES, SOURCE
from discogs_assets.stores.dumps.file_archive import FileArchive, read_note, read_sum, sum_file, write_note
from discogs_assets.stores.dumps.sources.download import Progress
from discogs_assets.stores.dumps.sources.dump_file import (
    MUSICBRAINZ,
    SUMS,
    Published,
    Source,
    parse_sums,
    parse_time,
)
from discogs_assets.stores.lake.atomic_dir import alone, replacing

OFF = "off"
"""Source address that leaves MusicBrainz out."""

RESTARTS = 3
"""Restarts of a download because its export disappeared meanwhile."""

NAMES = tuple(entity.name for entity in ENTITIES)


@dataclass(frozen=True, slots=True)
class Held:
    """A file of an export as we hold it: the export's name, the sha256 from its SHA256SUMS, size in bytes."""

    entity: str
    path: Path
    run: str
    sha256: str
    size: int

    @property
    def made(self) -> datetime:
        """The time that the export is named after."""
        found = parse_time(self.run)
        assert found
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """A complete export: its name, and for each entity the file and its sha256 from SHA256SUMS."""

    name: str
    files: Mapping[str, Published]
    sums: Mapping[str, str]


def _ignore_progress(entity: str) -> Progress:
    return lambda done, size: None


@dataclass(frozen=True)
class MusicBrainz(FileArchive):
    """The archive of MusicBrainz exports, or off.

    A month's files are of one export: the newest complete one when the first of them was taken. The month keeps it
    until the source changes. Files are downloaded to a staging folder, as a whole, and then moved into place. So a
    failure leaves the month unchanged, and the next attempt finds the files downloaded so far.
    """

    LAYOUT = MUSICBRAINZ
    FIELD = "musicbrainz"
    FOLDER = SOURCE
    FILES = "*.tar.xz"

    @property
    def off(self) -> bool:
        """True if MusicBrainz is left out."""
        return self.source.lower() == OFF

    @property
    def title(self) -> str:
        """The source's address for messages, without password or signature."""
        return OFF if self.off else super().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets. Copies are bound to it."""
        return OFF if self.off else super().origin

    def open_source(self) -> Source:
        """Return the source. Raises SettingError if MusicBrainz is left out."""
        if self.off:
            raise SettingError(
                f"{MUSICBRAINZ.setting} is off, which leaves MusicBrainz out. Unset it, or set it to where exports are."
            )
        return super().open_source()

    def dump(self, entity: str, partition: str) -> Held | None:
        """Return our copy; None if the partition holds nothing of the source, or MusicBrainz is left out."""
        absent = self.off or not self.copies.names((SOURCE, entity), partition)
        if absent or self.explain_foreign(entity, partition):
            return None
        (file,) = self.find_files(entity, partition)
        return _describe_file(file)

    def missing(self, entity: str, partition: str) -> str:
        """Return the reason why there is no copy."""
        files = self.find_files(entity, partition)
        if self.off or not files:
            return f"dumps/musicbrainz/{entity} holds no file"
        came = read_note(files[0].parent) or "a source that is not noted"
        return (
            f"dumps/musicbrainz/{entity} holds a file of {came}, but {MUSICBRAINZ.setting} names "
            f"{self.origin}: materialise dumps/musicbrainz/* from there."
        )

    def newest(self) -> Run:
        """Return the newest complete export at the source. Raises DumpMissingError if there is none."""
        source = self.open_source()
        return _find_newest(source, source.groups())

    def find_sum(self, entity: str, partition: str, file: Path) -> str:
        """Return the sha256 that the source publishes now for a copy; empty if its export is not there."""
        run = _open_run(self.open_source(), _describe_file(file).run)
        return run.sums[entity] if run else ""

    def download(
        self,
        entities: Collection[str],
        partition: str,
        refresh: bool = False,
        progress: Callable[[str], Progress] = _ignore_progress,
    ) -> dict[str, Held]:
        """Return the partition's copies of these entities, all of one export; missing ones are downloaded.

        The export is the partition's own while it is published, else the newest complete one. `refresh` prefers the
        newest. If the export changes, the partition's other files are replaced and returned, too. If nothing is
        missing, the source is not asked. `progress` is called with each entity and returns the callback for its file.

        Raises DumpMissingError if no export is complete, DumpDamagedError if a checksum does not match, SettingError if
        MusicBrainz is left out. After any error, the copies are unchanged.
        """
        held = self._find_runs(partition)
        if not refresh and len(set(held.values())) == 1 and "" not in held.values() and held.keys() >= set(entities):
            return self._find_dumps(entities, partition)
        source = self.open_source()
        with alone(self._staging):
            held = self._find_runs(partition)
            for restarts in range(RESTARTS + 1):
                run, wanted = _choose_run(source, held, entities, refresh)
                try:
                    taken = {entity: self._fetch_file(source, run, entity, progress(entity)) for entity in wanted}
                    break
                except DumpMissingError:  # the export has disappeared meanwhile
                    if restarts == RESTARTS:
                        raise
            for entity, file in taken.items():
                with self.copies.writing((SOURCE, entity), partition) as draft:
                    _link_file(file, draft)
                    write_note(self.origin, draft)
            shutil.rmtree(self._staging, ignore_errors=True)
        return self._find_dumps({*entities, *taken}, partition)

    @property
    def _staging(self) -> Path:
        """Folder of files that are downloaded and not in place yet."""
        return self.copies.root / SOURCE / "fetched"

    def _find_dumps(self, entities: Collection[str], partition: str) -> dict[str, Held]:
        dumps = {entity: self.dump(entity, partition) for entity in NAMES if entity in entities}
        return {entity: held for entity, held in dumps.items() if held}

    def _find_runs(self, partition: str) -> dict[str, str]:
        """Return the export of each entity's file in the partition; more than one only after a kill.

        The export is empty for a file of another source, or one that a source folder now holds with other bytes.
        """
        local, runs = "://" not in self.source, dict[str, str]()
        for entity in NAMES:
            if names := self.copies.names((SOURCE, entity), partition):
                foreign = self.explain_foreign(entity, partition, again=local)
                runs[entity] = "" if foreign else names[0].partition("_")[0]
        return runs

    def _fetch_file(self, source: Source, run: Run, entity: str, progress: Progress) -> Path:
        """Return the export's file of the entity, whole and verified: an existing copy, or else a download."""
        name, staging = f"{run.name}_{entity}.tar.xz", self._staging / run.name / entity
        for copy in self._find_copies(name, entity, staging):
            if read_sum(copy) == run.sums[entity]:
                return copy
        for folder in self._staging.glob("*"):
            if folder.name != run.name:  # downloads of other exports, which will not be taken any more
                shutil.rmtree(folder, ignore_errors=True)
        with replacing(staging) as draft:
            self.fetch(source, run.files[entity], draft / name, progress, run.sums[entity])
            sum_file(draft / name).write_text(f"{run.sums[entity]} *{run.files[entity].name}\n")
        return staging / name

    def _find_copies(self, name: str, entity: str, staging: Path) -> Iterator[Path]:
        """Yield the copies of an export's file: the staged one, then the ones of other months."""
        yield from staging.glob(name)
        for month in reversed(self.copies.months()):
            if name in self.copies.names((SOURCE, entity), month):
                yield from self.copies.find_files((SOURCE, entity), month, name)


def _describe_file(file: Path) -> Held:
    run, _, entity = file.name.removesuffix(".tar.xz").partition("_")
    return Held(entity, file, run, read_sum(file), file.stat().st_size)


def _link_file(file: Path, folder: Path) -> None:
    """Add the file and its sha256 to the folder, as hard links where possible."""
    for each in (file, sum_file(file)):
        try:
            os.link(each, folder / each.name)
        except OSError:
            shutil.copyfile(each, folder / each.name)


def _choose_run(
    source: Source, held: Mapping[str, str], asked: Collection[str], refresh: bool
) -> tuple[Run, list[str]]:
    """Return the export of the partition, and the entities to take from it."""
    names, pinned = source.groups(), held[min(held)] if len(set(held.values())) == 1 else ""
    run = _open_run(source, pinned) if not refresh and pinned in names else None
    run = run or _find_newest(source, names)
    # A refresh must not replace a whole month with an older export.
    older = refresh and held.keys() >= set(asked) and run.name < pinned
    kept = held.keys() if run.name == pinned or older else set[str]()
    return run, [each for each in NAMES if each in {*asked, *held} - kept]


def _find_newest(source: Source, names: list[str]) -> Run:
    """Return the newest complete export."""
    if run := next(filter(None, (_open_run(source, name) for name in reversed(names))), None):
        return run
    files, faults = ", ".join([*NAMES, SUMS]), [f" {fault}." for fault in source.faults()]
    raise DumpMissingError(
        f"no complete export in {source.title}: expected one with {files}, such as {MUSICBRAINZ.example}. Exports "
        f"there: {', '.join(names) or 'none'}. An export is complete once its {SUMS} names its files: wait, or set "
        f"{MUSICBRAINZ.setting} to where exports are.{''.join(faults)}"
    )


def _open_run(source: Source, name: str) -> Run | None:
    """Return the export; None if one of its files is absent, or its SHA256SUMS does not name one."""
    files = {file.kind: file for file in source.files(name) if not file.fault}
    if not files.keys() >= {*NAMES, SUMS}:
        return None
    try:
        published = parse_sums(source.text(files.pop(SUMS)))
    except DumpMissingError:
        return None
    sums = {each: published[f"{each}.tar.xz"] for each in NAMES if f"{each}.tar.xz" in published}
    return Run(name, files, sums) if len(sums) == len(NAMES) else None
