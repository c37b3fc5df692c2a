"""Tests of long values: both databases take and find texts of any length wherever they have an index."""

import csv
import io
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from psycopg import sql as names

from discogs_assets.schema import graph as model
from discogs_assets.schema.backends import arrow, search, sql
from discogs_assets.schema.backends.sql import Column
from discogs_assets.schema.child_tables import Table
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.schema.model import Entity, Index
from discogs_assets.schema.tables import TABLES
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import bolt
from discogs_assets.streams.graph.files import Tables
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships
from discogs_assets.streams.postgres import record_rows

pytestmark = pytest.mark.slow

NOVEMBER = "2026-11-01"
LONG = 1_500_000
IN_A_PART = 20_000
"""More than an entry of any index holds; a full text is limited to 1 MB."""

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def texts(of: Table) -> list[Column]:
    """The columns that are texts in the key, or are searched by."""
    return [each for each in sql.columns(of) if each.type == sql.TEXT and (each.index or each.name in sql.key(of))]


SEARCHED = [table for table in TABLES if texts(table)]

KINDS = {column.index: table.name for table in SEARCHED for column in texts(table)}
"""A table for each kind of index, and for a key without one: these take the longest texts, the others shorter ones."""


@cache
def long_text(length: int = LONG) -> str:
    """Words that are all different and that no compression makes small, as many letters as is said."""
    draw = random.Random(1)  # noqa: S311 - texts, no secret
    return "".join(draw.choices(LETTERS + " " * 6, k=length)).strip()


def value(kind: pa.DataType, text: str) -> Any:
    """A value of the type: every text is this one, or its beginning if it lies in a part; every list has one item."""
    if pa.types.is_list(kind):
        return [value(kind.value_type, text[:IN_A_PART])]
    if pa.types.is_struct(kind):
        return {field.name: value(field.type, text[:IN_A_PART]) for field in kind}
    return text if pa.types.is_string(kind) else True if pa.types.is_boolean(kind) else 1


def records(entity: Entity, text: str, folder: Path) -> Path:
    """Parquet with one record all of whose texts are this one."""
    file, schema = folder / f"{entity.name}.parquet", arrow.record(entity)
    with parquet.writing(file, schema, {}) as writer:
        writer.write(pa.RecordBatch.from_pylist([{f.name: value(f.type, text) for f in schema}], schema))
    return file


def rows(of: Table, text: str, folder: Path) -> Iterator[bytes]:
    """One row all of whose texts are this one, as COPY takes it."""
    if isinstance(of, Entity):
        return record_rows.rows(of, [records(of, text, folder)])
    given = {"text": text, "uuid": UUID(int=1), "jsonb": "{}", "boolean": True}
    written = io.StringIO()
    csv.writer(written).writerow([given.get(column.type, 1) for column in sql.stored_columns(of)])
    return iter([written.getvalue().encode()])


def questions(column: Column, text: str) -> Iterator[str]:
    """Conditions that hold for the text and that the column's index is for."""
    beginning = text[:40].rpartition(" ")[0]
    if column.index is Index.TEXT:
        yield f"{column.name} ILIKE '{beginning.upper()}%'"
        yield f"plain({column.name}) LIKE plain('{beginning}%')"
    if column.index in (Index.TEXT, Index.WORDS):
        yield f"words({column.name}) @@ all_words('{beginning}')"
    if column.index is Index.CODE:
        yield f"{column.name} = {search.CODE.name}('{text[:500]}')"
    elif column.index is Index.EXACT:
        yield f"{column.name} = '{text}'"


@pytest.mark.parametrize("table", SEARCHED, ids=lambda table: table.name)
def test_a_text_of_any_length_is_loaded_and_found_wherever_an_index_is(
    table: Table, postgres: Postgres, tmp_path: Path
) -> None:
    text = long_text(LONG if table.name in KINDS.values() else IN_A_PART)
    load = postgres.load(table, NOVEMBER, rows(table, text, tmp_path))
    with postgres.connection() as connection:
        connection.execute(names.SQL(sql.view(table, "found", load.table).replace("VIEW", "TEMPORARY VIEW")))
        connection.execute("SET LOCAL enable_seqscan = off")
        for column in texts(table):
            for condition in questions(column, text):
                question = f"SELECT octet_length({column.name}) FROM found WHERE {condition}"
                plan = str(connection.execute(names.SQL(f"EXPLAIN {question}")).fetchall())
                assert "Index Scan" in plan, plan[:2000]
                assert connection.execute(names.SQL(question)).fetchall()


@pytest.mark.parametrize("letter", ["é", "漢", "🎵"])
@pytest.mark.parametrize("words", [1, 2, 5, 300])
def test_words_of_any_letters_fit_into_what_full_texts_are_searched_by(
    letter: str, words: int, postgres: Postgres
) -> None:
    text = " ".join(f"{chr(ord(letter) + number % 50)}" * words for number in range(LONG // (2 * words)))
    (found,) = postgres.ask(f"SELECT words('a b ' || repeat('x y', 10) || '{text}') @@ all_words('a') AS found")
    assert found["found"]


def test_short_texts_keep_the_indexes_that_are_in_order(postgres: Postgres, tmp_path: Path) -> None:
    for table in SEARCHED:
        load = postgres.load(table, NOVEMBER, rows(table, "Rock", tmp_path))
        found = postgres.ask(
            f"SELECT indexdef FROM pg_indexes WHERE schemaname || '.' || tablename = '{load.table}' "
            f"AND indexdef NOT LIKE '%btree%' AND indexdef NOT LIKE '%hash%' AND indexname NOT LIKE '%_search'"
        )
        assert found == []


def graph_tables(folder: Path, text: str) -> Tables:
    """The graph of one record of each entity all of whose texts are this one."""
    held = {entity.name: [records(entity, text, folder)] for entity in ENTITIES}
    nodes = {node.label: [folder / f"{node.label}.parquet"] for node in NODES}
    for node in NODES:
        read = {entity.name: held[entity.name] for entity in node.sources}
        write_nodes(node, read, {label: nodes[label] for label in node.ends}, *nodes[node.label])
    related = {}
    for relationship in RELATIONSHIPS:
        place = folder / relationship.type
        place.mkdir()
        write_relationships(relationship, held, {label: nodes[label] for label in relationship.ends}, place)
        related[relationship.type] = [*place.iterdir()]
    return Tables("2026-11", nodes, related)


def test_neo4j_takes_and_finds_texts_of_any_length(graph: Graph, tmp_path: Path) -> None:
    text = long_text()
    graph.index()
    with graph.session() as session:
        for stage in bolt.plan_load(graph_tables(tmp_path, text)):
            for batch in stage.batches(0):
                session.run(stage.statement, rows=batch.rows).consume()
        indexes = session.run("SHOW INDEXES YIELD type, entityType, labelsOrTypes AS labels, properties").data()
        nodes = [index for index in indexes if index["entityType"] == "NODE" and index["labels"]]
        assert {each["type"] for each in nodes} == {"RANGE", "FULLTEXT"}
        for each in nodes:
            for name in each["properties"] if each["labels"] != ["Load"] else ():
                condition = f"any(x IN [] + n.{name} WHERE toString(x) STARTS WITH $text OR x = 1)"
                question = f"MATCH (n:{each['labels'][0]}) WHERE {condition} RETURN count(n)"
                found = session.run(question, text=text[: min(model.TEXT_LIMIT, IN_A_PART)])
                assert found.single(strict=True)[0] == 1, each
        assert session.run("MATCH (r:Release) RETURN r.released").single(strict=True)[0] == text
