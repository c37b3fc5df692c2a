"""What a reader of the served graph can do with the account that readers are given, and what is refused."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import neo4j
import pyarrow as pa
import pytest
from neo4j.exceptions import ClientError, Neo4jError

from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets_tests.servers.fix_embedded import passable_folder

pytestmark = pytest.mark.slow

SECRET = "a line that nobody may read"

FUNCTIONS = {
    "Aggregating",
    "Database",
    "Duration",
    "Graph",
    "List",
    "Load CSV",
    "Logarithmic",
    "Numeric",
    "Predicate",
} | {"Scalar", "Spatial", "String", "Temporal", "Trigonometric", "Vector"}
"""Categories of functions; those in a new one have to be looked at."""

PROCEDURES = {
    "db.awaitIndex",
    "db.create.setNodeVectorProperty",
    "db.create.setRelationshipVectorProperty",
    "db.create.setVectorProperty",
    "db.createLabel",
    "db.createProperty",
    "db.createRelationshipType",
    "db.index.fulltext.queryNodes",
    "db.index.fulltext.queryRelationships",
    "db.index.vector.createNodeIndex",
    "db.index.vector.queryNodes",
    "db.index.vector.queryRelationships",
    "db.resampleIndex",
    "db.stats.clear",
    "db.stats.collect",
    "db.stats.retrieve",
    "db.stats.retrieveAllAnonymized",
    "db.stats.stop",
    "dbms.cluster.routing.getRoutingTable",
    "dbms.killConnection",
    "dbms.killConnections",
    "dbms.listConfig",
    "dbms.queryJmx",
    "dbms.routing.getRoutingTable",
    "tx.setMetaData",
}
"""Procedures that take a text, and so might take an address, a path or a statement; none of them does."""

READ_ONLY = "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase"
UNSUPPORTED = "Neo.ClientError.Statement.UnsupportedAdministrationCommand"
NO_RESOURCE = "Neo.ClientError.Statement.ExternalResourceFailed"
NO_PROCEDURE = "Neo.ClientError.Procedure.ProcedureNotFound"

REFUSED = {
    READ_ONLY: [
        "CREATE (:Release)",
        "MERGE (:Release {id: 77})",
        "MATCH (r:Release) SET r.id = 2",
        "MATCH (r:Release) REMOVE r.id",
        "MATCH (r:Release) DETACH DELETE r",
        "MATCH (r:Release) CREATE (r)-[:NEXT]->(r)",
        "FOREACH (i IN [1] | CREATE (:Release))",
        "CREATE INDEX new FOR (r:Release) ON (r.name)",
        "CREATE FULLTEXT INDEX new FOR (r:Release) ON EACH [r.name]",
        "CREATE CONSTRAINT new FOR (r:Release) REQUIRE r.name IS UNIQUE",
        "DROP INDEX release",
        "CALL db.createLabel('New')",
        "CALL db.createProperty('new')",
        "CALL db.createRelationshipType('NEW')",
        "MATCH (r:Release) CALL db.create.setNodeVectorProperty(r, 'new', [1.0])",
    ],
    UNSUPPORTED: [
        "CREATE DATABASE new",
        "DROP DATABASE neo4j",
        "STOP DATABASE neo4j",
        "ALTER DATABASE neo4j SET ACCESS READ WRITE",
        "CREATE ALIAS new FOR DATABASE neo4j AT 'neo4j://127.0.0.1:1' USER u PASSWORD 'p'",
        "ENABLE SERVER 'new'",
        "CREATE ROLE new",
        "GRANT LOAD ON ALL DATA TO new",
    ],
    NO_PROCEDURE: [
        "CALL dbms.setConfigValue('server.databases.read_only', '')",
        "CALL dbms.security.createUser('new', 'password-1')",
        "CALL db.checkpoint()",
        "CALL apoc.load.json('file:///etc/passwd')",
        "CALL genai.vector.encodeBatch([], 'OpenAI', {})",
    ],
}

FILES = ["file://{file}", "file:{file}", "file:///{file}", "file://localhost{file}", "FILE://{file}", "{file}"]
OTHER = ["jar:file://{file}!/x", "jar:{http}!/x", "jrt:/java.base/module-info.class", "classpath:{file}"]
NETWORK = ["{http}", "http://localhost:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/"]
NETWORK += ["http://2130706433:{port}/", "http://127.1:{port}/", "http://0.0.0.0:{port}/", "https://127.0.0.1:{port}/"]
NETWORK += ["ftp://127.0.0.1:{port}/x", "{http}redirect", "http://user:password@127.0.0.1:{port}/", "{http}x.csv.gz"]
NETWORK += ["http://169.254.169.254/latest/meta-data/", "http://name-that-is-not-there.example:{port}/"]

HUNGRY = [
    "UNWIND range(1, 1000000000) AS i RETURN collect(toString(i))",
    "UNWIND range(1, 1000000000) AS i RETURN count(DISTINCT i)",
    "RETURN size([i IN range(1, 1000000000) | toString(i)])",
    "RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s))",
]


class Site(BaseHTTPRequestHandler):
    """Answers with the secret, or sends on to it, and remembers who came."""

    visits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer a request."""
        self.visits.append(self.path)
        self.send_response(302 if self.path == "/redirect" else 200)
        self.send_header("Location", "/")
        self.end_headers()
        self.wfile.write(SECRET.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Reader:
    """Somebody with the account that readers are given, and what there is to be had by it."""

    def __init__(self, driver: neo4j.Driver, places: dict[str, Any]) -> None:
        self.driver = driver
        self.places = places

    def ask(self, statement: str, **parameters: object) -> str:
        """The answer in one text; raises what the server says, which is not asked again."""
        with self.driver.session() as session:
            return str([record.values() for record in session.run(neo4j.Query(statement), parameters)])

    def refusal(self, statement: str, **parameters: object) -> Neo4jError | None:
        """The error that the server answers with, None if it does what is asked."""
        try:
            self.ask(statement, **parameters)
        except Neo4jError as error:
            return error
        return None

    def at(self, *addresses: str) -> list[str]:
        """Addresses with the test's own file and site in them."""
        return [address.format(**self.places) for address in addresses]


@pytest.fixture(scope="module")
def server(parquet: Callable[[str, dict[str, pa.Array]], Path]) -> Iterator[Neo4jServer]:
    """A served graph of one release with an index."""
    with passable_folder() as folder:
        server = Neo4jServer(folder / "home")
        store = server.folder / "2026-10" / "0001"
        server.import_store(store, {"Release": [parquet("release", {"id:ID(Release)": pa.array([1])})]}, [])
        with server.running(store) as at, neo4j.GraphDatabase.driver(at.url, auth=at.auth) as driver:
            driver.execute_query("CREATE INDEX release FOR (r:Release) ON (r.id)")
            driver.execute_query("CALL db.awaitIndexes()")
        server.serve(store)
        yield server
        server.stop()


@pytest.fixture
def reader(server: Neo4jServer) -> Iterator[Reader]:
    """A reader of the graph; a file and a site on this machine, neither of which has been seen at the end."""
    file = server.home / "everybody.csv"
    file.write_text(SECRET)
    file.chmod(0o644)
    Site.visits.clear()
    at = server.start()
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Site) as site,
        neo4j.GraphDatabase.driver(at.url, auth=at.auth, notifications_min_severity="OFF") as driver,
    ):
        threading.Thread(target=site.serve_forever, daemon=True).start()
        port = site.server_port
        yield Reader(driver, {"file": file, "port": port, "http": f"http://127.0.0.1:{port}/"})
        site.shutdown()
    assert Site.visits == []


def test_what_changes_the_graph_the_databases_or_the_settings_is_refused(reader: Reader) -> None:
    found: dict[str, list[str]] = {}
    for statement in (each for statements in REFUSED.values() for each in statements):
        error = reader.refusal(statement)
        found.setdefault(str(error and error.code), []).append(statement)
    assert found == REFUSED
    assert reader.ask("MATCH (n) RETURN labels(n), properties(n)") == "[[['Release'], {'id': 1}]]"
    assert "'release'" in reader.ask("SHOW INDEXES YIELD name")


def test_no_file_and_no_address_is_opened_by_load_csv(reader: Reader) -> None:
    for address in reader.at(*FILES, *OTHER, *NETWORK, "ftp:{file}", "netdoc:{file}", "gs://a/b", "s3://a/b", ""):
        for statement in ("LOAD CSV FROM $at AS line RETURN line", "LOAD CSV WITH HEADERS FROM $at AS l RETURN l"):
            error = reader.refusal(statement, at=address)
            assert error, address
            assert error.code == NO_RESOURCE, address


def test_no_name_is_looked_up(reader: Reader) -> None:
    """A name that this machine knows stands for those that a name server would be asked for."""
    known = [name for line in Path("/etc/hosts").read_text().splitlines() for name in line.partition("#")[0].split()]
    names = [name for name in {*known, socket.gethostname()} if re.fullmatch(r"(?!localhost)[a-z][\w-]*", name)]
    for name in names:
        error = reader.refusal("LOAD CSV FROM $at AS line RETURN line", at=f"http://{name}:{reader.places['port']}/")
        assert error
        assert "blocked" not in str(error), "the name was turned into an address, which was refused then"


def test_no_procedure_and_no_function_takes_an_address_a_path_or_a_statement(reader: Reader) -> None:
    """Every one of them that takes a text is called with several; a new one has to be looked at, and listed above."""
    texts = reader.at("{http}", "file://{file}", "{file}", "CREATE (:Release)", "LOAD CSV FROM '{http}' AS l RETURN l")
    for name, parameters in _taking_text(reader, "PROCEDURES", "true"):
        assert name in PROCEDURES, f"{name} is new: find out where its texts lead"
        # These two end what others ask, as every user of the Community Edition may.
        if not name.startswith("dbms.killConnection"):
            _try(reader, f"CALL {name}({{}})", parameters, texts)
    for name, parameters in _taking_text(reader, "FUNCTIONS", "NOT category IN $known", known=[*FUNCTIONS]):
        pytest.fail(f"{name}({parameters}) is of a new category: find out where its texts lead")
    for name, parameters in _taking_text(reader, "FUNCTIONS", "true"):
        _try(reader, f"RETURN {name}({{}})", parameters, texts)
    assert reader.ask("MATCH (n) RETURN count(n)") == "[[1]]"


def _taking_text(reader: Reader, kind: str, chosen: str, **parameters: object) -> list[tuple[str, list[str]]]:
    """Names and types of parameters."""
    statement = f"SHOW {kind} YIELD * WHERE {chosen} RETURN name, argumentDescription AS takes"
    rows = reader.driver.execute_query(statement, parameters).records
    taken = [(row["name"], [str(each["type"]) for each in row["takes"]]) for row in rows]
    return [(name, types) for name, types in taken if re.search(r"STRING|ANY|MAP", " ".join(types))]


def _try(reader: Reader, call: str, types: list[str], texts: list[str]) -> None:
    for text in texts:
        values = {f"p{number}": _value(each, text) for number, each in enumerate(types)}
        with suppress(ClientError):
            assert SECRET not in reader.ask(call.format(", ".join(f"${name}" for name in values)), **values)


def _value(kind: str, text: str) -> object:
    values = {"LIST": [text], "MAP": {"url": text, "address": text}, "INTEGER": 1, "FLOAT": 1.0, "BOOLEAN": True}
    return text if "STRING" in kind and "LIST" not in kind else next((values[k] for k in values if k in kind), text)


def test_settings_and_beans_show_no_password(server: Neo4jServer, reader: Reader) -> None:
    shown = reader.ask("CALL dbms.listConfig()") + reader.ask("SHOW SETTINGS") + reader.ask("CALL dbms.queryJmx('*:*')")
    assert "read_only" in shown
    assert server.address().password not in shown


def test_a_query_that_takes_too_much_memory_is_ended_and_the_server_goes_on(
    server: Neo4jServer, reader: Reader
) -> None:
    before = server.status().pid
    for statement in HUNGRY:
        error = reader.refusal(statement)
        assert error, statement
        assert "OutOfMemory" in error.code, statement
    assert reader.ask("MATCH (n) RETURN count(n)") == "[[1]]"
    assert server.status().pid == before


def test_what_a_reader_does_to_the_accounts_is_undone_by_the_next_start(server: Neo4jServer, reader: Reader) -> None:
    for statement in (
        "CREATE USER other SET PASSWORD 'password-1' CHANGE NOT REQUIRED",
        "ALTER USER neo4j SET PASSWORD 'password-2' CHANGE NOT REQUIRED",
        "RENAME USER neo4j TO renamed",
    ):
        assert reader.refusal(statement) is None
    server.stop()
    at = server.start()
    with neo4j.GraphDatabase.driver(at.url, auth=at.auth) as driver:
        users = driver.execute_query("SHOW USERS YIELD user").records
    assert [user["user"] for user in users] == ["neo4j"]
