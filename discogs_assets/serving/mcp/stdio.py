"""MCP over stdin and stdout."""

import asyncio
import logging
import sys
from collections.abc import Callable

from starlette.datastructures import State

from discogs_assets.connections.readers import Readers
from discogs_assets.serving.api.caching import open_cache
from discogs_assets.settings import Settings


def run(start: Callable[[], None], settings: Settings | None = None) -> None:
    """Serve until stdin ends. `start` starts the servers of the stores meanwhile; logs go to stderr."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    asyncio.run(_serve(start, settings or Settings()))


async def _serve(start: Callable[[], None], settings: Settings) -> None:
    from mcp.server.stdio import stdio_server

    from discogs_assets.serving.mcp.server import create_server

    async with Readers(settings) as readers, stdio_server() as (reading, writing):
        # From here on, file descriptor 1 is stderr for everything but the protocol, child processes included.
        starting = asyncio.create_task(asyncio.to_thread(start))
        starting.add_done_callback(_log_failure)
        server = create_server(State({"readers": readers, "cache": open_cache()}))
        await server.run(reading, writing, server.create_initialization_options())


def _log_failure(starting: "asyncio.Task[None]") -> None:
    if not starting.cancelled() and (error := starting.exception()):
        logging.getLogger(__name__).error("the stores did not start: %s", error)
