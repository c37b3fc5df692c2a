"""Tests of `definitions`: the command `dg` lists and materialises the assets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from discogs_assets.definitions import defs
from discogs_assets_tests.fix_project import BARE, LOADED
from discogs_assets_tests.fix_records import publish

ROOT = Path(__file__).parents[1]


def dg(home: Path, *arguments: str) -> str:
    """Return the output of `dg` in the repository, with its home and its dumps in the folder."""
    places = {"DAGSTER_HOME": str(home), "DISCOGS_HOME": str(home), "DISCOGS_DUMPS": str(home / "site")}
    done = subprocess.run(
        [Path(sys.executable).with_name("dg"), *arguments],
        cwd=ROOT,
        env={**BARE, **places},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_dg_lists_the_assets(tmp_path: Path) -> None:
    listed = dg(tmp_path, "list", "defs", "--json")
    found = {asset["asset_key"] for asset in json.loads(listed[listed.index("{\n") :])["assets"]}
    assert {"dumps/discogs/artists", "published/postgres"} <= found


@pytest.mark.slow
def test_dg_launches_an_asset(tmp_path: Path) -> None:
    publish(tmp_path / "site", LOADED)
    dg(tmp_path, "launch", "--assets", 'key:"dumps/discogs/artists"', "--partition", LOADED)
    assert list(tmp_path.glob("dumps/**/discogs_*_artists.xml.gz"))


def test_the_job_lake_loads_nothing_into_the_servers() -> None:
    selected = defs.resolve_job_def("lake").asset_layer.selected_asset_keys
    groups = {defs.resolve_asset_graph().get(key).group_name for key in selected}
    assert groups == {"dumps", "parquet", "quality", "changes", "graph", "insights"}
    assert selected < defs.resolve_job_def("monthly").asset_layer.selected_asset_keys


def test_every_asset_has_a_layer_a_source_an_owner_and_a_link_to_its_code() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.owners == ["team:data"], key
        assert node.tags["discogs/layer"] == key.path[0]
        assert node.tags["discogs/source"] in {"discogs", "musicbrainz"}
        (place,) = node.metadata["dagster/code_references"].value.code_references
        assert Path(place.file_path).parent.name == "assets", key


@pytest.mark.parametrize(
    ("asset", "source", "entity"),
    [
        ("dumps/discogs/releases", "discogs", "releases"),
        ("parquet/musicbrainz/artist", "musicbrainz", "artist"),
        ("postgres/discogs/tracks", "discogs", "releases"),
        ("postgres/musicbrainz/artists", "musicbrainz", "artist"),
        ("graph/nodes/Label", "discogs", "labels"),
        ("neo4j/Label", "discogs", "labels"),
        ("graph/nodes/Genre", "discogs", None),
        ("published/insights", "discogs", None),
    ],
)
def test_tags_name_source_and_entity(asset: str, source: str, entity: str | None) -> None:
    tags = {node.key.to_user_string(): node.tags for node in defs.resolve_asset_graph().asset_nodes}[asset]
    assert (tags["discogs/source"], tags.get("discogs/entity")) == (source, entity)


def test_a_table_is_named_as_its_view() -> None:
    nodes = {node.key.to_user_string(): node for node in defs.resolve_asset_graph().asset_nodes}
    assert nodes["postgres/discogs/tracks"].metadata["dagster/table_name"] == "discogs.tracks"
