"""Conversion of a MusicBrainz dump file to Parquet files, with an account of every line."""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.errors import BudgetExceededError
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz import UNAVAILABLE
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.convert import Account, Report, Source
from discogs_assets.streams.discogs.parse import MAX_REFUSED, Parsed
from discogs_assets.streams.musicbrainz import tarball
from discogs_assets.streams.musicbrainz.jsonl import Reader


def member(entity: Entity) -> str:
    """Return the path in the archive of the entity's records."""
    return f"mbdump/{entity.name}"


def write(source: Source, records: Path, quarantine: Path, report: Report = lambda account: None) -> Account:
    """Write the dump's records to the folder `records`, unreadable lines to the folder `quarantine`.

    Raises DumpDamagedError if the file is not whole, and BudgetExceededError if more lines are refused than a month may
    lack.
    """
    account = Account(source.path.stat().st_size)
    convert.store(source, _parse(source, account), account, (records, quarantine), report)
    return account


def _parse(source: Source, account: Account) -> Iterator[Parsed]:
    def note_packed(done: int) -> None:
        account.packed = done

    reader = Reader(source.entity)
    for block in tarball.blocks(source.path, member(source.entity), note_packed):
        each = reader.parse(block)
        account.add(source.entity, each)
        yield each
        if account.refused > MAX_REFUSED:
            raise BudgetExceededError(
                f"{source.path}: {account.refused:,} of {account.framed:,} records could not be read, expected at most "
                f"{MAX_REFUSED:,} in a month. The first are {'; '.join(account.first)}. {tarball.ADVICE}"
            )


def write_none(entity: Entity, records: Path, quarantine: Path) -> None:
    """Write the partition of a month without a dump: the same columns, no rows."""
    for folder, schema in ((records, arrow.record(entity)), (quarantine, arrow.QUARANTINE)):
        with parquet.writing(folder / parquet.FILE, schema, {entity.title: [UNAVAILABLE]}):
            pass
