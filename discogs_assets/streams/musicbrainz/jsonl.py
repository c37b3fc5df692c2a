"""Batches of nested, typed records from lines of JSON; unreadable lines are quarantined with their bytes."""

import gc
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from discogs_assets.schema.backends import json
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.duplicate_ids import SeenMbids
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parsed, Refused, refuse
from discogs_assets.streams.musicbrainz import json_columns

SAMPLE_FIRST, SAMPLE_EVERY = 1_000, 1_000
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
        undeclared = self._sample_undeclared(block)
        with _without_collection():
            records = self._decode_block(block)
            if records is not None:
                found = Parsed(
                    block, json_columns.batch(self.entity, records), range(len(records)), undeclared=undeclared
                )
            else:
                found = self._decode_lines(block, undeclared)
            mbids = found.batch.column(self.entity.key).to_pylist()
            return found.without(self._seen.find_repeated(mbids), self.entity.key)

    def _decode_block(self, block: Block) -> list[Any] | None:
        """Return all records decoded at once, None if any line is out of the ordinary."""
        if NUL in block.data:
            return None
        try:
            records = self._decoder.decode_lines(block.data)
        except (ValueError, RecursionError):
            return None
        return records if len(records) == block.records else None

    def _decode_lines(self, block: Block, undeclared: Counter[str]) -> Parsed:
        """Parse the block line by line."""
        records: list[Any] = []
        rows: list[int] = []
        refused: list[Refused] = []
        for number, (start, end) in enumerate(block.spans()):
            try:
                records.append(self._record(block.data[start:end]))
                rows.append(number)
            except (ValueError, RecursionError) as error:
                refused.append(refuse(block, (start, end), str(error)))
        return Parsed(block, json_columns.batch(self.entity, records), rows, refused, undeclared)

    def _record(self, line: bytes) -> Any:
        if NUL in line and NULS.search(line):
            raise ValueError("unexpected character U+0000")
        return self._decoder.decode(line)

    def _sample_undeclared(self, block: Block) -> Counter[str]:
        """Count the undeclared keys of the sampled records."""
        first, self._before = self._before, self._before + block.records
        wanted = {n - first for n in range(first, self._before) if n < SAMPLE_FIRST or n % SAMPLE_EVERY == 0}
        found: Counter[str] = Counter()
        for number, (start, end) in enumerate(block.spans() if wanted else ()):
            if number in wanted:
                try:
                    found.update(json.find_undeclared(self.entity, msgspec.json.decode(block.data[start:end])))
                except (ValueError, RecursionError):
                    continue
        return found


@contextmanager
def _without_collection() -> Iterator[None]:
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
