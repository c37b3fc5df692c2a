"""Tests of `serving.status.routes`."""

import pytest

from discogs_assets.serving.status.report import Status
from discogs_assets_tests.fix_api import Api


def test_the_status_of_the_demo_is_that_of_its_stores_and_runs(api: Api) -> None:
    found = api.get("/api/status")
    assert found.status_code == 200
    assert found.headers["x-discogs-month"] == "2026-11"
    assert found.headers["cache-control"] == "no-store"
    status = Status.model_validate_json(found.content)
    assert [each.name for each in status.stores] == ["postgres", "neo4j", "search", "lake"]
    assert {each.state for each in status.stores} == {"ok"}
    assert status.dagster.url == "http://127.0.0.1:3000"
    assert api.get("/openapi.json").json()["paths"]["/api/status"]["get"]["operationId"] == "status"


@pytest.mark.parametrize("path", ["/api/status", "/api/status/events"])
def test_a_parameter_is_refused(api: Api, path: str) -> None:
    refused = api.get(f"{path}?month=2026-10")
    assert refused.status_code == 422
    assert "'month' is not a parameter" in refused.json()["detail"]
