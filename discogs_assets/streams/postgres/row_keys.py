"""Primary keys of rows in the data of COPY, to name the row that the server rejects."""

import csv
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import StringIO
from itertools import chain, islice

from discogs_assets.schema.backends import sql
from discogs_assets.schema.child_tables import Table
from discogs_assets.schema.model import Entity
from discogs_assets.streams.postgres.binary_copy import END, SIGNATURE

SHOWN = 100
"""Maximum length of a shown key, in characters."""


def find_key(of: Table, data: Iterable[bytes], line: int) -> str:
    """Return the key of the row at a line as PostgreSQL counts them, such as `release_id=7, ordinal=2`.

    Lines are rows in binary form, and lines of text in CSV. The result is empty if the row cannot be found.
    """
    values: list[str] = []
    with suppress(struct.error, csv.Error, UnicodeDecodeError):
        values = _find_binary(data, line) if isinstance(of, Entity) else _find_csv(data, line)
    return ", ".join(f"{name}={value}" for name, value in zip(sql.key(of), values, strict=False))[:SHOWN]


def _find_binary(data: Iterable[bytes], line: int) -> list[str]:
    """Return the first value of the row, an id of 8 bytes."""
    pieces = (bytes(each) for each in data if each not in (SIGNATURE, END))
    return [str(found) for found in islice(chain.from_iterable(map(_read_ids, pieces)), line - 1, line)]


def _read_ids(tuples: bytes) -> Iterator[int]:
    """Yield the first value of each row of a piece: rows are a count of values, and each value after its length."""
    at = 0
    while at < len(tuples):
        (fields,) = struct.unpack_from("!h", tuples, at)
        yield struct.unpack_from("!q", tuples, at + 6)[0]
        at += 2
        for _ in range(fields):
            (size,) = struct.unpack_from("!i", tuples, at)
            at += 4 + max(size, 0)


def _find_csv(data: Iterable[bytes], line: int) -> list[str]:
    reader = csv.reader(chain.from_iterable(StringIO(each.decode(), newline="\n") for each in data))
    return next((row for row in reader if reader.line_num >= line), [])
