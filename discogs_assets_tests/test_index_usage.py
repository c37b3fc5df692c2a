"""Queries that the documentation promises an index for use it, by the planners' own choice, on generated releases."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan
from discogs_assets.schema.child_tables import RELATIONS, Table
from discogs_assets.schema.discogs import ARTISTS, RELEASES
from discogs_assets.schema.graph import RELATIONSHIPS, node
from discogs_assets.schema.model import Entity
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships
from discogs_assets.streams.postgres import child_rows, record_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MONTH = "2026-10-01"
PLAN = Plan(3_000, months=1, first=MONTH)
TABLES = ("tracks", "artist_namevariations", "credit_roles")

Files = dict[str, list[Path]]


@pytest.fixture(scope="module")
def records() -> Iterator[Files]:
    """Artists and releases of a generated month, in Parquet."""
    with tempfile.TemporaryDirectory(prefix="discogs_assets_month_") as name:
        folder = Path(name)
        generator.write(folder / "source", PLAN)
        yield {each.name: [parse(each, folder)] for each in (ARTISTS, RELEASES)}


def parse(entity: Entity, folder: Path) -> Path:
    held = Archive(str(folder / "source"), folder / "home").download(entity.name, MONTH)
    good, bad = (folder / kind / entity.name for kind in ("good", "bad"))
    for each in (good, bad):
        each.mkdir(parents=True)
    convert.write(convert.Source(held.path, entity, held.sha256, held.newest_year), good, bad)
    (file,) = good.glob("*.parquet")
    return file


@pytest.fixture(scope="module")
def tables(records: Files, postgres_server: PostgresServer) -> Iterator[Postgres]:
    """The releases and some of their parts in PostgreSQL, published."""
    store = Postgres(postgres_server.address().url)
    store.prepare()
    loads: dict[Table, str] = {
        RELEASES: store.load(RELEASES, MONTH, record_rows.rows(RELEASES, records["releases"])).table
    }
    for relation in map(RELATIONS.__getitem__, TABLES):
        rows = child_rows.csv(relation, records[relation.entity.name])
        loads[relation] = store.load(relation, MONTH, rows).table
    store.publish(loads)
    yield store
    store.publish({})
    store.drop(MONTH)


@pytest.mark.parametrize(
    "condition",
    [
        "tracks WHERE words(title) @@ all_words('{track}')",
        "artist_namevariations WHERE words(name) @@ all_words('{variation}')",
        "credit_roles WHERE role = 'Lacquer Cut By'",
        "releases WHERE title ILIKE '%{title}%'",
        "releases WHERE words(title) @@ all_words('{title}')",
    ],
)
def test_postgresql_answers_a_search_by_an_index(condition: str, tables: Postgres) -> None:
    asked = f"SELECT * FROM {condition.format_map(find_rare_texts(tables))}"
    assert tables.ask(asked)
    with psycopg.connect(tables.url) as connection:
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {asked}".encode()))
    assert "Index Scan" in plan, plan
    assert "Seq Scan" not in plan


def find_rare_texts(tables: Postgres) -> dict[str, str]:
    """A title, a track title and a name variation that no other row has, without quotes."""
    rare = (
        "SELECT {0} AS found FROM {1} WHERE {0} ~ '^[[:alpha:] ]{{12,}}$' "
        "GROUP BY 1 HAVING count(*) = 1 ORDER BY 1 LIMIT 1"
    )
    sources = {
        "track": ("title", "tracks"),
        "variation": ("name", "artist_namevariations"),
        "title": ("title", "releases"),
    }
    return {name: tables.ask(rare.format(*source))[0]["found"] for name, source in sources.items()}


def test_containment_in_data_has_no_index_unless_the_documented_one_is_created(tables: Postgres) -> None:
    asked = """EXPLAIN SELECT id FROM releases WHERE data @> '{"country": "Iceland", "formats": [{"name": "Vinyl"}]}'"""
    with psycopg.connect(tables.url) as connection:
        before = str(connection.execute(asked).fetchall())
        table = tables.read_published_loads()["discogs.releases"]
        connection.execute(f"CREATE INDEX ON {table} USING gin (data jsonb_path_ops)".encode())
        after = str(connection.execute(asked).fetchall())
        connection.rollback()
    assert "Seq Scan" in before
    assert "Bitmap Index Scan" in after


@pytest.fixture(scope="module")
def graph(records: Files, tmp_path_factory: pytest.TempPathFactory, neo4j_server: Neo4jServer) -> Iterator[Graph]:
    """The artists, the releases and their credits in Neo4j, indexed."""
    folder = tmp_path_factory.mktemp("graph")
    (folder / "credits").mkdir()
    labels = {"Artist": [folder / "Artist.parquet"], "Release": [folder / "Release.parquet"]}
    for label, (file,) in labels.items():
        write_nodes(node(label), records, {}, file)
    credited = next(each for each in RELATIONSHIPS if each.type == "CREDITED_ON")
    ends = {**labels, **{each: [] for each in credited.ends if each not in labels}}
    write_relationships(credited, records, ends, folder / "credits")
    store = neo4j_server.folder / "searched" / "0001"
    neo4j_server.import_store(store, labels, [("CREDITED_ON", sorted((folder / "credits").glob("*.parquet")))])
    with neo4j_server.running(store) as address:
        opened = Graph(address.url, address.user, address.password)
        opened.index()
        yield opened


@pytest.mark.parametrize(
    ("query", "operator"),
    [
        ("MATCH (a:Artist)-[c:CREDITED_ON {role: 'Guitar'}]->() RETURN a.name, count(*) AS n", "RelationshipIndexSeek"),
        ("MATCH (a:Artist)-[c:CREDITED_ON {category: 'remix'}]->() RETURN a.name, count(*)", "RelationshipIndexSeek"),
        ("MATCH (a:Artist {name: $name}) RETURN a.id", "NodeIndexSeek"),
        ("CALL db.index.fulltext.queryNodes('artist_fulltext', $words) YIELD node RETURN node.id", "ProcedureCall"),
    ],
)
def test_neo4j_answers_a_search_by_an_index(query: str, operator: str, graph: Graph) -> None:
    variation = (
        "MATCH (a:Artist) WHERE size(a.namevariations) > 0 RETURN a.name AS name, a.namevariations[0] AS words LIMIT 1"
    )
    (found,) = graph.ask(variation)
    parameters = {"name": found["name"], "words": f'"{found["words"]}"'}
    with graph.session() as session:
        result = session.run(f"PROFILE {query}", parameters)
        assert list(result)
        profile = str(result.consume().profile)
    assert operator in profile
    assert "NodeByLabelScan" not in profile
    assert "AllNodesScan" not in profile
