"""The ledger: the checkpoint node of a database loaded over Bolt, with its month and the progress of a load."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import neo4j

from discogs_assets.errors import BusyError
from discogs_assets.schema.backends import cypher
from discogs_assets.stores.neo4j.driver import Graph


@dataclass(frozen=True, slots=True)
class Ledger:
    """The graph `tables` of a month, by digest, that a database holds, made from `dumps` (JSON).

    While the state is `loading`, readers see a part of the month and, if the load applies changes, a part of the
    `previous` one. `load` marks the stages of that load, and `sent` is the number of their rows sent. The state is
    `broken` if the database turned out to hold something else. `form` is the form of `streams.graph.bolt`.

    The ledger is written in the transaction of the data it describes, and only if it is unchanged since it was read. So
    an interrupted load resumes where it stopped, and one of two concurrent loads gives way. Stages sent in parallel
    have a node each, so that none waits for another's transaction. They carry the mark of their load and are deleted
    when another begins.
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
        """True if readers see the month and nothing else."""
        return self.state == "whole"

    def __str__(self) -> str:
        """Return the state that readers see, in words."""
        if self.whole:
            return self.month
        doing = "being loaded" if self.state == "loading" else "half loaded and changed by others,"
        return f"{self.month} {doing} over {self.previous or 'nothing'} ({self.sent:,} rows sent)"


WRITTEN = tuple(each.name for each in fields(Ledger) if each.compare)
"""Fields stored in the node; the others are counted."""


def read(graph: Graph) -> Ledger | None:
    """Return the ledger of the database, None if it was never loaded over Bolt."""
    rows = graph.ask(cypher.READ_LEDGER)
    return _said(rows[0]) if rows else None


def stages(graph: Graph) -> dict[str, int]:
    """Return the number of rows sent by stage of the current load."""
    return {row["stage"]: row["rows"] for row in graph.ask(cypher.READ_STAGES)}


def move(
    transaction: neo4j.ManagedTransaction, before: Ledger | None, after: Ledger, stages: Collection[str] | None = None
) -> None:
    """Replace the ledger in the transaction. Raises BusyError if it is not `before` any more.

    The `stages` of a load that begins replace the existing ones. Without them, the existing stages are marked with the
    load of `after`, so that a process still sending them gives way.
    """
    # The write locks the node: no other transaction gets past this until the end of this one.
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
    """Record in the transaction that a stage has sent its rows up to `after`. Raises BusyError if others moved it."""
    places = {"stage": stage, "load": at.load, "before": before, "after": after}
    if not transaction.run(cypher.MOVE_STAGE, places).single(strict=True)["moved"]:
        raise BusyError(
            f"Neo4j is loaded by another process: it has gone on with {stage!r} of {at.month} from row {before:,}. "
            "Wait for it to end, then run again."
        )


def _said(row: Mapping[str, Any]) -> Ledger:
    """Return the ledger from a row of `cypher.READ_LEDGER`."""
    return Ledger(**{name: value for name, value in row["ledger"].items() if name in WRITTEN}, sent=row["sent"])
