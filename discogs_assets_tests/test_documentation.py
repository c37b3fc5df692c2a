"""What a user can type, set, select or wait for is in the README, or a test fails."""

import re
from pathlib import Path

import pytest
import yaml

from discogs_assets.cli import app
from discogs_assets.definitions import LAYERS, defs
from discogs_assets.settings import Settings

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text()
GUIDE = (PROJECT / "discogs_assets" / "defs" / "README.md").read_text()
CLUSTER = (PROJECT / "discogs_assets" / "stores" / "README.md").read_text()
COMMANDS = [name for name in app.resolved_commands() if not name.startswith("-")]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_documented_and_has_help_with_an_example(command: str) -> None:
    assert f"`discogs {command}" in README
    help_text = app[command].help
    assert help_text
    assert f"Example: discogs {command}" in help_text


@pytest.mark.parametrize("benchmark", [name for name in app["bench"].resolved_commands() if not name.startswith("-")])
def test_a_benchmark_is_documented_and_has_help_with_an_example(benchmark: str) -> None:
    assert f"`discogs bench {benchmark}`" in README
    assert f"Example: discogs bench {benchmark}" in app["bench"][benchmark].help


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_a_setting_is_documented(setting: str) -> None:
    assert f"`DISCOGS_{setting.upper()}`" in README
    assert Settings.model_fields[setting].description
    assert "(discogs_assets/stores/README.md)" in README


def test_no_documented_setting_is_missing() -> None:
    documented = set(re.findall(r"`DISCOGS_(\w+)`", README))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_what_a_cluster_is_told_is_what_there_is() -> None:
    kinds = re.findall(r"^```(\w+)\n(.*?)^```", CLUSTER, re.MULTILINE | re.DOTALL)
    texts = [text for kind, text in kinds if kind == "yaml"]
    told = [value for text in texts for value in yaml.safe_load_all(text)]
    variables = {name for each in told for name in (each.get("data") or each.get("stringData") or {})}
    known = {f"DISCOGS_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in variables if not name.startswith("AWS_")} < known
    (code,) = (text for kind, text in kinds if kind == "python" and "k8s" in text)
    steps = set(re.findall(r'"(\w+)": pod\(', code)) - {"step_k8s_config"}
    assert len(steps) > 2
    assert steps <= {node.name for node in defs.resolve_implicit_global_asset_job_def().nodes}
    compile(code, "cluster.py", "exec")


@pytest.mark.parametrize("name", sorted({key.name for key in defs.resolve_asset_graph().asset_check_keys}))
def test_a_check_is_documented(name: str) -> None:
    assert f"| `{name}` |" in GUIDE


def test_whatever_runs_by_itself_is_documented() -> None:
    sensors = {each.name for each in defs.sensors or ()}
    schedules = {getattr(each, "name", "") for each in defs.schedules or ()}
    assert all(f"| `{name}` |" in GUIDE for name in sensors | schedules)
    jobs = GUIDE.partition("## Jobs")[2].partition("## ")[0]
    rows = "".join(re.findall(r"^\| (`.*?) \|", jobs, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == {each.name for each in defs.jobs or ()}
    assert "(discogs_assets/defs/README.md)" in README


def test_the_picture_of_the_asset_graph_is_the_asset_graph() -> None:
    graph = defs.resolve_asset_graph()
    edges = {
        (graph.get(parent).group_name, graph.get(key).group_name)
        for key in graph.toposorted_asset_keys
        for parent in graph.get(key).parent_keys
    }
    drawn = set(re.findall(r"^ +(\w+)(?:\[.*?\])? --> (\w+)", README, re.MULTILINE))
    assert drawn == {(a, b) for a, b in edges if a != b}
    assert {layer.__name__.rpartition(".")[2] for layer in LAYERS} == {name for edge in drawn for name in edge}
