"""`discogs demo`: load two small months through the whole platform and run eight queries."""

import shutil
import time
from pathlib import Path

from discogs_assets.cli import environment, run_job, servers, terminal
from discogs_assets.cli.terminal import report_time, say
from discogs_assets.defs.checks import volume
from discogs_assets.errors import SettingError
from discogs_assets.sample import dumps, months, musicbrainz
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import TARGETS, Settings
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres

CYPHER = (
    'MATCH (a:Artist {name: "Pink Floyd"})-[:BY]-(r:Release) RETURN r.title, r.id',
    'MATCH (member:Artist)-[:MEMBER_OF]->(band:Artist {name: "The Beatles"}) RETURN DISTINCT member.name',
    'MATCH (r:Release)-[:ON]->(l:Label {name: "Blue Note"}) RETURN r.title, r.id',
)
SQL = (
    "SELECT data->>'title' as title, data->>'year' as year FROM releases WHERE data->>'title' ILIKE '%dark side%'",
    "SELECT data->>'name' as name, data->>'profile' as profile FROM artists WHERE data->>'name' = 'Miles Davis'",
    "SELECT data->>'title' as title, data->>'artist' as artist FROM releases WHERE (data->>'year')::int = 1969",
)
BOTH = (
    'MATCH (member:Artist)-[m:MEMBER_OF {source: "musicbrainz"}]->(:Artist {name: "The Beatles"}) '
    "OPTIONAL MATCH (r:Release)-[:BY]->(member) WITH member, m, count(DISTINCT r) AS releases "
    "RETURN member.name, m.begin, m.end, m.attributes, releases ORDER BY m.begin, member.name",
    "MATCH (teacher:Artist)-[:TAUGHT]->(pupil:Artist) OPTIONAL MATCH (pupil)-[g:MEMBER_OF]->(group:Artist) "
    "WHERE g.source IS NULL RETURN teacher.name, pupil.name, collect(group.name) AS groups ORDER BY teacher.name",
)
"""Queries that need both sources: membership dates and teachers come from MusicBrainz, the rest from Discogs."""

SHOWN = 40
"""Maximum number of rows printed per answer; the number of omitted rows is printed too."""


def run() -> None:
    """Start the servers, load October and November, and print counts and answers.

    Raises LoadError if a step failed, SettingError if DISCOGS_TARGETS leaves out a target.
    """
    began, settings = time.monotonic(), Settings()
    if missing := {*TARGETS} - settings.chosen_targets:
        raise SettingError(f"DISCOGS_TARGETS lacks {', '.join(sorted(missing))}, needed by the demo. Unset it.")
    named = Archive.of(settings).origin
    folder = _offer()
    postgres, _ = servers.start()
    for partition in months.PARTITIONS:
        _write(folder, partition)
        with report_time(f"{partition[:7]} through all layers"):
            # The sample is smaller than any month in the lake may be, so its counts are accepted.
            run_job.run("monthly", partition, volume.accepting(*ENTITIES))
    _, graph = servers.start()
    assert graph
    _count(postgres, graph)
    for question in (*CYPHER, *BOTH):
        _answer(question, graph.ask(question))
    for question in SQL:
        _answer(question, postgres.ask(question))
    say(f"both months were loaded from {folder}; the next load reads {named}, or the source in DISCOGS_DUMPS")
    say(
        f"done in {time.monotonic() - began:.0f} s. Ask questions at http://127.0.0.1:8004: discogs serve. "
        "Start the UI: discogs dev. Stop the servers: discogs down"
    )


def _offer() -> Path:
    """Make the sample's folder the source of both kinds of dumps for this process only; return the folder."""
    folder = Settings().home_folder / environment.SAMPLE
    # A month takes the newest export: one left by an earlier demo would be newer than the first month's.
    shutil.rmtree(folder / musicbrainz.FOLDER, ignore_errors=True)
    environment.enter({f"DISCOGS_{name}": str(folder / below) for name, below in environment.DEMO.items()})
    return folder


def _write(folder: Path, partition: str) -> None:
    """Write the sample's dump files of the month and the MusicBrainz export that belongs to it."""
    dumps.write(folder, partition)
    musicbrainz.write(folder, partition)
    say(f"wrote the dump files of {partition[:7]} to {folder}")


def _count(postgres: Postgres, graph: Graph) -> None:
    """Print the counts of both stores next to those of the sample."""
    tables = {each.name: postgres.ask(f"SELECT count(*) AS n FROM {each.name}")[0]["n"] for each in ENTITIES}
    sample = months.counts(months.PARTITIONS[-1])
    rows = [[name, sample[name], count] for name, count in tables.items()]
    terminal.heading(f"{months.PARTITIONS[-1][:7]} in the stores")
    terminal.table(["PostgreSQL", "in the dump", "rows"], rows, grouped=True)
    terminal.table(["Neo4j", "count"], list(graph.counts().items()), grouped=True)


def _answer(question: str, rows: list[dict[str, object]]) -> None:
    columns = list(rows[0]) if rows else ["no rows"]
    terminal.heading(question)
    terminal.table(columns, [list(row.values()) for row in rows[:SHOWN]])
    if len(rows) > SHOWN:
        terminal.data().print(f"… and {len(rows) - SHOWN} more rows")
