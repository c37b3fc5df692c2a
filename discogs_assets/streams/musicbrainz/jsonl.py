"""Batches of nested, typed records from lines of JSON; unreadable lines are quarantined with their bytes."""

import gc
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from discogs_assets.schema.backends import json
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.duplicate_ids import SeenMbids
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parsed, Refused
from discogs_assets.streams.musicbrainz import json_columns

LOOKED_INTO, EVERY = 1_000, 1_000
"""Records checked for undeclared keys: the first 1,000, then every 1,000th."""

NUL = rb"\u0000"
"""U+0000 as JSON writes it, unless an odd number of backslashes precedes it. PostgreSQL refuses the character."""

NULS = re.compile(rb"(?<!\\)(?:\\\\)*" + re.escape(NUL))
"""Exact pattern for `NUL`, backslashes included; it is slow."""


class Reader:
    """Parses the blocks of one entity, in order; of records with the same MBID the first is kept."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self._decoder = msgspec.json.Decoder(json.structure(entity))
        self._before = 0
        self._seen = SeenMbids()

    def parse(self, block: Block) -> Parsed:
        """Return the block's records; unreadable lines are refused, none is lost."""
        undeclared = self._undeclared(block)
        with _uncollected():
            records = self._quickly(block)
            if records is not None:
                found = Parsed(
                    block, json_columns.batch(self.entity, records), range(len(records)), undeclared=undeclared
                )
            else:
                found = self._carefully(block, undeclared)
            return self._without_repeated(found)

    def _without_repeated(self, found: Parsed) -> Parsed:
        """Return the result without records of an MBID seen before; they are refused."""
        mbids = found.batch.column(self.entity.key).to_pylist()
        repeated = self._seen.repeated(mbids)
        if not repeated.any():
            return found
        again = {found.rows[row]: mbids[row] for row in np.flatnonzero(repeated).tolist()}
        refused = [
            Refused(offset, f"its MBID {again[number]} has come before; the first record is kept", line)
            for number, (offset, line) in enumerate(_lines(found.block))
            if number in again
        ]
        kept = [number for number in found.rows if number not in again]
        batch = found.batch.filter(pa.array(~repeated))
        return replace(found, batch=batch, rows=kept, refused=found.refused + refused)

    def _quickly(self, block: Block) -> list[Any] | None:
        """Return all records decoded at once, None if any line is out of the ordinary."""
        if NUL in block.data:
            return None
        try:
            records = self._decoder.decode_lines(block.data)
        except (ValueError, RecursionError):
            return None
        return records if len(records) == block.records else None

    def _carefully(self, block: Block, undeclared: Counter[str]) -> Parsed:
        """Parse the block line by line."""
        records: list[Any] = []
        rows: list[int] = []
        refused: list[Refused] = []
        for number, (offset, line) in enumerate(_lines(block)):
            try:
                records.append(self._record(line))
                rows.append(number)
            except (ValueError, RecursionError) as error:
                refused.append(Refused(offset, str(error), line))
        return Parsed(block, json_columns.batch(self.entity, records), rows, refused, undeclared)

    def _record(self, line: bytes) -> Any:
        if NUL in line and NULS.search(line):
            raise ValueError("it holds the character U+0000")
        return self._decoder.decode(line)

    def _undeclared(self, block: Block) -> Counter[str]:
        """Count the undeclared keys of the sampled records."""
        first, self._before = self._before, self._before + block.records
        wanted = {n - first for n in range(first, self._before) if n < LOOKED_INTO or n % EVERY == 0}
        found: Counter[str] = Counter()
        for number, (_, line) in enumerate(_lines(block) if wanted else ()):
            if number in wanted:
                try:
                    found.update(json.find_undeclared(self.entity, msgspec.json.decode(line)))
                except (ValueError, RecursionError):
                    continue
        return found


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable garbage collection.

    Parsing leaves no cyclic garbage, and collections would take a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, each with its offset in the file."""
    offset = block.offset
    for line in block.data.split(b"\n"):
        if line.strip():
            yield offset, line
        offset += len(line) + 1
