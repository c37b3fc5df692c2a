"""MusicBrainz exports (JSON dumps): the export of a month, and one verified copy of each of its files."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from discogs_assets.errors import DiscogsError, DumpDamagedError, DumpMissingError, SettingError
from discogs_assets.schema.musicbrainz import ENTITIES, SOURCE
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps import origin, sources, uploads
from discogs_assets.stores.dumps.sources import musicbrainz_exports
from discogs_assets.stores.dumps.sources.dump_file import Progress, Published
from discogs_assets.stores.dumps.sources.musicbrainz_exports import Runs
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW
from discogs_assets.stores.lake import local
from discogs_assets.stores.lake.atomic_dir import alone, replacing
from discogs_assets.stores.lake.local import Lake

OFF = "off"
"""Source address that leaves MusicBrainz out."""

RESTARTS = 3
"""Restarts of a download because its export disappeared meanwhile."""

NAMES = tuple(entity.name for entity in ENTITIES)

FILES = "*.tar.xz"
"""Glob pattern of a partition's dump file, `{run}_{entity}.tar.xz`. A file next to it holds its SHA256SUMS line."""


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
        found = musicbrainz_exports.made(self.run)
        assert found
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """A complete export: its name, and for each entity the file and its sha256 from SHA256SUMS."""

    name: str
    files: Mapping[str, Published]
    sums: Mapping[str, str]

    @property
    def made(self) -> datetime:
        """The time that the export is named after."""
        found = musicbrainz_exports.made(self.name)
        assert found
        return found


def _silent(entity: str) -> Progress:
    return lambda done, size: None


@dataclass(frozen=True, slots=True)
class MusicBrainz:
    """The source of exports (a site, a bucket, a folder, or off) and the verified copies.

    Copies are below `root`, or in the lake `kept` if given. `patience` is the longest delay of a request, in seconds,
    that our rate limit for a site may cause.

    A month's files are of one export: the newest complete one when the first of them was taken. The month keeps it
    until the source changes. Files are downloaded to a staging folder, as a whole, and then moved into place. So a
    failure leaves the month unchanged, and the next attempt finds the files downloaded so far.
    """

    source: str = field(repr=False)
    root: Path
    patience: float = WINDOW
    kept: Lake | None = None

    @classmethod
    def of(cls, settings: Settings, patience: float = WINDOW) -> "MusicBrainz":
        """Return the exports of the settings. With a lake in S3, the copies are kept there, shared by all machines."""
        kept = local.in_bucket(settings, local.DUMPS)
        return cls(settings.musicbrainz.strip(), settings.home_folder / "dumps", patience, kept)

    @property
    def off(self) -> bool:
        """True if MusicBrainz is left out."""
        return self.source.lower() == OFF

    @property
    def title(self) -> str:
        """The source's address for messages, without password or signature."""
        return OFF if self.off else self._opened().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets. Copies are bound to it."""
        return OFF if self.off else origin.identity(self.source)

    @property
    def copies(self) -> Lake:
        """Our copies, one folder per entity and month."""
        return self.kept or Lake(self.root)

    def dump(self, entity: str, partition: str) -> Held | None:
        """Return our copy; None if the partition holds nothing of the source, or MusicBrainz is left out."""
        names = self.copies.names(_key(entity), partition)
        files = self.copies.find_files(_key(entity), partition, FILES) if names and not self.off else []
        return _held(files[0]) if files and self._ours(entity, partition, names) else None

    def missing(self, entity: str, partition: str) -> str:
        """Return the reason why there is no copy."""
        files = self.copies.find_files(_key(entity), partition, FILES)
        if self.off or not files:
            return f"dumps/musicbrainz/{entity} holds no file"
        came = origin.noted(files[0].parent) or "a source that is not noted"
        return (
            f"dumps/musicbrainz/{entity} holds a file of {came}, but {musicbrainz_exports.SETTING} names "
            f"{self.origin}: materialise dumps/musicbrainz/* from there."
        )

    def address(self, entity: str, partition: str) -> str:
        """Return the location of our copy as a URI."""
        return self.copies.address(_key(entity), partition)

    def newest(self) -> Run:
        """Return the newest complete export at the source. Raises DumpMissingError if there is none."""
        source = self._opened()
        return _newest(source, source.names())

    def take(
        self,
        entities: Collection[str],
        partition: str,
        refresh: bool = False,
        progress: Callable[[str], Progress] = _silent,
    ) -> dict[str, Held]:
        """Return the partition's copies of these entities, all of one export; missing ones are downloaded.

        The export is the partition's own while it is published, else the newest complete one. `refresh` prefers the
        newest. If the export changes, the partition's other files are replaced and returned, too. If nothing is
        missing, the source is not asked. `progress` is called with each entity and returns the callback for its file.

        Raises DumpMissingError if no export is complete, DumpDamagedError if a checksum does not match, SettingError if
        MusicBrainz is left out. After any error, the copies are unchanged.
        """
        self._require_on()
        there = self._there(partition)
        if not refresh and len(set(there.values())) == 1 and "" not in there.values() and there.keys() >= set(entities):
            return self._dumps(entities, partition)
        source = self._opened()
        with alone(self._fetched):
            taken = self._taken(source, self._there(partition), entities, refresh, progress)
            for each in taken.values():
                with self.copies.writing(_key(each.entity), partition) as draft:
                    _link(each, draft)
                    origin.write(self.origin, draft)
            shutil.rmtree(self._fetched, ignore_errors=True)
        return self._dumps({*entities, *taken}, partition)

    def _taken(
        self,
        source: Runs,
        there: Mapping[str, str],
        asked: Collection[str],
        refresh: bool,
        progress: Callable[[str], Progress],
    ) -> dict[str, Held]:
        """Download the files that the partition is to replace or add; from another export if one disappears."""
        restarts = 0
        while True:
            run, wanted = self._chosen(source, there, asked, refresh)
            try:
                return {entity: self._fetch(source, run, entity, progress(entity)) for entity in wanted}
            except DumpMissingError:
                if (restarts := restarts + 1) > RESTARTS:
                    raise

    def _require_on(self) -> None:
        if self.off:
            raise SettingError(
                f"{musicbrainz_exports.SETTING} is off, which leaves MusicBrainz out. Unset it, or set it to where "
                "runs are."
            )

    def _opened(self) -> Runs:
        self._require_on()
        return sources.runs_of(self.source, self.root, self.patience)

    @property
    def _fetched(self) -> Path:
        """Staging folder of files that are downloaded and not in place yet."""
        return self.copies.root / SOURCE / "fetched"

    def _there(self, partition: str) -> dict[str, str]:
        """Return the export of each entity's file in the partition; more than one only after a kill.

        The export is empty for a file of another source, or one that a source folder now holds with other bytes.
        """
        names = {entity: self.copies.names(_key(entity), partition) for entity in NAMES}
        return {
            entity: found[0].partition("_")[0]
            if self._ours(entity, partition, found, again="://" not in self.source)
            else ""
            for entity, found in names.items()
            if found
        }

    def _ours(self, entity: str, partition: str, names: Collection[str], again: bool = False) -> bool:
        """Return True if the partition's file came from the source.

        A file without a note did if the source has the same bytes now; the note is then written. With `again`, files
        with a note are compared, too, if their export is still published.
        """
        noted = origin.is_of(self.origin, names)
        if noted is not None and not (noted and again):
            return noted
        (file,) = self.copies.find_files(_key(entity), partition, FILES)
        held = _held(file)
        try:
            run = _complete(self._opened(), held.run)
        except (DiscogsError, OSError):
            run = None
        same = run.sums[entity] == held.sha256 if run else bool(noted)
        if same and not noted and not self.kept:
            origin.write(self.origin, file.parent)
        return same

    def _dumps(self, entities: Collection[str], partition: str) -> dict[str, Held]:
        found = {entity: self.dump(entity, partition) for entity in NAMES if entity in entities}
        return {entity: held for entity, held in found.items() if held}

    def _chosen(
        self, source: Runs, there: Mapping[str, str], asked: Collection[str], refresh: bool
    ) -> tuple[Run, list[str]]:
        """Return the export of the partition, and the entities to take from it."""
        names, held = source.names(), set(there.values())
        pinned = there[min(there)] if len(held) == 1 else ""
        run = _complete(source, pinned) if pinned in names and not refresh else None
        run = run or _newest(source, names)
        # A refresh must not replace a whole month with an older export.
        older = refresh and there.keys() >= set(asked) and run.name < pinned
        kept = there.keys() if run.name == pinned or older else set[str]()
        return run, [each for each in NAMES if each in {*asked, *there} - kept]

    def _fetch(self, source: Runs, run: Run, entity: str, progress: Progress) -> Held:
        """Return the export's file of the entity, whole and verified: an existing copy, or else a download."""
        for known in self._known(run, entity):
            if (held := _held(known)).sha256 == run.sums[entity]:
                return held
        self._forget_others(run)
        file, place = run.files[entity], self._fetched / run.name / entity
        with replacing(place) as draft:
            target = draft / f"{run.name}_{entity}.tar.xz"
            found = source.fetch(file, target, progress, run.sums[entity])
            if found != run.sums[entity]:
                raise DumpDamagedError(
                    f"{file.name} of {source.title}: its sha256 is {found}, but the run's {musicbrainz_exports.SUMS} "
                    f"says {run.sums[entity]}. Fetch it again; if it stays so, wait for the next run."
                )
            _note(target).write_text(f"{found} *{file.name}\n")
        return _held(place / target.name)

    def _known(self, run: Run, entity: str) -> Iterator[Path]:
        """Yield the copies of an export's file: the staged one, then the ones of other months."""
        name = f"{run.name}_{entity}.tar.xz"
        yield from (self._fetched / run.name / entity).glob(name)
        for month in reversed(self.copies.months()):
            if name in self.copies.names(_key(entity), month):
                yield from self.copies.find_files(_key(entity), month, name)

    def _forget_others(self, run: Run) -> None:
        """Delete downloads of other exports: they will not be taken any more."""
        for folder in self._fetched.glob("*"):
            if folder.name != run.name:
                shutil.rmtree(folder, ignore_errors=True)


def _key(entity: str) -> tuple[str, str]:
    return (SOURCE, entity)


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _held(file: Path) -> Held:
    run, _, entity = file.name.removesuffix(".tar.xz").partition("_")
    sums = uploads.lines(_note(file).read_text())
    return Held(entity, file, run, sums[f"{run}/{entity}.tar.xz"], file.stat().st_size)


def _link(held: Held, folder: Path) -> None:
    """Add the file and its note to the folder, as hard links where possible."""
    for file in (held.path, _note(held.path)):
        try:
            os.link(file, folder / file.name)
        except OSError:
            shutil.copyfile(file, folder / file.name)


def _newest(source: Runs, names: Collection[str]) -> Run:
    """Return the newest complete export."""
    for name in names:
        if run := _complete(source, name):
            return run
    files, faults = ", ".join(musicbrainz_exports.KINDS), [f" {fault}." for fault in source.faults()]
    raise DumpMissingError(
        f"no complete run in {source.title}: expected one with {files}, such as {musicbrainz_exports.FORM}. Runs "
        f"there: {', '.join(names) or 'none'}. A run is complete once its {musicbrainz_exports.SUMS} names its "
        f"files: wait, or set {musicbrainz_exports.SETTING} to where runs are.{''.join(faults)}"
    )


def _complete(source: Runs, name: str) -> Run | None:
    """Return the export; None if one of its files is absent, or its SHA256SUMS does not name one."""
    files = {file.kind: file for file in source.files(name) if not file.fault}
    if not files.keys() >= {*NAMES, musicbrainz_exports.SUMS}:
        return None
    try:
        told = uploads.lines(source.text(files.pop(musicbrainz_exports.SUMS)))
    except DumpMissingError:
        return None
    sums = {each: told[f"{each}.tar.xz"] for each in NAMES if f"{each}.tar.xz" in told}
    return Run(name, files, sums) if len(sums) == len(NAMES) else None
