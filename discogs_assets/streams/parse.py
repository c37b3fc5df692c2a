"""Blocks of records → batches of nested, typed records; what cannot be read is set aside with its bytes.

What belongs here: which reader a block goes to, and keeping several blocks under way at once. What doesn't: where the
bytes come from and where the batches go.
"""

import os
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from xml2arrow import XmlToArrowParser

from discogs_assets.schema import xml
from discogs_assets.schema.model import Entity
from discogs_assets.streams import record
from discogs_assets.streams.framing import Block
from discogs_assets.streams.nesting import nest

CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that XML 1.0 forbids (§2.2) and the fast parser lets pass."""

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
    """What became of one block: `framed` = the rows of `batch` + the refused."""

    batch: pa.RecordBatch
    framed: int
    size: int
    refused: list[Refused] = field(default_factory=list)


class Parser:
    """Reads blocks of one entity; may be shared by threads."""

    def __init__(self, entity: Entity, newest_year: int) -> None:
        self.entity = entity
        self.newest_year = newest_year
        self._fast = _fast_parser(entity)

    def parse(self, block: Block) -> Parsed:
        """The block's records; those that neither reader takes are refused, none is lost."""
        return self.quickly(block) or self.carefully(block)

    def quickly(self, block: Block) -> Parsed | None:
        """All records at once, or None where anything about the block is out of the ordinary."""
        data = _normalised(block.data)
        if CONTROL.search(data):
            return None
        try:
            flat = self._fast.parse(b"<%b>%b</%b>" % (root := self.entity.name.encode(), data, root))
            batch = nest(self.entity, flat, self.newest_year)
        except Exception:
            # Whatever the parser stumbles over, the careful reader names it for the one record that has it.
            return None
        if len(batch) != block.records or not _identified(batch):
            return None
        return Parsed(batch, block.records, len(block.data))

    def carefully(self, block: Block) -> Parsed:
        """Record by record."""
        flat: record.Flat = {}
        refused, good = [], 0
        spans = block.spans()
        for start, end in spans:
            data = block.data[start:end]
            try:
                record.read(self.entity, data, good, flat)
                good += 1
            except record.RecordError as error:
                refused.append(Refused(block.offset + start, str(error), data))
        batch = nest(self.entity, record.batches(self.entity, flat), self.newest_year)
        return Parsed(batch, len(spans), len(block.data), refused)


def parsed(blocks: Iterable[Block], parser: Parser, threads: int | None = None) -> Iterator[Parsed]:
    """What became of each block, in order, several being read at once."""
    threads = threads or os.cpu_count() or 1
    under_way: deque[Future[Parsed]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="parse") as pool:
        try:
            for block in blocks:
                under_way.append(pool.submit(parser.parse, block))
                if len(under_way) >= threads + UNDER_WAY:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _fast_parser(entity: Entity) -> XmlToArrowParser:
    """The parser takes its configuration from a file alone."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(xml.config(entity), file, sort_keys=False)
        file.flush()
        return XmlToArrowParser(file.name)


def _normalised(data: bytes) -> bytes:
    """Line ends as XML 1.0 §2.11 has them, which the fast parser leaves as they are."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _identified(batch: pa.RecordBatch) -> bool:
    ids = batch.column("id")
    return ids.null_count == 0 and bool(pc.all(pc.greater(ids, 0), min_count=0).as_py())
