"""What all tests share: the fixtures of the `fix_*` modules, and an environment that says nothing of this machine's."""

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "discogs_assets_tests.fix_graph",
    "discogs_assets_tests.fix_project",
    "discogs_assets_tests.fix_servers",
    "discogs_assets_tests.fix_site",
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no `.env` of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("DISCOGS_", "DAGSTER_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
