"""Conversion of a dump file to Parquet files, with an account of every record."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from discogs_assets import failpoints
from discogs_assets.errors import BudgetExceededError, DumpDamagedError
from discogs_assets.schema import thresholds
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import fill_rates
from discogs_assets.streams.discogs.duplicate_ids import Seen
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip
from discogs_assets.streams.discogs.parse import Parsed, Parser, Refused, parse_blocks
from discogs_assets.streams.heap import give_back

FIRST = 3
"""Refused records that an error names."""

BLOCKS_HELD = 8
"""Blocks between two returns of freed memory to the operating system."""

REPORT_SECONDS = 5.0
"""Seconds between two progress reports."""


@dataclass(slots=True)
class Account:
    """Progress through a file: records, unpacked and packed bytes, seconds; `size` is the packed file's.

    `first` are the first refused records, without their bytes. `undeclared` counts paths without a declaration,
    `complete` the records with a value in each part.
    """

    size: int
    framed: int = 0
    parsed: int = 0
    refused: int = 0
    unpacked: int = 0
    packed: int = 0
    seconds: float = 0.0
    first: list[str] = field(default_factory=list)
    undeclared: Counter[str] = field(default_factory=Counter)
    complete: Counter[str] = field(default_factory=Counter)

    def add(self, entity: Entity, each: Parsed) -> None:
        """Count a block."""
        self.framed += each.block.records
        self.parsed += len(each.batch)
        self.refused += len(each.refused)
        self.unpacked += len(each.block.data)
        self.undeclared += each.undeclared
        self.complete.update(fill_rates.count(entity, each.batch))
        shown = (f"at unpacked byte {bad.offset:,}: {bad.reason}" for bad in each.refused)
        self.first += [line for line, _ in zip(shown, range(FIRST - len(self.first)), strict=False)]

    def line(self, entity: str) -> str:
        """Return the account as a line for the log."""
        seconds = max(self.seconds, 1e-9)
        share = self.packed / self.size if self.size else 1.0
        left = seconds / share - seconds if share else 0.0
        return (
            f"{entity}: {self.framed:,} records, {share:.0%} of {self.size / 1e6:,.1f} MB, "
            f"{self.framed / seconds:,.0f} records/s, {self.unpacked / seconds / 1e6:,.0f} MB/s unpacked, "
            f"{self.refused:,} refused, {left:,.0f} s left"
        )


Report = Callable[[Account], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A dump file of an entity, its sha256, and the newest year that Discogs records may state.

    `origins` are the addresses of the month's dumps, by site.
    """

    path: Path
    entity: Entity
    sha256: str
    newest_year: int = 0
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def versions(self) -> parquet.Versions:
        """Source dump and addresses that are stamped on files made from this dump."""
        sources = {f"{site}{parquet.SOURCE}": [address] for site, address in self.origins.items()}
        return {self.entity.title: [self.sha256], **sources}


def write(source: Source, records: Path, quarantine: Path, report: Report = lambda account: None) -> Account:
    """Write the dump's records to the folder `records`, unreadable ones to the folder `quarantine`.

    Raises DumpDamagedError if the document is not whole, and BudgetExceededError if more records are refused than a
    month may lack.
    """
    account = Account(source.path.stat().st_size)
    store(source, _parse(source, account), account, (records, quarantine), report)
    return account


def store(
    source: Source, found: Iterable[Parsed], account: Account, folders: tuple[Path, Path], report: Report
) -> None:
    """Write parsed blocks, counted in the account already, to the folders of records and of quarantine.

    Raises the same errors as `write`.
    """
    made_from = source.versions
    began = reported = time.monotonic()
    with (
        parquet.writing(folders[0] / parquet.FILE, arrow.record(source.entity), made_from) as good,
        parquet.writing(folders[1] / parquet.FILE, arrow.QUARANTINE, made_from) as bad,
    ):
        for number, each in enumerate(found, 1):
            good.write(each.batch)
            bad.write(_rows(each.refused))
            failpoints.reach("parse")
            if number % BLOCKS_HELD == 0:
                give_back()
            account.seconds = time.monotonic() - began
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                report(account)
        good.note(fill_rates.stamp(account.complete))
    _check_budget(account, source.path)


def _parse(source: Source, account: Account) -> Iterator[Parsed]:
    def note_packed(done: int) -> None:
        account.packed = done

    blocks = Framing(source.entity, str(source.path)).blocks(unpack_gzip(source.path, note_packed))
    seen = Seen()
    parser = Parser(source.entity, source.newest_year, str(source.path))
    for each in parse_blocks(blocks, parser):
        unique = each.without(seen.find_repeated(each.batch.column("id").to_numpy()))
        account.add(source.entity, unique)
        yield unique


def _rows(refused: list[Refused]) -> pa.RecordBatch:
    rows = [{"offset": each.offset, "reason": each.reason, "bytes": each.data} for each in refused]
    return pa.RecordBatch.from_pylist(rows, arrow.QUARANTINE)


def _check_budget(account: Account, source: Path) -> None:
    """Raise DumpDamagedError if the file has no record, BudgetExceededError if more are refused than allowed."""
    if not account.framed:
        raise DumpDamagedError(f"{source}: no record found, expected at least one. Fetch the file again.")
    allowed = thresholds.max_refused(account.framed)
    if account.refused > allowed or not account.parsed:
        raise BudgetExceededError(
            f"{source}: {account.refused:,} of {account.framed:,} records could not be read, expected at most "
            f"{allowed:,}. The first are {'; '.join(account.first)}. Compare the file with its published sha256."
        )


def repeated_ids(files: list[Path], key: str = "id") -> list[int | str]:
    """Return up to ten ids that occur more than once, in ascending order."""
    ids = pl.scan_parquet(files).select(key).group_by(key).len().filter(pl.col("len") > 1)
    return ids.sort(key).head(10).collect()[key].to_list()
