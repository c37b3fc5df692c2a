"""Tests of `serving.status.poller`."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest

from discogs_assets.connections import contents
from discogs_assets.connections.contents import Health
from discogs_assets.connections.readers import Readers
from discogs_assets.errors import QuestionError
from discogs_assets.serving.status import poller as module
from discogs_assets.serving.status.poller import Poller
from discogs_assets.settings import Settings


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Faults of PostgreSQL that the next looks find, the last one from then on; one look after the other, at once."""
    faults = [""]

    async def examine(readers: Readers) -> Health:
        return Health(None, {"postgres": faults.pop(0) if len(faults) > 1 else faults[0]})

    monkeypatch.setattr(contents, "examine", examine)
    monkeypatch.setattr(module, "INTERVAL", 0.01)
    return faults


def make(home: Path) -> Poller:
    return Poller(Readers(Settings(home=home)))


def test_all_clients_are_told_by_one_poller_of_each_change(tmp_path: Path, looks: list[str]) -> None:
    looks[:] = ["", "", "away", "away", ""]

    async def listen(poller: Poller) -> list[str]:
        events = cast("AsyncGenerator[bytes]", poller.follow())
        found = [json.loads((await anext(events)).partition(b"data: ")[2]) for _ in range(3)]
        await events.aclose()
        return [each["stores"][0]["state"] for each in found]

    async def main() -> None:
        async with make(tmp_path) as poller:
            heard = await asyncio.gather(*(listen(poller) for _ in range(3)))
            assert heard == [["ok", "away", "ok"]] * 3

    asyncio.run(main())


def test_a_quiet_stream_beats_and_ends_when_the_server_stops(
    tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)

    async def main() -> None:
        async with make(tmp_path) as poller:
            events = poller.follow()
            await poller.read()
            assert (await anext(events)).startswith(b"event: status\n")
            assert await anext(events) == b"event: beat\ndata: {}\n\n"
            poller.close()
            assert [each async for each in events] == []
            with pytest.raises(QuestionError, match="the server stops"), poller.admit("192.0.2.1"):
                pass

    asyncio.run(main())


def test_streams_are_limited_for_an_address_and_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ADDRESS_STREAMS", 2)
    monkeypatch.setattr(module, "STREAMS", 3)

    async def main() -> None:
        poller = make(tmp_path)
        one, other = "192.0.2.1", "192.0.2.2"
        with poller.admit(one), poller.admit(one):
            with pytest.raises(QuestionError, match="2 streams of this address") as refused, poller.admit(one):
                pass
            assert refused.value.status == 429
            with poller.admit(other):
                with pytest.raises(QuestionError, match="3 streams are open") as refused, poller.admit(other):
                    pass
                assert refused.value.status == 503
            with poller.admit(other):
                pass
        with poller.admit(one), poller.admit(one):
            pass

    asyncio.run(main())


def test_the_poller_rests_once_nobody_looks_and_begins_again(
    tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.05)

    async def rest() -> None:
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)

    async def main() -> None:
        async with make(tmp_path) as poller:
            for _ in range(2):
                assert (await poller.read()).state == "empty"
                async with asyncio.timeout(10):
                    await rest()

    asyncio.run(main())


def test_a_home_without_a_month_says_how_to_load_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with Readers(Settings(home=tmp_path)) as readers, Poller(readers) as poller:
            found = await poller.read()
            assert (found.state, found.month, found.dagster.state) == ("empty", None, "none")
            assert "`discogs demo`" in found.advice[0]
            assert "`discogs load " in found.advice[0]

    asyncio.run(main())
