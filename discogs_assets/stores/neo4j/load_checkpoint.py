"""The ledger: the checkpoint node of a database loaded over Bolt, with its month and the progress of a load."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import neo4j

from discogs_assets.errors import BusyError
from discogs_assets.schema.backends import cypher
from discogs_assets.stores.neo4j.driver import Graph


@dataclass(frozen=True, slots=True)
class Ledger:
    """The graph `tables` of a month, by digest, that a database holds, made from `dumps` (JSON).

    While the state is `loading`, readers see a part of the month and, if the load applies changes, a part of the
    `previous` one. `load` marks the process that carries out that load, and `rows` are the rows sent of each stage. The
    state is `broken` if the database turned out to hold something else. `form` is the form of `streams.graph.bolt`.

    The ledger is written in the transaction of the data it describes, and only if it is unchanged since it was read. So
    an interrupted load resumes where it stopped, and one of two concurrent loads gives way.
    """

    month: str = ""
    tables: str = ""
    dumps: str = "{}"
    state: Literal["loading", "whole", "broken"] = "whole"
    form: int = 0
    previous: str | None = None
    previous_tables: str | None = None
    load: str = ""
    rows: Sequence[int] = field(default=(), compare=False)

    @property
    def whole(self) -> bool:
        """True if readers see the month and nothing else."""
        return self.state == "whole"

    @property
    def sent(self) -> int:
        """Rows sent by the load in progress."""
        return sum(self.rows)

    def __str__(self) -> str:
        """Return the state that readers see, in words."""
        if self.whole:
            return self.month
        doing = "being loaded" if self.state == "loading" else "half loaded and changed by others,"
        return f"{self.month} {doing} over {self.previous or 'nothing'} ({self.sent:,} rows sent)"


FIELDS = {each.name for each in fields(Ledger)}
"""Fields stored in the node; other versions may store more."""


def read(graph: Graph) -> Ledger | None:
    """Return the ledger of the database, None if it was never loaded over Bolt."""
    return _parse(graph.ask(cypher.READ_LEDGER))


def move(
    transaction: neo4j.ManagedTransaction, before: Ledger | None, after: Ledger, rows: Sequence[int] | None = None
) -> Ledger:
    """Replace the ledger in the transaction and return the new one. Raises BusyError if it is not `before` any more.

    `rows` are the rows sent of each stage; None leaves them as they are.
    """
    # The write locks the node: no other transaction gets past this until the end of this one.
    created = transaction.run(cypher.LOCK_LEDGER).consume().counters.nodes_created
    found = None if created else _parse(transaction.run(cypher.READ_LEDGER).data())
    if found != before:
        raise BusyError(
            f"Neo4j is loaded by another process: its ledger (:Load {{source: 'discogs'}}) says {found}, expected "
            f"{before}. Wait for it to end, then run again."
        )
    after = replace(after, rows=(found.rows if found else ()) if rows is None else rows)
    transaction.run(cypher.WRITE_LEDGER, ledger={**asdict(after), "rows": [*after.rows]}).consume()
    return after


def advance(transaction: neo4j.ManagedTransaction, at: Ledger, stage: int, before: int, after: int) -> None:
    """Record in the transaction that a stage has sent its rows up to `after`. Raises BusyError if others moved it.

    Call it last: it locks the ledger until the end of the transaction, and other stages wait for it.
    """
    places = {"stage": stage, "load": at.load, "before": before, "after": after}
    if not transaction.run(cypher.ADVANCE_LEDGER, places).single(strict=True)["done"]:
        raise BusyError(
            f"Neo4j is loaded by another process: it has continued the load of {at.month} from row {before:,} of stage "
            f"{stage + 1}. Wait for it to end, then run again."
        )


def _parse(rows: list[dict[str, Any]]) -> Ledger | None:
    """Return the ledger from the result of `cypher.READ_LEDGER`."""
    known = [{name: value for name, value in row["ledger"].items() if name in FIELDS} for row in rows]
    return Ledger(**known[0]) if known else None
