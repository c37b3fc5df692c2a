"""The command `discogs`: names, arguments and help texts of its commands.

Belongs here: the command line, its output, and the start of jobs and servers. Does not belong here: the work itself.
"""

import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from discogs_assets import __version__
from discogs_assets.cli.bench_commands import bench

# Each command imports its modules when it runs, so that help is printed at once.
app = App(
    name="discogs",
    help="The monthly Discogs dumps as Parquet, PostgreSQL tables and a Neo4j graph.",
    version=__version__,
    version_flags=["--version"],
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)

AT_LEAST_1 = Number(gte=1)
PORTS = Number(gte=1, lte=65_535)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON instead of a table.")]


def main() -> None:
    """Run the command and exit with its code: 1 after an error, 130 after Ctrl-C, both reported in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Characters that the terminal's encoding lacks are written as escapes instead of raising.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app() or 0
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _report_interrupt()
    except Exception as error:
        code = _report(error)
    sys.exit(code)


def _report_interrupt() -> int:
    """Report Ctrl-C and return the exit code; a second Ctrl-C ends the process at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stderr.write(
        "discogs: interrupted. Complete work is kept and incomplete work discarded. "
        "To continue, run the same command again.\n"
    )
    return 130


def _report(error: Exception) -> int:
    """Write an error as one sentence and return the exit code; raise one that is a fault of the program.

    A reader of the output that has gone is no error.
    """
    from discogs_assets.cli import terminal

    if isinstance(error, BrokenPipeError):
        terminal.discard_output()
        return 0
    sentence = terminal.sentence(error)
    if sentence is None:
        raise error
    terminal.discard_output()
    sys.stderr.write(f"discogs: {sentence}\n")
    return 1


@app.command
def demo() -> None:
    """Load two small sample months and run eight queries on them.

    Starts the servers, writes the sample's dump files, materialises both months
    in order into all stores, and prints record counts and query results.

    Example: discogs demo
    """
    from discogs_assets.cli.environment import forget_demo

    forget_demo()
    from discogs_assets.cli.demo import run

    run()


@app.command
def dev(
    port: Annotated[int, Parameter(help="Port of the UI on 127.0.0.1.", validator=PORTS)] = 3000,
    *,
    watch: Annotated[bool | None, Parameter(help="Turn the sensor new_dumps on or off; default: unchanged.")] = None,
) -> int:
    """Start the servers and run Dagster's UI and daemon until Ctrl-C.

    Ctrl-C leaves the servers running; "discogs down" stops them.
    With --watch, new months are downloaded, loaded and published automatically,
    newest first. The setting persists until --no-watch is given or the sensor
    new_dumps is turned off in the UI.

    Example: discogs dev --watch
    """
    from discogs_assets.cli.servers import run_dagster

    return run_dagster(port, watch)


@app.command
def up() -> None:
    """Start PostgreSQL and Neo4j unless they run, and write .env.

    Every dagster command in this folder reads its settings from .env.

    Example: discogs up
    """
    from discogs_assets.cli.servers import start

    start()


@app.command
def down() -> None:
    """Stop PostgreSQL and Neo4j cleanly.

    Example: discogs down
    """
    from discogs_assets.cli.servers import stop

    stop()


@app.command
def status(
    *,
    json: Json = False,
    urls: Annotated[bool, Parameter(negative="", help="Print addresses for psql, drivers and DuckDB instead.")] = False,
) -> None:
    """Show each server's state, address and published month.

    Example: discogs status --json
    """
    from discogs_assets.cli import servers

    if urls:
        servers.show_addresses()
    else:
        servers.show(json)


@app.command
def doctor(*, json: Json = False) -> int:
    """Check installation, servers, sources, permissions and disk.

    Shows the state of each, the disk space that a whole month needs, and a
    remedy for each problem. The exit code is 1 if a check fails.

    Example: discogs doctor
    """
    from discogs_assets.cli.doctor import examine

    return examine(json)


@app.command
def load(months: Annotated[str, Parameter(help="A month, such as 2026-11, or a range: 2026-09..2026-11.")]) -> None:
    """Download, load and publish months, with progress.

    Makes what is missing or out of date: a load that was killed or has failed is
    continued, and a month that is up to date takes seconds. The source is the
    Discogs site or DISCOGS_DUMPS. A month older than the published one is loaded
    but not published.

    Example: discogs load 2026-11
    """
    from discogs_assets.cli.load import run

    run(months)


@app.command
def publish(month: Annotated[str, Parameter(help="The month, such as 2026-10.")]) -> None:
    """Publish a loaded month, even if a newer one is published now.

    The exit code is 1 if the month is refused.

    Example: discogs publish 2026-10
    """
    from discogs_assets.cli.run_job import publish_month

    publish_month(month)


@app.command
def changes(
    month: Annotated[str | None, Parameter(help="The month, such as 2026-11; with --id, all months if absent.")] = None,
    *,
    entity: Annotated[str | None, Parameter(help="List its records: artists, labels, masters or releases.")] = None,
    id: Annotated[int | None, Parameter(help="Show the edits of this record, with values before and after.")] = None,  # noqa: A002
    limit: Annotated[int, Parameter(help="Maximum number of records listed.", validator=AT_LEAST_1)] = 20,
) -> None:
    """Show the records that a month added, changed and removed.

    The month is compared with the newest older one. By default only counts are
    shown; --entity lists the records of one entity. With --id, the fields of one
    record are compared over the months in the lake.

    Example: discogs changes 2026-11 --entity releases --limit 20
    """
    from discogs_assets.cli.changes import show

    show(month, entity, limit, id)


@app.command
def quality(
    month: Annotated[str, Parameter(help="The month, such as 2026-11.")],
    *,
    rule: Annotated[str | None, Parameter(help="List the records of this rule; quarantine: unreadable ones.")] = None,
    against: Annotated[
        str | None, Parameter(help="Month to compare the counts with; by default the newest older one.")
    ] = None,
    limit: Annotated[int, Parameter(help="Maximum number of records listed.", validator=AT_LEAST_1)] = 20,
) -> None:
    """Show the records that data quality rules flag, and unreadable records.

    By default the counts of each rule are shown, next to those of another month.
    With --rule, the finding and the XML of each record.

    Example: discogs quality 2026-11 --rule barcode_check_digit --limit 5
    """
    from discogs_assets.cli.quality import show

    show(month, rule, against, limit)


@app.command
def query(
    text: Annotated[str | None, Parameter(help="Query; - reads standard input.", allow_leading_hyphen=True)] = None,
    /,
    *,
    cypher: Annotated[bool, Parameter(negative="", help="Run Cypher on Neo4j.")] = False,
    parquet: Annotated[bool, Parameter(negative="", help="Run DuckDB's SQL on the lake; no server is needed.")] = False,
    file: Annotated[Path | None, Parameter(help="Read the query from a file.")] = None,
    month: Annotated[str | None, Parameter(help="Month of the lake, such as 2026-10; default: its newest.")] = None,
    csv: Annotated[bool, Parameter(negative="", help="Print CSV instead of a table.")] = False,
    json: Json = False,
    limit: Annotated[
        int | None, Parameter(help="Maximum number of rows; default: 100 in a table, else all.", validator=AT_LEAST_1)
    ] = None,
) -> None:
    """Run a read-only query against PostgreSQL, Neo4j or the lake.

    The default is SQL for PostgreSQL. Lake tables are named after their folders:
    releases, nodes.Artist, changes.releases. The query FROM tables lists them.
    Worked examples are in cli/README.md.

    Example: discogs query "SELECT title FROM releases WHERE year = 1969"
    """
    from discogs_assets.cli.query import form, question, run

    run(question(text, file, cypher, parquet, month), form(csv, json), limit)


@app.command
def serve(
    *,
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on.", validator=PORTS)] = 8004,
) -> None:
    """Serve the explorer, and answer questions about the published month over HTTP, until Ctrl-C.

    Starts the servers that do not run; Ctrl-C leaves them running. Names other
    than localhost must be listed in DISCOGS_API_HOSTS.

    Example: discogs serve --port 8004
    """
    from discogs_assets.cli import environment, terminal
    from discogs_assets.serving import explorer, server

    environment.require_free(host, port, "serve")
    server.start_missing()
    explorer.fetch_libraries(terminal.say)
    terminal.say(
        f"the explorer is at http://{host}:{port}, the API at http://{host}:{port}/api/months; /openapi.json lists its "
        "questions; Ctrl-C stops both"
    )
    server.run(host, port)


@app.command
def mcp(
    *,
    print_config: Annotated[bool, Parameter(negative="", help="Print configuration for common clients.")] = False,
) -> None:
    """Serve the tools for language models over stdin and stdout (MCP), until stdin ends.

    Starts the servers that do not run, and leaves them running. A client starts
    this command by itself; `discogs serve` offers the same tools at /mcp.

    Example: discogs mcp --print-config
    """
    from discogs_assets.serving import server
    from discogs_assets.serving.mcp import clients, stdio
    from discogs_assets.settings import Settings

    if print_config:
        home = Settings().home_folder.resolve()
        sys.stdout.write("\n".join(clients.describe(home, "http://127.0.0.1:8004/mcp")) + "\n")
    else:
        stdio.run(server.start_missing)


@app.command
def sample(
    *,
    to: Annotated[Path, Parameter(help="Folder for the dumps, created if missing.")],
    releases: Annotated[int, Parameter(help="Releases of the first month; other records in real ratios.")] = 20_000,
    seed: Annotated[int, Parameter(help="Seed of the generator; the same seed yields the same bytes.")] = 7,
    months: Annotated[int, Parameter(help="Months, each with additions, changes, removals and merges.")] = 2,
    layout: Annotated[str, Parameter(help="Layout of the dumps: classic (2020), 2025 or modern (2026).")] = "modern",
    first: Annotated[str, Parameter(help="First month.")] = "2026-10-01",
    plain: Annotated[bool, Parameter(negative="", help="Leave out the odd values found in real dumps.")] = False,
    musicbrainz: Annotated[bool, Parameter(negative="", help="Write MusicBrainz exports of the months, too.")] = False,
) -> None:
    """Write generated dumps of any size in Discogs' format.

    Each month comes with a truth file that holds its counts.

    Example: discogs sample --releases 200000 --to generated
    """
    from discogs_assets.cli.sample import run
    from discogs_assets.sample.generator.plan import Plan

    run(Plan(releases, seed, months, layout, first, not plain), to, musicbrainz)


app.command(bench)
app.command(
    "discogs_assets.cli.ask:ask",
    name="ask",
    help="Ask a question about the published month, with the same answer as the API.\n\n"
    "A table and CSV have the rows of the answer; --json prints all of it.\n"
    "With --nl, the model of DISCOGS_NLQ_URL answers in words.\n\n"
    "Example: discogs ask genre-tree",
)
