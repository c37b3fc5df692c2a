"""Blocks of records → batches of nested, typed records; what cannot be read is set aside with its bytes.

What belongs here: which reader a block goes to, and keeping several blocks under way at once. What doesn't: where the
bytes come from and where the batches go.
"""

import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from xml2arrow import XmlToArrowParser

from discogs_assets.errors import BudgetExceededError
from discogs_assets.schema import xml
from discogs_assets.schema.model import Entity
from discogs_assets.streams import record
from discogs_assets.streams.ahead import Result, in_order
from discogs_assets.streams.framing import Block
from discogs_assets.streams.identity import Bools
from discogs_assets.streams.nesting import Flat, nest
from discogs_assets.streams.vocabulary import Vocabulary

SPACE, ALLOWED = 0x20, (b"\t", b"\n", b"\r")
"""Of the characters before the space XML 1.0 allows these (§2.2); the fast parser lets the others pass."""

MOST_REFUSED = 10_000
"""Refused records that a month of a hundred million could lack, so that no month may lack more."""

UNDER_WAY = 2
"""Blocks in work beside those that a thread is busy with: enough that none waits, few enough to bound memory."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be read: where it begins in the unpacked file, why, and its bytes."""

    offset: int
    reason: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of one block: its records are the rows of `batch` and the refused.

    `rows` says which record of the block each row is. `undeclared` counts the paths that no declaration reads.
    """

    block: Block
    batch: pa.RecordBatch
    rows: Sequence[int]
    refused: list[Refused] = field(default_factory=list)
    undeclared: Counter[str] = field(default_factory=Counter)

    def without(self, repeated: Bools) -> "Parsed":
        """The same without the rows whose id has come before; they are refused."""
        spans, ids = self.block.spans(), self.batch.column("id").to_pylist()
        refused = [
            _refused(self.block, spans[self.rows[row]], f"its id {ids[row]} has come before; the first record is kept")
            for row in np.flatnonzero(repeated).tolist()
        ]
        kept = [number for number, again in zip(self.rows, repeated, strict=True) if not again]
        return replace(self, batch=self.batch.filter(pa.array(~repeated)), rows=kept, refused=self.refused + refused)


class Parser:
    """Reads blocks of one entity; may be shared by threads."""

    def __init__(self, entity: Entity, newest_year: int, source: str = "the dump") -> None:
        self.entity = entity
        self.newest_year = newest_year
        self.source = source
        self._fast = _fast_parser(entity)
        self._vocabulary = Vocabulary(entity)

    def parse(self, block: Block) -> Parsed:
        """The block's records; those that neither reader takes are refused, none is lost."""
        ordinary = not block.between and self._vocabulary.knows(block.data)
        found = self.quickly(block, ordinary) or self.carefully(block)
        if ordinary:
            return found
        try:
            return replace(found, undeclared=self._undeclared(block))
        except record.RecordError:
            # What the fast parser passed over is itself not well-formed, or too deep.
            return self.carefully(block)

    def quickly(self, block: Block, clean: bool = False) -> Parsed | None:
        """All records at once, or None where anything about the block is out of the ordinary.

        `clean` says that it is known to hold no character which XML forbids.
        """
        if not clean and _has_controls(block.data):
            return None
        try:
            batch = nest(self.entity, self.tokens(block), self.newest_year)
        except Exception:
            # Whatever the parser stumbles over, the careful reader names it for the one record that has it.
            return None
        if len(batch) != block.records or not _identified(batch):
            return None
        return Parsed(block, batch, range(block.records))

    def tokens(self, block: Block) -> Flat:
        """The block's values as the fast parser finds them, all texts; raises whatever it stumbles over."""
        root = self.entity.name.encode()
        document = b"".join((b"<%b>" % root, _normalised(block.data), b"</%b>" % root))
        found: Flat = self._fast.parse(document)
        return found

    def carefully(self, block: Block) -> Parsed:
        """Record by record."""
        flat: record.Flat = {}
        refused: list[Refused] = []
        rows: list[int] = []
        for number, (start, end) in enumerate(block.spans()):
            try:
                record.read(self.entity, block.data[start:end], len(rows), flat)
                rows.append(number)
            except record.RecordError as error:
                refused.append(_refused(block, (start, end), str(error)))
                self._hold(refused)
        batch = nest(self.entity, record.batches(self.entity, flat), self.newest_year)
        return Parsed(block, batch, rows, refused)

    def _hold(self, refused: list[Refused]) -> None:
        """Give up on what can only be refused in the end."""
        if len(refused) > MOST_REFUSED:
            first = refused[0]
            raise BudgetExceededError(
                f"{self.source}: more than {MOST_REFUSED:,} records of one block could not be read, which no month may "
                f"lack; the first at unpacked byte {first.offset:,}: {first.reason}. "
                "Compare the file with its published sha256."
            )

    def _undeclared(self, block: Block) -> Counter[str]:
        """What the records say without a declaration, and what stands between them."""
        found = Counter(f"{_outermost(each)} outside of records" for each in block.between)
        records = [block.data[start:end] for start, end in block.spans()]
        for place in self._vocabulary.strange(records):
            found += self._vocabulary.undeclared(record.element(records[place]))
        return found


def _outermost(data: bytes) -> str:
    """The path of an element, or the word text."""
    tag = re.match(rb"<([^\s/>]+)", data)
    return f"/{tag[1].decode(errors='replace')}" if tag else "text"


def _refused(block: Block, span: tuple[int, int], reason: str) -> Refused:
    start, end = span
    return Refused(block.offset + start, reason, block.data[start:end])


def parsed(blocks: Iterable[Block], parser: Parser, threads: int | None = None) -> Iterator[Parsed]:
    """What became of each block, in order, several being read at once."""
    return at_once(blocks, parser.parse, threads)


def at_once(blocks: Iterable[Block], work: Callable[[Block], Result], threads: int | None = None) -> Iterator[Result]:
    """The result of the work on each block, in order, several being worked on at once."""
    threads = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(threads, thread_name_prefix="parse") as pool:
        yield from in_order(pool, work, blocks, threads + UNDER_WAY)


def _fast_parser(entity: Entity) -> XmlToArrowParser:
    """The parser takes its configuration from a file alone."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(xml.config(entity), file, sort_keys=False)
        file.flush()
        return XmlToArrowParser(file.name)


def _normalised(data: bytes) -> bytes:
    """Line ends as XML 1.0 §2.11 has them, which the fast parser leaves as they are."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _has_controls(data: bytes) -> bool:
    """Whether there is a character that XML forbids, by counts, which take no time."""
    low = int(np.count_nonzero(np.frombuffer(data, np.uint8) < SPACE))
    return low != sum(map(data.count, ALLOWED))


def _identified(batch: pa.RecordBatch) -> bool:
    ids = batch.column("id")
    return ids.null_count == 0 and bool(pc.all(pc.greater(ids, 0), min_count=0).as_py())
