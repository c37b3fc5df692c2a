"""Reference of all questions in Markdown, derived from their declarations."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from discogs_assets.queries.question import Question
from discogs_assets.queries.registry import QUESTIONS

LIMITS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "of length ≥ {}",
    "maxLength": "of length ≤ {}",
    "maxItems": "at most {} values",
}
"""Limits of JSON Schema in words."""

LARGEST = 2**53
"""Limits from here on are those of the type."""


SHOWN = 2
"""Items of a list that an example shows."""


@cache
def read_answers() -> dict[str, Any]:
    """Return the answers of the examples over the sample months by question, as `shorten` leaves them."""
    found: dict[str, Any] = json.loads((files(__package__) / "answers.json").read_text())
    return found


def shorten(answer: Any) -> Any:
    """Return an answer with the first items of each list alone."""
    if isinstance(answer, dict):
        return {name: shorten(value) for name, value in answer.items()}
    return [shorten(each) for each in answer[:SHOWN]] if isinstance(answer, list) else answer


def describe_questions() -> str:
    """Return a section for each question."""
    return "\n".join(line for asked in QUESTIONS.values() for line in _describe(asked))


def _describe(asked: Question) -> Iterator[str]:
    yield from ("", f"### {asked.name.replace('_', '-')}", "", " ".join(asked.doc.split()), "")
    yield from (f"`GET {asked.route}`", "")
    yield from ("```sh", write_command(asked), f"curl 'http://127.0.0.1:8004{write_path(asked)}'", "```", "")
    properties = asked.arguments.model_json_schema()["properties"]
    if properties:
        yield from ("| parameter | type | default | meaning |", "| --- | --- | --- | --- |")
    for name, each in properties.items():
        default = "required" if asked.parameters[name][1] is ... else each.get("default")
        shown = "" if default in (None, "") else f"{default}"
        kind = f"{_type(each)}, in the path" if asked.in_path(name) else _type(each)
        yield f"| `{name}` | {kind} | {shown} | {each.get('description', '')} |"
    yield ""
    reads = f"Reads {', '.join(asked.stores)}."
    if asked.media:
        yield f"{reads} Answer: a file, {' or '.join(asked.media)}."
        return
    yield from (f"{reads} Answer to the example over the sample months, lists cut to {SHOWN} items:", "")
    yield from ("```json", json.dumps(read_answers().get(asked.name), indent=2, ensure_ascii=False), "```")


def _type(each: dict[str, Any]) -> str:
    """Return a JSON Schema type in words."""
    if "anyOf" in each:
        return _type(each["anyOf"][0])
    if "enum" in each:
        return ", ".join(each["enum"])
    limits = [said.format(_write(each[name])) for name, said in LIMITS.items() if each.get(name, LARGEST) < LARGEST]
    kind = f"several of: {_type(each['items'])}" if "items" in each else str(each.get("type", ""))
    return " ".join([kind, *limits])


def _write(number: float) -> str:
    """Return a limit; years have no separator."""
    return f"{number:,}" if number >= 10_000 else f"{number}"


def write_command(asked: Question) -> str:
    """Return the command line of the question's example."""
    words = [
        f'--{name.replace("_", "-")} "{value}"'
        for name, given in asked.example.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    return " ".join(["discogs ask", asked.name.replace("_", "-"), *words])


def write_path(asked: Question) -> str:
    """Return the path and query of the question's example."""
    inner = {name: quote(str(value)) for name, value in asked.example.items() if asked.in_path(name)}
    path = asked.route.format(**inner)
    query = urlencode({name: value for name, value in asked.example.items() if name not in inner}, doseq=True)
    return f"{path}?{query}" if query else path
