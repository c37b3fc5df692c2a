"""Tests of `defs.postgres`, on the sample's newer month."""

import dagster as dg
import pytest

from discogs_assets.defs import history, keys
from discogs_assets.defs.postgres import TABLE
from discogs_assets.schema import sql
from discogs_assets.schema.relations import RELATIONS, Relation
from discogs_assets.streams import rows
from discogs_assets_tests.fix_project import LOADED, Project
from discogs_assets_tests.test_spine import execute

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=lambda relation: relation.name)
def test_readers_find_a_row_for_every_repeated_element(relation: Relation, loaded: Project) -> None:
    files = loaded.lake.files(keys.records(relation.entity).path, LOADED)
    expected = [row for frame in rows.frames(relation, files) for row in frame.iter_rows(named=True)]
    columns = ", ".join(column.name for column in sql.stored(relation))
    found = loaded.postgres.ask(f"SELECT {columns} FROM {relation.name} ORDER BY {', '.join(relation.key)}")
    assert found == sorted(expected, key=lambda row: tuple(row[name] for name in relation.key))


def test_a_table_that_is_made_again_costs_that_table(loaded: Project, instance: dg.DagsterInstance) -> None:
    def made() -> dict[str, str]:
        found = {name: history.latest(instance, keys.table(table), LOADED) for name, table in RELATIONS.items()}
        return {name: each.text(TABLE) for name, each in found.items() if each}

    before, published = made(), loaded.postgres.published()
    assert execute(instance, keys.table(RELATIONS["tracks"]), partition=LOADED)
    after = made()
    assert {name for name in after if after[name] != before[name]} == {"tracks"}
    assert loaded.postgres.published() == published
    assert execute(instance, keys.published("postgres"), partition=LOADED)
    assert loaded.postgres.published() == {**published, "tracks": after["tracks"]}


def test_the_columns_say_what_they_are(loaded: Project) -> None:
    (found,) = loaded.postgres.ask("SELECT col_description('discogs.release_labels'::regclass, 6) AS doc")
    assert "letters and digits" in found["doc"]
