"""Latency of common PostgreSQL queries: each query's plan and the median of its times."""

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

ASKED = 15
"""Executions of each query, each with another parameter value."""

DRAWING = sql.SQL(
    "SELECT it FROM (SELECT {about} AS it, row_number() OVER () AS n FROM {view} WHERE {drawn} LIMIT 100000) drawn "
    "ORDER BY hashint8(n) LIMIT {asked}"
)

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A query with one parameter, `%(it)s`; its values are the expression `about`, drawn from rows of a view.

    `drawn` is the condition on these rows.
    """

    name: str
    statement: LiteralString
    about: LiteralString
    view: LiteralString
    drawn: LiteralString = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's plan and times in milliseconds; `indexed` is True if the plan reads no table sequentially.

    `rows` is the sum over all executions.
    """

    question: str
    rows: int
    median_ms: float
    slowest_ms: float
    indexed: bool
    plan: str


QUESTIONS = (
    Question("a release by id", "SELECT * FROM releases WHERE id = %(it)s", "id", "releases"),
    Question("an artist by name", "SELECT id, name FROM artists WHERE name = %(it)s", "name", "artists"),
    Question(
        "artists whose name begins so, without accents and capitals",
        "SELECT id, name FROM artists WHERE plain(name) LIKE plain(%(it)s) || '%%' LIMIT 20",
        "left(name, 6)",
        "artists",
        "length(name) > 6 AND name !~ '[%_\\\\]'",
    ),
    Question(
        "releases with this in the title",
        "SELECT id, title FROM releases WHERE title ILIKE '%%' || %(it)s || '%%' LIMIT 20",
        "substr(title, 3, 8)",
        "releases",
        "length(title) > 12 AND title !~ '[%_\\\\]'",
    ),
    Question(
        "releases with all these words in the title",
        "SELECT id, title FROM releases WHERE words(title) @@ all_words(%(it)s) LIMIT 20",
        "title",
        "releases",
        "title <> ''",
    ),
    Question(
        "releases of an artist",
        "SELECT r.id, r.title, r.year FROM release_artists a JOIN releases r ON r.id = a.release_id "
        "WHERE a.artist_id = %(it)s ORDER BY r.year LIMIT 100",
        "artist_id",
        "release_artists",
        "artist_id IS NOT NULL",
    ),
    Question(
        "releases that credit an artist, on the whole or on a track",
        "SELECT release_id, role FROM credits WHERE artist_id = %(it)s UNION ALL "
        "SELECT release_id, role FROM track_credits WHERE artist_id = %(it)s LIMIT 100",
        "artist_id",
        "credits",
        "artist_id IS NOT NULL",
    ),
    Question(
        "releases of a label by catalogue number",
        "SELECT release_id, catno FROM release_labels WHERE label_id = %(it)s ORDER BY catno_code LIMIT 100",
        "label_id",
        "release_labels",
        "label_id IS NOT NULL",
    ),
    Question(
        "a catalogue number, however it is written",
        "SELECT release_id, name FROM release_labels WHERE catno_code = code(%(it)s) LIMIT 100",
        "lower(catno)",
        "release_labels",
        "catno_code <> 'NONE'",
    ),
    Question(
        "a barcode, however it is written",
        "SELECT release_id FROM identifiers WHERE value_code = code(%(it)s) AND type = 'Barcode' LIMIT 100",
        "value",
        "identifiers",
        "type = 'Barcode' AND value_code <> ''",
    ),
    Question(
        "the tracks of a release with their artists",
        "SELECT t.position, t.title, t.duration, a.name FROM tracks t LEFT JOIN track_artists a "
        "USING (release_id, track, sub_track) WHERE t.release_id = %(it)s ORDER BY track, sub_track, ordinal",
        "release_id",
        "tracks",
    ),
    Question(
        "the versions of a master",
        "SELECT id, title, country, year FROM releases WHERE master_id = %(it)s ORDER BY year LIMIT 100",
        "master_id",
        "releases",
        "master_id IS NOT NULL",
    ),
    Question("releases of a year", "SELECT id, title FROM releases WHERE year = %(it)s LIMIT 50", "year", "releases"),
    Question(
        "releases of a country and year",
        "SELECT id, title FROM releases WHERE country = 'US' AND year = %(it)s LIMIT 50",
        "year",
        "releases",
        "country = 'US' AND year IS NOT NULL",
    ),
    Question(
        "releases of a style",
        "SELECT r.id, r.title FROM styles s JOIN releases r ON r.id = s.release_id WHERE s.style = %(it)s LIMIT 50",
        "style",
        "styles",
    ),
    Question(
        "releases of a genre and year",
        "SELECT r.id, r.title FROM releases r WHERE r.year = %(it)s AND EXISTS "
        "(SELECT FROM genres g WHERE g.release_id = r.id AND g.genre = 'Rock') LIMIT 50",
        "year",
        "releases",
        "year IS NOT NULL",
    ),
    Question(
        "members of a group, and its aliases",
        "SELECT name FROM artist_members WHERE artist_id = %(it)s UNION ALL "
        "SELECT name FROM artist_aliases WHERE artist_id = %(it)s",
        "artist_id",
        "artist_members",
    ),
    Question(
        "groups of which an artist is a member",
        "SELECT artist_id FROM artist_members WHERE member_id = %(it)s LIMIT 100",
        "member_id",
        "artist_members",
        "member_id IS NOT NULL",
    ),
    Question(
        "labels that belong to a label",
        "SELECT id, name FROM labels WHERE parent_label_id = %(it)s LIMIT 100",
        "parent_label_id",
        "labels",
        "parent_label_id IS NOT NULL",
    ),
    Question(
        "releases on which a company had a part",
        "SELECT release_id, entity_type_name FROM companies WHERE label_id = %(it)s LIMIT 100",
        "label_id",
        "companies",
        "label_id IS NOT NULL",
    ),
)


def answers(url: str) -> Iterator[Answer]:
    """Yield the answer to each query on the published month, one after another; skip queries without values to draw."""
    with psycopg.connect(url, autocommit=True) as connection:
        for question in QUESTIONS:
            things = draw(connection, question)
            if things:
                yield _answered(connection, question, things)


def draw(connection: Connection, question: Question) -> list[Any]:
    """Return parameter values for a query, spread over the first 100,000 matching rows of its view.

    Drawing them from the server's data makes the queries work on any month, generated or real.
    """
    parts = {"about": question.about, "view": question.view, "drawn": question.drawn or "true"}
    statement = DRAWING.format(**{name: sql.SQL(part) for name, part in parts.items()}, asked=ASKED)
    found = connection.execute(statement)
    return [thing for (thing,) in found.fetchall() if thing is not None]


def explained(connection: Connection, question: Question, thing: object) -> str:
    """Return the server's plan for the query."""
    lines = connection.execute(f"EXPLAIN {question.statement}", {"it": thing}).fetchall()
    return "\n".join(line for (line,) in lines)


def indexed(plan: str) -> bool:
    """Return True if the plan has no sequential scan."""
    return re.search(r"\bSeq Scan\b", plan) is None


def _answered(connection: Connection, question: Question, things: list[Any]) -> Answer:
    plan, took, rows = explained(connection, question, things[0]), list[float](), 0
    for thing in things:
        began = time.perf_counter()
        rows += len(connection.execute(question.statement, {"it": thing}).fetchall())
        took.append(1000 * (time.perf_counter() - began))
    return Answer(question.name, rows, round(statistics.median(took), 2), round(max(took), 2), indexed(plan), plan)
