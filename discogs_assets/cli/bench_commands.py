"""The commands `discogs bench …`: names, arguments and help texts; slow imports happen inside the commands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter, validators

bench = App(
    name="bench",
    help="Measure this machine against limits and rivals in the same run.\n\n"
    "Example: discogs bench parse --releases 200000\n\n"
    "All measurements use a temporary home, which is removed at the end together with its servers.",
    help_format="plaintext",
)

SEVERAL = Parameter(consume_multiple=True, negative="")

Releases = Annotated[tuple[int, ...], SEVERAL, Parameter(help="Releases of the generated month; several sizes.")]
Artists = Annotated[tuple[int, ...], SEVERAL, Parameter(help="Artists of the generated export; several sizes.")]
Given = Annotated[Path | None, Parameter(help="Measure the newest dumps in this folder instead.")]
Keep = Annotated[Path | None, Parameter(help="Folder for generated dumps, which are kept and reused.")]
Json = Annotated[Path | None, Parameter(help="File for all figures, the machine and the versions.")]
Plot = Annotated[
    Path | None,
    Parameter(
        validator=validators.Path(ext=("svg", "png")), help="Plot of time and memory against size, .svg or .png."
    ),
]
ONLY = Parameter(help="Measure only this entity; may be given several times.")
Entities = Annotated[list[Literal["artists", "labels", "masters", "releases"]] | None, ONLY]
Members = Annotated[list[Literal["artist", "label", "release-group", "release"]] | None, ONLY]
Against = Annotated[
    Literal["discogskit"] | None, Parameter(help="A rival to measure on the same dumps in the same run.")
]
Clients = Annotated[tuple[int, ...], SEVERAL, Parameter(help="Clients that ask at once; several numbers.")]
Publishing = Annotated[bool, Parameter(help="Also ask while another month is published.", negative="")]
Bolt = Annotated[bool, Parameter(help="Also fill an empty database over Bolt, minutes for 200000.", negative="")]


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """Options of every benchmark of Discogs dumps."""

    releases: Releases = (200_000,)
    dumps: Given = None
    keep: Keep = None
    json: Json = None
    plot: Plot = None


DEFAULT = Options()


@bench.command
def parse(*, options: Options = DEFAULT, entity: Entities = None, against: Against = None) -> None:
    """Measure parsing dumps to Parquet against its limits.

    The limits are gunzip, framing and tokenising, each measured alone.

    Example: discogs bench parse --releases 200000 --entity releases --against discogskit
    """
    from discogs_assets.bench.conversion import measure_dumps
    from discogs_assets.cli.bench_report import run

    run("parse", measure_dumps, options, against=against, names=entity)


@bench.command
def postgres(*, options: Options = DEFAULT, against: Against = None) -> None:
    """Measure loading PostgreSQL against a bare COPY of its rows.

    Loads from Parquet; documents and relational tables are measured separately.

    Example: discogs bench postgres --releases 200000 --against discogskit
    """
    from discogs_assets.bench.postgres import measure_postgres
    from discogs_assets.cli.bench_report import run

    run("postgres", measure_postgres, options, against=against)


@bench.command
def neo4j(*, options: Options = DEFAULT, bolt: Bolt = False) -> None:
    """Measure loading Neo4j against the import alone.

    Loads from graph tables, until Neo4j is indexed and answers queries.

    Example: discogs bench neo4j --releases 200000
    """
    from discogs_assets.bench.benchmarks import measure_neo4j
    from discogs_assets.cli.bench_report import run

    run("neo4j", measure_neo4j, options, over_bolt=bolt)


@bench.command
def changes(*, options: Options = DEFAULT) -> None:
    """Measure comparing two months against only reading them.

    Example: discogs bench changes --releases 200000
    """
    from discogs_assets.bench.benchmarks import measure_changes
    from discogs_assets.cli.bench_report import run

    run("changes", measure_changes, options, months=2)


@bench.command
def insights(*, options: Options = DEFAULT) -> None:
    """Measure the insights, all together and each one alone.

    They are computed from records and graph tables.

    Example: discogs bench insights --releases 200000
    """
    from discogs_assets.bench.benchmarks import measure_insights
    from discogs_assets.cli.bench_report import run

    run("insights", measure_insights, options)


@bench.command
def month(*, options: Options = DEFAULT) -> None:
    """Measure every stage of a month and extrapolate to a whole dump.

    The stages run in a new home. Extrapolation needs two or more sizes.

    Example: discogs bench month --releases 200000 500000 1000000 --keep generated --json month.json --plot month.svg
    """
    from discogs_assets.bench.benchmarks import measure_month
    from discogs_assets.cli.bench_report import run

    run("month", measure_month, options, months=2)


@bench.command
def api(*, options: Options = DEFAULT, clients: Clients = (1, 8, 32), during_publish: Publishing = False) -> None:
    """Measure latency and throughput of the API's questions.

    Loads the month, serves it and asks each question with parameters of its data, the heaviest entities included.
    peak MB is the memory of the API's process without mapped files.

    Example: discogs bench api --releases 200000 --clients 1 8 32 --during-publish
    """
    from discogs_assets.bench.api import measure_api
    from discogs_assets.cli.bench_report import run

    months = 2 if during_publish else 1
    run("api", measure_api, options, months, clients=clients, during_publish=during_publish)


@bench.command
def musicbrainz(
    *, artists: Artists = (25_000, 100_000), entity: Members = None, keep: Keep = None, json: Json = None
) -> None:
    """Measure MusicBrainz dumps to Parquet against unpacking alone.

    Example: discogs bench musicbrainz --artists 25000 100000 --entity artist
    """
    from discogs_assets.bench.conversion import measure_exports
    from discogs_assets.cli.bench_report import run

    run("musicbrainz", measure_exports, Options(artists, keep=keep, json=json), unit="artists", names=entity)
