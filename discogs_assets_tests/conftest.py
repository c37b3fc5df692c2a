"""What all tests share: the fixtures of the `fix_*` modules, and an environment that says nothing of this machine's."""

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# The tests start some hundred processes: what one of them compiles is kept for the others, but not next to the sources
# where that is not wanted.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".pytest_cache/d/bytecode")

pytest_plugins = [
    "discogs_assets_tests.fix_graph",
    "discogs_assets_tests.fix_insights",
    "discogs_assets_tests.fix_model",
    "discogs_assets_tests.fix_project",
    "discogs_assets_tests.fix_browser",
    "discogs_assets_tests.fix_api",
    "discogs_assets_tests.fix_s3",
    "discogs_assets_tests.fix_servers",
    "discogs_assets_tests.fix_months",
    "discogs_assets_tests.fix_site",
    "discogs_assets_tests.fix_runs",
]


# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


SHARED = ("graph: Graph", "served: Served", "generated: Generated")
"""Fixtures whose tests run in the same process: a server of the session, and the generated months, are made once."""

DEMO = ("def project(demo", "project: Project", "api: Api", "visitor: Visit")
"""Texts that mark a file with tests of the demo."""

ORDER = ("def whole_again(", "def october(server", *SHARED, *DEMO, "mark.slow")
"""Texts that mark files to run first, so that no process is left with a long one at the end.

The first process creates the demo; meanwhile the other runs tests that need none.
"""


SLOW = {"demo", "neo4j_server", "s3_endpoint", "served", "generated"}
"""Fixtures that take long to make."""


class ByFixture(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of a file run in the same process; those of all files with one of the shared fixtures do, too."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "shared" if any(each in _read(file) for each in SHARED) else file


@cache
def _read(file: str) -> str:
    path = Path(__file__).parent.parent / file
    return path.read_text() if path.suffix == ".py" else ""


@cache
def _rank(file: str) -> tuple[int, bool]:
    text = _read(file)
    first = next((rank for rank, part in enumerate(ORDER) if part in text), len(ORDER))
    return first, any(part in text for part in DEMO)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are dealt to the processes."""
    return ByFixture(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, and mark as slow what needs the demo, Neo4j or a server of S3."""
    for item in items:
        if not SLOW.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(900))  # another process may be making the demo
    items.sort(key=lambda item: _rank(item.nodeid.partition("::")[0]))


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run of the tests may be told beside pytest's own options."""
    parser.addoption(
        "--months", type=int, default=2, help="how many generated months test_generated_months goes through"
    )
    parser.addoption(
        "--demo", default="", help="folder that keeps the demo's project for the next run, made if missing"
    )
    parser.addoption("--rewrite", action="store_true", help="regenerate answers, pictures and figures of the READMEs")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no `.env` of whoever runs the tests; MusicBrainz is left out where a test does not say more."""
    for name in list(os.environ):
        if name.startswith(("DISCOGS_", "DAGSTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", "off")
    monkeypatch.chdir(tmp_path)
