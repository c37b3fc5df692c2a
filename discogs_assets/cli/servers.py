"""Servers from the command line: `discogs up`, `down` and `status`, and `dev` with the UI on top of them."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from discogs_assets import variables
from discogs_assets.cli import environment, terminal
from discogs_assets.cli.terminal import report_time, say
from discogs_assets.connections import Connections, stop_servers
from discogs_assets.connections.instance import dagster_variables
from discogs_assets.errors import ServerError
from discogs_assets.servers import json_state, permissions, process
from discogs_assets.servers.credentials import PASSFILE
from discogs_assets.settings import Settings
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres

SENSOR = "new_dumps"

DAGSTER = (sys.executable, "-m", "dagster")


def start() -> tuple[Postgres, Graph | None]:
    """Start the embedded servers, write `.env`, and settle an interrupted publication; return the opened stores."""
    environment.require_writable()
    environment.forget_demo()
    settings = Settings()
    for path in permissions.close(permissions.find(settings.home_folder, variables.ENV)):
        say(f"removed other users' access to {path}")
    connections = Connections(settings)
    with report_time("starting the servers"):
        store, graph = connections.start()
    _enter(settings, connections.tables.storage_url())
    if settled := connections.settle(say):
        say(settled)
    say(f"PostgreSQL answers at {store.safe_url}")
    if graph:
        say(f"Neo4j answers at {graph.url} (user {graph.user})")
        if browser := connections.graph.find_browser():
            say(f"Neo4j's Browser is at {browser}")
    if connections.embedded:
        say(f"passwords are in {settings.home_folder / 'credentials.json'}")
    return store, graph


def _enter(settings: Settings, storage_url: str) -> None:
    """Write `.env` and Dagster's home, set the variables in this process, and create Dagster's pools."""
    import dagster as dg

    from discogs_assets.defs import pools

    variables = dagster_variables(settings, storage_url)
    folder = settings.home_folder / "dagster"
    with json_state.exclusive(folder / "setup.lock", "setting up Dagster"):
        environment.make_dagster_home(folder)
        environment.write(variables)
        environment.enter(variables)
        # Dagster's tables and pools are created now, so that no two runs do so at once.
        with dg.DagsterInstance.get() as instance:
            pools.create(instance)


def stop() -> None:
    """Stop both servers, if they run."""
    for name, stopped in stop_servers(Settings().home_folder):
        say(f"{name} is stopped" if stopped else f"{name} was not running")


def show(json: bool) -> None:
    """Print the published month of each server and of the search index, and report an unfinished publication."""
    connections = Connections()
    rows = [asdict(each.state()) for each in (connections.tables, connections.graph)]
    rows.append(asdict(connections.read_search_state()))
    if json:
        terminal.write_json(rows)
    else:
        columns = ["server", "running", "shows", "address", "version", "pid", "folder"]
        terminal.table(columns, [[row[column] for column in columns] for row in rows])
    if found := connections.open_publication():
        say(f"the publication of {found.month} was interrupted or is under way; `discogs up` settles it")


def show_addresses() -> None:
    """Print addresses for readers, ready to copy: psql, drivers, DuckDB and Neo4j. Passwords stay in files."""
    connections = Connections()
    lake = f"{connections.settings.lake_address}/parquet/discogs/releases/*/*.parquet"
    month = "regexp_extract(filename, '\\d{4}-\\d{2}') AS month"
    counts = f"SELECT {month}, count(*) FROM read_parquet('{lake}', filename = true) GROUP BY month"
    rows = [["DuckDB, all months of the lake", counts]]
    if connections.tables.running():
        url = _write_passfile(connections)
        rows += [
            ["psql", f'psql "{url}"'],
            ["drivers", url],
            ["DuckDB, PostgreSQL", f"ATTACH '{url}' AS discogs (TYPE postgres, READ_ONLY)"],
        ]
    if connections.graph.running():
        graph = connections.graph.reader()
        rows.append(["Neo4j drivers", f"{graph.url}  user {graph.user}"])
        if browser := connections.graph.find_browser():
            rows.append(["Neo4j's Browser", browser])
    for name, text in rows:
        terminal.heading(name)
        terminal.data().print(text, soft_wrap=True, markup=False)
    if connections.embedded:
        say(f"passwords are in {connections.settings.home_folder / 'credentials.json'}; discogs up starts the servers")


def _write_passfile(connections: Connections) -> str:
    """Write the reader's password to a file that libpq reads, and return the address that names it."""
    reader = connections.tables.reader()
    parts = urlsplit(reader.url)
    if not parts.password:
        return reader.safe_url
    file = connections.settings.home_folder / PASSFILE
    database = unquote(parts.path.strip("/"))
    fields = (
        parts.hostname or "",
        str(parts.port or 5432),
        database,
        unquote(parts.username or ""),
        unquote(parts.password),
    )
    line = ":".join(field.replace("\\", "\\\\").replace(":", "\\:") for field in fields)
    json_state.replace(file, f"{line}\n", environment.MODE)
    separator = "&" if parts.query else "?"
    return f"{reader.safe_url}{separator}passfile={quote(str(file))}"


def run_dagster(port: int, watch: bool | None = None) -> int:
    """Start the servers, then run Dagster's UI and daemon in the foreground until Ctrl-C; return the exit status.

    The servers keep running. `watch` turns the sensor of new dumps on or off; None leaves it as it is.
    """
    environment.require_free("127.0.0.1", port, "dev")
    start()
    place = ["-w", "workspace.yaml"] if Path("workspace.yaml").exists() else ["-m", "discogs_assets.definitions"]
    if watch is not None:
        turn(watch, place)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Dagster ends its own children only on SIGINT. It would also inherit an ignored SIGINT, which is the state of
        # a shell's background jobs, so the handlers are set before it starts.
        signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
    child = subprocess.Popen([*DAGSTER, "dev", *place, "-h", "127.0.0.1", "-p", str(port)], start_new_session=True)
    say(f"the UI starts at http://127.0.0.1:{port}; Ctrl-C stops it, `discogs down` stops the servers")
    status = child.wait()
    if status < 0 and -status not in (signal.SIGINT, signal.SIGTERM):
        raise ServerError(f"Dagster {process.describe_end(status)}. Run `discogs dev` again.")
    return status


def turn(on: bool, place: Sequence[str]) -> None:
    """Turn the sensor of new dumps on or off in the instance of `.env`; raises ServerError if Dagster fails to."""
    verb, state = ("start", "on") if on else ("stop", "off")
    command = [*DAGSTER, "sensor", verb, SENSOR, *place]
    with report_time(f"turning {SENSOR} {state}"):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        how = f"Dagster {process.describe_end(done.returncode)}: {done.stderr.strip()[-500:]}"
        raise ServerError(f"{SENSOR} was not turned {state}: {how}. Use the UI's Sensors.")
