"""The commands `discogs bench …`: names, arguments and help texts; slow imports happen inside the commands."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from discogs_assets.cli.bench_report import Asked

SIZES = (200_000,)
ARTISTS = (25_000, 100_000)

bench = App(
    name="bench",
    help="Measure this machine, beside limits and rivals of the same run.\n\n"
    "Example: discogs bench parse --releases 200000\n\n"
    "Everything is measured in a home made for it, which is removed at the end with its servers.",
    help_format="plaintext",
)

Entities = Annotated[list[str] | None, Parameter(help="Measure these alone; may be given several times.")]
MusicBrainz = Annotated[
    list[str] | None,
    Parameter(help="Measure these alone: artist, label, release-group, release; may be given several times."),
]
Against = Annotated[str | None, Parameter(help="A rival to measure on the same dumps in the same run: discogskit.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """Options of every benchmark of Discogs dumps."""

    releases: Annotated[
        tuple[int, ...],
        Parameter(
            consume_multiple=True,
            negative="",
            help="Releases of the generated month, the rest in proportion; several sizes.",
        ),
    ] = SIZES
    dumps: Annotated[Path | None, Parameter(help="Measure with the newest dumps of this folder instead.")] = None
    keep: Annotated[Path | None, Parameter(help="Folder where generated dumps stay, and are found again.")] = None
    json: Annotated[Path | None, Parameter(help="File for all figures, the machine and the versions.")] = None
    plot: Annotated[Path | None, Parameter(help="Picture of time and memory against size, .svg or .png.")] = None

    def asked(self, against: str | None = None) -> "Asked":
        """Return the validated options, with the rival named by `against`; raises SettingError if one is invalid."""
        from discogs_assets.cli.bench_report import asked

        return asked(self.releases, self.dumps, self.keep, against, self.json, self.plot)


DEFAULT = Options()


@bench.command
def parse(*, options: Options = DEFAULT, entity: Entities = None, against: Against = None) -> None:
    """Measure parsing dumps to Parquet against its limits.

    The limits are gunzip, framing and tokenising, each measured alone.

    Example: discogs bench parse --releases 200000 --entity releases --against discogskit
    """
    from discogs_assets.bench.parse import figures
    from discogs_assets.cli.bench_report import run

    wanted = options.asked(against)
    run("parse", wanted, 1, lambda dumps: figures(dumps.releases, dumps.file, entity or (), wanted.rival))


@bench.command
def postgres(*, options: Options = DEFAULT, against: Against = None) -> None:
    """Measure loading PostgreSQL against a bare COPY of its rows.

    Loads from Parquet; documents and relational tables are measured separately.

    Example: discogs bench postgres --releases 200000 --against discogskit
    """
    from discogs_assets.bench.postgres import figures
    from discogs_assets.cli.bench_report import run
    from discogs_assets.cli.terminal import say

    wanted = options.asked(against)
    run("postgres", wanted, 1, lambda dumps: figures(dumps, options.keep, wanted.rival, say))


@bench.command
def neo4j(
    *,
    options: Options = DEFAULT,
    bolt: Annotated[
        bool, Parameter(help="Fill an empty database over Bolt as well, minutes for 200000.", negative="")
    ] = False,
) -> None:
    """Measure loading Neo4j against the import alone.

    Loads from graph tables, until Neo4j is indexed and answers queries.

    Example: discogs bench neo4j --releases 200000
    """
    from discogs_assets.bench.neo4j import figures
    from discogs_assets.cli.bench_report import run
    from discogs_assets.cli.terminal import say

    run("neo4j", options.asked(), 1, lambda dumps: figures(dumps, options.keep, bolt, say))


@bench.command
def changes(*, options: Options = DEFAULT) -> None:
    """Measure comparing two months against only reading them.

    Example: discogs bench changes --releases 200000
    """
    from discogs_assets.bench.changes import figures
    from discogs_assets.cli.bench_report import run
    from discogs_assets.cli.terminal import say

    run("changes", options.asked(), 2, lambda dumps: figures(dumps, options.keep, say))


@bench.command
def insights(*, options: Options = DEFAULT) -> None:
    """Measure the insights, all together and each one alone.

    They are computed from records and graph tables.

    Example: discogs bench insights --releases 200000
    """
    from discogs_assets.bench.insights import figures
    from discogs_assets.cli.bench_report import run
    from discogs_assets.cli.terminal import say

    run("insights", options.asked(), 1, lambda dumps: figures(dumps, options.keep, say))


@bench.command
def month(*, options: Options = DEFAULT) -> None:
    """Measure every stage of a month and extrapolate to a whole dump.

    The stages run in a new home. Extrapolation needs two or more sizes.

    Example: discogs bench month --releases 200000 500000 1000000 --keep generated --json month.json --plot month.svg
    """
    from discogs_assets.bench.month import figures
    from discogs_assets.cli.bench_report import run
    from discogs_assets.cli.terminal import say

    run("month", options.asked(), 2, lambda dumps: figures(dumps, options.keep, say))


@bench.command
def musicbrainz(
    *,
    artists: Annotated[
        tuple[int, ...],
        Parameter(consume_multiple=True, negative="", help="Artists of the generated run; several sizes."),
    ] = ARTISTS,
    entity: MusicBrainz = None,
    keep: Annotated[Path | None, Parameter(help="Folder where generated runs stay, and are found again.")] = None,
    json: Annotated[Path | None, Parameter(help="File for all figures, the machine and the versions.")] = None,
) -> None:
    """Measure MusicBrainz dumps to Parquet against unpacking alone.

    Example: discogs bench musicbrainz --artists 25000 100000 --entity artist
    """
    from discogs_assets.bench.musicbrainz import Runs, figures
    from discogs_assets.cli.bench_report import run_other
    from discogs_assets.cli.sample import Report
    from discogs_assets.cli.terminal import say
    from discogs_assets.schema import musicbrainz as schema

    names = [schema.entity(name).name for name in entity or [each.name for each in schema.ENTITIES]]
    run_other("musicbrainz", "artists", artists, figures(artists, Runs(keep, names, Report(), say)), json)
