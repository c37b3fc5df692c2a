"""Declaration of questions: routes, commands and the reference page derive from it."""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.errors import LateError, QuestionError, ServerError, SupersededError
from discogs_assets.stores.postgres.publication import Publication

Store = Literal["postgres", "neo4j", "search"]

RETRY_SECONDS = 0.05
"""Pause before a question is asked again: a store switches, or its server restarts."""

SWITCH_SECONDS = 30.0
AWAY_SECONDS = 3.0
"""Longest waits for a store: while a month is published or has just been, and otherwise."""

Text = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A name or a text to search for, in one line."""

Filled = Annotated[
    str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]
"""A text that is not blank."""

ID_LIMIT = 2**53
"""Largest id of a question: JSON's numbers are exact up to it."""

Id = Annotated[int, Field(ge=1, le=ID_LIMIT)]
"""Discogs id of a record."""

OFFSET_LIMIT = 10_000

Offset = Annotated[int, Field(ge=0, le=OFFSET_LIMIT)]
"""Rows to skip."""

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]

MONTH = Annotated[Month | None, Field(description="Month such as 2026-10; default: the published month.")]
"""Parameter of every question but those about all months."""


class Result(BaseModel):
    """Base class of results: immutable, with the fields' docstrings as descriptions."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class File:
    """An answer that is a file: its media type, its name, and its parts, made one after the other."""

    media: str
    name: str
    parts: AsyncIterator[bytes]


@dataclass(frozen=True)
class Question:
    """A question. `ask` takes a Reading and the parameters; its docstring is the question's description.

    `rows` is the field of the result with the rows of a table, empty if the result is one row. `example` are
    parameters that the sample months answer. `media` are the media types of an answer that is a File.
    """

    name: str
    path: str
    ask: Callable[..., Awaitable[Result | File]]
    stores: tuple[Store, ...]
    example: Mapping[str, Any]
    rows: str = ""
    monthly: bool = True
    media: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """Description."""
        return inspect.cleandoc(self.ask.__doc__ or "")

    @cached_property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """Type and default (`...` if it is required) of each parameter; an unpacked TypedDict has several."""
        hints = get_type_hints(self.ask, include_extras=True)
        found: dict[str, tuple[Any, Any]] = {}
        for each in list(inspect.signature(self.ask).parameters.values())[1:]:
            if each.kind is each.VAR_KEYWORD:
                (shared,) = get_args(hints[each.name])
                found |= {name: (hint, None) for name, hint in get_type_hints(shared, include_extras=True).items()}
            else:
                found[each.name] = (hints[each.name], ... if each.default is each.empty else each.default)
        return {**found, "month": (MONTH, None)} if self.monthly else found

    @property
    def route(self) -> str:
        """Path with the names of its parameters in braces."""
        return self.path.replace(":path}", "}")

    def in_path(self, name: str) -> bool:
        """Return True if a parameter is part of the path."""
        return f"{{{name}}}" in self.route

    def takes_several(self, name: str) -> bool:
        """Return True if a parameter takes several values."""
        return _holds_list(self.parameters[name][0])

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """Model of the parameters; unknown ones are refused."""
        return create_model(f"{self.name}_arguments", __config__=ConfigDict(extra="forbid"), **self.parameters)  # type: ignore[call-overload,no-any-return]

    @cached_property
    def result(self) -> Any:
        """Type of the result."""
        return get_type_hints(self.ask)["return"]

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters, typed and with their defaults. Raises QuestionError (422) if one is invalid."""
        try:
            return dict(self.arguments.model_validate(values))
        except ValidationError as error:
            said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise QuestionError(422, f"{said}. Parameters: {', '.join(self.parameters)}.") from None


def _holds_list(kind: Any) -> bool:
    return get_origin(kind) is list or any(map(_holds_list, get_args(kind)))


def question(
    path: str,
    *stores: Store,
    example: Mapping[str, Any],
    rows: str = "",
    monthly: bool = True,
    media: tuple[str, ...] = (),
) -> Callable[[Callable[..., Awaitable[Result | File]]], Question]:
    """Declare a question, asked at the path `/api{path}`."""

    def declare(ask: Callable[..., Awaitable[Result | File]]) -> Question:
        return Question(ask.__name__, f"/api{path}", ask, stores, example, rows, monthly, media)

    return declare


async def answer(
    asked: Question,
    readers: Readers,
    values: Mapping[str, Any],
    find_kept: Callable[[Publication], Any] = lambda publication: None,
) -> tuple[Any, Publication]:
    """Return the answer, and the publication that it is of; `find_kept` may know an answer of a publication already.

    A store that switches or restarts is asked again for a while. Raises ServerError then, LateError beyond the time
    limit, QuestionError if there is no answer.
    """
    values = dict(values)
    month = values.pop("month", None)
    began, limit = time.monotonic(), readers.settings.api_seconds + 1
    while True:
        try:
            async with asyncio.timeout(limit):
                publication = await readers.find(month)
                kept = find_kept(publication)
                return kept or await asked.ask(Reading(readers, publication), **values), publication
        except (SupersededError, ServerError, LateError, TimeoutError) as error:
            # A store that shows another load is being switched, or has just been: the next answer is of that load.
            switching = readers.tables.switching or isinstance(error, SupersededError)
            late = isinstance(error, LateError | TimeoutError)
            longest = SWITCH_SECONDS - limit * late if switching else AWAY_SECONDS * (not late)
            if time.monotonic() - began > longest:
                raise (LateError() if late else ServerError(f"{error}. Ask again in a few seconds.")) from error
            await asyncio.sleep(RETRY_SECONDS)
