"""The command `discogs ask --nl`: a question in natural language, with progress on stderr."""

import asyncio
import sys
from typing import Any

from starlette.datastructures import State

from discogs_assets.cli import terminal
from discogs_assets.connections.readers import Readers
from discogs_assets.errors import SettingError
from discogs_assets.serving.api.bodies import read_model
from discogs_assets.serving.api.caching import Cache
from discogs_assets.serving.nlq.tool_loop import Asked, NlqAnswer, answer
from discogs_assets.serving.tools.answers import write_json
from discogs_assets.settings import Settings


def run(text: str, as_json: bool) -> None:
    """Print the answer on stdout, and the calls of tools on stderr. Raises SettingError if there is no model."""
    settings = Settings()
    if not settings.has_nlq:
        raise SettingError(
            "DISCOGS_NLQ_URL or DISCOGS_NLQ_MODEL is not set, expected a language model's server and the name of a "
            "model that can call tools. Set both, or ask one of the questions of `discogs ask --help`."
        )
    asked = read_model(Asked, write_json({"query": text}).encode())
    found = asyncio.run(_ask(settings, asked))
    terminal.use_utf8()
    said = found.model_dump_json(indent=2) if as_json else terminal.escape_controls(found.summary)
    sys.stdout.write(said + "\n")
    failed = sum(each.error is not None for each in found.tools_used)
    terminal.say(f"{len(found.tools_used)} calls of tools, {failed} of them failed; {found.tokens:,} tokens")


async def _ask(settings: Settings, asked: Asked) -> NlqAnswer:
    async with Readers(settings) as readers:
        return await answer(State({"readers": readers, "cache": Cache()}), settings, asked, _narrate)


def _narrate(event: str, data: dict[str, Any]) -> None:
    if event == "tool":
        given = " ".join(f"{name}={write_json(value)}" for name, value in data["arguments"].items())
        terminal.say(f"{data['name']} {given}")
