"""Tests of `schema.backends.sql`."""

from pathlib import Path
from typing import Any

import pytest

from discogs_assets.schema.backends import arrow, sql
from discogs_assets.schema.child_tables import RELATIONS
from discogs_assets.schema.discogs import ARTISTS, ENTITIES, LABELS, RELEASES
from discogs_assets.schema.insights import RELEASE_RARITY
from discogs_assets.schema.model import Entity
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.postgres import child_rows


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_a_view_begins_with_the_id_and_its_text_and_ends_with_the_document(entity: Entity) -> None:
    names = [column.name for column in sql.columns(entity)]
    assert (names[:2], names[-1]) == (["id", "data_id"], "data")
    assert len(set(names)) == len(names)


def test_texts_are_stored_once_and_numbers_beside_the_document() -> None:
    assert [column.name for column in sql.stored_columns(RELEASES)] == [
        "id",
        "year",
        "master_id",
        "is_main_release",
        "data",
    ]
    assert "(data->>'title') AS title" in sql.view(RELEASES, "discogs.releases", "t")


def test_a_value_of_a_struct_is_found_in_the_document() -> None:
    (column,) = (each for each in sql.columns(LABELS) if each.name == "parent_label_name")
    assert column.expression == "(data->'parentLabel'->>'name')"


def test_texts_are_searched_in_one_index_and_a_year_in_both_spellings() -> None:
    found = [index.statement for index in sql.indexes(RELEASES, "m.releases__0001")]
    (search,) = (each for each in found if "gin" in each)
    for way in ("(data->>'title') gin_trgm_ops", "discogs.plain((data->>'title')) gin_trgm_ops", "discogs.words("):
        assert way in search
    assert "CREATE INDEX releases__0001_data_year ON m.releases__0001 (((data->>'year')::int))" in found


def test_an_index_for_pages_goes_on_with_the_key() -> None:
    found = [index.statement for index in sql.indexes(RELEASE_RARITY, "m.release_rarity__0001")]
    for name, other in (("rarity_score", "hidden_gem_score"), ("hidden_gem_score", "rarity_score")):
        index = f"release_rarity__0001_{name} ON m.release_rarity__0001 ({name}, release_id) INCLUDE ({other})"
        assert f"CREATE INDEX {index}" in found


def test_quotes_in_a_meaning_do_not_end_it() -> None:
    assert sql.literal("Discogs' id") == "'Discogs'' id'"


def load_relation(postgres: Postgres, folder: Path, entity: Entity, name: str, record: str) -> None:
    """The table of this name with the record's rows, as the temporary view `found`."""
    file = folder / f"{entity.name}.parquet"
    batch = Parser(entity, 2027).parse(Block(entity.record, record.encode(), 1, 0)).batch
    with parquet.writing(file, arrow.record(entity), {}) as writer:
        writer.write(batch)
    relation = RELATIONS[name]
    load = postgres.load(relation, "2026-11-01", child_rows.csv(relation, [file]))
    with postgres.connection() as connection:
        connection.execute(sql.view(relation, "discogs.found", load.table).encode())


def ask_by_index(postgres: Postgres, question: str) -> list[dict[str, Any]]:
    """The answer to a question that an index serves."""
    with postgres.connection() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        plan = str(connection.execute(f"EXPLAIN {question}".encode()).fetchall())
    assert "Index Scan" in plan
    return postgres.ask(question)


def test_words_of_track_titles_are_found_by_an_index(postgres: Postgres, tmp_path: Path) -> None:
    tracks = "<track><position>1</position><title>Jóga (Live)</title></track><track><title>Hunter</title></track>"
    record = f'<release id="1"><tracklist>{tracks}</tracklist></release>'
    load_relation(postgres, tmp_path, RELEASES, "tracks", record)
    asked = "SELECT title FROM found WHERE words(title) @@ all_words('joga LIVE')"
    assert ask_by_index(postgres, asked) == [{"title": "Jóga (Live)"}]


@pytest.mark.parametrize(
    "condition", ["words(name) @@ all_words('bjork')", "plain(name) LIKE 'bjo%'", "name = 'Björk'"]
)
def test_name_variations_of_artists_are_found_by_an_index(condition: str, postgres: Postgres, tmp_path: Path) -> None:
    names = "<name>Björk</name><name>B. Guðmundsdóttir</name>"
    record = f"<artist><id>1</id><name>Bjork G.</name><namevariations>{names}</namevariations></artist>"
    load_relation(postgres, tmp_path, ARTISTS, "artist_namevariations", record)
    assert ask_by_index(postgres, f"SELECT artist_id FROM found WHERE {condition}") == [{"artist_id": 1}]


@pytest.mark.parametrize("condition", ["role = 'Guitar'", "category = 'performance'", "artist_id = 7"])
def test_the_roles_of_credits_are_found_by_an_index(condition: str, postgres: Postgres, tmp_path: Path) -> None:
    credit = "<artist><id>7</id><name>A</name><role>Guitar, Guitar [Solo]</role></artist>"
    load_relation(
        postgres, tmp_path, RELEASES, "credit_roles", f'<release id="1"><extraartists>{credit}</extraartists></release>'
    )
    found = ask_by_index(postgres, f"SELECT release_id, role, category FROM found WHERE {condition} ORDER BY role")
    assert found[0] == {"release_id": 1, "role": "Guitar", "category": "performance"}


DURATIONS = {
    "3:45": 225, "03:05": 185, "0:00": 0, "75:10": 4510, "1:02:03": 3723, "1:2:03": 3723, "99999:59": 5999999,
    "123:59:59": 446399, "": None, "3:60": None, "3:5": None, "1:60:00": None, ":45": None, "45": None, "3.45": None,
    "(3:45)": None, "-3:45": None, "3:45:": None, "1:1:1:01": None, "999999:00": None, "٣:٤٥": None, "x": None,
}  # fmt: skip


def test_a_duration_has_seconds_if_it_has_the_form_of_a_time(postgres: Postgres, tmp_path: Path) -> None:
    tracks = "".join(f"<track><title>T</title><duration>{text}</duration></track>" for text in DURATIONS)
    record = f'<release id="1"><tracklist>{tracks}</tracklist></release>'
    load_relation(postgres, tmp_path, RELEASES, "tracks", record)
    found = postgres.ask("SELECT coalesce(duration, '') AS printed, duration_seconds FROM found ORDER BY track")
    assert {each["printed"]: each["duration_seconds"] for each in found} == DURATIONS
