"""Tests of `bench.stages`."""

from discogs_assets.bench import stages
from discogs_assets.bench.stages import DOCUMENTS, RELATIONAL
from discogs_assets.definitions import defs
from discogs_assets.defs import keys
from discogs_assets.schema.discogs import ENTITIES


def test_every_asset_is_in_one_stage() -> None:
    found = [key for assets in stages.list_assets().values() for key in assets]
    assert sorted(found) == sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys())


def test_a_stage_needs_none_that_comes_after_it() -> None:
    order = {key: number for number, assets in enumerate(stages.list_assets().values()) for key in assets}
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert order[parent.to_user_string()] <= order[key.to_user_string()]


def test_documents_are_a_stage_and_all_other_tables_another() -> None:
    assets = stages.list_assets()
    wanted = {f"postgres/discogs/{entity.name}" for entity in ENTITIES}
    tables = {key.to_user_string() for key in keys.TABLES.values()}
    assert set(assets[DOCUMENTS]) == wanted
    assert set(assets[RELATIONAL]) == tables - wanted
