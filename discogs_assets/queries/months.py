"""Months that are loaded, and the published one."""

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question


class Month(Result):
    """A loaded month."""

    month: str
    """Month: 2026-11."""
    published: bool
    """True for the month that answers are of by default."""
    tables: int
    """Number of its tables in PostgreSQL."""
    graph: bool
    """True if the graph shows it."""
    search: bool
    """True if its search index is published."""


class Months(Result):
    """Months that questions can be asked about."""

    published: str
    months: list[Month]


@question("/months", "postgres", example={}, rows="months", monthly=False)
async def months(at: Reading) -> Months:
    """Return the months that are loaded, the newest first."""
    shown = at.publication
    found = {**await at.readers.tables.months(), shown.month: shown}
    rows = [
        Month(
            month=month,
            published=month == shown.month,
            tables=len(loaded.tables),
            graph=loaded.graph is not None,
            search=loaded.search is not None,
        )
        for month, loaded in sorted(found.items(), reverse=True)
    ]
    return Months(published=shown.month, months=rows)
