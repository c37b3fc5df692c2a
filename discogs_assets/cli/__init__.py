"""The command `discogs`: what a person types, each command a few lines over the module of its noun.

What belongs here: names, arguments and help texts. What doesn't: anything that takes time to import; every command
imports what it needs when it runs, so that help answers at once. stdout is data, stderr is narration.
"""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from discogs_assets import __version__
from discogs_assets.cli.benchmarks import bench

app = App(
    name="discogs",
    help="The monthly Discogs dumps as Parquet, PostgreSQL tables and a Neo4j graph.",
    version=__version__,
    version_flags=["--version"],
    help_format="plaintext",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON instead of a table.")]


def main() -> None:
    """Run the command; errors of our own, full disks and dead servers end with one sentence and exit code 1."""
    from discogs_assets.faults import explain

    try:
        sys.exit(app() or 0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        found = explain(error)
        if found is None:
            raise
        sys.stderr.write(f"discogs: {found}\n")
        sys.exit(1)


@app.command
def demo() -> None:
    """Load two small months into all stores and ask them eight questions.

    Starts the servers, writes the sample's dump files, materialises both months in order, prints counts and answers.
    Example: discogs demo
    """
    from discogs_assets.cli.environment import forget_demo

    forget_demo()
    from discogs_assets.cli.demo import run

    run()


@app.command
def dev(
    port: Annotated[int, Parameter(help="Port of the UI on 127.0.0.1.")] = 3000,
    *,
    watch: Annotated[
        bool | None,
        Parameter(help="Turn the sensor new_dumps on or off; by default it stays as it was left."),
    ] = None,
) -> int:
    """Start the servers, Dagster's UI and its daemon, until Ctrl-C; the servers go on.

    With --watch each new month is fetched, loaded and published without hands, the newest one first. It stays turned on
    until --no-watch is given or the sensor new_dumps is turned off in the UI.
    Example: discogs dev --watch
    """
    from discogs_assets.cli.servers import run_dagster

    return run_dagster(port, watch)


@app.command
def up() -> None:
    """Start PostgreSQL and Neo4j, or find them running, and write .env for every dagster command.

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
def status(*, json: Json = False) -> None:
    """Show whether the servers run, where they answer, and which month they show.

    Example: discogs status --json
    """
    from discogs_assets.cli.servers import show

    show(json)


@app.command
def doctor(*, json: Json = False) -> int:
    """Check what is installed, reachable and writable, and how much disk a month needs; exit code 1 if something fails.

    Example: discogs doctor
    """
    from discogs_assets.cli.doctor import examine

    return examine(json)


@app.command
def publish(month: Annotated[str, Parameter(help="The month, such as 2026-10.")]) -> int:
    """Show a month that is loaded, also one that is older than the one shown; exit code 1 if it is refused.

    Example: discogs publish 2026-10
    """
    from discogs_assets.cli.runs import publish_month

    return publish_month(month)


@app.command
def changes(
    month: Annotated[str, Parameter(help="The month, such as 2026-11.")],
    *,
    entity: Annotated[str | None, Parameter(help="List its records: artists, labels, masters or releases.")] = None,
    limit: Annotated[int, Parameter(help="Records listed at the most.", validator=Number(gte=1))] = 20,
) -> None:
    """Show how many records a month added, changed and removed since the newest older one, and which.

    Example: discogs changes 2026-11 --entity releases --limit 20
    """
    from discogs_assets.cli.changes import show

    show(month, entity, limit)


@app.command
def query(
    text: Annotated[str | None, Parameter(help="The question; - is standard input.", allow_leading_hyphen=True)] = None,
    /,
    *,
    cypher: Annotated[bool, Parameter(negative="", help="It is Cypher, for Neo4j.")] = False,
    parquet: Annotated[bool, Parameter(negative="", help="It is DuckDB's SQL, for the lake; no server runs.")] = False,
    file: Annotated[Path | None, Parameter(help="Read the question from a file.")] = None,
    month: Annotated[str | None, Parameter(help="Month of the lake, such as 2026-10; by default its newest.")] = None,
    csv: Annotated[bool, Parameter(negative="", help="Print CSV instead of a table.")] = False,
    json: Json = False,
    limit: Annotated[
        int | None, Parameter(help="Rows printed at the most: 100 in a table, else all.", validator=Number(gte=1))
    ] = None,
) -> None:
    """Ask PostgreSQL, Neo4j or the lake a question, which may only read; worked examples are in cli/README.md.

    The lake's tables are named as its folders are: releases, nodes.Artist, changes.releases; FROM tables lists them.
    Example: discogs query "SELECT title FROM releases WHERE year = 1969"
    """
    from discogs_assets.cli.query import form, question, run

    run(question(text, file, cypher, parquet, month), form(csv, json), limit)


@app.command
def sample(
    *,
    to: Annotated[Path, Parameter(help="Folder for the dumps, made where it is missing.")],
    releases: Annotated[int, Parameter(help="Releases of the first month; the rest follows the real ratios.")] = 20_000,
    seed: Annotated[int, Parameter(help="Another seed gives other records, the same seed the same bytes.")] = 7,
    months: Annotated[int, Parameter(help="Months, each with additions, changes, removals and merges.")] = 2,
    layout: Annotated[str, Parameter(help="Layout of the dumps: classic (2020), 2025 or modern (2026).")] = "modern",
    first: Annotated[str, Parameter(help="First month.")] = "2026-10-01",
    plain: Annotated[bool, Parameter(negative="", help="Leave out the odd values that real dumps hold.")] = False,
    musicbrainz: Annotated[bool, Parameter(negative="", help="Write MusicBrainz' runs of the months, too.")] = False,
) -> None:
    """Write made-up dumps of any size in the form of the real ones, and beside each month a truth file with its counts.

    Example: discogs sample --releases 200000 --to generated
    """
    from discogs_assets.cli.sample import run
    from discogs_assets.sample.generated.plan import Plan

    run(Plan(releases, seed, months, layout, first, not plain), to, musicbrainz)


app.command(bench)
