"""Tests of `stores.postgres.reader`: reads of the publication record that many questions share."""

import asyncio

import pytest

from discogs_assets.errors import ServerError
from discogs_assets.stores.postgres.publication import Publication
from discogs_assets.stores.postgres.reader import TableReader


class SlowReader(TableReader):
    """A reader whose reads end when they may, and return the publication shown when they began."""

    def __init__(self) -> None:
        super().__init__(str, 1.0)
        self.shown, self.reads, self.may_end = 1, 0, asyncio.Event()

    async def _find_newest(self) -> Publication | None:
        self.reads += 1
        found = Publication("2026-11", {}, sequence=self.shown)
        await self.may_end.wait()
        if not found.sequence:
            raise ServerError("gone")
        return found

    async def ask(self) -> int:
        """Return the sequence of the publication."""
        found = await self.find_published()
        assert found
        return found.sequence


async def begin(reader: SlowReader, questions: int) -> list["asyncio.Task[int]"]:
    """Questions that have asked for the publication, and wait."""
    asked = [asyncio.create_task(reader.ask()) for _ in range(questions)]
    for _ in range(5):
        await asyncio.sleep(0)
    return asked


def test_questions_at_once_share_a_read_that_is_never_older_than_they_are() -> None:
    async def check() -> None:
        reader = SlowReader()
        first = await begin(reader, 20)
        reader.shown = 2
        second = await begin(reader, 20)
        reader.may_end.set()
        assert await asyncio.gather(*first) == [1] * 20
        assert await asyncio.gather(*second) == [2] * 20
        assert reader.reads == 2

    asyncio.run(check())


def test_a_question_that_is_given_up_takes_no_answer_from_the_others() -> None:
    async def check() -> None:
        reader = SlowReader()
        given_up, kept = await begin(reader, 2)
        given_up.cancel()
        reader.may_end.set()
        assert await kept == 1

    asyncio.run(check())


def test_an_error_is_that_of_all_who_share_the_read_and_of_nobody_after() -> None:
    async def check() -> None:
        reader = SlowReader()
        reader.shown = 0
        asked = await begin(reader, 3)
        reader.may_end.set()
        for each in asked:
            with pytest.raises(ServerError, match="gone"):
                await each
        reader.shown = 1
        assert await reader.ask() == 1

    asyncio.run(check())
