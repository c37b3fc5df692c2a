"""The servers from the command line: up, down, status, and the UI on top of them.

What belongs here: what is started in which order, and what is told. What doesn't: how a server runs (see `embedded`).
"""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from discogs_assets import variables
from discogs_assets.cli import environment, terminal
from discogs_assets.cli.terminal import say, timed
from discogs_assets.embedded import loads, permissions, records
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.postgres import PostgresServer
from discogs_assets.embedded.server import ServerStatus
from discogs_assets.errors import ServerError
from discogs_assets.settings import Settings
from discogs_assets.stores import ledger, neo4j, postgres
from discogs_assets.stores.neo4j import Graph
from discogs_assets.stores.postgres import Postgres, month_of

SENSOR = "new_dumps"
DAGSTER = (sys.executable, "-m", "dagster")


def start() -> tuple[Postgres, Graph]:
    """Start what does not run, both at once, and write `.env`; the stores as their readers reach them."""
    environment.forget_demo()
    settings = Settings()
    for path in permissions.close(permissions.find(settings.home_folder, variables.ENV)):
        say(f"closed {path} to other users")
    with timed("PostgreSQL and Neo4j"), ThreadPoolExecutor(2) as pool:
        graph = pool.submit(_graph, settings)
        store = _postgres(settings)
    say(f"PostgreSQL answers at {store.safe_url}")
    say(f"Neo4j answers at {graph.result().url} (user {graph.result().user})")
    if settings.postgres_url is None or settings.neo4j_url is None:
        say(f"passwords are in {settings.home_folder / 'credentials.json'}")
    return store, graph.result()


def postgres_of(settings: Settings) -> Postgres:
    """The external PostgreSQL, or our own; ServerError if ours does not run."""
    if external := postgres.external(settings):
        return external
    server = PostgresServer(settings.home_folder)
    return Postgres(server.address().url, disk=server.status().folder)


def reader_of(settings: Settings) -> Postgres:
    """The external PostgreSQL, or our own as the role that may only read; ServerError if ours does not run."""
    return postgres.external(settings) or Postgres(PostgresServer(settings.home_folder).reader().url)


def graph_of(settings: Settings) -> Graph:
    """The external Neo4j, or our own; ServerError if ours does not run."""
    if external := neo4j.external(settings):
        return external
    address = Neo4jServer(settings.home_folder).address()
    return Graph(address.url, address.user, address.password)


def _postgres(settings: Settings) -> Postgres:
    if settings.postgres_url is None:
        server = PostgresServer(settings.home_folder)
        server.start()
        server.restore_reader()
    store = postgres_of(settings)
    store.prepare()
    if settings.postgres_url:
        store.make_database(environment.DAGSTER_DATABASE)
    database = store.url if settings.postgres_url else PostgresServer(settings.home_folder).dagster().url
    variables = environment.dagster_variables(settings, database)
    folder = settings.home_folder / "dagster"
    with records.exclusive(folder / "setup.lock", "setting up Dagster"):
        environment.make_dagster_home(folder)
        environment.write(variables)
        environment.enter(variables)
        _create_pools()
    return store


def _create_pools() -> None:
    """Create Dagster's tables and pools, so that no two runs do so at once."""
    import dagster as dg

    from discogs_assets.defs import pools

    with dg.DagsterInstance.get() as instance:
        pools.create(instance)


def _graph(settings: Settings) -> Graph:
    if settings.neo4j_url is None:
        Neo4jServer(settings.home_folder).start()
    return graph_of(settings)


def stop() -> None:
    """Stop both, whichever run."""
    home = Settings().home_folder
    for name, server in (("Neo4j", Neo4jServer(home)), ("PostgreSQL", PostgresServer(home))):
        with timed(f"stopping {name}"):
            stopped = server.stop()
        if not stopped:
            say(f"{name} was not running")


def show(json: bool) -> None:
    """Print what runs where and shows what."""
    settings = Settings()
    rows = [*_statuses(settings)]
    if json:
        terminal.write_json(rows)
    else:
        columns = ["server", "running", "shows", "address", "version", "pid", "folder"]
        terminal.table(columns, [[row[column] for column in columns] for row in rows])


def _statuses(settings: Settings) -> Iterator[dict[str, Any]]:
    """A row a server; one that we do not run has neither version, process nor folder."""
    if settings.postgres_url is None:
        ours = PostgresServer(settings.home_folder).status()
        yield _row(ours, _postgres_month(settings) if ours.running else None)
    else:
        yield _external("PostgreSQL", postgres_of(settings).safe_url, _postgres_month(settings))
    if settings.neo4j_url is None:
        server = Neo4jServer(settings.home_folder)
        yield _row(server.status(), loads.served_month(server))
    else:
        held = ledger.read(graph_of(settings))
        yield _external("Neo4j", settings.neo4j_url, str(held) if held else None)


def _row(status: ServerStatus, month: str | None) -> dict[str, Any]:
    running = "yes" if status.running else "no"
    known = {"version": status.version, "pid": status.pid, "folder": str(status.folder)}
    return {"server": status.name, "running": running, "shows": month or "nothing", "address": status.url, **known}


def _external(name: str, url: str, month: str | None) -> dict[str, Any]:
    unknown = dict.fromkeys(("version", "pid", "folder"))
    return {"server": name, "running": "yes", "shows": month or "nothing", "address": url, **unknown}


def _postgres_month(settings: Settings) -> str | None:
    tables = postgres_of(settings).published().values()
    return max((month_of(table)[:7] for table in tables), default=None)


def run_dagster(port: int, watch: bool | None = None) -> int:
    """Dagster's UI and daemon in the foreground; Ctrl-C ends them, the servers go on.

    `watch` turns the sensor of new dumps on or off; None leaves it as it is.
    """
    start()
    place = ["-w", "workspace.yaml"] if Path("workspace.yaml").exists() else ["-m", "discogs_assets.definitions"]
    if watch is not None:
        turn(watch, place)
    for number in (signal.SIGINT, signal.SIGTERM):
        # The child ends its own children only on the signal that Ctrl-C sends, and inherits a signal that is ignored,
        # as a shell's background jobs have it; so ours are set before it starts.
        signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
    child = subprocess.Popen([*DAGSTER, "dev", *place, "-h", "127.0.0.1", "-p", str(port)], start_new_session=True)
    say(f"the UI opens at http://127.0.0.1:{port}; Ctrl-C ends it, `discogs down` ends the servers")
    return child.wait()


def turn(on: bool, place: Sequence[str]) -> None:
    """Turn the sensor of new dumps on or off in the instance of `.env`; ServerError if Dagster does not do it."""
    verb, state = ("start", "on") if on else ("stop", "off")
    command = [*DAGSTER, "sensor", verb, SENSOR, *place]
    with timed(f"turning {SENSOR} {state}"):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(f"{SENSOR} was not turned {state}: {done.stderr.strip()[-500:]}. Try it in the UI's Sensors.")
