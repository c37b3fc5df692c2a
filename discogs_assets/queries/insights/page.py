"""Pages of insights' rows."""

import asyncio
from typing import Any

from discogs_assets.connections.readers import Reading, Row
from discogs_assets.queries.question import OFFSET_LIMIT, Result

PAGE_LIMIT = 500
"""Rows of the largest page."""

COUNT_LIMIT = OFFSET_LIMIT + PAGE_LIMIT


class Page(Result):
    """Place of a page."""

    total: int
    """Number of rows, counted up to 10,500: pages lead no further."""
    limit: int
    offset: int
    has_more: bool
    """True if there is a next page; the offset of a page is 10,000 at most."""


async def read_page(
    at: Reading, source: str, order: str, limit: int, offset: int, columns: str = "*", **values: Any
) -> tuple[list[Row], dict[str, Any]]:
    """Return the rows of a page, and the fields of `Page`.

    `source` is the table with its condition; `order` has to be total. Counting ends at the last row that pages lead to.
    """
    rows, counted = await asyncio.gather(
        at.sql(
            f"SELECT {columns} FROM {source} ORDER BY {order} OFFSET %(start)s LIMIT %(size)s",
            start=offset,
            size=limit,
            **values,
        ),
        at.sql(f"SELECT count(*) AS total FROM (SELECT FROM {source} LIMIT {COUNT_LIMIT}) AS counted", **values),
    )
    total, end = counted[0]["total"], offset + limit
    return rows, {"total": total, "limit": limit, "offset": offset, "has_more": end < total and end <= OFFSET_LIMIT}
