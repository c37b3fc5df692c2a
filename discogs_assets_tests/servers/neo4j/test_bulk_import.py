"""Parquet files into a store: what arrives as what, and what is refused."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import neo4j
import psutil
import pyarrow as pa
import pytest

from discogs_assets.errors import LoadError, SettingError
from discogs_assets.servers import process
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets_tests.servers.fix_embedded import Python, passable_folder

Parquet = Callable[[str, dict[str, pa.Array]], Path]
IDS = pa.array([1, 2, 3], pa.int64())

# The column's name, what is in it, and what the three nodes have as a property (None: no such property).
COLUMNS: list[tuple[str, pa.Array, list[Any]]] = [
    ("text", pa.array(["x", None, "ü"]), ["x", None, "ü"]),
    ("large_text", pa.array(["x", None, "y"], pa.large_string()), ["x", None, "y"]),
    ("text_of_none", pa.array(["x", "", "y"]), ["x", None, "y"]),
    ("encoded", pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
    ("flag", pa.array([True, None, False]), [True, None, False]),
    ("short", pa.array([1, None, -1], pa.int16()), [1, None, -1]),
    ("number", pa.array([1969, None, -1], pa.int32()), [1969, None, -1]),
    ("large_number", pa.array([2**40, None, -1], pa.int64()), [2**40, None, -1]),
    ("fraction", pa.array([1.5, None, -0.25]), [1.5, None, -0.25]),
    ("day", pa.array([date(1999, 1, 2), None, None]), [date(1999, 1, 2), None, None]),
    ("moment", pa.array([datetime(1999, 1, 2, 3), None, None]), [datetime(1999, 1, 2, 3), None, None]),
    ("texts:string[]", pa.array([["a", 'b"'], [], None], pa.list_(pa.string())), [["a", 'b"'], [], None]),
    ("large_texts:string[]", pa.array([["a"], [], None], pa.large_list(pa.string())), [["a"], [], None]),
    ("numbers:int[]", pa.array([[1, 2], [], None], pa.list_(pa.int32())), [[1, 2], [], None]),
    ("large_numbers:long[]", pa.array([[2**40], [], None], pa.list_(pa.int64())), [[2**40], [], None]),
    ("with_gap:string[]", pa.array([["a", None], None, None], pa.list_(pa.string())), [["a"], None, None]),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Neo4jServer]:
    """A home whose served store these tests leave alone."""
    with passable_folder() as folder:
        yield Neo4jServer(folder)


@pytest.fixture(scope="module")
def graph(server: Neo4jServer, parquet: Parquet) -> Iterator[Callable[[str], list[neo4j.Record]]]:
    """One import with everything in it, and queries to it."""
    store = server.folder / "2026-10" / "0001"
    releases = parquet("releases", {"id:ID(Release)": IDS, **{name: column for name, column, _ in COLUMNS}})
    more = parquet("more", {"id:ID(Release)": pa.array([11], pa.int64()), "text": pa.array(["more"])})
    genres = parquet("genres", {":ID(Genre)": pa.array([1, 2], pa.int32()), "name": pa.array(["Rock", "Jazz"])})
    styles = parquet("styles", {":ID(Style)": pa.array([1], pa.int32()), "name": pa.array(["Punk"])})
    labels = parquet("labels", {"id:ID(Label)": pa.array([], pa.int64()), "name": pa.array([], pa.string())})
    is_genre = {":START_ID(Release)": pa.array([1, 2]), ":END_ID(Genre)": pa.array([1, 2])}
    has_position = {"position": pa.array([7, None], pa.int32())}
    is_style = {":START_ID(Release)": pa.array([3]), ":END_ID(Style)": pa.array([1])}
    on_label = {":START_ID(Release)": pa.array([], pa.int64()), ":END_ID(Label)": pa.array([], pa.int64())}
    result = server.import_store(
        store,
        {"Release": [releases, more], "Genre": [genres], "Style": [styles], "Label": [labels]},
        [
            ("IS", [parquet("is_genre", {**is_genre, **has_position})]),
            ("IS", [parquet("is_style", is_style)]),
            ("ON", [parquet("on_label", on_label)]),
        ],
    )
    assert (result.nodes, result.relationships) == (7, 3)
    assert result.seconds < 60
    with server.running(store) as address, neo4j.GraphDatabase.driver(address.url, auth=address.auth) as driver:
        yield lambda query: driver.execute_query(query).records


@pytest.mark.slow
@pytest.mark.parametrize(("column", "expected"), [(name, values) for name, _, values in COLUMNS])
def test_a_column_arrives_as_it_is(
    graph: Callable[[str], list[neo4j.Record]], column: str, expected: list[Any]
) -> None:
    query = f"MATCH (r:Release) WHERE r.id < 10 RETURN r['{column.partition(':')[0]}'] AS v ORDER BY r.id"
    found = [record["v"] for record in graph(query)]
    assert [v.to_native() if hasattr(v, "to_native") else v for v in found] == expected


@pytest.mark.slow
def test_an_id_is_a_property_if_its_column_has_a_name(graph: Callable[[str], list[neo4j.Record]]) -> None:
    assert [r["id"] for r in graph("MATCH (r:Release) RETURN r.id AS id ORDER BY id")] == [1, 2, 3, 11]
    assert [r["p"] for r in graph("MATCH (g:Style) RETURN properties(g) AS p")] == [{"name": "Punk"}]


@pytest.mark.slow
def test_one_type_of_relationship_ends_at_nodes_of_several_labels(graph: Callable[[str], list[neo4j.Record]]) -> None:
    query = (
        "MATCH (r:Release)-[i:IS]->(g) RETURN r.id AS id, labels(g) AS l, g.name AS n, properties(i) AS p ORDER BY id"
    )
    assert [record.values() for record in graph(query)] == [
        [1, ["Genre"], "Rock", {"position": 7}],
        [2, ["Genre"], "Jazz", {}],
        [3, ["Style"], "Punk", {}],
    ]


@pytest.mark.slow
def test_bad_entries_are_counted_and_refused(server: Neo4jServer, parquet: Parquet) -> None:
    nodes = parquet("twice", {"id:ID(Release)": pa.array([1, 2, 2, 3, 3])})
    dangling = parquet(
        "dangling", {":START_ID(Release)": pa.array([1, 1, 2]), ":END_ID(Release)": pa.array([2, 77, 88])}
    )
    store = server.folder / "2026-10" / "0002"
    with pytest.raises(LoadError) as refused:
        server.import_store(store, {"Release": [nodes]}, [("NEXT", [dangling])])
    assert "2 DuplicateNode" in str(refused.value)
    assert "2 BadRelationship" in str(refused.value)
    assert "'2' is defined more than once in group 'Release'" in str(refused.value)
    assert not (store / "data").exists()
    with pytest.raises(LoadError, match="not the complete result of an import"):
        server.serve(store)


@pytest.mark.slow
def test_more_bad_entries_than_are_counted_are_refused_and_until_then_it_says_where_it_is(
    server: Neo4jServer, parquet: Parquet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discogs_assets.servers.neo4j.bulk_import._SECONDS_BETWEEN_LINES", 0.0)
    nodes = parquet("thousands", {"id:ID(Release)": pa.array([*range(100_000), *([1] * 1500)])})
    said: list[str] = []
    with pytest.raises(LoadError, match="refused"):
        server.import_store(server.folder / "2026-10" / "0002", {"Release": [nodes]}, [], said.append)
    assert said
    assert all(line.startswith("import 1/4, node import: ") and line.endswith(" %") for line in said)


@pytest.mark.slow
def test_an_end_in_a_label_that_is_not_there_is_refused(server: Neo4jServer, parquet: Parquet) -> None:
    nodes = parquet("three", {"id:ID(Release)": IDS})
    ends = parquet("nowhere", {":START_ID(Release)": pa.array([1]), ":END_ID(Nowhere)": pa.array([1])})
    with pytest.raises(LoadError, match=r"Group 'Nowhere' not found"):
        server.import_store(server.folder / "2026-10" / "0002", {"Release": [nodes]}, [("NEXT", [ends])])


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"id:ID(Release)": pa.array([1, None])}, r"1 nulls in column 'id:ID\(Release\)'"),
        ({":ID(Genre)": IDS, "names": pa.array([["a"]] * 3)}, r"'names'.*as in 'names:string\[\]'"),
        ({":ID(Genre)": IDS, "count": pa.array([1, 2, 3], pa.uint32())}, r"'count' is uint32.*cast it to int64"),
    ],
)
def test_columns_that_would_arrive_as_something_else_are_refused(
    server: Neo4jServer, parquet: Parquet, columns: dict[str, pa.Array], complaint: str
) -> None:
    with pytest.raises(LoadError, match=complaint):
        server.import_store(server.folder / "2026-10" / "0003", {"L": [parquet("refused", columns)]}, [])
    assert not (server.folder / "2026-10" / "0003").exists()


def test_a_file_that_is_not_there_is_named(server: Neo4jServer, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"absent\.parquet does not exist"):
        server.import_store(server.folder / "2026-10" / "0003", {"L": [tmp_path / "absent.parquet"]}, [])
    with pytest.raises(SettingError, match="absolute paths"):
        server.import_store(server.folder / "2026-10" / "0003", {"L": [Path("relative.parquet")]}, [])


def test_a_store_outside_the_home_is_refused(server: Neo4jServer, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="not a store of this home"):
        server.import_store(tmp_path, {}, [])


IMPORT = """
import sys
from pathlib import Path
from discogs_assets.servers.neo4j.server import Neo4jServer
server = Neo4jServer(Path(sys.argv[1]))
server.import_store(server.folder / "2026-10" / "0004", {"Release": [Path(sys.argv[2])]}, [])
"""


@pytest.mark.slow
def test_an_import_dies_with_the_process_that_runs_it(server: Neo4jServer, parquet: Parquet, python: Python) -> None:
    nodes = parquet("many", {"id:ID(Release)": pa.array(range(2_000_000))})
    importing = python(IMPORT, server.home, nodes)
    parent, deadline = psutil.Process(importing.pid), time.monotonic() + 20
    while not (java := [c for c in parent.children() if c.name() == "java"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(importing.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(java, timeout=5)
    assert not [p for p in alive if process.running(p)]
    with pytest.raises(LoadError, match="not the complete result"):
        server.serve(server.folder / "2026-10" / "0004")
