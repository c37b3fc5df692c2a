"""Tests of `stores.postgres.loads`, against a real server."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree as etree
import psycopg
import pyarrow.parquet as pq
import pytest

from discogs_assets.cli import output
from discogs_assets.errors import BusyError, LoadError, ServerError
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan
from discogs_assets.sample.generator.plan import LAYOUTS
from discogs_assets.schema.backends import arrow, sql
from discogs_assets.schema.child_tables import RELATIONS, Table
from discogs_assets.schema.discogs import ENTITIES, LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, FILES, RELATIONSHIPS, SHEETS
from discogs_assets.stores.postgres import loads as module
from discogs_assets.stores.postgres.loads import Postgres, month_of, view_of
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.graph import enrichment
from discogs_assets.streams.postgres import child_rows as relational
from discogs_assets.streams.postgres import flat_rows, record_rows
from discogs_assets_tests import judge
from discogs_assets_tests.fix_musicbrainz import files, link, mbid, record

pytestmark = pytest.mark.slow

NOVEMBER = "2026-11-01"


def rows(folder: Path, entity: Entity, *elements: str) -> Iterator[bytes]:
    data = [element.encode() for element in elements]
    batch = Parser(entity, 2027).parse(Block(entity.record, b"".join(data), len(data), 0)).batch
    with parquet.writing(folder / f"{entity.name}.parquet", arrow.record(entity), {}) as writer:
        writer.write(batch)
    return record_rows.rows(entity, [folder / f"{entity.name}.parquet"])


def labels(folder: Path, *names: str) -> Iterator[bytes]:
    return rows(folder, LABELS, *(f"<label><id>{n}</id><name>{name}</name></label>" for n, name in enumerate(names, 1)))


ONE = {
    "artists": "<artist><id>1</id><name>{}</name></artist>",
    "labels": "<label><id>1</id><name>{}</name></label>",
    "masters": '<master id="1"><title>{}</title></master>',
    "releases": '<release id="1"><title>{}</title></release>',
}


def publish_everything(postgres: Postgres, folder: Path, name: str) -> dict[Table, str]:
    """One record of each entity, named so, loaded and shown."""
    found = {entity: rows(folder, entity, ONE[entity.name].format(name)) for entity in ENTITIES}
    tables: dict[Table, str] = {entity: postgres.load(entity, NOVEMBER, data).table for entity, data in found.items()}
    postgres.publish(tables)
    return tables


def test_a_load_holds_every_row_and_is_a_table_of_its_own(postgres: Postgres, tmp_path: Path) -> None:
    first = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A", "B"))
    second = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "C"), keep=first.table)
    assert (first.rows, second.rows) == (2, 1)
    assert first.table != second.table
    assert {month_of(first.table), month_of(second.table)} == {NOVEMBER}
    assert postgres.ask(f"SELECT data->>'name' AS name FROM {second.table}") == [{"name": "C"}]


@pytest.mark.parametrize(
    "text", ["a\rb", "a\r\nb", "\\.", "\\N", '"', "'", "\u2028", "null", "a,b", "{}", "\u00e9\U0001f3b5"]
)
def test_any_text_comes_back_unchanged(postgres: Postgres, tmp_path: Path, text: str) -> None:
    escaped = text.replace("\r", "&#13;")
    load = postgres.load(LABELS, NOVEMBER, labels(tmp_path, f"{escaped}."))
    assert postgres.ask(f"SELECT data->>'name' AS name FROM {load.table}") == [{"name": f"{text}."}]


def test_a_month_whose_references_exceed_32_bits_is_loaded(postgres: Postgres, tmp_path: Path) -> None:
    element = '<release id="2147483648"><master_id>9999999999</master_id><released>1969</released></release>'
    load = postgres.load(RELEASES, NOVEMBER, rows(tmp_path, RELEASES, element))
    assert postgres.ask(f"SELECT id, master_id, year FROM {load.table}") == [
        {"id": 2147483648, "master_id": 9999999999, "year": 1969}
    ]


def test_a_refused_row_leaves_no_table(postgres: Postgres) -> None:
    with pytest.raises(LoadError, match=r"discogs_2026_11\.labels__.*rejected a row"):
        postgres.load(LABELS, NOVEMBER, [b"not a number,,{}\n"])
    assert postgres.ask("SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'discogs_2026_11'") == [{"n": 0}]


def test_readers_find_what_is_published_unqualified_and_with_its_meaning(postgres: Postgres, tmp_path: Path) -> None:
    tables = publish_everything(postgres, tmp_path, "First")
    assert postgres.read_published_loads() == {view_of(entity): table for entity, table in tables.items()}
    assert postgres.ask("SELECT id, data_id, name FROM labels") == [{"id": 1, "data_id": "1", "name": "First"}]
    (found,) = postgres.ask("SELECT obj_description('discogs.labels'::regclass) AS doc")
    assert found["doc"] == LABELS.doc


def test_all_views_move_at_once_and_what_was_shown_is_swept(postgres: Postgres, tmp_path: Path) -> None:
    first = publish_everything(postgres, tmp_path, "First")
    second = publish_everything(postgres, tmp_path, "Second")
    assert set(postgres.sweep(NOVEMBER, second.values())) == set(first.values())
    assert set(postgres.read_published_loads().values()) == set(second.values())
    remaining = postgres.ask("SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'discogs_2026_11'")
    assert remaining == [{"n": len(second)}]


@pytest.mark.slow
def test_readers_see_one_load_whole_while_the_views_move(postgres: Postgres, tmp_path: Path) -> None:
    publish_everything(postgres, tmp_path, "0")
    question = "SELECT l.name, r.title FROM labels l, releases r"
    done, seen = threading.Event(), list[tuple[str, str]]()

    def read() -> None:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            while not done.is_set():
                seen.extend(connection.execute(question).fetchall())

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 5):
        publish_everything(postgres, tmp_path, str(number))
    done.set()
    for reader in readers:
        reader.join()
    assert {name for name, _ in seen} > {"0"}
    assert [each for each in seen if each[0] != each[1]] == []


def test_the_publisher_gives_way_to_a_long_reader_and_then_gives_up(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = publish_everything(postgres, tmp_path, "First")
    monkeypatch.setattr(module, "PUBLISH_SECONDS", 0.5)
    said: list[str] = []
    with psycopg.connect(postgres.url) as reader:
        reader.execute("SELECT * FROM labels")
        with pytest.raises(BusyError, match="End the long queries"):
            postgres.publish(tables, said.append)
    assert said
    assert postgres.publish(tables) < 5


def test_two_writers_of_a_table_exclude_each_other(postgres: Postgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('discogs_2026_11.labels', 0))")
        with pytest.raises(BusyError, match="being loaded by another process"):
            postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A"))


def test_a_view_whose_columns_changed_is_made_anew(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.connection() as connection:
        connection.execute("CREATE VIEW discogs.labels AS SELECT 'x'::text AS id")
    publish_everything(postgres, tmp_path, "First")
    assert postgres.ask("SELECT id FROM labels") == [{"id": 1}]


def test_columns_beside_the_document_and_texts_within_it_use_an_index(postgres: Postgres, tmp_path: Path) -> None:
    publish_everything(postgres, tmp_path, "First")
    for question in ("data->>'title' ILIKE '%dark side%'", "title = 'x'", "(data->>'year')::int = 1969", "year = 1969"):
        with postgres.connection() as connection:
            connection.execute("SET LOCAL enable_seqscan = off")
            plan = connection.execute(f"EXPLAIN SELECT * FROM releases WHERE {question}").fetchall()
        assert "Index Scan" in "\n".join(line for (line,) in plan), question


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("words(name) @@ all_words('the who')", {"The Who", "Who Is The Boss"}),
        ("words(name) @@ all_words('The Who!') AND name ILIKE 'the who'", {"The Who"}),
        ("words(name) @@ all_words('u2')", {"U2"}),
        ("words(name) @@ all_words('bjork')", {"Björk"}),
        ("words(name) @@ all_words('BJÖRK')", {"Björk"}),
        ("words(name) @@ all_words('dc')", {"AC/DC"}),
        ("plain(name) LIKE plain('BJÖ%')", {"Björk"}),
        ("plain(name) LIKE plain('%jÓr%')", {"Björk"}),
        ("plain(name) % 'bjrk'", {"Björk"}),
        ("plain(name) = plain('ac/dc')", {"AC/DC"}),
    ],
)
def test_names_are_found_whatever_their_accents_case_and_signs(
    asked: str, expected: set[str], postgres: Postgres, tmp_path: Path
) -> None:
    names = ["The Who", "Who Is The Boss", "U2", "Björk", "AC/DC", "Bjarke"]
    table = postgres.load(LABELS, NOVEMBER, labels(tmp_path, *names)).table
    question = f"SELECT name FROM (SELECT data->>'name' AS name FROM {table}) named WHERE {asked}"
    assert {row["name"] for row in postgres.ask(question)} == expected
    with postgres.connection() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        plan = connection.execute(f"EXPLAIN {question}").fetchall()
    assert "_search" in "\n".join(line for (line,) in plan)


@pytest.mark.parametrize("asked", ["blp 1577", "BLP-1577", "blp1577"])
def test_a_number_is_found_however_it_is_written(asked: str, postgres: Postgres, tmp_path: Path) -> None:
    release = '<release id="1"><labels><label name="Blue Note" catno="BLP 1577"/></labels></release>'
    rows(tmp_path, RELEASES, release)
    relation = RELATIONS["release_labels"]
    files = [tmp_path / "releases.parquet"]
    table = postgres.load(relation, NOVEMBER, relational.csv(relation, files)).table
    assert postgres.ask(f"SELECT catno FROM {table} WHERE code(catno) = code('{asked}')") == [{"catno": "BLP 1577"}]


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    absent = Postgres("postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(ServerError, match="does not answer") as caught:
        absent.ask("SELECT 1")
    assert "secret" not in f"{caught.value}{absent!r}{absent.safe_url}"


def test_a_question_that_is_refused_says_why(postgres: Postgres) -> None:
    with pytest.raises(LoadError, match=r"SELECT nothing.*does not exist"):
        postgres.ask("SELECT nothing")


def test_a_question_is_answered_as_it_is_read_and_may_be_given_up(postgres: Postgres) -> None:
    with postgres.asking("SELECT n, n::text AS text FROM generate_series(1, 100000) n") as answer:
        assert answer.columns == ["n", "text"]
        assert next(answer.rows) == (1, "1")
    with postgres.asking("SELECT n FROM generate_series(1, 2500) n") as answer:
        assert sum(n for (n,) in answer.rows) == 2500 * 2501 // 2


def test_an_answer_without_rows_has_its_columns(postgres: Postgres) -> None:
    with postgres.asking("SELECT 1 AS one, 'ü' AS \"ü\" WHERE false") as answer:
        assert (answer.columns, [*answer.rows]) == (["one", "ü"], [])


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE discogs.written (id int)",
        "SELECT nextval('discogs.numbers')",
        "SELECT 1; COMMIT; DROP SCHEMA discogs",
        "SET TRANSACTION READ WRITE",
    ],
)
def test_a_question_that_does_more_than_read_is_refused(statement: str, postgres: Postgres) -> None:
    with postgres.connection() as connection:
        connection.execute("CREATE SEQUENCE discogs.numbers")
    with pytest.raises(LoadError, match="rejected the query"), postgres.asking(statement) as answer:
        assert not [*answer.rows]
    assert postgres.ask("SELECT is_called FROM discogs.numbers") == [{"is_called": False}]


def test_every_stored_column_is_copied(postgres: Postgres) -> None:
    for entity in ENTITIES:
        assert sql.copy(entity, "t").count(",") >= len(sql.stored_columns(entity)) - 1


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_text_of_a_generated_month_is_in_parquet_and_in_the_database_as_lxml_reads_it(
    layout: str, postgres: Postgres, tmp_path: Path
) -> None:
    generator.write(tmp_path, Plan(600, months=1, layout=layout))
    for entity in ENTITIES:
        (path,) = tmp_path.rglob(f"*_{entity.name}.xml.gz")
        good, bad = tmp_path / entity.name, tmp_path / f"{entity.name}-refused"
        good.mkdir()
        bad.mkdir()
        convert.write(convert.Source(path, entity, "", 2027), good, bad)
        root = etree.fromstring(gzip.decompress(path.read_bytes()))
        said = {int(judged["id"]): judge.of_xml(judged["xml"]) for judged in map(_identify_record, root)}
        rows = [row for file in good.iterdir() for row in pq.read_table(file).to_pylist()]
        assert {row["id"]: judge.of_row(entity, row) for row in rows} == said
        load = postgres.load(entity, "2026-10-01", record_rows.rows(entity, list(good.iterdir())))
        found = postgres.ask(f"SELECT id, data FROM {load.table}")
        assert {row["id"]: judge.of_row(entity, row["data"]) for row in found} == said


def _identify_record(record: etree._Element) -> dict[str, Any]:
    """A record's XML by its id."""
    return {"id": record.get("id") or record.findtext("id"), "xml": etree.tostring(record, with_tail=False)}


def test_a_dropped_month_is_gone_and_no_later_load_is_called_as_one_of_it(postgres: Postgres, tmp_path: Path) -> None:
    first = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).table
    assert postgres.months() == [NOVEMBER]
    assert list(postgres.drop(NOVEMBER)) == [first]
    assert (postgres.months(), postgres.lacking([first])) == ([], [first])
    assert month_schemas(postgres) == []
    second = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).table
    assert second > first
    assert postgres.lacking([second]) == []


def month_schemas(postgres: Postgres) -> list[object]:
    return [
        row["nspname"] for row in postgres.ask(f"SELECT nspname FROM pg_namespace WHERE nspname ~ '{module.MONTHS}'")
    ]


def test_the_schema_of_a_failed_load_is_swept_unless_something_is_loaded_into_it(
    postgres: Postgres, tmp_path: Path
) -> None:
    postgres.load(LABELS, "2026-10-01", labels(tmp_path, "A"))
    with pytest.raises(LoadError):
        postgres.load(LABELS, NOVEMBER, iter([b"nonsense"]))
    with psycopg.connect(postgres.url) as other:
        other.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('discogs_2026_11', 0))")
        assert postgres.sweep_schemas() == []
    assert postgres.sweep_schemas() == ["discogs_2026_11"]
    assert month_schemas(postgres) == ["discogs_2026_10"]


def test_a_load_never_enters_a_schema_that_is_being_dropped(postgres: Postgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('discogs_2026_11', 0))")
        with pytest.raises(BusyError, match="discogs_2026_11 is being dropped"):
            postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A"))
    assert postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).rows == 1


def test_numbers_go_on_where_an_earlier_version_has_left_its_own_and_past_four_digits(
    postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.connection() as connection:
        connection.execute("CREATE SCHEMA discogs_2026_11")
        connection.execute("CREATE SEQUENCE discogs_2026_11.load_number START 9998")
        connection.execute("SELECT nextval('discogs_2026_11.load_number')")
    postgres.prepare()
    first, second, third = (postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).table for _ in range(3))
    assert (first, second, third) == tuple(f"discogs_2026_11.labels__{n}" for n in (9999, 10000, 10001))
    assert postgres.sweep(NOVEMBER, [second]) == [first]
    assert [*postgres.drop(NOVEMBER)] == [second, third]
    assert month_schemas(postgres) == []


def test_a_month_is_not_dropped_while_it_is_shown_read_or_loaded(postgres: Postgres, tmp_path: Path) -> None:
    shown = publish_everything(postgres, tmp_path, "First")
    with pytest.raises(BusyError, match="2026-11 is published in PostgreSQL"):
        postgres.drop(NOVEMBER)
    old = postgres.load(LABELS, "2026-10-01", labels(tmp_path, "A")).table
    with psycopg.connect(postgres.url) as other:
        other.execute(f"SELECT * FROM {old}")
        with pytest.raises(BusyError, match="a reader uses a table of 2026-10"):
            postgres.drop("2026-10-01")
        other.rollback()
        other.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('discogs_2026_10', 0))")
        with pytest.raises(BusyError, match="being loaded by another process"):
            postgres.drop("2026-10-01")
    assert postgres.lacking([*shown.values(), old]) == []


def test_a_load_that_is_newer_than_what_is_shown_is_left_to_whoever_made_it(postgres: Postgres, tmp_path: Path) -> None:
    publish_everything(postgres, tmp_path, "First")
    newer = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).table
    assert postgres.sweep(NOVEMBER, []) == []
    newest = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "B")).table
    assert postgres.lacking([newer, newest]) == []
    assert postgres.sweep(NOVEMBER, [newest]) == [newer]


def test_a_load_does_not_wait_for_whoever_still_reads_one_before(postgres: Postgres, tmp_path: Path) -> None:
    first = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "A")).table
    second = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "B"), keep=first).table
    with psycopg.connect(postgres.url) as reader:
        reader.execute(f"SELECT * FROM {first}")
        third = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "C"), keep=second).table
        assert postgres.lacking([first, second, third]) == []
    assert postgres.sweep(NOVEMBER, [third]) == [first, second]


def test_a_table_of_another_version_is_not_shown_and_what_is_stays(postgres: Postgres, tmp_path: Path) -> None:
    shown = publish_everything(postgres, tmp_path, "First")
    old = postgres.load(LABELS, NOVEMBER, labels(tmp_path, "Second"), keep=shown[LABELS]).table
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {old} DROP COLUMN data CASCADE".encode())
    with pytest.raises(LoadError, match=r"another version .*data.* Load its month again"):
        postgres.publish({**shown, LABELS: old})
    assert postgres.read_published_loads() == {view_of(entity): table for entity, table in shown.items()}


def test_one_publisher_at_a_time(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PUBLISH_SECONDS", 1)
    with postgres.publishing(), pytest.raises(BusyError, match="another process is publishing"), postgres.publishing():
        pass
    with postgres.publishing():
        pass


def publish_beside(postgres: Postgres, folder: Path, tables: dict[Table, str]) -> dict[Table, str]:
    """Those of MusicBrainz loaded and shown beside these tables."""
    said = {"artist": [record(1, link("https://www.discogs.com/artist/7"), name="Björk", **{"sort-name": "Björk"})]}
    found = files(folder, **said)
    made = {sheet: found.get(f"musicbrainz/{FILES.get(sheet.name)}") for sheet in SHEETS}
    made |= {RELATIONSHIPS: found[enrichment.RELATIONS], EXTERNAL_LINKS: found["links"]}
    beside: dict[Table, str] = {
        sheet: postgres.load(sheet, NOVEMBER, flat_rows.csv(sheet, each or [])).table for sheet, each in made.items()
    }
    postgres.publish({**tables, **beside})
    return beside


def test_tables_of_another_source_lie_in_a_schema_of_their_own(postgres: Postgres, tmp_path: Path) -> None:
    tables = publish_everything(postgres, tmp_path, "First")
    beside = publish_beside(postgres, tmp_path, tables)
    shown = postgres.read_published_loads()
    assert {shown[f"musicbrainz.{of.name}"] for of in beside} == {*beside.values()}
    assert all(table.startswith("musicbrainz_2026_11.") for table in beside.values())
    question = "SELECT mbid, discogs_id FROM musicbrainz.artists WHERE words(name) @@ all_words('bjork')"
    assert [(str(row["mbid"]), row["discogs_id"]) for row in postgres.ask(question)] == [(mbid(1), 7)]
    assert postgres.ask("SELECT name FROM artists") == [{"name": "First"}]
    assert postgres.months() == [NOVEMBER]


def test_what_is_shown_beside_is_swept_and_goes_with_its_month(postgres: Postgres, tmp_path: Path) -> None:
    tables = publish_everything(postgres, tmp_path, "First")
    first = publish_beside(postgres, tmp_path / "1", tables)
    second = publish_beside(postgres, tmp_path / "2", tables)
    assert {*postgres.sweep(NOVEMBER, [*tables.values(), *second.values()])} == {*first.values()}
    with pytest.raises(BusyError, match="is published in PostgreSQL"):
        postgres.drop(NOVEMBER)
    postgres.publish(tables)
    assert {*postgres.read_published_loads()} == {*map(view_of, tables)}
    with pytest.raises(LoadError, match="does not exist"):
        postgres.ask("SELECT * FROM musicbrainz.artists")
    assert {*postgres.sweep(NOVEMBER, tables.values())} == set()


EXACT = {
    "12345678901234567890.12345678901234567890::numeric": "12345678901234567890.12345678901234567890",
    "1e400::numeric": "1" + "0" * 400,
    "'NaN'::numeric": '"NaN"',
    "'-Infinity'::float8": '"-Infinity"',
    "9007199254740993::bigint": "9007199254740993",
    "0.1::float4": "0.1",
    """'{"a": 1.10, "b": 9007199254740993.5, "c": 1e400}'::jsonb""": '{"a": 1.10, "b": 9007199254740993.5, "c": 1'
    + "0" * 400
    + "}",
    """'{"a": 1, "a": 2}'::json""": '{"a": 1, "a": 2}',
    """E'[1,\\n2]'::json""": "[1, 2]",
    r"""'"\ud800"'::json""": r'"\ud800"',
    "'null'::jsonb": "null",
    """array['{"a": 0.10}'::jsonb, null]""": '[{"a": 0.10}, null]',
    "repeat('[', 3000)::text || repeat(']', 3000)": '"' + "[" * 3000 + "]" * 3000 + '"',
    "(repeat('[', 3000) || repeat(']', 3000))::jsonb": "[" * 3000 + "]" * 3000,
    "date 'infinity'": '"infinity"',
    "date '1969-09-26'": '"1969-09-26"',
    "date '0044-03-15 BC'": '"0044-03-15 BC"',
    "timestamp '1969-09-26 10:00:00.5'": '"1969-09-26T10:00:00.5"',
    "timestamp '12026-01-01 00:00'": '"12026-01-01T00:00:00"',
    "'-infinity'::timestamptz": '"-infinity"',
    "timestamptz '1969-09-26 10:00:00+00'": '"1969-09-26T10:00:00+00:00"',
    "timestamptz '0044-03-15 10:00:00+00 BC'": '"0044-03-15T10:00:00+00:00 BC"',
    "time '24:00'": '"24:00:00"',
    "timetz '10:00:00+05:30'": '"10:00:00+05:30"',
    "interval '1 month 1 day'": '"P1M1D"',
    "interval '1 year -2 days 3.5 s'": '"P1Y-2DT3.5S"',
    "'\\x00ff'::bytea": r'"\\x00ff"',
    "array[1.10, null, 'NaN']::numeric[]": '[1.10, null, "NaN"]',
    "array['infinity', '1969-09-26']::date[]": '["infinity", "1969-09-26"]',
    "array[[1, 2], [3, 4]]": "[[1, 2], [3, 4]]",
    "row(1, 'a', null)": '["1", "a", null]',
    "int4range(1, 10)": '"[1,10)"',
    "numrange(1.10, null)": '"[1.10,)"',
    "'{[1,3)}'::int4multirange": '"{[1,3)}"',
    "tsrange('infinity', null)": '"[infinity,)"',
    "'10.0.0.1'::inet": '"10.0.0.1"',
    "'00000000-0000-0000-0000-000000000001'::uuid": '"00000000-0000-0000-0000-000000000001"',
    "point(1, 2)": '"(1,2)"',
    "B'101'": '"101"',
    "true": "true",
    "null": "null",
}


@pytest.mark.parametrize(("expression", "expected"), EXACT.items(), ids=lambda text: text[:40])
def test_an_answer_has_every_digit_of_every_type(expression: str, expected: str, postgres: Postgres) -> None:
    with postgres.asking(f"SELECT {expression}") as answer:
        ((value,),) = answer.rows
    assert output.compact(value) == expected
