"""Tests of `defs.sensors.staleness`."""

from collections.abc import Iterator

import dagster as dg
import pytest

from discogs_assets.defs import keys, metadata
from discogs_assets.defs.checks import specs
from discogs_assets.defs.sensors import staleness
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.discogs import ARTISTS, ENTITIES, LABELS, MASTERS
from discogs_assets.schema.model import Entity
from discogs_assets_tests.fix_records import ALL, GRAPH, LINEAGE, downstream, record, sums

pytestmark = pytest.mark.slow

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"


@pytest.fixture(scope="module")
def loaded() -> Iterator[dg.DagsterInstance]:
    """An instance in which November is loaded and proven."""
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, NOVEMBER, sums())
        yield instance


def stale(instance: dg.DagsterInstance, partition: str = NOVEMBER, again: str = "") -> set[dg.AssetKey]:
    return set(staleness.stale(instance, GRAPH, partition, sums({again: b"again"}), {}))


def test_nothing_is_stale_that_was_made_from_the_announced_dumps(loaded: dg.DagsterInstance) -> None:
    assert stale(loaded) == set()


def test_everything_is_stale_in_a_month_of_which_nothing_is_known(loaded: dg.DagsterInstance) -> None:
    assert stale(loaded, OCTOBER) == set(ALL)
    assert staleness.newest(loaded, {}) == NOVEMBER


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_another_dump_makes_stale_what_depends_on_it_and_nothing_else(
    loaded: dg.DagsterInstance, entity: Entity
) -> None:
    found = stale(loaded, again=entity.name)
    assert found == LINEAGE[entity.name]
    assert {each for each in ENTITIES if keys.records(each) in found} == {entity}
    assert {keys.published_month("postgres"), keys.published_month("neo4j")} < found


def test_assets_come_in_the_order_of_the_graph(loaded: dg.DagsterInstance) -> None:
    assert staleness.stale(loaded, GRAPH, OCTOBER, sums(), {}) == list(ALL)


def test_what_a_run_has_finished_is_not_stale_any_more() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, NOVEMBER, sums(), [*map(keys.dump, ENTITIES), keys.records(ARTISTS)])
        found = stale(instance)
        assert set(ALL) - found == {*map(keys.dump, ENTITIES), keys.records(ARTISTS)}
        record(instance, NOVEMBER, sums(), [keys.records(MASTERS)], failing=[specs.UNIQUE[MASTERS].key])
        record(instance, NOVEMBER, sums(), [keys.records(LABELS)], unchecked=[specs.ACCOUNTED[LABELS].key])
        assert stale(instance) == found


def test_a_check_of_an_earlier_materialisation_proves_nothing() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, NOVEMBER, sums())
        assert stale(instance) == set()
        spec = specs.ROWS[LABELS]
        record(instance, NOVEMBER, sums(), [spec.asset_key], unchecked=[spec.key])
        assert stale(instance) == downstream(spec.asset_key)


@pytest.mark.parametrize("key", [keys.SEARCH["releases"], keys.records(LABELS)], ids=str)
def test_an_asset_of_another_code_version_is_stale_and_so_is_what_depends_on_it(key: dg.AssetKey) -> None:
    for version, expected in (("0", downstream(key)), (GRAPH.get(key).code_version or "", set())):
        with dg.DagsterInstance.ephemeral() as instance:
            record(instance, NOVEMBER, sums(), [each for each in ALL if each != key])
            record(instance, NOVEMBER, sums(), [key], code_version=version)
            assert stale(instance) == expected


@pytest.mark.parametrize("entity", [LABELS, musicbrainz.ARTISTS], ids=lambda entity: entity.title)
def test_a_dump_of_another_source_is_stale_and_makes_no_month_the_newest(entity: Entity) -> None:
    key, ours, others = keys.dump(entity), {entity.source: "/ours"}, {entity.source: "/others"}
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, NOVEMBER, sums())
        for each in (*ENTITIES, *musicbrainz.ENTITIES):
            said = {**metadata.versions({each.title: [sums().get(each.name, "")]}), metadata.SOURCE: "/others"}
            made = dg.AssetMaterialization(keys.dump(each), partition=NOVEMBER, metadata=said)
            instance.report_runless_asset_event(made)
        assert key not in staleness.stale(instance, GRAPH, NOVEMBER, sums(), others)
        assert {*staleness.stale(instance, GRAPH, NOVEMBER, sums(), ours)} >= downstream(key)
        assert staleness.newest(instance, {"discogs": "/others"}) == NOVEMBER
        assert staleness.newest(instance, {"discogs": "/ours"}) == ""


def test_musicbrainz_is_stale_until_it_was_asked_for_and_not_when_nothing_was_to_be_had() -> None:
    dumps = [keys.dump(entity) for entity in musicbrainz.ENTITIES]
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, NOVEMBER, sums(), [key for key in ALL if key not in downstream(*dumps)])
        assert stale(instance) == downstream(*dumps)
        nothing = metadata.versions({entity.title: ["unavailable"] for entity in musicbrainz.ENTITIES})
        for key in dumps:
            instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=NOVEMBER, metadata=nothing))
        assert stale(instance) & {*dumps} == set()
