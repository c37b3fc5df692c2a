"""Pages of lists: the place of a page, and how its rows are read."""

import asyncio
from typing import Any

from discogs_assets.connections.readers import Reading, Row
from discogs_assets.queries.question import OFFSET_LIMIT, Result

PAGE_LIMIT = 500
"""Rows of the largest page of a counted list."""

COUNT_LIMIT = OFFSET_LIMIT + PAGE_LIMIT

Place = dict[str, Any]
"""Fields of `Page`."""


class Page(Result):
    """Place of a page."""

    limit: int
    offset: int
    has_more: bool
    """True if there is a next page; the offset of a page is 10,000 at most."""


class CountedPage(Page):
    """Place of a page of a list that is counted."""

    total: int
    """Number of rows, counted up to 10,500: pages lead no further."""


def place_page(total: int, limit: int, offset: int) -> Place:
    """Return the place of a page in a list of `total` rows."""
    end = offset + limit
    return {"limit": limit, "offset": offset, "has_more": end < total and end <= OFFSET_LIMIT}


async def read_rows(at: Reading, statement: str, limit: int, offset: int, **values: Any) -> tuple[list[Row], Place]:
    """Return the rows of a page and its place; the statement takes `limit` and `offset`, and its order is total."""
    # The row after the page tells that there is a next one.
    rows = await at.sql(statement, limit=limit + 1, offset=offset, **values)
    return rows[:limit], place_page(offset + len(rows), limit, offset)


async def read_page(
    at: Reading, source: str, order: str, limit: int, offset: int, columns: str = "*", **values: Any
) -> tuple[list[Row], Place]:
    """Return the rows of a page, and the fields of `CountedPage`.

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
    total = counted[0]["total"]
    return rows, {"total": total, **place_page(total, limit, offset)}
