"""Links into the explorer that follow from the calls of tools, so that text of the dump can add none."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from discogs_assets.queries.question import Result
from discogs_assets.serving.nlq.entities import Entities, Entity

ORDER = ("show_path", "change_pane", "open_entity", "filter_search")
"""Actions in the order that they are listed in."""

LISTED = 6

DECADE_YEARS = 9

PLACES = {
    "get_genre_tree": ("genres", "Show all genres"),
    "get_changes": ("months", "Show the months"),
    "get_graph_stats months": ("months", "Show the months"),
    "get_rankings rarest": ("rarity", "Show the rarest releases"),
    "get_rankings hidden_gems": ("rarity", "Show the rarest releases"),
}
"""Pane and title for a tool, or for a view of it."""


class Action(Result):
    """A link into the explorer."""

    action: Literal["open_entity", "show_path", "filter_search", "change_pane"]
    title: str
    url: str
    """Path and parameters of the explorer: `/?type=artist&id=45467`."""


def list_actions(calls: list[tuple[str, Mapping[str, Any], Any]], entities: Entities) -> list[Action]:
    """Return the actions of calls: names of tools, arguments, answers. The last calls come first."""
    found = [each for name, given, answer in reversed(calls) for each in _derive(name, given, answer, entities)]
    unique = {each.url: each for each in found}
    return sorted(unique.values(), key=lambda each: ORDER.index(each.action))[:LISTED]


def _derive(name: str, given: Mapping[str, Any], answer: Any, entities: Entities) -> Iterator[Action]:
    if place := PLACES.get(name) or PLACES.get(f"{name} {given.get('view')}"):
        yield _change_pane(*place)
    match name:
        case "find_path":
            yield from _show_path(given, answer)
        case "search":
            yield from _filter_search(given)
        case "get_trends":
            yield from _show_trends(given, answer, entities)
        case "get_credits":
            yield from _show_credits(answer)
            yield from _open_root(given, answer, entities)
        case "get_label_details" if given.get("view") in ("dna", "similar", "compare"):
            keys = [f"label:{each}" for each in given.get("ids") or [given.get("id")]]
            yield _change_pane("labels", "Show what the labels are made of", l=keys)
            yield from _open_root(given, answer, entities)
        case "explore" | "get_collaborators":
            yield from _open_root(given, answer, entities)
        case _ if name.endswith("_details"):
            yield from _open_root(given, answer, entities)
        case _:
            pass


def _link(**parameters: Any) -> str:
    return f"/?{urlencode({name: each for name, each in parameters.items() if each not in (None, '', [])}, doseq=True)}"


def _change_pane(pane: str, title: str, **parameters: Any) -> Action:
    return Action(action="change_pane", title=title, url=_link(pane=pane, **parameters))


def _show_path(given: Mapping[str, Any], answer: Any) -> Iterator[Action]:
    ends = Entities()
    steps = answer.get("path") or []
    ends.add(steps[:1] + steps[-1:])
    if len(ends.found) > 1:
        first, last = ends.found.values()
        url = _link(pane="path", **{"from": first.key}, to=last.key, via=given.get("via"), depth=given.get("max_depth"))
        yield Action(action="show_path", title=f"Show the path from {first.name} to {last.name}", url=url)


def _filter_search(given: Mapping[str, Any]) -> Iterator[Action]:
    words = str(given.get("query") or "")
    if not words or given.get("view") == "complete":
        return
    first, last = given.get("year_min"), given.get("year_max")
    whole = isinstance(first, int) and isinstance(last, int) and first % 10 == 0 and last == first + DECADE_YEARS
    filters = {name: given.get(name) for name in ("types", "genres", "formats", "countries")}
    filters["decade"] = f"{first}s" if whole else None
    said = ", ".join(text for each in filters.values() if each for text in ([each] if isinstance(each, str) else each))
    title = f"Search for “{words}”" + (f" ({said})" if said else "")
    yield Action(action="filter_search", title=title, url=_link(pane="search", q=words, **filters))


def _show_credits(answer: Any) -> Iterator[Action]:
    named = [answer, answer.get("person1") or {}, answer.get("person2") or {}]
    if people := [each for each in named if each.get("artist_id") and each.get("name")]:
        title = f"Show the credits of {' and '.join(each['name'] for each in people)}"
        yield _change_pane("credits", title, p=[f"artist:{each['artist_id']}" for each in people])


def _show_trends(given: Mapping[str, Any], answer: Any, entities: Entities) -> Iterator[Action]:
    if "series" in answer:
        compared = Entities()
        compared.add(answer["series"])
        shown = [*compared.found.values()]
    else:
        shown = _find_named(answer.get("type"), given.get("id"), answer.get("name"), entities)
    if shown:
        title = f"Show trends of {', '.join(each.name for each in shown)}"
        yield _change_pane("trends", title, s=[each.key for each in shown])


def _find_named(kind: Any, key: Any, name: Any, entities: Entities) -> list[Entity]:
    """Return the entity of a type that has the id or the name, if tools have named it or the name is its id."""
    if kind in ("genre", "style") and isinstance(name, str):
        return [Entity(id=name, name=name, type=kind)]
    known = [each for each in entities.found.values() if each.type == kind]
    return [each for each in known if str(each.id) == str(key) or (key is None and each.name == name)][:1]


def _open_root(given: Mapping[str, Any], answer: Any, entities: Entities) -> Iterator[Action]:
    """Yield the action that opens the entity that an answer is about."""
    root = Entities()
    root.add(answer.get("center") or {name: each for name, each in answer.items() if not isinstance(each, list)})
    shown = [*root.found.values()][:1] or _find_named(given.get("type"), given.get("id"), given.get("name"), entities)
    for each in shown:
        key = {"name": each.id} if each.type in ("genre", "style") else {"id": each.id}
        yield Action(action="open_entity", title=f"Open {each.name}", url=_link(type=each.type, **key))
