"""The API over the sample's months and over generated ones, each with its records in plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_api import Api, open_api
from discogs_assets_tests.fix_months import Generated
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.generated import read_month
from discogs_assets_tests.queries.sample import Month


@dataclass(frozen=True)
class Served:
    """A published month: the API that answers about it, and its records."""

    api: Api
    month: Month


@pytest.fixture(scope="session")
def sample_month(api: Api) -> Served:
    """The sample's newer month."""
    return Served(api, sample.SAMPLE)


@pytest.fixture(scope="session")
def generated_month(generated: Generated) -> Iterator[Served]:
    """The newest generated month."""
    with open_api(create_app(Settings(home=generated.home))) as api:
        yield Served(api, read_month(generated.dumps, generated.loads[-1].partition))


@pytest.fixture(params=["sample", "generated"])
def served(request: pytest.FixtureRequest) -> Served:
    """Each of the two months."""
    found: Served = request.getfixturevalue(f"{request.param}_month")
    return found
