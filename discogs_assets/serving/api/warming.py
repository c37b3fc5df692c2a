"""Answers that everybody needs, asked for in advance of the first visitor of a publication."""

import asyncio
from contextlib import suppress

from starlette.datastructures import State

from discogs_assets.errors import DiscogsError
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.api import caching
from discogs_assets.serving.api.routes import find_answer

PAUSE_SECONDS = 5.0
"""Pause between looks for a new publication."""

IN_MONTH = "in_month"
"""Parameter that the published month is given for."""

ASKED = [asked for asked in QUESTIONS.values() if asked.monthly and not asked.media and {*asked.example} <= {IN_MONTH}]
"""Questions whose example needs no parameters, but a month perhaps."""


async def keep_warm(state: State) -> None:
    """Ask these questions after each publication, one after the other, until cancelled."""
    warmed = ""
    while True:
        with suppress(DiscogsError):
            tag = caching.entity_tag(await state.readers.find())
            if tag != warmed:
                await warm(state)
                warmed = tag
        await asyncio.sleep(PAUSE_SECONDS)


async def warm(state: State) -> None:
    """Ask each question with its defaults; one without an answer is left to who asks it."""
    for asked in ASKED:
        with suppress(DiscogsError):
            values = {name: default for name, (_, default) in asked.parameters.items()}
            if IN_MONTH in values:
                values[IN_MONTH] = (await state.readers.find()).month
            await find_answer(state, asked, values)
