"""Resources: the data dictionary by chapter, the months, and the tools in full."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.datastructures import State

from discogs_assets.serving.tools.registry import TOOLS, call_tool

DICTIONARY = "discogs://dictionary"
MONTHS = "discogs://months"
TOOL = "discogs://tools/"

MARKDOWN, JSON = "text/markdown", "application/json"

HEADING = re.compile(r"^(?:## |### )(.+)$", re.MULTILINE)


@cache
def read_dictionary() -> Mapping[str, str]:
    """Return the chapters of the data dictionary by URI; the first one lists all."""
    text = files("discogs_assets.schema").joinpath("README.md").read_text(encoding="utf-8")
    places = [*HEADING.finditer(text)]
    ends = [found.start() for found in places[1:]] + [len(text)]
    chapters: dict[str, str] = {}
    for found, end in zip(places, ends, strict=True):
        name = re.sub(r"\W+", "-", found[1].lower()).strip("-")
        uri = f"{DICTIONARY}/{name}"
        # MusicBrainz has chapters of the same name as Discogs.
        chapters[f"{uri}-2" if uri in chapters else uri] = text[found.start() : end].strip()
    listed = "\n".join(f"- {uri}: {_title(chapter)}" for uri, chapter in chapters.items())
    return {DICTIONARY: f"{text[: places[0].start()].strip()}\n\nChapters:\n\n{listed}\n", **chapters}


def _title(chapter: str) -> str:
    return chapter.partition("\n")[0].lstrip("# ")


def list_resources() -> list[tuple[str, str, str]]:
    """Return URI, title and media type of each resource."""
    chapters = [(uri, _title(text), MARKDOWN) for uri, text in read_dictionary().items()]
    tools = [(f"{TOOL}{name}", f"Parameters and answers of {name}", JSON) for name in TOOLS]
    return [*chapters, (MONTHS, "Months that are loaded", JSON), *tools]


async def read_resource(state: State, uri: str) -> tuple[str, str]:
    """Return text and media type of a resource. Raises LookupError if there is none."""
    if uri in read_dictionary():
        return read_dictionary()[uri], MARKDOWN
    if uri == MONTHS:
        found = await call_tool(state, "get_graph_stats", {"view": "months"})
        return json.dumps(found.structured, indent=1), JSON
    name = uri.removeprefix(TOOL)
    if not uri.startswith(TOOL) or name not in TOOLS:
        raise LookupError(uri)
    return json.dumps(TOOLS[name].describe_views(), ensure_ascii=False, indent=1), JSON
