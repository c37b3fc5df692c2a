"""From dump files to two stores and back to one question: the platform as a whole, with real servers."""

import gzip
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from discogs_assets.cli.demo import BOTH, CYPHER, SQL
from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys
from discogs_assets.defs.assets.published import prove, publication_of, require_loaded
from discogs_assets.defs.checks import specs
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import PublishRefusedError
from discogs_assets.sample import dumps, months, xml
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.child_tables import tables
from discogs_assets.schema.discogs import ENTITIES, LABELS
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.schema.insights import ARTIST_CENTRALITY
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.postgres.loads import month_of
from discogs_assets.streams.discogs import framing
from discogs_assets.streams.postgres import record_rows
from discogs_assets_tests import judge
from discogs_assets_tests.fix_project import Project, copy_demo
from discogs_assets_tests.fix_records import downstream
from discogs_assets_tests.watching import repeatedly

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

OCTOBER, NOVEMBER = months.PARTITIONS
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture(scope="module")
def project(demo: Path) -> Iterator[Project]:
    """A copy of the demo for these tests alone."""
    with copy_demo(demo) as project:
        yield project


def execute(
    instance: dg.DagsterInstance, *selected: dg.AssetKey, partition: str = NOVEMBER, older: bool = False
) -> bool:
    """Materialise these assets in this process; whether all went well."""
    job = defs.resolve_implicit_global_asset_job_def()
    publishes = not {keys.published_month("postgres"), keys.published_month("neo4j")}.isdisjoint(selected)
    config = {**QUIET, "ops": {"published": {"config": {"older": older}}} if publishes else {}}
    done = job.execute_in_process(
        config, instance=instance, asset_selection=selected, partition_key=partition, raise_on_error=False
    )
    return done.success


def read_months(project: Project) -> tuple[str, str]:
    """The months that PostgreSQL and Neo4j show."""
    (postgres,) = {month_of(table)[:7] for table in project.postgres.read_published_loads().values()}
    pointer = json.loads((project.home / "neo4j" / "served.json").read_text())
    return postgres, pointer["store"].partition("/")[0]


def test_the_demo_prints_the_eight_questions_verbatim_with_answers(project: Project) -> None:
    printed = project.printed
    for question in (*CYPHER, *BOTH, *SQL):
        assert question in printed
    for answer in ("The Dark Side Of The Moon", "John Lennon", "Stuart Sutcliffe", "Miles Davis", "Abbey Road"):
        assert answer in printed
    for answer in ("1962-08-16", "Clifford Brown"):
        assert answer in printed
    assert "no rows" not in printed


def test_the_readmes_transcript_is_what_the_demo_prints(project: Project) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    (transcript,) = re.findall(r"Of what it prints:\n\n```\n(.*?)```", readme, re.DOTALL)
    printed = {line.rstrip() for line in project.printed.splitlines()}
    assert [line for line in transcript.splitlines() if line not in printed] == []


OF_OTHERS = {"FOUNDED", "RENAMED_TO", "SUBGROUP_OF", "TRIBUTE_TO"}
"""Types of which MusicBrainz' sample has none between two artists of the sample's releases."""


def test_every_record_is_a_row_and_every_kind_of_node_and_relationship_occurs(project: Project) -> None:
    counts = months.counts(NOVEMBER)
    for entity in ENTITIES:
        assert project.postgres.ask(f"SELECT count(*) AS n FROM {entity.name}") == [{"n": counts[entity.name]}]
    found = project.graph.counts()
    assert {node.label: found[node.label] for node in NODES if node.entity} == {
        entity.node: counts[entity.name] for entity in ENTITIES
    }
    missing = {name for name in (*(n.label for n in NODES), *(r.type for r in RELATIONSHIPS)) if not found[name]}
    assert missing == OF_OTHERS


def test_the_documents_say_all_that_the_dump_says(project: Project) -> None:
    for entity in ENTITIES:
        rows = project.postgres.ask(f"SELECT data FROM {entity.name} ORDER BY id")
        elements = [xml.record(entity, each) for each in months.records(entity, NOVEMBER)]
        assert [judge.of_row(entity, row["data"]) for row in rows] == [judge.of_xml(each) for each in elements]


def test_relationships_are_those_that_the_records_state(project: Project) -> None:
    artists = {each["id"] for each in months.records(ENTITIES[0], NOVEMBER)}
    releases = months.records(ENTITIES[3], NOVEMBER)
    stated = {(r["id"], a["id"]) for r in releases for a in r["artists"] if a.get("id") in artists}
    found = project.graph.ask("MATCH (r:Release)-[:BY]->(a:Artist) RETURN r.id AS release, a.id AS artist")
    assert {(each["release"], each["artist"]) for each in found} == stated
    assert len(found) == len(stated)
    listed = project.graph.ask(
        "MATCH (a:Artist) WHERE a.namevariations IS NOT NULL RETURN a.id AS id, a.namevariations AS n"
    )
    assert {each["id"]: each["n"] for each in listed} == {
        each["id"]: each["namevariations"]
        for each in months.records(ENTITIES[0], NOVEMBER)
        if each.get("namevariations")
    }
    genres = {(r["id"], genre) for r in releases for genre in r.get("genres", ())}
    found = project.graph.ask("MATCH (r:Release)-[:IS]->(g:Genre) RETURN r.id AS release, g.name AS genre")
    assert {(each["release"], each["genre"]) for each in found} == genres


def test_every_blocking_check_of_both_months_has_passed(instance: dg.DagsterInstance) -> None:
    for partition in months.PARTITIONS:
        assert {spec.asset_key for spec in specs.ALL} <= set(prove(instance, partition))


def test_every_asset_reports_its_rows_bytes_seconds_columns_and_preview(instance: dg.DagsterInstance) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.toposorted_asset_keys:
        node, made = graph.get(key), event_log.latest(instance, key, NOVEMBER)
        assert made is not None, key
        assert node.description
        assert node.owners
        assert node.kinds
        assert node.group_name == key.path[0]
        assert node.code_version
        wanted = {"seconds", "dump_versions"} if key.path[0] == "published" else {"seconds", "dump_versions", "bytes"}
        if key.path[0] not in ("published", "dumps"):
            wanted.add("dagster/partition_row_count")
            wanted |= {"dagster/column_schema", "preview"}
        assert wanted <= set(made.metadata), key
        if "dagster/column_schema" in wanted:
            columns = made.metadata["dagster/column_schema"].value.columns
            assert [column.name for column in columns if not column.description] == [], key


@contextmanager
def reading(read: Callable[[], object], pause: float) -> Iterator[list[tuple[float, object]]]:
    """What a reader sees, over and over, until the block ends; None where it could not read."""
    seen = list[tuple[float, object]]()
    with repeatedly(lambda: seen.append((time.monotonic(), read())), pause):
        yield seen


@contextmanager
def other_dumps(project: Project) -> Iterator[Path]:
    """The folder of November's dumps, to be overwritten; at the end they are as they were."""
    folder = project.home / "sample" / "data" / "2026"
    kept = {file: file.read_bytes() for file in folder.glob("discogs_20261101_*")}
    with project.hold_sample():
        try:
            yield folder
        finally:
            for file, content in kept.items():
                file.write_bytes(content)


def read_published(project: Project) -> tuple[object, ...]:
    """What both stores show, and how many artists readers see."""
    question = "SELECT count(*) AS n FROM artists"
    return (
        read_months(project),
        project.postgres.read_published_loads(),
        project.postgres.ask(question),
        project.graph.counts(),
    )


def test_a_month_lacking_30_percent_of_its_artists_is_not_published_and_says_why(
    project: Project, instance: dg.DagsterInstance
) -> None:
    before, artists, table = read_published(project), ENTITIES[0], keys.table(ENTITIES[0])
    loaded = event_log.latest(instance, table, NOVEMBER)
    whole = months.records(artists, NOVEMBER)
    with other_dumps(project), pytest.MonkeyPatch.context() as patch:
        short = {entity: months.records(entity, NOVEMBER) for entity in ENTITIES} | {
            artists: whole[: len(whole) * 7 // 10]
        }
        patch.setattr(months, "records", lambda entity, partition: short[entity])
        dumps.write(project.home / "sample", NOVEMBER)
        assert not execute(instance, keys.dump(artists), keys.records(artists), table)
    assert event_log.latest(instance, table, NOVEMBER) == loaded
    assert not execute(instance, keys.published_month("postgres"), keys.published_month("neo4j"))
    with pytest.raises(PublishRefusedError) as refused:
        prove(instance, NOVEMBER)
    assert "2026-11 is not published, readers keep what they have: the check count_within_bounds" in str(refused.value)
    assert "expected 86 to 106 records, found 67; 2026-10 has 96. Is the dump whole?" in str(refused.value)
    assert read_published(project) == before
    assert execute(instance, keys.dump(artists), keys.records(artists))
    prove(instance, NOVEMBER)


def test_a_month_with_200_broken_records_in_20_000_is_not_published_and_says_why(
    project: Project, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = read_published(project), project.lake.files(keys.records(LABELS).path, NOVEMBER)
    rows = [file.read_bytes() for file in files]
    with other_dumps(project) as folder, monkeypatch.context() as patch:
        patch.setattr(framing, "CHUNK_BYTES", 1 << 16)  # the records of a block with a broken one are read singly
        ids = [*range(1, 19_801), *["x"] * 200]
        records = (b"<label><id>%b</id><name>L</name></label>\n" % str(each).encode() for each in ids)
        packed = gzip.compress(b"<labels>\n%b</labels>\n" % b"".join(records), 1)
        file = folder / "discogs_20261101_labels.xml.gz"
        file.write_bytes(packed)
        (folder / "discogs_20261101_CHECKSUM.txt").write_text(f"{hashlib.sha256(packed).hexdigest()} {file.name}\n")
        assert not execute(instance, keys.dump(LABELS), keys.records(LABELS))
    (run,) = instance.get_runs(limit=1)
    (failed,) = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    assert "200 of 20,000 records could not be read, expected at most 20" in str(failed.event_log_entry.dagster_event)
    assert [file.read_bytes() for file in files] == rows
    assert read_published(project) == before
    assert execute(instance, keys.dump(LABELS))
    prove(instance, NOVEMBER)


def test_one_entity_is_rebuilt_alone_while_readers_see_the_old_or_the_new_content(
    project: Project, instance: dg.DagsterInstance
) -> None:
    records = {entity: months.records(entity, NOVEMBER) for entity in ENTITIES}
    records[ENTITIES[0]] = [{**each, "name": f"{each['name']} (new)"} for each in records[ENTITIES[0]]]
    with other_dumps(project), pytest.MonkeyPatch.context() as patch:
        patch.setattr(months, "records", lambda entity, partition: records[entity])
        dumps.write(project.home / "sample", NOVEMBER)
        assert project.materialise('key:"dumps/discogs/artists"', NOVEMBER).returncode == 0
    connection = psycopg.connect(project.postgres.url, autocommit=True)
    graph = project.graph
    driver = GraphDatabase.driver(graph.url, auth=(graph.user, graph.password))

    def read_postgres() -> object:
        question = "SELECT count(*) FILTER (WHERE name LIKE '% (new)'), count(*) FROM artists"
        return connection.execute(question).fetchone()

    def read_neo4j() -> object:
        question = "MATCH (a:Artist) RETURN sum(CASE WHEN a.name ENDS WITH ' (new)' THEN 1 ELSE 0 END), count(a)"
        try:
            with driver.session() as session:
                return tuple(session.run(question).single(strict=True))
        except (DriverError, Neo4jError):
            return None

    runs = {run.run_id for run in instance.get_runs()}
    with connection, driver, reading(read_postgres, 0.02) as rows, reading(read_neo4j, 0.1) as nodes:
        done = project.materialise('key:"parquet/discogs/artists"+', NOVEMBER)
        assert done.returncode == 0, done.stderr
        time.sleep(1)
    count = len(records[ENTITIES[0]])
    assert {seen for _, seen in rows} == {(0, count), (count, count)}
    assert {seen for _, seen in nodes if seen} == {(0, count), (count, count)}
    away = [moment for moment, seen in nodes if seen is None]
    assert not away or away[-1] - away[0] < 30
    (run,) = (run for run in instance.get_runs() if run.run_id not in runs)
    made = {
        record.asset_key
        for record in instance.get_records_for_run(run.run_id, limit=10_000).records
        if record.asset_key
    }
    apart = {"Master", "Release", "DERIVED_FROM"}
    answers = {key for key in downstream(keys.records(ENTITIES[0])) if key.path[:2] == ["postgres", "insights"]}
    assert {key for key in made if key.path[0] in ("dumps", "parquet", "postgres")} == {
        keys.records(ENTITIES[0]),
        *map(keys.table, tables(ENTITIES[0])),
        keys.table(CHANGES),
        *answers,
    }
    assert keys.table(ARTIST_CENTRALITY) in answers
    assert {key.path[-1] for key in made if key.path[0] in ("graph", "neo4j")} == set(keys.GRAPH) - apart


def test_publishing_alone_is_refused_after_a_failed_check(
    project: Project, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.postgres.read_published_loads()
    with monkeypatch.context() as patch:
        patch.setattr(record_rows, "frames", lambda entity, files: iter(()))
        assert not execute(instance, keys.table(LABELS))
    done = project.materialise('key:"published/*"', NOVEMBER)
    assert done.returncode != 0
    assert "the check rows_match on postgres/discogs/labels failed (expected 54, found 0)" in done.stdout + done.stderr
    assert project.postgres.read_published_loads() == before
    assert execute(instance, keys.table(LABELS))
    assert execute(instance, *map(keys.published_month, ("postgres", "neo4j", "search")))
    assert project.postgres.read_published_loads() != before


def test_up_takes_back_what_the_reader_has_changed_of_its_role(project: Project) -> None:
    url = PostgresServer(project.home).reader().url
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("SET default_transaction_read_only = off")
        reader.execute("ALTER ROLE reader PASSWORD 'stolen'")
    done = project.run("discogs", "up")
    assert done.returncode == 0, done.stderr
    psycopg.connect(url).close()


def test_a_reader_of_either_store_finds_the_published_load(project: Project) -> None:
    (record,) = project.postgres.ask(
        "SELECT month, graph FROM discogs.publication WHERE state = 'done' ORDER BY sequence DESC LIMIT 1"
    )
    question = "MATCH (l:Load {source: 'discogs'}) RETURN l.month AS month, l.load AS graph"
    assert project.graph.ask(question) == [record]
    assert record["month"] == "2026-11"


def test_publishing_alone_is_refused_where_nothing_was_checked(project: Project, instance: dg.DagsterInstance) -> None:
    before = project.postgres.read_published_loads()
    assert not execute(instance, *map(keys.published_month, ("postgres", "neo4j")), partition="2026-09-01")
    with pytest.raises(PublishRefusedError, match="2026-09 is not published"):
        prove(instance, "2026-09-01")
    assert project.postgres.read_published_loads() == before


def test_a_month_that_retention_has_dropped_is_refused_with_what_to_do_and_comes_back_by_doing_it(
    project: Project, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_KEEP", "1")
    done = defs.resolve_job_def("retention").execute_in_process(QUIET, instance=instance)
    outputs = [event for event in done.all_events if event.is_successful_output and event.step_key == "drop"]
    (output,) = (str(event.step_output_data.metadata) for event in outputs)
    assert "discogs_2026_10.releases__" in output
    assert "2026-10/00" in output
    assert "2026-11/0" not in output
    assert project.postgres.months() == [NOVEMBER]
    assert not list((project.home / "neo4j" / "2026-10").glob("[0-9]*"))
    of_october = dg.AssetRecordsFilter(keys.table(LABELS), asset_partitions=[OCTOBER])
    (seen,) = instance.fetch_observations(of_october, limit=1).records
    assert "no longer in PostgreSQL (DISCOGS_KEEP=1)" in str(seen.event_log_entry.asset_observation)
    refused = project.run("discogs", "publish", "2026-10")
    assert refused.returncode == 1
    assert "2026-10 is no longer in the servers, readers keep what they have" in refused.stdout + refused.stderr
    assert read_months(project) == ("2026-11", "2026-11")
    assert execute(instance, *keys.TABLES.values(), *keys.IMPORTED.values(), partition=OCTOBER)
    with Platform().connections.publishing() as publisher:
        require_loaded(publisher, publication_of(prove(instance, OCTOBER), OCTOBER, Platform()))


def test_an_older_month_is_shown_only_when_asked_for_and_up_completes_a_killed_publication(
    project: Project, instance: dg.DagsterInstance
) -> None:
    assert read_months(project) == ("2026-11", "2026-11")
    published = [keys.published_month(store) for store in ("postgres", "neo4j", "insights")]
    assert execute(instance, *published, partition=OCTOBER)
    assert read_months(project) == ("2026-11", "2026-11")
    made = event_log.latest_of(instance, published, OCTOBER).values()
    assert [each and each.text("shown") for each in made] == ["2026-11"] * 3
    assert project.run("discogs", "publish", "2026-10", DISCOGS_FAILPOINT="switch:kill").returncode == -9
    assert read_months(project) == ("2026-11", "2026-10"), "killed between the stores"
    status = project.run("discogs", "status")
    assert "the publication of 2026-10 was interrupted" in status.stderr
    up = project.run("discogs", "up")
    assert "the interrupted publication of 2026-10 is completed" in up.stderr
    assert count_releases(project) == months.counts(OCTOBER)["releases"]
    assert read_months(project) == ("2026-10", "2026-10")
    done = project.run("discogs", "publish", "2026-11")
    assert done.returncode == 0, done.stderr
    assert read_months(project) == ("2026-11", "2026-11")
    assert count_releases(project) == months.counts(NOVEMBER)["releases"]


def count_releases(project: Project) -> int:
    """The releases that readers of both stores count."""
    (row,) = project.postgres.ask("SELECT count(*) AS n FROM releases")
    assert project.graph.counts()["Release"] == row["n"]
    return int(row["n"])


def test_status_and_doctor_tell_what_runs_and_what_it_shows(project: Project) -> None:
    rows = {row["server"]: row for row in json.loads(project.run("discogs", "status", "--json").stdout)}
    assert {name: (row["running"], row["shows"]) for name, row in rows.items()} == {
        "PostgreSQL": ("yes", "2026-11"),
        "Neo4j": ("yes", "2026-11"),
        "search index": ("yes", "2026-11"),
    }
    findings = {each["question"]: each for each in json.loads(project.run("discogs", "doctor", "--json").stdout)}
    assert {each["state"] for each in findings.values()} <= {"ok", "warn"}
    assert findings["PostgreSQL"]["state"] == findings["dumps"]["state"] == findings["dagster"]["state"] == "ok"
    assert "documents in" in findings["search index"]["found"]


def test_no_password_is_printed_or_readable_by_others(project: Project) -> None:
    secret = project.environment()["DAGSTER_PG_PASSWORD"]
    for command in (("status",), ("doctor",), ("up",)):
        done = project.run("discogs", *command)
        assert secret not in done.stdout + done.stderr
    for name in (".env", ".discogs/credentials.json"):
        assert (project.folder / name).stat().st_mode & 0o077 == 0
