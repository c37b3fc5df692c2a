"""Stores of the settings as the API reads them: one pool, one driver and one index for all questions."""

import asyncio
import threading
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from discogs_assets.connections import Connections
from discogs_assets.errors import LoadError, QuestionError, ServerError, SupersededError
from discogs_assets.settings import Settings
from discogs_assets.stores.cache import Cache
from discogs_assets.stores.postgres.loads import view_of
from discogs_assets.stores.postgres.publication import Publication
from discogs_assets.stores.postgres.reader import NAMED, Loads, TableReader

if TYPE_CHECKING:
    from discogs_assets.stores.neo4j.reader import GraphReader
    from discogs_assets.stores.search.index_reader import SearchIndex

Row = dict[str, Any]

KEPT_ROWS = 20_000
"""Rows of statements asked once that are kept in memory."""


class Readers:
    """The published stores; use as an asynchronous context.

    `warm` counts what is asked often as soon as a search index is opened, in the background: for a server.
    """

    def __init__(self, settings: Settings | None = None, *, warm: bool = False) -> None:
        self.settings = settings or Settings()
        self._warm = warm
        self.connections = Connections(self.settings)
        self.tables = TableReader(self.connections.tables.api_url, self.settings.api_seconds)
        self._indexes: dict[str, SearchIndex] = {}
        self.kept = Cache[str, list[Row]](KEPT_ROWS, lambda _, rows: len(rows) + 1)

    @cached_property
    def graph(self) -> "GraphReader":
        """Neo4j."""
        from discogs_assets.stores.neo4j.reader import GraphReader

        return GraphReader(self.connections.graph_address, self.settings.api_seconds)

    async def open_index(self, load: str) -> "SearchIndex":
        """Return the search index of a load. Raises SupersededError if it is gone."""
        found = self._indexes.get(load)
        if found is None:
            # Off the event loop: a lake in S3 is copied first.
            found = await asyncio.to_thread(self._open, load)
            # The one before may still be asked for; older ones are closed after their last search.
            self._indexes = {**dict([*self._indexes.items()][-1:]), load: found}
        return found

    def _open(self, load: str) -> "SearchIndex":
        from discogs_assets.stores.search.index_reader import SearchIndex

        try:
            index = SearchIndex.open(self.connections.search.take(load))
        except LoadError as error:
            raise SupersededError(str(error)) from error
        if self._warm:
            threading.Thread(target=index.facets.warm, daemon=True).start()
        return index

    async def __aenter__(self) -> Self:
        await self.tables.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.tables.close()
        if "graph" in self.__dict__:
            await self.graph.close()

    async def find(self, month: str | None = None) -> Publication:
        """Return the published month, or a month (2026-10) that is loaded.

        Raises ServerError if nothing is published, QuestionError (409) if the month is not loaded.
        """
        shown = await self.tables.find_published()
        if month is not None and (shown is None or month != shown.month):
            return await self.tables.find_loaded(month)
        if shown is None:
            raise ServerError("no month is published. Load one: discogs load 2026-11")
        return shown


class Reading:
    """The stores of one publication, as a question reads them."""

    def __init__(self, readers: Readers, publication: Publication) -> None:
        self.readers = readers
        self.publication = publication

    def has(self, table: str) -> bool:
        """Return True if the publication has the table."""
        return self.publication.tables.get(view_of(NAMED[table])) is not None

    async def sql(self, statement: str, **values: Any) -> list[Row]:
        """Return the rows of a statement; `{releases}` stands for the publication's table of that name."""
        return await self.readers.tables.rows(statement.format_map(Loads(self.publication)), values)

    async def sql_once(self, statement: str, **values: Any) -> list[Row]:
        """Return the rows of a statement that reads whole tables; they are kept, since a load never changes."""
        text = statement.format_map(Loads(self.publication))
        key = f"{text} {sorted(values.items())}"
        rows = self.readers.kept.get(key)
        if rows is None:
            rows = await self.readers.tables.rows(text, values)
            self.readers.kept.put(key, rows)
        return rows

    async def cypher(self, statement: str, **values: Any) -> list[Row]:
        """Return the rows of a statement on the publication's graph; it returns a map for each."""
        if self.publication.graph is None:
            raise QuestionError(
                409,
                f"the graph of {self.publication.month} is not published. Ask for the published month, if it has one: "
                "/api/months.",
            )
        return await self.readers.graph.rows(self.publication.graph, statement, values)

    async def index(self) -> "SearchIndex":
        """Return the publication's search index."""
        if self.publication.search is None:
            raise QuestionError(
                409,
                f"the search index of {self.publication.month} is not published. Load it: DISCOGS_TARGETS must include "
                "search.",
            )
        return await self.readers.open_index(self.publication.search)
