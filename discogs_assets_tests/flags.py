"""Records as mappings → what the rules of data quality find in them.

What belongs here: the way there, by the parser. What doesn't: any claim.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from discogs_assets.sample import xml
from discogs_assets.schema.model import Entity
from discogs_assets.streams import quality
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser

NEWEST_YEAR = 2027


@cache
def _parser(entity: Entity) -> Parser:
    return Parser(entity, NEWEST_YEAR)


def find_flags(entity: Entity, records: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """For each record the findings by rule."""
    data = [xml.record(entity, each) for each in records]
    block = Block(entity.record, b"".join(data), len(data), 0)
    frame = pl.DataFrame(pl.from_arrow(_parser(entity).parse(block).batch))
    flags = quality.flag_records(entity, frame).select("row", "rule", "found").rows()
    return [{rule: text for row, rule, text in flags if row == number} for number in range(len(records))]
