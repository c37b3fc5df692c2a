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
