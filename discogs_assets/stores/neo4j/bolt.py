"""Load a month's graph over Bolt into a Neo4j that we do not run, in its readers' view."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import neo4j
from neo4j.exceptions import ClientError, ConstraintError, DatabaseError, Neo4jError

from discogs_assets import failpoints
from discogs_assets.errors import LoadError
from discogs_assets.schema.backends import cypher
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.stores.neo4j import load_checkpoint
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.neo4j.load_checkpoint import Ledger
from discogs_assets.stores.neo4j.sent_tables import SentTables
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import bolt, diff, integrity
from discogs_assets.streams.graph.bolt import Stage
from discogs_assets.streams.graph.files import Tables
from discogs_assets.streams.prefetch import prefetch_items

SECONDS_BETWEEN_LINES = 5.0
CLEARED = 10_000
"""Nodes or relationships deleted by one transaction when all of them are."""

SHOWN = 100
"""Maximum length of a shown key, in characters."""

OLDER = """ with --config-json '{"ops": {"neo4j": {"config": {"older": true}}}}'"""
"""Option that allows a month older than the one held."""

Log = Callable[[str], None]
Lookup = Callable[[str], Tables | None]
"""Lookup of a month's tables, as they are in the lake now."""


@dataclass(frozen=True, slots=True)
class Order:
    """A month to load.

    `older` allows a month older than the one held. `at_once` is the number of stages sent in parallel, each over its
    own connection.
    """

    tables: Tables
    older: bool = False
    at_once: int = 2


def load(graph: Graph, order: Order, sent: SentTables, lake: Lookup, log: Log) -> Ledger:
    """Change the database until it holds exactly the month's graph, and return its ledger.

    If the database holds another month whole, the differences between the graph tables of both months are applied. If
    the tables of the held month cannot be found, everything is replaced.

    Raises LoadError if the tables are unsound, or if the database holds a newer month or diverges from its ledger.
    Raises BusyError if another process loads it, ServerError if it does not answer. After an error or a kill, the next
    call with the same tables resumes the load.
    """
    found = load_checkpoint.read(graph)
    if found and found.month > order.tables.month and not order.older:
        raise LoadError(
            f"Neo4j at {graph.url} holds {found}, which is newer than {order.tables.month}; nothing was changed. To "
            f"load the older month all the same, materialise it{OLDER}."
        )
    order = replace(order, tables=sent.keep(order.tables))
    if found and found.whole and _same(found, order) and _counts(order.tables) == +Counter(graph.counts()):
        log(f"Neo4j holds {found.month} already")
        return found
    if faults := [*integrity.faults(order.tables)]:
        raise LoadError(
            f"The graph tables of {order.tables.month} are not sound, nothing was changed: {'; '.join(faults)}. "
            "Materialise graph/* of that month again."
        )
    begun, old = _begin(found, order, sent, lake, log)
    sent.sweep([begun.tables, begun.previous_tables])
    # Tables are compared, not records: the release count of a label changes although its record does not.
    stages = bolt.plan_changes(old, order.tables, sent.scratch()) if old else bolt.plan_load(order.tables)
    with graph.session() as session:
        for statement in (*cypher.constraints(), cypher.LEDGER_CONSTRAINT):
            session.run(neo4j.Query(statement)).consume()
        rows = None if begun == found else [0] * len(stages)
        ours = session.execute_write(load_checkpoint.move, found, replace(begun, load=uuid4().hex), rows)
        _Load(graph, session, ours, stages, log).carry_out(order.at_once)
        # Loading nodes into existing indexes takes twice the time.
        graph.index()
        whole = Ledger(begun.month, begun.tables, begun.dumps, form=begun.form, load=ours.load)
        session.execute_write(load_checkpoint.move, ours, whole, ())
    sent.sweep([whole.tables])
    return whole


def _begin(
    found: Ledger | None, order: Order, sent: SentTables, lake: Lookup, log: Log
) -> tuple[Ledger, Tables | None]:
    """Return the ledger to start or resume with, and the tables to change; None for a full reload."""
    tables = order.tables
    if found and found.state == "loading" and found.form == bolt.FORM and _same(found, order):
        old = _find(found.previous, found.previous_tables, sent, lake)
        if old or not found.previous_tables:
            log(f"resuming the load: {found}")
            return found, old
    dumps = json.dumps(parquet.versions(file for _, file in tables.files), sort_keys=True)
    begun = Ledger(tables.month, tables.digest, dumps, "loading", bolt.FORM)
    old, why = _find_held(found, order, sent, lake)
    if old is None:
        log(f"full reload: {why}")
        return begun, None
    log(f"Neo4j holds {old.month}; loading the differences to {tables.month}")
    return replace(begun, previous=old.month, previous_tables=old.digest), old


def _same(found: Ledger, order: Order) -> bool:
    return (found.month, found.tables) == (order.tables.month, order.tables.digest)


def _counts(tables: Tables) -> Counter[str]:
    """Return the number of nodes by label and of relationships by type, without zeros."""
    return sum((Counter({name: parquet.rows([file])}) for name, file in tables.files), Counter())


def _find_held(found: Ledger | None, order: Order, sent: SentTables, lake: Lookup) -> tuple[Tables | None, str]:
    """Return the tables that the database holds; None, and the reason, if they cannot be compared with the month's."""
    if found is None:
        return None, "Neo4j has no record of an earlier load"
    if found.state == "broken" or (found.whole and _same(found, order)):
        return None, "another program has changed the graph in Neo4j"
    if not found.whole:
        return None, f"a load of {found.month} was interrupted, and the graph tables that it needs have changed"
    old = _find(found.month, found.tables, sent, lake)
    if old is None:
        return None, f"the graph tables of {found.month} that Neo4j was loaded from are not in the lake any more"
    unlike = diff.incomparable(old, order.tables)
    return (None, f"{unlike} since {found.month}") if unlike else (old, "")


def _find(month: str | None, digest: str | None, sent: SentTables, lake: Lookup) -> Tables | None:
    """Return the tables with this digest, from the copies or the lake."""
    if not month or not digest:
        return None
    if kept := sent.find(month, digest):
        return kept
    found = lake(month)
    return sent.keep(found) if found and found.digest == digest else None


class _Load:
    """A load in progress: `_at` is its ledger, `_rows` the number of rows sent of each stage.

    Each batch is a transaction that also advances its stage in the ledger. Batches follow from the tables alone, so a
    resumed load continues each stage after the last committed batch.
    """

    def __init__(self, graph: Graph, session: neo4j.Session, at: Ledger, stages: Sequence[Stage], log: Log) -> None:
        self._graph, self._session, self._at, self._stages, self._log = graph, session, at, stages, log
        self._rows = [*at.rows]
        self._ended = threading.Event()
        self._logged = time.monotonic()

    def carry_out(self, at_once: int) -> None:
        """Send all unsent rows. Stages of one kind are sent in parallel, the largest first."""
        if not any(self._rows) and self._at.previous is None:
            self._clear()
        largest_first = sorted(enumerate(self._stages), key=lambda each: each[1].rows, reverse=True)
        try:
            if len(self._rows) != len(self._stages):
                raise _DivergedError("the ledger lacks the rows sent of each stage")
            for kind in dict.fromkeys(stage.kind for stage in self._stages):
                self._send_in_parallel([number for number, stage in largest_first if stage.kind == kind], at_once)
        except _DivergedError as error:
            self._session.execute_write(load_checkpoint.move, self._at, replace(self._at, state="broken"))
            raise LoadError(
                f"Neo4j at {self._graph.url} diverges from its ledger: another program has changed the graph "
                f"({error}). Run again for a full reload."
            ) from error

    def _send_in_parallel(self, numbers: Sequence[int], at_once: int) -> None:
        """Send the stages, over a connection each. After an error in one, the others stop at the end of their batch."""
        # A third faster on two cores, the server's included. Relationships of two types may deadlock at shared nodes:
        # the server then ends one transaction, and the driver retries it.
        with ThreadPoolExecutor(at_once, "stage") as pool:
            try:
                for done in as_completed([pool.submit(self._send, number) for number in numbers]):
                    done.result()
            except BaseException:
                self._ended.set()
                raise

    def _send(self, number: int) -> None:
        """Send the unsent rows of a stage."""
        stage = self._stages[number]
        if self._rows[number] == stage.rows or self._ended.is_set():
            return
        with self._graph.session() as session, closing(prefetch_items(stage.batches(self._rows[number]))) as batches:
            for batch in batches:
                if self._ended.is_set():
                    return
                self._send_named(session, number, batch)
                self._rows[number] += len(batch.rows)
                whole = sum(self._rows) / sum(stage.rows for stage in self._stages)
                self._report(f"{stage.title}: {self._rows[number]:,} of {stage.rows:,}, {whole:.0%} of all")

    def _send_named(self, session: neo4j.Session, number: int, batch: bolt.Batch) -> None:
        """Send a batch; an error that a row of it causes names the row."""
        stage = self._stages[number]
        try:
            session.execute_write(self._send_batch, number, batch)
        except _DivergedError as error:
            raise _DivergedError(f"{error}, first at {_find_refused(session, stage, batch.rows)}") from error
        except (ClientError, DatabaseError) as error:
            row = "" if error.is_retryable() else _find_refused(session, stage, batch.rows)
            if not row:
                raise
            raise LoadError(f"Neo4j at {self._graph.url} refused {stage.title} {row}: {error.message}") from error

    def _send_batch(self, transaction: neo4j.ManagedTransaction, number: int, batch: bolt.Batch) -> None:
        stage, before = self._stages[number], self._rows[number]
        try:
            found = _change(transaction, stage.statement, rows=batch.rows)
        except ConstraintError as error:
            raise _DivergedError(f"{stage.title}: {error.message}") from error
        if found != batch.meant:
            raise _DivergedError(f"{stage.title}: {found:,} found of {batch.meant:,}")
        load_checkpoint.advance(transaction, self._at, number, before, before + len(batch.rows))

    def _clear(self) -> None:
        """Delete all nodes and relationships of the model, in transactions of bounded size."""
        types = [(each.type, cypher.clear_relationships(each.type)) for each in RELATIONSHIPS]
        labels = [(each.label, cypher.clear_nodes(each.label)) for each in NODES]
        for name, statement in (*types, *labels, ("Load", cypher.CLEAR_STAGES)):
            deleted = 0
            while found := self._session.execute_write(self._clear_some, statement):
                deleted += found
                self._report(f"clearing, {deleted:,} {name} deleted")

    def _clear_some(self, transaction: neo4j.ManagedTransaction, statement: str) -> int:
        load_checkpoint.move(transaction, self._at, self._at)
        return _change(transaction, statement, most=CLEARED)

    def _report(self, progress: str) -> None:
        if time.monotonic() - self._logged >= SECONDS_BETWEEN_LINES:
            self._logged = time.monotonic()
            self._log(progress)


def _find_refused(session: neo4j.Session, stage: Stage, rows: bolt.Rows) -> str:
    """Return the key of the first row that fails, such as `id=5`: the last of the shortest prefix that fails.

    Each attempt is rolled back. The result is empty if no row fails.
    """
    passed, refused = 0, len(rows)
    if _passes(session, stage.statement, rows):
        return ""
    while refused - passed > 1:
        middle = (passed + refused) // 2
        if _passes(session, stage.statement, rows[:middle]):
            passed = middle
        else:
            refused = middle
    names = (cypher.START, cypher.END) if stage.table.ends else (cypher.key(stage.table.name),)
    return ", ".join(f"{name}={str(rows[refused - 1].get(name))[:SHOWN]}" for name in names)


def _passes(session: neo4j.Session, statement: str, rows: bolt.Rows) -> bool:
    meant = sum(row.get(diff.TIMES, 1) for row in rows)
    # At its end, a transaction that is closed is rolled back; one in a `with` of its own would be committed.
    with closing(session.begin_transaction()) as transaction:
        try:
            return bool(transaction.run(statement, rows=rows).single(strict=True)["done"] == meant)
        except Neo4jError:
            return False


class _DivergedError(Exception):
    """A statement matched an unexpected number of rows; its transaction is rolled back."""


def _change(transaction: neo4j.ManagedTransaction, statement: str, **parameters: Any) -> int:
    """Run the statement and return the number of nodes or relationships that it changed."""
    done = int(transaction.run(statement, **parameters).single(strict=True)["done"])
    if done:
        failpoints.reach("batch")
    return done
