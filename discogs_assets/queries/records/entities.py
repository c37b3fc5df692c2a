"""Entities: how parameters name them, their nodes, and their whole records."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import Id, Question, Result, Text, question
from discogs_assets.queries.records.mentions import Mentions, collect, look_up, read_mentions
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity

Kind = Literal["artist", "label", "master", "release", "genre", "style"]

CANDIDATES = 25
"""Entities of one name that a problem lists."""

TYPE = Annotated[Kind, Field(description="Type of the entity.")]
NAME = Annotated[Text, Field(description="Its name or title. If several entities bear it, the answer is 409 with all.")]
ID = Annotated[Id | None, Field(description="Its Discogs id, instead of the name; genres and styles have none.")]


@dataclass(frozen=True, slots=True)
class Label:
    """Node label of a type of entity: its key, and the property with the name."""

    label: str
    key: str
    name: str


LABELS: dict[Kind, Label] = {
    "artist": Label("Artist", "id", "name"),
    "label": Label("Label", "id", "name"),
    "master": Label("Master", "id", "title"),
    "release": Label("Release", "id", "title"),
    "genre": Label("Genre", "name", "name"),
    "style": Label("Style", "name", "name"),
}


FACTS: dict[Kind, str] = {
    "master": ", artist: n.artist, year: n.year",
    "release": ", artist: n.artist, year: n.year, country: n.country",
}
"""Properties that tell entities of one name from one another."""


class Named(Result):
    """An entity; the id of a genre or style is its name."""

    id: int | str
    name: str | None
    type: Kind


async def find_entity(at: Reading, kind: Kind, name: str, id: int | None) -> Named:  # noqa: A002
    """Return the entity of this type with the id, or else with the name.

    Raises QuestionError: 404 if there is none or none is named, 409 if several have the name.
    """
    of = LABELS[kind]
    if id is None and not name:
        raise QuestionError(404, f"neither a name nor an id of the {kind} is given, expected one of them")
    by, value = (of.key, id) if id is not None and of.key == "id" else (of.name, name)
    statement = (
        f"MATCH (n:{of.label} {{{by}: $value}}) "
        f"RETURN {{id: n.{of.key}, name: n.{of.name}{FACTS.get(kind, '')}}} AS row ORDER BY row.id LIMIT {CANDIDATES}"
    )
    found = [{**row, "type": kind} for row in await at.cypher(statement, value=value)]
    if not found:
        advice = "" if by == "id" else ". Names must be exact: /api/autocomplete and /api/search find others"
        raise QuestionError(404, f"there is no {kind} with the {by} {value!r} in {at.publication.month}{advice}")
    if len(found) > 1:
        raise QuestionError(
            409,
            f"several {kind}s have the {by} {value!r}. Ask by the id of one.",
            candidates=found,
        )
    return Named(**{name: found[0][name] for name in Named.model_fields})


class Artist(Named):
    """An artist's node."""

    type: Literal["artist"] = "artist"
    genres: list[str]
    """Genres of its releases, the most frequent first."""
    styles: list[str]
    """Styles of its releases, the most frequent first; at most 50."""
    release_count: int
    """Releases with it as a main artist; 0 for placeholders such as Various, which the graph leaves out."""
    credit_count: int = 0
    """Credits: roles on releases, each once per release; `credits_person` lists them."""
    groups: list[dict[str, JsonValue]]


class LabelNode(Named):
    """A label's node."""

    type: Literal["label"] = "label"
    release_count: int
    artist_count: int
    genre_count: int
    first_year: int | None
    parent: dict[str, JsonValue] | None


class Work(Named):
    """A master's or a release's node, from its record."""

    type: Literal["master", "release"]
    year: int | None
    artists: list[dict[str, JsonValue]]
    labels: list[dict[str, JsonValue]]
    genres: list[str]
    styles: list[str]
    country: str | None
    master_id: int | None


class Category(Named):
    """A genre's or a style's node."""

    type: Literal["genre", "style"]
    release_count: int
    artist_count: int
    label_count: int
    first_year: int | None = None


Node = Annotated[Artist | LabelNode | Work | Category, Field(discriminator="type")]

ARTIST = """
MATCH (n:Artist {id: $id})
CALL (n) { MATCH (n)<-[:BY]-(r:Release) RETURN count(r) AS release_count }
CALL (n) {
    MATCH (n)<-[:BY]-(:Release)-[:IS]->(g:Genre) WITH g.name AS name, count(*) AS times
    ORDER BY times DESC, name RETURN collect(name) AS genres
}
CALL (n) {
    MATCH (n)<-[:BY]-(:Release)-[:IS]->(s:Style) WITH s.name AS name, count(*) AS times
    ORDER BY times DESC, name LIMIT 50 RETURN collect(name) AS styles
}
CALL (n) {
    MATCH (n)-[:MEMBER_OF]->(g:Artist) WITH DISTINCT g ORDER BY g.name, g.id
    RETURN collect({id: g.id, name: g.name}) AS groups
}
RETURN n {.id, .name, release_count: release_count, genres: genres, styles: styles, groups: groups} AS row
"""

LABEL = """
MATCH (n:Label {id: $id})
OPTIONAL MATCH (n)-[:SUBLABEL_OF]->(p:Label) WITH n, p ORDER BY p.id LIMIT 1
RETURN n {.id, .name, .release_count, .artist_count, .genre_count, .first_year, parent: p {.id, .name}} AS row
"""

RELEASE = """
SELECT id, title AS name, 'release' AS type, year, country, nullif(master_id, 0) AS master_id, data
FROM {releases} r WHERE id = %(id)s
"""
MASTER = """
SELECT id, title AS name, 'master' AS type, year, NULL AS country, NULL AS master_id, data
FROM {masters} m WHERE id = %(id)s
"""

CREDITS = "SELECT coalesce(sum(credits), 0)::bigint AS credits FROM {credit_totals} t WHERE artist_id = %(id)s"

PARTS = ("artists", "labels", "genres", "styles")


@question("/node/{id:path}", "postgres", "neo4j", example={"id": "45467", "type": "artist"})
async def node(
    at: Reading,
    id: Annotated[Text, Field(description="Discogs id; of a genre or style, its name.")],  # noqa: A002
    type: TYPE,  # noqa: A002
) -> Node:
    """Return an entity as the graph shows it.

    Artists and labels come with counts of their releases, masters and releases with the artists and labels that they
    name, genres and styles with their statistics.
    """
    if type in ("genre", "style"):
        return await _category(at, type, id)
    number = _number(type, id)
    if type in ("master", "release"):
        return await _work(at, type, number)
    found = await at.cypher(ARTIST if type == "artist" else LABEL, id=number)
    row = _only(at, type, id, found)
    if type == "label":
        return LabelNode(**row)
    (counted,) = await at.sql(CREDITS, id=number) if at.has("credit_totals") else [{"credits": 0}]
    return Artist(**row, credit_count=counted["credits"])


async def _category(at: Reading, kind: Kind, name: str) -> Category:
    statement = f"MATCH (n:{LABELS[kind].label} {{name: $name}}) RETURN properties(n) AS row"
    found = _only(at, kind, name, await at.cypher(statement, name=name))
    return Category(id=name, type=kind, **found)


async def _work(at: Reading, kind: Kind, id: int) -> Work:  # noqa: A002
    row = _only(at, kind, str(id), await at.sql(RELEASE if kind == "release" else MASTER, id=id))
    data = row.pop("data")
    return Work(**row, **{part: data.get(part) or [] for part in PARTS})


def _number(kind: Kind, text: str) -> int:
    """Return the id; raises QuestionError (404) for a text that is none."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise QuestionError(404, f"there is no {kind} with the id {text!r}, expected a number")
    return int(text)


def _only(at: Reading, kind: str, id: str, rows: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: A002
    if not rows:
        raise QuestionError(404, f"there is no {kind} with the id {id!r} in {at.publication.month}")
    return rows[0]


class Record(Mentions):
    """A whole record."""

    type: Kind
    id: int
    data: dict[str, JsonValue]
    """The record as in the dump, without keys that have no value."""
    names: dict[str, dict[int, str]]
    """By type and id, the names of the records that its texts mention by id alone, as in [l38404]."""


MARKUP = re.compile(r"\[([almr])=?([1-9][0-9]{0,9})\]", re.IGNORECASE)
MARKED: dict[str, str] = {"a": "artist", "l": "label", "m": "master", "r": "release"}
TEXTS = ("profile", "notes")
"""Ids in the markup of these parts of a record."""


EXAMPLES = {"artists": 45467, "labels": 281, "masters": 10362, "releases": 1873013}


async def _read_record(at: Reading, kind: str, id: int, data: dict[str, Any]) -> Record:  # noqa: A002
    texts = "\n".join(data.get(part) or "" for part in TEXTS)
    marked = {(MARKED[of.lower()], int(key)) for of, key in MARKUP.findall(texts)}
    rows = await look_up(at, {*collect(data), *marked})
    names: dict[str, dict[int, str]] = {}
    for row in rows:
        if (row["type"], row["id"]) in marked and row["name"]:
            names.setdefault(row["type"], {})[row["id"]] = row["name"]
    return Record(type=kind, id=id, data=data, names=names, **read_mentions(rows))


def _declare_record(entity: Entity) -> Question:
    """Return the question for the whole record of an entity."""

    async def record(at: Reading, id: Annotated[Id, Field(description="Discogs id.")]) -> Record:  # noqa: A002
        statement = f"SELECT data FROM {{{entity.name}}} e WHERE id = %(id)s"
        row = _only(at, entity.record, str(id), await at.sql(statement, id=id))
        return await _read_record(at, entity.record, id, row["data"])

    record.__name__ = entity.record
    record.__doc__ = f"Return the whole record of {'an' if entity.record[0] in 'aeiou' else 'a'} {entity.record}."
    return question(f"/{entity.name}/{{id}}", "postgres", example={"id": EXAMPLES[entity.name]})(record)


RECORDS = tuple(map(_declare_record, ENTITIES))
"""Questions for the whole records of the four entities."""
