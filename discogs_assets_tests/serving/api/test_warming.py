"""Tests of `serving.api.warming`: the answers that everybody needs are there before anybody asks."""

import pytest

from discogs_assets.serving.api.warming import ASKED, warm
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import open_api
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.timeout(600)


def test_questions_without_required_parameters_are_answered_from_the_cache(project: Project) -> None:
    app = create_app(Settings(home=project.home))
    with open_api(app) as api:
        api.run(warm(app.state))
        for asked in ASKED:
            before = app.state.cache.hits
            assert api.get(asked.path.format(in_month="2026-11")).status_code == 200
            assert app.state.cache.hits == before + 1, asked.name
    assert {"graph_stats", "genre_tree", "enrichment_status", "change_counts"} <= {asked.name for asked in ASKED}
