"""Entities that records mention: those without a record of their own in the month, and the names of others."""

from collections.abc import Iterator, Sequence
from typing import Any

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result

PARTS = {
    **dict.fromkeys(("artists", "extraartists", "aliases", "members", "groups"), "artist"),
    **dict.fromkeys(("labels", "series", "companies", "sublabels", "parentLabel"), "label"),
}
"""Types of the references that a part of a record holds."""

IDS = {"master_id": "master", "main_release": "release"}
"""Types of the values that are ids."""


NAMES = {"artist": "name", "label": "name", "master": "title", "release": "title"}
"""Columns with the names of records, by type."""


class Mentions(Result):
    """Ids that lead nowhere: a dump names records that it does not contain."""

    absent: dict[str, list[int]]
    """By type, the ids that the answer mentions and that have no record of their own in the month, ascending."""
    credited: list[int]
    """Artists among them with credits: `credits_person` lists these."""


async def find_mentions(at: Reading, documents: Sequence[Any]) -> dict[str, Any]:
    """Return the fields of `Mentions` for documents in the form of `data`."""
    return read_mentions(await look_up(at, set(collect(list(documents)))))


def collect(value: Any, kind: str | None = None) -> Iterator[tuple[str, int]]:
    """Yield the type and id of each reference in a document, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from collect(each, kind)
    elif isinstance(value, dict):
        if kind and value.get("id"):
            yield kind, value["id"]
        for name, each in value.items():
            if name in IDS and each:
                yield IDS[name], each
            yield from collect(each, PARTS.get(name))


async def look_up(at: Reading, mentioned: set[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return `type`, `id`, `name`, `absent` and `credited` of each, in one query.

    Types that are not loaded are left out.
    """
    ids = {kind: [key for of, key in mentioned if of == kind] for kind in sorted({of for of, _ in mentioned})}
    loaded = [kind for kind in ids if at.has(f"{kind}s")]
    if not loaded:
        return []
    counted = "r.id IS NULL AND EXISTS (SELECT FROM {credit_totals} t WHERE t.artist_id = m.id)"
    credited = {"artist": counted} if at.has("credit_totals") else {}
    return await at.sql(
        " UNION ALL ".join(
            f"SELECT '{kind}' AS type, m.id, r.{NAMES[kind]} AS name, r.id IS NULL AS absent, "
            f"{credited.get(kind, 'false')} AS credited "
            f"FROM unnest(%({kind})s::bigint[]) AS m (id) LEFT JOIN {{{kind}s}} r ON r.id = m.id"
            for kind in loaded
        )
        + " ORDER BY type, id",
        **{kind: ids[kind] for kind in loaded},
    )


def read_mentions(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of `Mentions`."""
    absent: dict[str, list[int]] = {}
    for row in rows:
        if row["absent"]:
            absent.setdefault(row["type"], []).append(row["id"])
    return {"absent": absent, "credited": [row["id"] for row in rows if row["credited"]]}
