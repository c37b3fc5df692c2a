"""Runs of MusicBrainz' JSON dumps: which one a month has, and one verified copy of each of its files of our own.

What belongs here: what makes a run complete, which run a month keeps, verified copies. What doesn't: reaching a source
(see `sources`), and what a file holds.

A month's files are of one run of one source, the newest complete one when the first of them was taken, and stay so as
long as the source does. What is taken is
first fetched beside the copies, as a whole, and then put in its place: whatever goes wrong on the way leaves the month
as it was, and what has come for the next time.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from discogs_assets.errors import DiscogsError, DumpDamagedError, DumpMissingError, SettingError
from discogs_assets.schema.musicbrainz import ENTITIES, SOURCE
from discogs_assets.settings import Settings
from discogs_assets.stores import lake, origin, sources
from discogs_assets.stores.folder import alone, replacing
from discogs_assets.stores.lake import Lake
from discogs_assets.stores.sources import runs
from discogs_assets.stores.sources.published import SUM, Progress, Published
from discogs_assets.stores.sources.runs import Runs
from discogs_assets.stores.sources.throttle import WINDOW

OFF = "off"
"""The source's address where MusicBrainz is left out."""

RESTARTS = 3
"""How often a taking is begun again because its run vanished in the middle."""

NAMES = tuple(entity.name for entity in ENTITIES)

FILES = "*.tar.xz"
"""A partition's dump file, called `{run}_{entity}.tar.xz`; the line of SHA256SUMS about it is in one beside it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file of a run as we hold it: the run's name, the sha256 that the run's SHA256SUMS gives, its bytes."""

    entity: str
    path: Path
    run: str
    sha256: str
    size: int

    @property
    def made(self) -> datetime:
        """The moment that the run is named after."""
        found = runs.made(self.run)
        assert found
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """A complete run: its name, and of each entity the file and the sha256 that SHA256SUMS gives for it."""

    name: str
    files: Mapping[str, Published]
    sums: Mapping[str, str]

    @property
    def made(self) -> datetime:
        """The moment that the run is named after."""
        found = runs.made(self.name)
        assert found
        return found


def _silent(entity: str) -> Progress:
    return lambda done, size: None


@dataclass(frozen=True, slots=True)
class MusicBrainz:
    """Where runs come from (`source`: a site, a bucket, a folder, or off) and where the verified copies lie.

    That is below `root`, unless they are `kept` elsewhere. `patience` is how many seconds the limit that we keep
    towards a site may hold a request up.
    """

    source: str = field(repr=False)
    root: Path
    patience: float = WINDOW
    kept: Lake | None = None

    @classmethod
    def of(cls, settings: Settings, patience: float = WINDOW) -> "MusicBrainz":
        """What the settings say: where the lake is in S3, the copies are beside it, for every machine."""
        kept = lake.in_bucket(settings, lake.DUMPS)
        return cls(settings.musicbrainz.strip(), settings.home_folder / "dumps", patience, kept)

    @property
    def off(self) -> bool:
        """Whether MusicBrainz is left out."""
        return self.source.lower() == OFF

    @property
    def title(self) -> str:
        """The source as a message may show it: without password or signature."""
        return OFF if self.off else self._opened().title

    @property
    def origin(self) -> str:
        """The source's identity, without secrets, to which copies are bound."""
        return OFF if self.off else origin.identity(self.source)

    @property
    def copies(self) -> Lake:
        """Our copies, a folder per entity and month."""
        return self.kept or Lake(self.root)

    def dump(self, entity: str, partition: str) -> Held | None:
        """Our own copy; None if the partition holds nothing of the source, or MusicBrainz is left out."""
        names = self.copies.names(_key(entity), partition)
        files = self.copies.found(_key(entity), partition, FILES) if names and not self.off else []
        return _held(files[0]) if files and self._ours(entity, partition, names) else None

    def missing(self, entity: str, partition: str) -> str:
        """Return why there is no copy."""
        files = self.copies.found(_key(entity), partition, FILES)
        if self.off or not files:
            return f"dumps/musicbrainz/{entity} holds no file"
        came = origin.noted(files[0].parent) or "a source that is not noted"
        return (
            f"dumps/musicbrainz/{entity} holds a file of {came}, but {runs.SETTING} names {self.origin}: materialise "
            "dumps/musicbrainz/* from there."
        )

    def address(self, entity: str, partition: str) -> str:
        """Where our copy is kept, as a URI."""
        return self.copies.address(_key(entity), partition)

    def newest(self) -> Run:
        """The newest complete run at the source; DumpMissingError if there is none."""
        source = self._opened()
        return _newest(source, source.names())

    def take(
        self,
        entities: Collection[str],
        partition: str,
        refresh: bool = False,
        progress: Callable[[str], Progress] = _silent,
    ) -> dict[str, Held]:
        """The partition's copies of these entities, fetched where they lack, all of one run.

        They are of the run that the partition has as long as that is published, else of the newest complete one, which
        `refresh` prefers; what the partition holds of another run is then replaced, too, and returned. Nothing is asked
        of the source where nothing lacks. `progress` is told of each entity's file.

        DumpMissingError if no run is complete, DumpDamagedError if a file's bytes are others than published,
        SettingError if MusicBrainz is left out; then, and whatever else goes wrong, what is held stays.
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
        """The files that the partition is to have beside those it keeps, fetched; of another run if one vanishes."""
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
                f"{runs.SETTING} is off, which leaves MusicBrainz out. Unset it, or set it to where runs are."
            )

    def _opened(self) -> Runs:
        self._require_on()
        return sources.runs_of(self.source, self.root, self.patience)

    @property
    def _fetched(self) -> Path:
        """The folder with what has been fetched and is not in its place yet."""
        return self.copies.root / SOURCE / "fetched"

    def _there(self, partition: str) -> dict[str, str]:
        """The run of each entity's file in the partition, more than one only where a process was killed.

        A file of another source, or which a folder has in other bytes now, is of no run.
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
        """Whether the partition's file came from the source.

        One without a note did if the source has it in these bytes now; it is noted then. `again` compares others, too,
        if their run is still there.
        """
        noted = origin.is_of(self.origin, names)
        if noted is not None and not (noted and again):
            return noted
        (file,) = self.copies.found(_key(entity), partition, FILES)
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
        """The run that the partition is to have, and the entities whose files are to be taken from it."""
        names, held = source.names(), set(there.values())
        pinned = there[min(there)] if len(held) == 1 else ""
        run = _complete(source, pinned) if pinned in names and not refresh else None
        run = run or _newest(source, names)
        older = refresh and there.keys() >= set(asked) and run.name < pinned
        kept = there.keys() if run.name == pinned or older else set[str]()
        return run, [each for each in NAMES if each in {*asked, *there} - kept]

    def _fetch(self, source: Runs, run: Run, entity: str, progress: Progress) -> Held:
        """The run's file of the entity, whole and verified: one that we have somewhere, else fetched."""
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
                    f"{file.name} of {source.title}: its sha256 is {found}, but the run's {runs.SUMS} says "
                    f"{run.sums[entity]}. Fetch it again; if it stays so, wait for the next run."
                )
            _note(target).write_text(f"{found} *{file.name}\n")
        return _held(place / target.name)

    def _known(self, run: Run, entity: str) -> Iterator[Path]:
        """Copies of a run's file: one that waits to be put in its place, and those of other months."""
        name = f"{run.name}_{entity}.tar.xz"
        yield from (self._fetched / run.name / entity).glob(name)
        for month in reversed(self.copies.months()):
            if name in self.copies.names(_key(entity), month):
                yield from self.copies.found(_key(entity), month, name)

    def _forget_others(self, run: Run) -> None:
        """Drop what was fetched of other runs: they will not be taken any more."""
        for folder in self._fetched.glob("*"):
            if folder.name != run.name:
                shutil.rmtree(folder, ignore_errors=True)


def _key(entity: str) -> tuple[str, str]:
    return (SOURCE, entity)


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _held(file: Path) -> Held:
    run, _, entity = file.name.removesuffix(".tar.xz").partition("_")
    sums = _sums(_note(file).read_text())
    return Held(entity, file, run, sums[f"{run}/{entity}.tar.xz"], file.stat().st_size)


def _link(held: Held, folder: Path) -> None:
    """Have the file and its note in the folder, too, in the same bytes of the disk where it can do that."""
    for file in (held.path, _note(held.path)):
        try:
            os.link(file, folder / file.name)
        except OSError:
            shutil.copyfile(file, folder / file.name)


def _newest(source: Runs, names: Collection[str]) -> Run:
    """The newest of the runs that is complete."""
    for name in names:
        if run := _complete(source, name):
            return run
    files, faults = ", ".join(runs.KINDS), [f" {fault}." for fault in source.faults()]
    raise DumpMissingError(
        f"no complete run in {source.title}: expected one with {files}, such as {runs.FORM}. Runs there: "
        f"{', '.join(names) or 'none'}. A run is complete once its {runs.SUMS} names its files: wait, or set "
        f"{runs.SETTING} to where runs are.{''.join(faults)}"
    )


def _complete(source: Runs, name: str) -> Run | None:
    """The run; None if a file of it is not there, yet or any more, or its SHA256SUMS does not name it."""
    files = {file.kind: file for file in source.files(name) if not file.fault}
    if not files.keys() >= {*NAMES, runs.SUMS}:
        return None
    try:
        told = _sums(source.text(files.pop(runs.SUMS)))
    except DumpMissingError:
        return None
    sums = {each: told[f"{each}.tar.xz"] for each in NAMES if f"{each}.tar.xz" in told}
    return Run(name, files, sums) if len(sums) == len(NAMES) else None


def _sums(text: str) -> dict[str, str]:
    """The sha256 that a file of checksums gives for each name."""
    return {line["name"]: line["sha256"].lower() for line in SUM.finditer(text)}
