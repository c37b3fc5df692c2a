"""A tool: one or several questions under one name, with a schema and short answers."""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from starlette.datastructures import State

from discogs_assets.errors import DiscogsError, QuestionError, TransientError
from discogs_assets.queries.question import Question
from discogs_assets.queries.records.mentions import Mentions
from discogs_assets.serving.api.routes import find_answer
from discogs_assets.serving.tools.answers import ANSWER_BYTES, LARGE_BYTES, ToolAnswer, drop_empty, fit, suggest

log = logging.getLogger(__name__)

PLACE = ("limit", "offset", "has_more", "pagination", "cursor", "page", "page_size", "count")
"""Fields of a result that `page` of the answer replaces."""

LEFT_OUT = {*PLACE, *Mentions.model_fields}
"""Fields of a result that a model does not need: `PLACE`, and ids that only a page links."""

PAGING = {"limit", "offset", "month"}
"""Parameters that say nothing about the view that is meant, and are ignored by one without pages."""

ADVICE = {
    404: "Try: search, with other words; ids and names come from its results.",
    409: "Try again with the id of one of the candidates, or without month; get_graph_stats view=months has them all.",
    503: "Try the same again in a few seconds.",
    504: "Try less: a smaller limit, a smaller depth, or a narrower filter.",
}
"""Advice by the status of the error."""

OUTPUT: dict[str, Any] = {"type": "object", "required": ["month", "answer"]}
"""Schema of every tool's answer: as short as can be, since each tool lists it. `describe_views` has whole schemas."""


class ToolError(Exception):
    """A call that has no answer; the text says what to try. `candidates` are entities of one name, or months."""

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self.more = more


@dataclass(frozen=True)
class View:
    """A question as a view of a tool.

    `names` are the question's names of parameters by the tool's, where they differ; `fixed` are parameters that the
    view gives itself, `defaults` replace those of the question, `hidden` parameters are not offered. `omitted` fields
    are left out of the answer, and `next` are templates of suggestions.
    """

    question: Question
    doc: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hidden: Sequence[str] = ()
    omitted: Sequence[str] = ()
    next: Sequence[str] = ()

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Question's names of the offered parameters by the tool's."""
        renamed = {theirs: ours for ours, theirs in self.names.items()}
        gone = {*self.fixed, *self.hidden, "cursor", "page", "page_size"}
        return {renamed.get(name, name): name for name in self.question.parameters if name not in gone}

    @cached_property
    def schema(self) -> dict[str, dict[str, Any]]:
        """Schemas of the offered parameters."""
        own = self.question.arguments.model_json_schema()["properties"]
        return {ours: _compact(own[theirs]) for ours, theirs in self.parameters.items()}

    @property
    def required(self) -> set[str]:
        """Parameters that have no default."""
        known = self.question.parameters
        return {
            ours for ours, theirs in self.parameters.items() if known[theirs][1] is ... and ours not in self.defaults
        }

    @property
    def default_limit(self) -> int:
        """Rows of a page by default; 0 if there are no pages."""
        return int(self.defaults.get("limit") or self.question.parameters.get("limit", (None, 0))[1] or 0)

    def rename(self, said: str) -> str:
        """Return an error of the question with the tool's names of parameters."""
        for ours, theirs in self.parameters.items():
            if ours != theirs:
                said = re.sub(rf"\b{re.escape(theirs)}\b(?=[:,.])", ours, said)
        return said

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the question's parameters. Raises QuestionError (422) if one is invalid."""
        values = {**self.defaults, **given}
        texts = {name: _adapt(self.schema[name], value) for name, value in values.items()}
        return self.question.parse({**self.fixed, **{self.parameters[name]: value for name, value in texts.items()}})


def _compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema as short as it can be: the question itself checks limits and names them."""
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    kind = {"enum": schema["enum"]} if "enum" in schema else {"type": schema["type"]}
    return {**kind, "items": _compact(schema["items"])} if "items" in schema else kind


def _adapt(schema: Mapping[str, Any], value: Any) -> Any:
    """Return the value as the schema has it: models send ids as numbers, and lists of one value without a list."""
    if schema.get("type") == "array":
        return [_adapt(schema["items"], each) for each in (value if isinstance(value, list) else [value])]
    return str(value) if schema.get("type") == "string" and type(value) is int else value


@dataclass(frozen=True)
class Tool:
    """A tool. Its first view is the default one; `notes` describe parameters, or replace parts of their schemas."""

    name: str
    doc: str
    views: Mapping[str, View]
    notes: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, those of all views together."""
        views = [*self.views.values()]
        found: dict[str, Any] = {}
        if len(views) > 1:
            listed = "; ".join(f"{name}: {view.doc}" for name, view in self.views.items() if view.doc)
            found["view"] = {"enum": [*self.views], **({"description": listed} if listed else {})}
        for view in views:
            found |= {name: each for name, each in view.schema.items() if name not in found}
        for name, note in self.notes.items():
            found[name] = {**found[name], **({"description": note} if isinstance(note, str) else note)}
        required = [name for name in found if all(name in view.required for view in views)]
        # The month is offered by all views but those about all months, and comes last.
        month = {"month": found.pop("month")} if "month" in found else {}
        return {"type": "object", "properties": found | month, **({"required": required} if required else {})}

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the answer."""
        return OUTPUT

    def describe_views(self) -> dict[str, Any]:
        """Return the description, parameters and result of each view in full, as JSON Schema."""
        return {
            name: {
                "description": view.question.doc,
                "parameters": {
                    ours: view.question.arguments.model_json_schema()["properties"][theirs]
                    for ours, theirs in view.parameters.items()
                },
                "required": sorted(view.required),
                "answer": TypeAdapter(view.question.result).json_schema(),
            }
            for name, view in self.views.items()
        }

    async def call(self, state: State, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Return the answer; `state` has `readers` and `cache`. Raises ToolError with a text that says what to try."""
        given = {name: value for name, value in arguments.items() if value is not None}
        view = self._find_view(given)
        try:
            values = view.read(given)
            found, publication = await find_answer(state, view.question, values)
        except QuestionError as error:
            advice = ADVICE.get(error.status, f"Try other arguments of {self.name}.")
            raise ToolError(f"{view.rename(str(error))} {advice}", **error.more) from error
        except TransientError as error:
            raise ToolError(f"{error} {ADVICE[503]}") from error
        except DiscogsError as error:
            log.exception("the tool %s failed", self.name)
            raise ToolError("the question failed; the server's log says why. Try another tool.") from error
        assert isinstance(found, bytes)
        large = values.get("limit", 0) > view.default_limit
        return _build(view, json.loads(found), publication.month, values, LARGE_BYTES if large else ANSWER_BYTES)

    def _find_view(self, given: dict[str, Any]) -> View:
        """Return the view, and take its name from the arguments. Raises ToolError for unknown names."""
        name = given.pop("view", None) if len(self.views) > 1 else None
        name = name or self._guess_view(given)
        view = self.views.get(name) if isinstance(name, str) else None
        if view is None:
            raise ToolError(f"{str(name)[:100]!r} is no view of {self.name}. Try one of: {', '.join(self.views)}.")
        known = {each for other in self.views.values() for each in other.parameters}
        for each in given.keys() - view.parameters.keys():
            # Models fill in parameters of other views, too.
            if each not in known or (given.pop(each) not in (0, "", []) and each not in PAGING):
                shown = ", ".join(view.parameters) or "none"
                raise ToolError(f"{self.name}, view {name}, has no parameter {each[:100]!r}. Try: {shown}.")
        if missing := view.required - given.keys():
            raise ToolError(f"{self.name}, view {name}, needs {', '.join(sorted(missing))} as well.")
        return view

    def _guess_view(self, given: Mapping[str, Any]) -> str:
        """Return the view that takes most of the arguments, the first one of equals."""

        def rate(name: str) -> tuple[bool, int]:
            view = self.views[name]
            return view.required <= given.keys(), len((given.keys() - PAGING) & view.parameters.keys())

        return max(self.views, key=rate)


def _build(view: View, found: dict[str, Any], month: str, values: Mapping[str, Any], budget: int) -> ToolAnswer:
    """Return the answer: short, with its page and suggestions."""
    rows = view.question.rows
    more, total = _find_more(found), found.get("total")
    kept = drop_empty({name: each for name, each in found.items() if name not in LEFT_OUT}, view.omitted)
    kept |= {rows: kept.get(rows, [])} if rows else {}
    answer, cut = fit(kept, rows, budget)
    page: dict[str, int] = {}
    if "offset" in view.parameters.values():
        start, shown = values.get("offset") or 0, len(answer[rows])
        page = {"offset": start, "shown": shown, **({"total": total} if isinstance(total, int) else {})}
        if more or shown < len(kept[rows]):
            page["next_offset"] = start + shown
            cut = [each for each in cut if not each.startswith(f"{rows}: ")]
        answer.pop("total", None)
    return ToolAnswer(month, answer, page, cut, [*_list_next(view, answer, page)])


def _list_next(view: View, answer: Mapping[str, Any], page: Mapping[str, int]) -> Iterator[str]:
    if "next_offset" in page:
        yield f"the same with offset={page['next_offset']} for more"
    yield from suggest(view.next, answer)


def _find_more(found: Mapping[str, Any]) -> bool:
    place = found.get("pagination") or found
    return bool(place.get("has_more"))
