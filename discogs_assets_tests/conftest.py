"""What all tests share: the fixtures of the `fix_*` modules, and an environment that says nothing of this machine's."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = [
    "discogs_assets_tests.fix_browser",
    "discogs_assets_tests.fix_graph",
    "discogs_assets_tests.fix_insights",
    "discogs_assets_tests.fix_project",
    "discogs_assets_tests.fix_api",
    "discogs_assets_tests.fix_s3",
    "discogs_assets_tests.fix_servers",
    "discogs_assets_tests.fix_site",
    "discogs_assets_tests.fix_runs",
]


# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


SHARED = ("loaded: Project", "project: Project", "graph: Graph", "home: Home")
"""Fixtures that take long to make or to use: all tests with one run in the same process, and before all others."""


class ByFixture(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of a file run in the same process; those of all files that share a fixture do, too."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid.partition("::")[0])


@cache
def _scope(file: str) -> str:
    path = Path(__file__).parent.parent / file
    text = path.read_text().replace("api: Api", "project: Project") if path.suffix == ".py" else ""
    return next((name for name in SHARED if name in text), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are dealt to the processes."""
    return ByFixture(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, so that neither process is left with it at the end."""
    items.sort(key=lambda item: _scope(item.nodeid.partition("::")[0]) not in SHARED)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run of the tests may be told beside pytest's own options."""
    parser.addoption("--months", type=int, default=2, help="how many generated months test_months goes through")
    parser.addoption("--rewrite", action="store_true", help="write the answers of the examples into cli/README.md")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no `.env` of whoever runs the tests; MusicBrainz is left out where a test does not say more."""
    for name in list(os.environ):
        if name.startswith(("DISCOGS_", "DAGSTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", "off")
    monkeypatch.chdir(tmp_path)
