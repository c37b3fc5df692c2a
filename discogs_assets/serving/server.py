"""The API in the foreground, on top of the servers."""

import logging
import signal
import socket
import subprocess
import sys
from typing import cast

import uvicorn
from fastapi import FastAPI

from discogs_assets.connections import Connections
from discogs_assets.errors import ServerError
from discogs_assets.servers import process
from discogs_assets.serving.app import create_app
from discogs_assets.serving.http_protocol import HttpProtocol
from discogs_assets.settings import Settings

STOP_SECONDS = 10
"""Longest wait for requests under way before the API stops."""

IDLE_SECONDS = 5
"""Time after an answer in which the next request on a connection has to begin."""

BACKLOG = 128
"""Connections that the kernel holds until the API accepts them, all at once: fewer than the files kept for them."""


class Server(uvicorn.Server):
    """uvicorn's server; streams, which it would wait for, end as it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then wait for requests under way."""
        cast(FastAPI, self.config.app).state.poller.close()
        await super().shutdown(sockets)


def run(host: str, port: int) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    settings = Settings()
    _log(settings.api_log)
    config = uvicorn.Config(
        create_app(settings, warm=True),
        host,
        port,
        http=HttpProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.api_proxies),
        forwarded_allow_ips=settings.api_proxies or None,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops on these signals and then raises them again, for whoever handled them before.
        signal.signal(number, lambda *_: None)
    Server(config).run()


def start_missing() -> None:
    """Start the servers that do not run, in a process of their own: this one keeps little in memory."""
    connections = Connections()
    if connections.tables.running() and (not connections.has_graph or connections.graph_runs):
        connections.tables.start()
        connections.tables.restore_roles()
    elif status := subprocess.run([*process.DISCOGS, "up"], check=False).returncode:
        raise ServerError(
            f"the servers did not start: `discogs up` {process.describe_end(status)}. Their messages are above; "
            "`discogs doctor` examines them."
        )


def _log(form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    line = "%(message)s" if form == "json" else "%(asctime)s %(levelname)s %(message)s"
    handler.setFormatter(logging.Formatter(line))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("discogs_assets.access").setLevel(logging.INFO)
