"""The ledger: the node in which a database that is loaded over Bolt says what it holds, and how far a load has come.

What belongs here: what it says, reading it, and moving it on. What doesn't: what is loaded (see `bolt`).

It is written in the transaction of what it tells of, and only by who has seen what it said before: a load that was cut
off goes on where it ended, and of two at once one gives way. Stages of a load that are sent side by side have a node
each, so that none waits for another's transaction; they carry the mark of their load, and go when another begins.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import neo4j

from discogs_assets.errors import BusyError
from discogs_assets.schema import cypher
from discogs_assets.stores.neo4j import Graph


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a database holds: the graph `tables` of a month, by their digest, made from `dumps` (as JSON).

    While it is `loading` readers see some of the month, beside some of the `previous` one if it comes about by changes;
    `load` marks the stages of that load, and `sent` is how many rows of them are there. It is `broken` if the database
    turned out to hold something else. `form` is that of `streams.bolt`.
    """

    month: str = ""
    tables: str = ""
    dumps: str = "{}"
    state: Literal["loading", "whole", "broken"] = "whole"
    form: int = 0
    previous: str | None = None
    previous_tables: str | None = None
    load: str = ""
    sent: int = field(default=0, compare=False)

    @property
    def whole(self) -> bool:
        """Whether readers see the month, and nothing else."""
        return self.state == "whole"

    def __str__(self) -> str:
        """What readers see, in words."""
        if self.whole:
            return self.month
        doing = "being loaded" if self.state == "loading" else "half loaded and changed by others,"
        return f"{self.month} {doing} over {self.previous or 'nothing'} ({self.sent:,} rows sent)"


WRITTEN = tuple(each.name for each in fields(Ledger) if each.compare)
"""What the node says of it; the rest is counted."""


def read(graph: Graph) -> Ledger | None:
    """What the database holds, None if it was never loaded over Bolt."""
    rows = graph.ask(cypher.READ_LEDGER)
    return _said(rows[0]) if rows else None


def stages(graph: Graph) -> dict[str, int]:
    """For each stage of the load under way how many of its rows are there."""
    return {row["stage"]: row["rows"] for row in graph.ask(cypher.READ_STAGES)}


def move(
    transaction: neo4j.ManagedTransaction, before: Ledger | None, after: Ledger, stages: Collection[str] | None = None
) -> None:
    """Let it say something else when the transaction is committed; BusyError if it does not say what was there before.

    Until then no other transaction gets past this. The `stages` of a load that begins take the place of those that are
    there; otherwise these become the load's that it says now, and whoever has sent them until then gives way.
    """
    if transaction.run(cypher.LOCK_LEDGER).consume().counters.nodes_created:
        found = None
    else:
        found = _said(transaction.run(cypher.READ_LEDGER).single(strict=True))
    if found != before:
        raise BusyError(
            f"Neo4j is loaded by another process: its ledger (:Load {{source: 'discogs'}}) says {found}, expected "
            f"{before}. Wait for it to end, then run again."
        )
    transaction.run(cypher.WRITE_LEDGER, ledger={name: getattr(after, name) for name in WRITTEN}).consume()
    if stages is None:
        transaction.run(cypher.MARK_STAGES, load=after.load).consume()
    else:
        transaction.run(cypher.CLEAR_STAGES).consume()
        transaction.run(cypher.ADD_STAGES, stages=[*stages], load=after.load).consume()


def advance(transaction: neo4j.ManagedTransaction, at: Ledger, stage: str, before: int, after: int) -> None:
    """Let a stage say that rows of it are there when the transaction is committed; BusyError if others moved it."""
    places = {"stage": stage, "load": at.load, "before": before, "after": after}
    if not transaction.run(cypher.MOVE_STAGE, places).single(strict=True)["moved"]:
        raise BusyError(
            f"Neo4j is loaded by another process: it has gone on with {stage!r} of {at.month} from row {before:,}. "
            "Wait for it to end, then run again."
        )


def _said(row: Mapping[str, Any]) -> Ledger:
    """What a row of `cypher.READ_LEDGER` says."""
    return Ledger(**{name: value for name, value in row["ledger"].items() if name in WRITTEN}, sent=row["sent"])
