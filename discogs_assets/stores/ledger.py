"""The ledger: the node in which a database that is loaded over Bolt says what it holds, and how far a load has come.

What belongs here: what it says, reading it, and moving it on. What doesn't: what is loaded (see `bolt`).

It is written in the transaction of what it tells of, and only by who has seen what it said before: a load that was cut
off goes on where it ended, and of two at once one gives way.
"""

from dataclasses import asdict, dataclass, fields
from typing import Literal

import neo4j

from discogs_assets.errors import BusyError
from discogs_assets.schema import cypher
from discogs_assets.stores.neo4j import Graph


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a database holds: the graph `tables` of a month, by their digest, made from `dumps` (as JSON).

    While it is `loading` readers see some of the month, beside some of the `previous` one if it comes about by changes:
    all stages before the one numbered `step`, and of that one, called `stage`, so many rows. It is `broken` if the
    database turned out to hold something else. `form` is that of `streams.bolt`.
    """

    month: str = ""
    tables: str = ""
    dumps: str = "{}"
    state: Literal["loading", "whole", "broken"] = "whole"
    form: int = 0
    previous: str | None = None
    previous_tables: str | None = None
    step: int = 0
    stage: str | None = None
    rows: int = 0

    @property
    def whole(self) -> bool:
        """Whether readers see the month, and nothing else."""
        return self.state == "whole"

    def __str__(self) -> str:
        """What readers see, in words."""
        if self.whole:
            return self.month
        doing = "being loaded" if self.state == "loading" else "half loaded and changed by others,"
        return f"{self.month} {doing} over {self.previous or 'nothing'} ({self.stage or 'begun'})"


def read(graph: Graph) -> Ledger | None:
    """What the database holds, None if it was never loaded over Bolt."""
    rows = graph.ask(cypher.READ_LEDGER)
    return _said(rows[0]["ledger"]) if rows else None


def move(transaction: neo4j.ManagedTransaction, before: Ledger | None, after: Ledger) -> None:
    """Let it say something else when the transaction is committed; BusyError if it does not say what was there before.

    Until then no other transaction gets past this.
    """
    if transaction.run(cypher.LOCK_LEDGER).consume().counters.nodes_created:
        found = None
    else:
        found = _said(transaction.run(cypher.READ_LEDGER).single(strict=True)["ledger"])
    if found != before:
        raise BusyError(
            f"Neo4j is loaded by another process: its ledger (:Load {{source: 'discogs'}}) says {found}, expected "
            f"{before}. Wait for it to end, then run again."
        )
    transaction.run(cypher.WRITE_LEDGER, ledger=asdict(after)).consume()


def _said(properties: dict[str, object]) -> Ledger:
    known = {field.name for field in fields(Ledger)}
    return Ledger(**{name: value for name, value in properties.items() if name in known})  # type: ignore[arg-type]
