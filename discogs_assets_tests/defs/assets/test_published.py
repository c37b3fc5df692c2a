"""Tests of `defs.assets.published`: what a publication rests on."""

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from discogs_assets.connections import Connections
from discogs_assets.connections.publisher import Publisher
from discogs_assets.defs import event_log, keys, metadata, targets
from discogs_assets.defs.assets import published
from discogs_assets.defs.assets.postgres import TABLE
from discogs_assets.defs.assets.published import add_optional, prove, proven, publication_of, require_loaded
from discogs_assets.defs.checks import specs as checks
from discogs_assets.defs.event_log import Materialised
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import BusyError, PublishRefusedError
from discogs_assets.schema.discogs import ARTISTS, LABELS
from discogs_assets.schema.model import Entity
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.settings import Settings
from discogs_assets.stores.neo4j import load_checkpoint
from discogs_assets.stores.neo4j.load_checkpoint import Ledger
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.stores.postgres.publication import Publication

pytestmark = pytest.mark.slow

NOVEMBER, OCTOBER = "2026-11-01", "2026-10-01"
LOADED = targets.required_assets(Settings())
NEEDED = list(dict.fromkeys([*LOADED, *(spec.asset_key for spec in checks.ALL)]))

SOME = ("pg_class", "pg_proc", "pg_type", "pg_index", "pg_am", "pg_cast")
"""Tables that any PostgreSQL has."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


ORIGIN = {"discogs/source": "/ours", "musicbrainz/source": "/ours"}


def load(
    instance: dg.DagsterInstance,
    only: Collection[dg.AssetKey] = NEEDED,
    failing: Collection[dg.AssetCheckSpec] = (),
    unchecked: Collection[dg.AssetCheckSpec] = (),
    digest: str = "aa",
    origin: Mapping[str, str] = ORIGIN,
) -> None:
    """Materialise November with the platform's keys and checks, and nothing behind them."""
    specs = [spec for spec in checks.ALL if spec.asset_key in only and spec not in unchecked]

    @dg.multi_asset(
        specs=[dg.AssetSpec(key, partitions_def=monthly) for key in only],
        check_specs=[spec._replace(blocking=False) for spec in specs],
    )
    def loaded() -> Iterator[dg.MaterializeResult[object]]:
        sources = {name: [address] for name, address in origin.items()}
        made_from = metadata.versions({"artists": [digest], "labels": ["bb"], **sources})
        for key in only:
            results = [checks.result(spec, 2, 1 if spec in failing else 2) for spec in specs if spec.asset_key == key]
            yield dg.MaterializeResult(asset_key=key, metadata=made_from, check_results=results)

    dg.materialize([loaded], partition_key=NOVEMBER, instance=instance)


@pytest.fixture(scope="module")
def _records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records of an instance in which November is loaded and proven."""
    folder = tmp_path_factory.mktemp("records")
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        load(instance)
    return folder


@pytest.fixture
def sound(_records: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance in which November is loaded and proven."""
    copied = shutil.copytree(_records, tmp_path / "records")
    with dg.DagsterInstance.local_temp(str(copied)) as instance:
        yield instance


def publish_refused(instance: dg.DagsterInstance) -> str:
    with pytest.raises(PublishRefusedError) as caught:
        prove(instance, NOVEMBER)
    return str(caught.value)


def test_a_month_that_is_loaded_and_proven_may_be_shown(sound: dg.DagsterInstance) -> None:
    assert set(prove(sound, NOVEMBER)) == set(NEEDED)


def test_a_month_of_which_nothing_is_known_is_refused(instance: dg.DagsterInstance) -> None:
    said = publish_refused(instance)
    assert "2026-11 is not published, readers keep what they have" in said
    assert "postgres/discogs/artists is not materialised" in said


def test_a_refusal_names_three_reasons_and_the_command_and_its_note_all_of_them(instance: dg.DagsterInstance) -> None:
    with pytest.raises(PublishRefusedError) as caught:
        prove(instance, NOVEMBER)
    said, (note,) = str(caught.value), caught.value.__notes__
    objections = note.splitlines()[1:]
    assert len(objections) > len(NEEDED)
    assert said.count("; ") == 3
    assert said.endswith(
        f"; and {len(objections) - 3} more reasons. "
        "Load what is missing or out of date, and publish: discogs load 2026-11"
    )
    assert len(said) < 400


def test_a_refusal_of_three_reasons_names_the_three_checks_that_are_missing(instance: dg.DagsterInstance) -> None:
    missing = checks.ALL[:3]
    load(instance, unchecked=missing)
    said = publish_refused(instance)
    assert said.count("has not run") == 3
    assert "more reasons" not in said
    for spec in missing:
        assert f"the check {spec.name} on {spec.asset_key.to_user_string()} has not run" in said


def test_the_proof_of_another_month_proves_nothing(sound: dg.DagsterInstance) -> None:
    with pytest.raises(PublishRefusedError, match="2026-10 is not published"):
        prove(sound, OCTOBER)


def test_dumps_of_two_uploads_of_a_month_are_refused(sound: dg.DagsterInstance) -> None:
    def take(entity: Entity, digest: str, day: str, upload: str) -> None:
        said = {metadata.DAY: day, metadata.UPLOAD: upload, **metadata.versions({entity.title: [digest]})}
        sound.report_runless_asset_event(dg.AssetMaterialization(keys.dump(entity), partition=NOVEMBER, metadata=said))

    take(ARTISTS, "aa", "01", "01")
    take(LABELS, "bb", "01", "01")
    take(LABELS, "cc", "15", "15")
    prove(sound, NOVEMBER)  # nothing is made from the later file yet
    for upload in ("15", "04 15"):
        take(LABELS, "bb", "15", upload)
        with pytest.raises(PublishRefusedError, match=r"dumps are of different uploads \(01, 15\): materialise"):
            prove(sound, NOVEMBER)
    take(LABELS, "bb", "15", "01 15")
    prove(sound, NOVEMBER)  # published over two days


@pytest.mark.parametrize("spec", [checks.ALL[0], checks.ALL[8], checks.ALL[-1]], ids=lambda spec: str(spec.key))
def test_a_failed_check_is_refused_with_what_it_found(sound: dg.DagsterInstance, spec: dg.AssetCheckSpec) -> None:
    load(sound, [spec.asset_key], failing=[spec])
    named = f"the check {spec.name} on {spec.asset_key.to_user_string()} failed (expected 2, found 1)"
    assert named in publish_refused(sound)
    load(sound, [spec.asset_key])
    prove(sound, NOVEMBER)


def test_a_blocking_check_that_only_warns_refuses_nothing(
    sound: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, result = checks.ALL[0], checks.result
    warning = partial(dg.AssetCheckResult._replace, severity=dg.AssetCheckSeverity.WARN)
    monkeypatch.setattr(checks, "result", lambda *said: warning(result(*said)))
    load(sound, [spec.asset_key], failing=[spec])
    assert event_log.results(sound, [spec.key], NOVEMBER)[spec.key].passed is False
    prove(sound, NOVEMBER)


def test_a_run_that_never_reaches_a_check_leaves_the_proof_as_it_was(sound: dg.DagsterInstance) -> None:
    spec = checks.ALL[0]

    @dg.asset(partitions_def=monthly)
    def broken() -> None:
        raise ValueError

    @dg.asset(key=spec.asset_key, deps=[broken], partitions_def=monthly, check_specs=[spec._replace(blocking=False)])
    def unreached():  # type: ignore[no-untyped-def]
        return dg.MaterializeResult()

    dg.materialize([broken, unreached], partition_key=NOVEMBER, instance=sound, raise_on_error=False)
    prove(sound, NOVEMBER)


def test_a_check_older_than_what_it_judges_is_refused(sound: dg.DagsterInstance) -> None:
    spec = checks.ALL[4]
    load(sound, [spec.asset_key], unchecked=checks.ALL)
    assert f"the check {spec.name} on {spec.asset_key.to_user_string()} is older than the data" in publish_refused(
        sound
    )


def test_a_run_that_was_killed_before_its_checks_hides_none_that_did_come(sound: dg.DagsterInstance) -> None:
    from discogs_assets.definitions import defs

    job, killed = defs.resolve_job_def("monthly"), dg.DagsterRunStatus.FAILURE
    sound.create_run_for_job(job, tags={"dagster/partition": NOVEMBER}, status=killed)
    results = event_log.results(sound, [spec.key for spec in checks.ALL], NOVEMBER)
    assert {each.passed for each in results.values()} == {True}
    prove(sound, NOVEMBER)


def test_what_is_refused_while_another_run_is_at_work_on_the_month_is_tried_again(
    instance: dg.DagsterInstance,
) -> None:
    @dg.job
    def working() -> None: ...

    with dg.build_op_context(instance=instance, partition_key=NOVEMBER) as context:
        with pytest.raises(PublishRefusedError):
            proven(context)
        run = instance.create_run_for_job(working, tags={"dagster/partition": NOVEMBER})
        with pytest.raises(BusyError, match=f"Run {run.run_id} is at work on the month"):
            proven(context)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            "2026-11",
            "2026-11 is no longer in the servers, readers keep what they have. Gone: discogs_2026_11.labels__0001",
        ),
        ("2026-11", 'key:"postgres/*" or key:"neo4j/*" or key:"search/*"\' --partition 2026-11-01'),
        ("2026-12", "Neo4j at bolt://there holds 2026-12, not 2026-11"),
    ],
)
def test_what_the_servers_no_longer_hold_is_refused_and_named(
    monkeypatch: pytest.MonkeyPatch, postgres: Postgres, held: str, said: str
) -> None:
    monkeypatch.setenv("DISCOGS_NEO4J_URL", "bolt://there")
    monkeypatch.setattr(load_checkpoint, "read", lambda graph: Ledger(held))
    table = {TABLE: dg.MetadataValue.text("discogs_2026_11.labels__0001")}
    proof = {key: Materialised(1, table) for key in LOADED}
    with pytest.raises(PublishRefusedError, match=re.escape(said)):
        require_loaded(
            Publisher(postgres, Platform().graph, Platform().connections.search, None),
            publication_of(proof, NOVEMBER, Platform()),
        )


@pytest.mark.parametrize(
    ("source", "store", "schemas"),
    [
        ("off", "postgres", set()),
        ("off", "insights", {"insights", "discogs"}),
        ("/ours", "postgres", {"musicbrainz"}),
        ("/ours", "insights", {"musicbrainz", "insights", "discogs"}),
    ],
)
def test_insights_to_come_and_musicbrainz_that_is_off_are_not_missing_from_a_publication(
    monkeypatch: pytest.MonkeyPatch, source: str, store: str, schemas: set[str]
) -> None:
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", source)
    found = published.find_expected([keys.published_month(store)], Platform())
    assert {view.partition(".")[0] for view in found} == schemas


def test_a_month_older_than_the_published_one_materialises_every_asset_and_names_the_month_shown(
    sound: dg.DagsterInstance, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def publishing(self: Connections) -> Iterator[Publisher]:
        yield Publisher(postgres, self.graph, self.search, Publication("2026-12", {}, None))

    monkeypatch.setattr(Connections, "publishing", publishing)
    resources = {"platform": Platform()}
    done = dg.materialize(
        [published.switch_stores, published.insights], partition_key=NOVEMBER, instance=sound, resources=resources
    )
    made = {
        event.asset_key: event.step_materialization_data.materialization.metadata
        for event in done.get_asset_materialization_events()
    }
    assert made.keys() == {keys.published_month(store) for store in ("postgres", "neo4j", "search", "insights")}
    assert {each["shown"].value for each in made.values()} == {"2026-12"}
    assert {each["why"].value for each in made.values()} == {
        "2026-11 is loaded but not published, since readers see 2026-12. To publish it: discogs publish 2026-11"
    }
    with postgres.connection() as connection:
        rows = connection.execute("SELECT state, month, tables FROM discogs.publication ORDER BY sequence").fetchall()
    state, month, tables = rows[-1]
    assert (state, month) == ("undone", "2026-11")
    assert tables.keys() >= {"discogs.artists", "discogs.releases"}


def test_a_publication_takes_back_what_the_reader_has_changed_of_its_role(
    monkeypatch: pytest.MonkeyPatch, postgres: Postgres, postgres_server: PostgresServer
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(postgres_server.home))
    url = postgres_server.reader().url
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("SET default_transaction_read_only = off")
        reader.execute("ALTER ROLE reader PASSWORD 'stolen'")
    with Connections().publishing():
        pass
    psycopg.connect(url).close()


def test_parts_made_from_different_dumps_are_refused(sound: dg.DagsterInstance) -> None:
    load(sound, [checks.ALL[-1].asset_key], digest="cc" * 32)
    assert "made from different dumps of artists (sha256 aa, cccccccccccc)" in publish_refused(sound)


@pytest.mark.parametrize("site", ["discogs", "musicbrainz"])
def test_parts_of_different_sources_are_refused_though_each_dump_is_one(sound: dg.DagsterInstance, site: str) -> None:
    load(sound, [checks.ALL[-1].asset_key], origin={**ORIGIN, f"{site}/source": "/others"})
    assert f"the parts were made from different sources of {site} (/others, /ours)" in publish_refused(sound)


def test_the_proof_rests_on_every_blocking_check_of_the_platform() -> None:
    from discogs_assets.definitions import defs

    graph = defs.resolve_asset_graph()
    assert {spec.key for spec in checks.ALL} == {key for key in graph.asset_check_keys if graph.get(key).blocking}


def test_a_table_of_musicbrainz_that_is_not_whole_leaves_the_others_shown(
    sound: dg.DagsterInstance, postgres: Postgres
) -> None:
    tables = {f"pg_catalog.{name}": table for name, table in zip(SOME, keys.MUSICBRAINZ, strict=True)}
    refused, *others = keys.MUSICBRAINZ

    @dg.multi_asset(
        specs=[dg.AssetSpec(key, partitions_def=monthly) for key in keys.MUSICBRAINZ.values()],
        check_specs=[checks.ROWS[table]._replace(blocking=False) for table in keys.MUSICBRAINZ],
    )
    def loaded() -> Iterator[dg.MaterializeResult[object]]:
        for name, table in tables.items():
            judged = [checks.result(checks.ROWS[table], 1, 0 if table is refused else 1)]
            yield dg.MaterializeResult(asset_key=keys.table(table), metadata={TABLE: name}, check_results=judged)

    dg.materialize([loaded], partition_key=NOVEMBER, instance=sound)
    whole, left_out = add_optional(sound, NOVEMBER, prove(sound, NOVEMBER), postgres)
    assert {table for table, key in keys.MUSICBRAINZ.items() if key in whole} == {*others}
    assert {name for name in left_out if name.startswith("musicbrainz.")} == {f"musicbrainz.{refused.name}"}
