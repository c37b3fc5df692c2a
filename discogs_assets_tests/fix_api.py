"""The API over the demo's months, in this process."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import State

from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_project import Project

Value = TypeVar("Value")


class Api:
    """A client of an application in this process."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient, state: State) -> None:
        self._runner = runner
        self._client = client
        self.state = state

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """The result of work in the application's event loop."""
        return self._runner.run(work)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The response to a request."""
        return self._runner.run(self._client.request(method, path, **options))

    def gather(self, requests: Sequence[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """The responses to requests of method, path and options, all sent at once."""

        async def send() -> list[httpx.Response]:
            sent = (self._client.request(method, path, **options) for method, path, options in requests)
            return await asyncio.gather(*sent)

        return self._runner.run(send())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The response to a GET."""
        return self.request("GET", path, **options)

    def answer(self, path: str, **parameters: Any) -> dict[str, Any]:
        """The answer to the question at a path below /api."""
        found = self.get(f"/api/{path}", params=parameters)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer


@contextmanager
def open_api(app: FastAPI, address: str = "127.0.0.1", base: str = "http://127.0.0.1:8004") -> Iterator[Api]:
    """A client at an address; the application runs meanwhile."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50000))
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        yield Api(runner, httpx.AsyncClient(transport=transport, base_url=base), app.state)
        runner.run(lifespan.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def api(project: Project) -> Iterator[Api]:
    """A client on the loopback."""
    with open_api(create_app(Settings(home=project.home))) as api:
        yield api
