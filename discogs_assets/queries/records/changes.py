"""Changes of records from month to month."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page, read_rows
from discogs_assets.queries.question import Id, Month, Offset, Result, question

EntityName = Literal["artists", "labels", "masters", "releases"]
Change = Literal["added", "changed", "removed"]

IN_MONTH = Annotated[Month, Field(description="Month with the changes, such as 2026-11.")]
LIMIT = Annotated[int, Field(ge=1, le=500, description="Rows of a page.")]
OFFSET = Annotated[Offset, Field(description="Rows to skip.")]


class Edit(Result):
    """A field that differs, or a record added or removed."""

    entity: EntityName
    id: int
    month: str
    """Month with the edit."""
    compared_with: str
    """Month compared with: the newest older one in the lake."""
    change: Change
    path: str
    """Field, such as tracklist[2].title with positions from 1; the name or title of a record added or removed."""
    before: str | None
    """Value before, null if there was none; lists and structs are JSON."""
    after: str | None
    name: str | None = None
    """Name or title of the record in the month asked, or of one removed in the month compared with, if it is loaded."""
    artist: str | None = None
    """Main artists of a release or master as one line, from the same month."""
    year: int | None = None


class Changes(Page):
    """A page of the edits of a month."""

    changes: list[Edit]


COLUMNS = "entity, id, month, compared_with, change, path, before, after"


FACTS = {
    **dict.fromkeys(("artists", "labels"), "name, NULL AS artist, NULL::int AS year"),
    **dict.fromkeys(("masters", "releases"), "title AS name, artist, year"),
}
"""Columns that name a record, by entity."""

Facts = dict[tuple[str, int], dict[str, Any]]
"""Name, artist and year by entity and id."""


async def _name_records(at: Reading, rows: Sequence[dict[str, Any]]) -> list[Edit]:
    """Return the edits with the names of their records, which one query for each month reads."""
    found = await _read_facts(at, {(row["entity"], row["id"]) for row in rows})
    gone = {(row["entity"], row["id"]): row["compared_with"] for row in rows if row["change"] == "removed"}
    for month in sorted({month for key, month in gone.items() if key not in found}):
        try:
            older = Reading(at.readers, await at.readers.find(month))
        except QuestionError:
            continue  # It is no longer loaded.
        found |= await _read_facts(older, {key for key, of in gone.items() if of == month and key not in found})
    return [Edit(**row, **found.get((row["entity"], row["id"]), {})) for row in rows]


async def _read_facts(at: Reading, keys: Collection[tuple[str, int]]) -> Facts:
    entities = sorted({entity for entity, _ in keys if at.has(entity)})
    if not entities:
        return {}
    statements = (
        f"SELECT '{name}' AS entity, id, {FACTS[name]} FROM {{{name}}} e WHERE id = ANY(%({name})s)"
        for name in entities
    )
    ids = {name: [key for entity, key in keys if entity == name] for name in entities}
    return {(row.pop("entity"), row.pop("id")): row for row in await at.sql(" UNION ALL ".join(statements), **ids)}


@question("/changes/{in_month}", "postgres", example={"in_month": "2026-11", "entity": "labels"}, rows="changes")
async def changes(
    at: Reading,
    in_month: IN_MONTH,
    entity: Annotated[EntityName | None, Field(description="Only records of this entity.")] = None,
    change: Annotated[Change | None, Field(description="Only this kind of change.")] = None,
    limit: LIMIT = 100,
    offset: OFFSET = 0,
) -> Changes:
    """Return a page of the edits of a month, by entity, kind of change, id and place in the record.

    A record added or removed is one edit of its name or title. The first month in the lake has none.
    """
    await _require_month(at, in_month)
    filters = "".join(f" AND {name} = %({name})s" for name, value in (("entity", entity), ("change", change)) if value)
    statement = (
        f"SELECT {COLUMNS} FROM {{changes}} c WHERE month = %(in_month)s{filters} "
        "ORDER BY entity, change, id, ordinal LIMIT %(limit)s OFFSET %(offset)s"
    )
    values = {"in_month": in_month, "entity": entity, "change": change}
    rows, place = await read_rows(at, statement, limit, offset, **values)
    return Changes(changes=await _name_records(at, rows), **place)


async def _require_month(at: Reading, in_month: str) -> None:
    """Raise QuestionError (404) if the month is newer than the one that is asked."""
    if in_month > at.publication.month:
        raise QuestionError(
            404, f"{in_month} is newer than {at.publication.month}, the month asked. Ask for an older one: /api/months."
        )


class Count(Result):
    """Number of records with one kind of change."""

    entity: EntityName
    change: Change
    records: int
    edits: int
    """Number of fields that differ; 1 for each record added or removed."""


class ChangeCounts(Result):
    """Number of records added, changed and removed in a month."""

    compared_with: str | None
    """Month compared with; null if there are no changes."""
    counts: list[Count]


COUNTS = """
SELECT entity, change, count(*) AS records, sum(edits)::bigint AS edits, min(compared_with) AS compared_with FROM (
    SELECT entity, change, id, count(*) AS edits, min(compared_with) AS compared_with
    FROM {changes} c WHERE month = %(in_month)s GROUP BY entity, change, id
) AS changed GROUP BY entity, change ORDER BY entity, change
"""


@question("/changes/{in_month}/counts", "postgres", example={"in_month": "2026-11"}, rows="counts")
async def change_counts(at: Reading, in_month: IN_MONTH) -> ChangeCounts:
    """Count the records added, changed and removed in a month, by entity."""
    await _require_month(at, in_month)
    rows = await at.sql_once(COUNTS, in_month=in_month)
    compared = rows[0]["compared_with"] if rows else None
    return ChangeCounts(compared_with=compared, counts=[Count(**row) for row in rows])


class History(Page):
    """A page of a record's edits."""

    entity: EntityName
    id: int
    changes: list[Edit]


@question("/{entity}/{id}/history", "postgres", example={"entity": "labels", "id": 34231}, rows="changes")
async def history(
    at: Reading,
    entity: Annotated[EntityName, Field(description="Entity of the record.")],
    id: Annotated[Id, Field(description="Discogs id of the record.")],  # noqa: A002
    limit: LIMIT = 100,
    offset: OFFSET = 0,
) -> History:
    """Return a page of a record's edits over all months in the lake, the oldest first.

    A record without a page was never edited between these months.
    """
    statement = (
        f"SELECT {COLUMNS} FROM {{changes}} c WHERE entity = %(entity)s AND id = %(id)s "
        "ORDER BY month, ordinal LIMIT %(limit)s OFFSET %(offset)s"
    )
    rows, place = await read_rows(at, statement, limit, offset, entity=entity, id=id)
    if not rows and not await at.sql(f"SELECT 1 FROM {{{entity}}} e WHERE id = %(id)s", id=id):
        raise QuestionError(
            404, f"there is no record {id} among the {entity} of {at.publication.month}, nor edits of it"
        )
    return History(entity=entity, id=id, changes=await _name_records(at, rows), **place)


CHANGE_QUESTIONS = (change_counts, changes, history)
"""Questions about changes. The path of `history` fits many others: its route comes last."""
