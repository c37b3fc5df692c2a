"""Suggested questions: templates over names of the published month."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from starlette.datastructures import State

from discogs_assets.errors import DiscogsError
from discogs_assets.queries.records.entities import Kind
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.api.routes import find_answer

LISTED = 6
FOCUSED = 4
"""Suggestions in all, and about the entity that is shown."""

NAME_CHARACTERS = 80

FOCUS: Mapping[Kind, Sequence[str]] = {
    "artist": (
        "Who worked on most releases of {name}?",
        "Which artists are similar to {name}?",
        "Which releases of {name} are the rarest?",
        "In which years did {name} release the most?",
    ),
    "label": (
        "What is {name} known for?",
        "Which labels are similar to {name}?",
        "Which artists have most releases on {name}?",
        "Which releases of {name} are the rarest?",
    ),
    "master": (
        "How many pressings of {name} are there, and from where?",
        "Which pressing of {name} was the first?",
        "Who played on {name}?",
    ),
    "release": (
        "Who is credited on {name}?",
        "How rare is {name}, and why?",
        "Which other pressings of {name} are there?",
    ),
    "genre": (
        "Which styles belong to {name}?",
        "When did {name} begin, and when did it peak?",
        "Which artists have most releases of {name}?",
    ),
    "style": (
        "When did {name} begin, and when did it peak?",
        "Which artists have most releases of {name}?",
        "Which labels stand for {name}?",
    ),
}
"""Questions about an entity."""

PANES: Mapping[str, Sequence[str]] = {
    "path": ("How are {artist} and {other} connected?", "Which records do {artist} and {other} have in common?"),
    "trends": ("Compare {genre} and {second} over the decades.", "In which years did {label} release the most?"),
    "genres": ("Which styles of {genre} have the most releases?", "Which styles are the youngest?"),
    "months": ("What changed in this month?", "Which records were removed in this month?"),
    "search": ("Find {genre} on vinyl from the 1970s.", "Which releases on {label} are from the 1960s?"),
}
"""Questions for a pane of the explorer."""

GENERAL = (
    "How are {artist} and {other} connected?",
    "What is the label {label} known for?",
    "Who are the engineers with the most credits?",
    "Which albums have an anniversary this month?",
    "Which releases are rare, but by known artists?",
    "Which genre has the most releases?",
    "What changed in this month?",
)

NAMES: Mapping[str, tuple[str, Mapping[str, Any], str, str]] = {
    "artist": ("top_artists", {"limit": 2}, "items", "artist_name"),
    "label": ("label_longevity", {"limit": 1}, "items", "label_name"),
    "genre": ("genre_tree", {}, "genres", "name"),
}
"""Sources of names: question, parameters, field of the rows, field of the name."""

SECOND = {"artist": "other", "genre": "second"}


async def list_suggestions(state: State, pane: str, focus: str, focus_type: Kind | None) -> list[str]:
    """Return four to six questions for a pane, and for the entity that is shown, if there is one."""
    found = await asyncio.gather(*map(_find_names, [state] * len(NAMES), NAMES), _find_focus(state, focus, focus_type))
    names = {name: each for part in found for name, each in part.items()}
    own = FOCUS[focus_type] if focus_type and "name" in names else ()
    chosen = [*own[:FOCUSED], *PANES.get(pane, ()), *GENERAL]
    said = [each.format(**names) for each in chosen if _fields(each) <= names.keys()]
    return [*dict.fromkeys(said)][:LISTED]


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


async def _ask(state: State, question: str, **given: Any) -> dict[str, Any]:
    """Return the answer, empty if there is none."""
    asked = QUESTIONS[question]
    try:
        found, _ = await find_answer(state, asked, asked.parse(given))
    except DiscogsError:
        return {}
    return dict(json.loads(found)) if isinstance(found, bytes) else {}


async def _find_names(state: State, kind: str) -> dict[str, str]:
    question, given, rows, field = NAMES[kind]
    found = (await _ask(state, question, **given)).get(rows, [])
    return dict(zip([kind, SECOND.get(kind, kind)], [each[field] for each in found[:2]], strict=False))


async def _find_focus(state: State, focus: str, focus_type: Kind | None) -> dict[str, str]:
    found = await _ask(state, "node", id=focus, type=focus_type) if focus and focus_type else {}
    name = found.get("name")
    return {"name": str(name)[:NAME_CHARACTERS]} if name else {}
