"""Values of Neo4j as plain Python values: nodes, relationships and paths, dates and durations, points."""

import json
from collections.abc import Mapping
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from discogs_assets.stores.query_result import Element


def plain(value: Any) -> Any:
    """Return the value without driver types. Graph elements take the JSON form of Neo4j's HTTP API."""
    match value:
        case Node() | Relationship() | Path():
            return Element(_json(value), _text(value))
        case list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case Date() | DateTime() | Time() | Duration():
            return value.iso_format()
        case Point():
            return {"srid": value.srid, "coordinates": [*value]}
        case _:
            return value


def _json(value: Node | Relationship | Path) -> Any:
    if isinstance(value, Path):
        return [_json(each) for each in _steps(value)]
    properties = plain(dict(value))
    if isinstance(value, Node):
        return {"elementId": value.element_id, "labels": sorted(value.labels), "properties": properties}
    ends = (value.start_node, value.end_node)
    start, end = (each.element_id if each else None for each in ends)
    about = {"elementId": value.element_id, "startNodeElementId": start, "endNodeElementId": end}
    return {**about, "type": value.type, "properties": properties}


def _steps(path: Path) -> list[Node | Relationship]:
    """Return the path's nodes and relationships, alternating."""
    steps: list[Node | Relationship] = [path.nodes[0]]
    for relationship, node in zip(path.relationships, path.nodes[1:], strict=True):
        steps += [relationship, node]
    return steps


def _text(value: Node | Relationship | Path) -> str:
    if isinstance(value, Node):
        labels = "".join(f":{label}" for label in sorted(value.labels))
        return f"({' '.join(filter(None, [labels, _properties(value)]))})"
    if isinstance(value, Relationship):
        return f"[{' '.join(filter(None, [f':{value.type}', _properties(value)]))}]"
    text = _text(value.nodes[0])
    for before, relationship, after in zip(value.nodes, value.relationships, value.nodes[1:], strict=False):
        left, right = ("-", "->") if relationship.start_node == before else ("<-", "-")
        text += f"{left}{_text(relationship)}{right}{_text(after)}"
    return text


def _properties(of: Mapping[str, Any]) -> str:
    said = (f"{name}: {json.dumps(plain(of[name]), ensure_ascii=False, default=str)}" for name in sorted(of.keys()))
    joined = ", ".join(said)
    return f"{{{joined}}}" if joined else ""
