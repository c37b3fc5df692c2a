"""Rows for records flagged by data quality rules, with the original bytes of the records."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.model import Entity
from discogs_assets.schema.quality import QualityRule, rules
from discogs_assets.streams import parquet
from discogs_assets.streams.conditions import expression
from discogs_assets.streams.discogs.raw_records import Originals

BATCH_ROWS = 8_192
"""Records checked at once: if all are flagged, about 30 MB of releases' bytes are in memory."""

WRITTEN_ROWS = 1_024
"""Flags written at once."""

KEPT = 10_000
"""Records of each rule with their bytes kept; the others, possibly millions, have id, row and finding."""

SAMPLES = 5
"""Records of each rule that a report shows."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Id of a flagged record, and the finding."""

    id: int
    found: str


@dataclass(slots=True)
class Tally:
    """Number of `records` checked, of records `flagged` by any rule, and by rule the count and first samples."""

    entity: Entity
    records: int = 0
    flagged: int = 0
    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows written: pairs of a record and a rule."""
        return self.counts.total()

    def share(self, rule: QualityRule) -> float:
        """Return the share of all records that the rule flags."""
        return self.counts[rule.name] / self.records if self.records else 0.0

    def add(self, flags: pl.DataFrame) -> None:
        """Count a batch's flags."""
        self.flagged += flags["row"].n_unique()
        for (rule,), found in flags.group_by(["rule"], maintain_order=True):
            self.counts[str(rule)] += len(found)
            samples = self.samples.setdefault(str(rule), [])
            first = found.head(SAMPLES - len(samples)).select("id", "found")
            samples.extend(Sample(*each) for each in first.rows())


def write(entity: Entity, records: Sequence[Path], originals: Originals, target: Path) -> Tally:
    """Write the flags of all records, in the order of the records, to one Parquet file.

    The bytes come from the dump, because a doubtful value may be one that the row cannot show. They cost a pass over
    the file up to the last record wanted, a small part of the cost of parsing.
    """
    tally = Tally(entity)
    with parquet.writing(target, arrow.FLAGGED, parquet.versions(records)) as writer:
        for frame in _frames(entity, records):
            flags = flag_records(entity, frame, tally.records)
            whole = _read_bytes(flags, tally, originals)
            tally.records += len(frame)
            tally.add(flags)
            for some in _rows(flags, whole):
                writer.write_frame(some)
    return tally


def _frames(entity: Entity, records: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield the records in batches, with the columns that rules read: values of the record and of its items."""
    asked = {entity.key, *(name for rule in rules(entity) for name in expression(rule).meta.root_names())}
    for path in records:
        leaves = parquet.leaves(path)
        wanted = [leaf for leaf in leaves if leaf.partition(".")[0] in asked and leaf.count(".list.") <= 1]
        for batch in parquet.batches(path, wanted, BATCH_ROWS):
            yield pl.DataFrame(pl.from_arrow(batch))


def flag_records(entity: Entity, frame: pl.DataFrame, first: int = 0) -> pl.DataFrame:
    """Return row, id, rule, severity, field and finding of each flag, by row and then in the order of the rules.

    `first` is the number of the frame's first row.
    """
    asked = rules(entity)
    names = [rule.name for rule in asked]
    found = frame.with_row_index("row", first).select(
        "row", "id", *(expression(rule).alias(rule.name) for rule in asked)
    )
    some = found.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    flags = some.unpivot(names, index=["row", "id"], variable_name="rule", value_name="found").drop_nulls("found")
    facts = {
        rule.name: {"severity": rule.severity.value, "field": rule.field, "order": n} for n, rule in enumerate(asked)
    }
    about = pl.DataFrame([{"rule": name, **each} for name, each in facts.items()])
    return flags.join(about, on="rule").sort("row", "order")


def _read_bytes(flags: pl.DataFrame, tally: Tally, originals: Originals) -> dict[int, bytes]:
    """Return by row the bytes of records that are among the first of one of their rules."""
    before = pl.col("rule").replace_strict(tally.counts, default=0, return_dtype=pl.Int64)
    among = flags.filter(before + pl.int_range(pl.len()).over("rule") < KEPT)
    wanted = among.select("row", "id").unique(maintain_order=True)
    tally.kept += len(wanted)
    return {row: originals.bytes_of(row, number) for row, number in wanted.rows()}


def _rows(flags: pl.DataFrame, whole: dict[int, bytes]) -> Iterator[pl.DataFrame]:
    """Yield the flags as written. Each has a copy of its record's bytes, so only a few are built at once."""
    for some in flags.iter_slices(WRITTEN_ROWS):
        yield some.with_columns(pl.Series("bytes", [whole.get(row) for row in some["row"]], pl.Binary))
