"""Nested, typed batches from blocks of records; unreadable records are quarantined with their bytes."""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import compress

import lxml.etree as etree
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from xml2arrow import XmlToArrowParser

from discogs_assets.errors import BudgetExceededError
from discogs_assets.schema.backends import xml
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs import lxml_reader
from discogs_assets.streams.discogs.duplicate_ids import Bools
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.nesting import Flat, nest
from discogs_assets.streams.discogs.undeclared import Vocabulary
from discogs_assets.streams.prefetch import Result, in_order

MAX_REFUSED = 10_000
"""Rejection limit for a hundred million records, an upper bound for any month."""

FEW = 8
"""Most records to be parsed one by one instead of in halves, if they cannot be parsed at once."""

UNDER_WAY = 2
"""Blocks in work beyond one per thread: enough that no thread waits, few enough to bound memory."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be parsed: its offset in the unpacked file, the reason, and its bytes."""

    offset: int
    reason: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """Result of one block: its records are the rows of `batch` and the refused.

    `rows` holds each row's record number in the block. `undeclared` counts the paths without a declaration.
    """

    block: Block
    batch: pa.RecordBatch
    rows: Sequence[int]
    refused: list[Refused] = field(default_factory=list)
    undeclared: Counter[str] = field(default_factory=Counter)

    def without(self, repeated: Bools, key: str = "id") -> "Parsed":
        """Return the result without the rows of repeated keys; they are refused."""
        if not repeated.any():
            return self
        spans, keys = self.block.spans(), self.batch.column(key).to_pylist()
        refused = [
            refuse(self.block, spans[self.rows[row]], f"duplicate {key} {keys[row]}; the first record is kept")
            for row in np.flatnonzero(repeated).tolist()
        ]
        kept = [number for number, again in zip(self.rows, repeated, strict=True) if not again]
        return replace(self, batch=self.batch.filter(pa.array(~repeated)), rows=kept, refused=self.refused + refused)


Piece = tuple[pa.RecordBatch, Sequence[int]]
"""Rows, and the positions of their records in the block."""


class Parser:
    """Parse blocks of one entity into Arrow rows; `nesting` builds them. Threads may share a parser."""

    def __init__(self, entity: Entity, newest_year: int, source: str = "the dump") -> None:
        self.entity = entity
        self.newest_year = newest_year
        self.source = source
        self._fast = _fast_parser(entity)
        self._vocabulary = Vocabulary(entity)

    def parse(self, block: Block) -> Parsed:
        """Return the block's records; unreadable ones are refused, none is lost.

        A record's values, or its refusal, depend on the record alone. The fast parser is given only records in the
        vocabulary, since it reads them like lxml; lxml reads all others.
        """
        root = Counter(f"/{self.entity.name}/@{name}" for name in block.root)
        found = self.parse_fast(block) or self._parse_apart(block)
        return replace(found, undeclared=found.undeclared + root) if root else found

    def parse_fast(self, block: Block) -> Parsed | None:
        """Return all records parsed at once, None if anything in the block is out of the ordinary."""
        if not self._vocabulary.knows(block.data):
            return None
        batch = self._nest(block.data, block.records)
        return Parsed(block, batch, range(block.records)) if batch is not None and _has_id(batch).all() else None

    def tokens(self, data: bytes) -> Flat:
        """Return the records' values as texts, as the fast parser finds them.

        Raises any error of the fast parser.
        """
        root = self.entity.name.encode()
        document = b"".join((b"<%b>" % root, _normalise_lines(data), b"</%b>" % root))
        found: Flat = self._fast.parse(document)
        return found

    def parse_strictly(self, block: Block) -> Parsed:
        """Return the block parsed record by record."""
        reading = _Reading(block, self.source)
        return self._parse_rest(reading, range(len(reading.spans)), [])

    def _nest(self, data: bytes, records: int) -> pa.RecordBatch | None:
        """Return known records as a batch, None if they are not UTF-8 or a value is repeated."""
        try:
            batch = nest(self.entity, self.tokens(data), self.newest_year)
        except Exception:
            # Any error of the fast parser; the careful reader then reports it for the one record that causes it.
            return None
        return batch if len(batch) == records else None

    def _parse_apart(self, block: Block) -> Parsed:
        """Parse the known records at once, and the others one by one."""
        reading = _Reading(block, self.source)
        strange = set(self._vocabulary.strange(reading.records))
        pieces: list[Piece] = []
        known = [place for place in range(len(reading.records)) if place not in strange]
        odd = [*strange]
        self._parse_halves(reading.records, known, pieces, odd)
        return self._parse_rest(reading, sorted(odd), pieces)

    def _parse_halves(self, records: Sequence[bytes], places: list[int], pieces: list[Piece], odd: list[int]) -> None:
        """Add records parsed at once, in halves if needed, to `pieces`, and the positions of the rest to `odd`."""
        if not places:
            return
        batch = self._nest(b"\n".join(records[place] for place in places), len(places))
        if batch is not None:
            ids = _has_id(batch)
            pieces.append((batch.filter(pa.array(ids)), [*compress(places, ids)]))
            odd += compress(places, ~ids)
        elif len(places) <= FEW or len(odd) > MAX_REFUSED:
            odd += places
        else:
            half = len(places) // 2
            self._parse_halves(records, places[:half], pieces, odd)
            self._parse_halves(records, places[half:], pieces, odd)

    def _parse_rest(self, reading: "_Reading", places: Iterable[int], pieces: list[Piece]) -> Parsed:
        """Return the block's result: the parsed pieces, and the records at these positions, parsed one by one."""
        flat: lxml_reader.Flat = {}
        rows: list[int] = []
        undeclared: Counter[str] = Counter()
        for place in places:
            try:
                root = reading.element(place)
                undeclared += self._vocabulary.count_undeclared(root)
                lxml_reader.read(self.entity, root, len(rows), flat)
                rows.append(place)
            except lxml_reader.RecordError as error:
                reading.refuse(place, error)
        batch = nest(self.entity, lxml_reader.batches(self.entity, flat), self.newest_year)
        return reading.put_together([*pieces, (batch, rows)], undeclared)


class _Reading:
    """A block that is parsed record by record."""

    def __init__(self, block: Block, source: str) -> None:
        self.block = block
        self.spans = block.spans()
        self.records = [block.data[start:end] for start, end in self.spans]
        self.refused: list[Refused] = []
        self._source = source

    def element(self, place: int) -> etree._Element:
        """Return a record as an lxml element. Raises RecordError if it is not well-formed."""
        return lxml_reader.element(self.records[place], self.block.namespaces)

    def refuse(self, place: int, error: lxml_reader.RecordError) -> None:
        """Set a record aside. Raises BudgetExceededError if the block has more of them than a month may lack."""
        self.refused.append(refuse(self.block, self.spans[place], str(error)))
        if len(self.refused) > MAX_REFUSED:
            first = self.refused[0]
            raise BudgetExceededError(
                f"{self._source}: more than {MAX_REFUSED:,} records of one block could not be read, expected fewer in "
                f"a month; the first at unpacked byte {first.offset:,}: {first.reason}. "
                "Compare the file with its published sha256."
            )

    def put_together(self, pieces: list[Piece], undeclared: Counter[str]) -> Parsed:
        """Return the rows of all pieces in the order of the records."""
        places = np.array([place for _, found in pieces for place in found], np.int64)
        order = np.argsort(places)
        batch = pa.concat_batches([batch for batch, _ in pieces]).take(pa.array(order))
        return Parsed(self.block, batch, places[order].tolist(), self.refused, undeclared)


def refuse(block: Block, span: tuple[int, int], reason: str) -> Refused:
    """Return the record at the span of the block as refused."""
    start, end = span
    return Refused(block.offset + start, reason, block.data[start:end])


def parse_blocks(blocks: Iterable[Block], parser: Parser, threads: int | None = None) -> Iterator[Parsed]:
    """Yield the result of each block in order, parsing several at once."""
    return at_once(blocks, parser.parse, threads)


def at_once(blocks: Iterable[Block], work: Callable[[Block], Result], threads: int | None = None) -> Iterator[Result]:
    """Yield the result of `work` on each block in order, working on several at once."""
    threads = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(threads, thread_name_prefix="parse") as pool:
        yield from in_order(pool, work, blocks, threads + UNDER_WAY)


def _fast_parser(entity: Entity) -> XmlToArrowParser:
    """Return a fast parser of the entity; it takes its configuration only from a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(xml.config(entity), file, sort_keys=False)
        file.flush()
        return XmlToArrowParser(file.name)


def _normalise_lines(data: bytes) -> bytes:
    """Return the data with line ends as in XML 1.0 §2.11; the fast parser leaves them unchanged."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _has_id(batch: pa.RecordBatch) -> Bools:
    """Return for each record True if it has an id."""
    positive = pc.fill_null(pc.greater(batch.column("id"), 0), False)
    return np.asarray(positive.to_numpy(zero_copy_only=False), dtype=np.bool_)
