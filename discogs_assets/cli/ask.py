"""The commands `discogs ask …`: one for each question, with the answer that the API gives, and one for a model."""

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from discogs_assets.cli import output, terminal
from discogs_assets.cli.query import form
from discogs_assets.connections.readers import Readers
from discogs_assets.errors import SettingError
from discogs_assets.queries.question import File, Question, Result, answer
from discogs_assets.queries.reference import write_command
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.settings import Settings
from discogs_assets.stores.query_result import Answer

if TYPE_CHECKING:
    from discogs_assets.serving.nlq.tool_loop import NlqAnswer

ask = App(name="ask", help_format="plaintext")

FORMATS = {
    "csv": Annotated[bool, Parameter(negative="", help="Print CSV instead of a table.")],
    "json": Annotated[bool, Parameter(name="--json", negative="", help="Print the whole answer as JSON.")],
}


def _command(asked: Question) -> Callable[..., None]:
    """Return the command of a question. Its parameters are texts here: the question itself checks them."""

    def command(**given: Any) -> None:
        chosen = form(given.pop("csv", False), given.pop("json", False))
        values = asked.parse({name: value for name, value in given.items() if value is not None})
        found = asyncio.run(_answer(asked, values))
        if found is not None:
            _print(asked, found, chosen)

    parameters = [_parameter(asked, name, default) for name, (_, default) in asked.parameters.items()]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters += [inspect.Parameter(name, keyword, default=False, annotation=kind) for name, kind in FORMATS.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__doc__ = f"{asked.doc}\n\nExample: {write_command(asked)}"
    return command


def _parameter(asked: Question, name: str, default: Any) -> inspect.Parameter:
    said = asked.arguments.model_fields[name].description
    text: Any = list[str] | None if asked.takes_several(name) else str | None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[text, Parameter(help=said, negative="", required=default is ...)],
    )


async def _answer(asked: Question, values: Mapping[str, Any]) -> Result | None:
    """Return the answer; a file is written to stdout instead, while the stores are open."""
    async with Readers() as readers:
        found, _ = await answer(asked, readers, values)
        if not isinstance(found, File):
            return found  # type: ignore[no-any-return]
        async for part in found.parts:
            sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return None


def _print(asked: Question, found: Result, chosen: str) -> None:
    whole = found.model_dump(mode="json")
    if chosen == "json":
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
        return
    rows = whole[asked.rows] if asked.rows else [whole]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = ([row.get(name) for name in columns] for row in rows)
    count, _ = output.write(Answer(columns, cells), chosen, None)
    terminal.say(f"{count:,} {'row' if count == 1 else 'rows'}")


@ask.default
def ask_model(
    *,
    nl: Annotated[str | None, Parameter(help="A question in natural language, for a language model.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Ask a question about the published month, with the same answer as the API.

    A table and CSV have the rows of the answer; --json prints all of it. With
    --nl, the model of DISCOGS_NLQ_URL answers in words.

    Example: discogs ask genre-tree
    """
    if nl is None:
        from discogs_assets.cli import app

        app.help_print(["ask"])
        return
    found = asyncio.run(_ask_model(nl))
    terminal.use_utf8()
    sys.stdout.write((found.model_dump_json(indent=2) if json else terminal.escape_controls(found.summary)) + "\n")
    failed = sum(each.error is not None for each in found.tools_used)
    terminal.say(f"{len(found.tools_used)} calls of tools, {failed} of them failed; {found.tokens:,} tokens")


async def _ask_model(text: str) -> "NlqAnswer":
    """Return the answer in words; calls of tools are narrated. Raises SettingError if there is no model."""
    from starlette.datastructures import State

    from discogs_assets.serving.api.bodies import read_model
    from discogs_assets.serving.api.caching import open_cache
    from discogs_assets.serving.nlq.tool_loop import Asked, answer
    from discogs_assets.serving.tools.answers import write_json

    def narrate(event: str, data: dict[str, Any]) -> None:
        if event == "tool":
            given = (f"{name}={write_json(value)}" for name, value in data["arguments"].items())
            terminal.say(" ".join([data["name"], *given]))

    settings = Settings()
    if not settings.has_nlq:
        raise SettingError(
            "DISCOGS_NLQ_URL or DISCOGS_NLQ_MODEL is not set, expected a language model's server and the name of a "
            "model that can call tools. Set both, or ask one of the questions of `discogs ask --help`."
        )
    asked = read_model(Asked, write_json({"query": text}).encode())
    async with Readers(settings) as readers:
        return await answer(State({"readers": readers, "cache": open_cache()}), settings, asked, narrate)


for each in QUESTIONS.values():
    ask.command(_command(each), name=each.name.replace("_", "-"))
