"""Load a month's graph over Bolt into a Neo4j that we do not run, in its readers' view."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import uuid4

import neo4j

from discogs_assets import failpoints
from discogs_assets.errors import LoadError
from discogs_assets.schema.backends import cypher
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.stores.neo4j import load_checkpoint
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.neo4j.graph_snapshots import Sent
from discogs_assets.stores.neo4j.load_checkpoint import Ledger
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import bolt, diff, integrity
from discogs_assets.streams.graph.bolt import Stage
from discogs_assets.streams.graph.files import Tables
from discogs_assets.streams.prefetch import prefetch_items

SECONDS_BETWEEN_LINES = 5.0
CLEARED = 10_000
"""Nodes or relationships deleted by one transaction when all of them are."""

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


def load(graph: Graph, order: Order, sent: Sent, lake: Lookup, log: Log) -> Ledger:
    """Change the database until it holds exactly the month's graph, and return its ledger.

    If the database holds another month whole, the differences between the graph tables of both months are applied. If
    the tables of the held month cannot be found, everything is replaced.

    Raises LoadError if the tables are unsound, or if the database holds a newer month or diverges from its ledger.
    Raises BusyError if another process loads it, ServerError if it does not answer. After an error or a kill, the next
    call with the same tables resumes the load.
    """
    found = load_checkpoint.read(graph)
    _hold_back(graph, order, found)
    order = replace(order, tables=sent.keep(order.tables))
    if found and found.whole and _same(found, order) and _counts(order.tables) == +Counter(graph.counts()):
        log(f"Neo4j holds {found.month} already")
        return found
    _refuse_faults(order.tables)
    begun, old = _begun(found, order, sent, lake, log)
    sent.sweep([begun.tables, begun.previous_tables])
    # Tables are compared, not records: the release count of a label changes although its record does not.
    stages = bolt.plan_changes(old, order.tables, sent.scratch()) if old else bolt.plan_load(order.tables)
    with graph.session() as session:
        for statement in (*cypher.constraints(), cypher.LEDGER_CONSTRAINT):
            session.run(neo4j.Query(statement)).consume()
        ours = replace(begun, load=uuid4().hex)
        new = None if begun == found else [stage.title for stage in stages]
        session.execute_write(load_checkpoint.move, found, ours, new)
        _Load(graph, session, ours, log).carry_out(stages, order.at_once)
        # Loading nodes into existing indexes takes twice the time.
        graph.index()
        whole = Ledger(begun.month, begun.tables, begun.dumps, form=begun.form, load=ours.load)
        session.execute_write(load_checkpoint.move, ours, whole, ())
    sent.sweep([whole.tables])
    return whole


def _hold_back(graph: Graph, order: Order, found: Ledger | None) -> None:
    if found and found.month > order.tables.month and not order.older:
        raise LoadError(
            f"Neo4j at {graph.url} holds {found}, which is newer than {order.tables.month}; nothing was changed. To "
            f"load the older month all the same, materialise it{OLDER}."
        )


def _refuse_faults(tables: Tables) -> None:
    if faults := [*integrity.faults(tables)]:
        raise LoadError(
            f"The graph tables of {tables.month} are not sound, nothing was changed: {'; '.join(faults)}. "
            "Materialise graph/* of that month again."
        )


def _begun(found: Ledger | None, order: Order, sent: Sent, lake: Lookup, log: Log) -> tuple[Ledger, Tables | None]:
    """Return the ledger to start or resume with, and the tables to change; None for a full reload."""
    tables = order.tables
    if found and _goes_on(found, order):
        old = _find(found.previous, found.previous_tables, sent, lake)
        if old or not found.previous_tables:
            log(f"going on with {found}")
            return found, old
    dumps = json.dumps(parquet.versions(file for _, file in tables.files), sort_keys=True)
    anew = Ledger(tables.month, tables.digest, dumps, "loading", bolt.FORM)
    old, why = _held(found, order, sent, lake)
    if old is None:
        log(f"all is made anew: {why}")
        return anew, None
    log(f"Neo4j holds {old.month}; what differs in {tables.month} is loaded")
    return replace(anew, previous=old.month, previous_tables=old.digest), old


def _goes_on(found: Ledger, order: Order) -> bool:
    """Return True if the interrupted load is the requested one."""
    return found.state == "loading" and found.form == bolt.FORM and _same(found, order)


def _same(found: Ledger, order: Order) -> bool:
    return (found.month, found.tables) == (order.tables.month, order.tables.digest)


def _counts(tables: Tables) -> Counter[str]:
    """Return the number of nodes by label and of relationships by type, without zeros."""
    return sum((Counter({name: parquet.rows([file])}) for name, file in tables.files), Counter())


def _held(found: Ledger | None, order: Order, sent: Sent, lake: Lookup) -> tuple[Tables | None, str]:
    """Return the tables that the database holds; None, and the reason, if they cannot be compared with the month's."""
    if found is None:
        return None, "Neo4j has no ledger yet"
    if found.state == "broken" or (found.whole and _same(found, order)):
        return None, "somebody else has changed what Neo4j holds"
    if not found.whole:
        return None, f"a load of {found.month} was cut off, and its graph tables, or those it changes, are others now"
    old = _find(found.month, found.tables, sent, lake)
    if old is None:
        return None, f"the graph tables of {found.month} that Neo4j was loaded from are not in the lake any more"
    unlike = diff.incomparable(old, order.tables)
    return (None, f"{unlike} since {found.month}") if unlike else (old, "")


def _find(month: str | None, digest: str | None, sent: Sent, lake: Lookup) -> Tables | None:
    """Return the tables with this digest, from the snapshots or the lake."""
    if not month or not digest:
        return None
    if kept := sent.find(month, digest):
        return kept
    found = lake(month)
    return sent.keep(found) if found and found.digest == digest else None


class _Load:
    """A load in progress: `_at` is its ledger, `_sent` the number of rows sent by stage.

    Each batch is a transaction that also advances its stage in the ledger. Batches follow from the tables alone, so a
    resumed load continues each stage after the last committed batch.
    """

    def __init__(self, graph: Graph, session: neo4j.Session, at: Ledger, log: Log) -> None:
        self._graph, self._session, self._at, self._log = graph, session, at, log
        self._sent = Counter(load_checkpoint.stages(graph))
        self._ended = threading.Event()
        self._said = time.monotonic()

    def carry_out(self, stages: Sequence[Stage], at_once: int) -> None:
        """Send all unsent rows. Stages of one kind are sent in parallel, the largest first."""
        if not self._sent.total() and self._at.previous is None:
            self._clear()
        whole = sum(stage.rows for stage in stages)
        try:
            if self._sent.keys() != {stage.title for stage in stages}:
                raise _OtherwiseError("nodes of stages are missing beside the ledger")
            for _, alike in groupby(stages, attrgetter("kind")):
                largest_first = sorted(alike, key=attrgetter("rows"), reverse=True)
                # A third faster on two cores, the server's included. Relationships of two types may deadlock at
                # shared nodes: the server then ends one transaction, and the driver retries it.
                with ThreadPoolExecutor(at_once, "stage") as pool:
                    self._wait_for([pool.submit(self._send, stage, whole) for stage in largest_first])
        except _OtherwiseError as error:
            self._session.execute_write(load_checkpoint.move, self._at, replace(self._at, state="broken"))
            raise LoadError(
                f"Neo4j at {self._graph.url} does not hold what its ledger says, somebody else has changed it "
                f"({error}). Run again to make all of it anew."
            ) from error

    def _wait_for(self, under_way: Sequence[Future[None]]) -> None:
        """Wait for the stages. After an error in one, the others stop at the end of their batch."""
        try:
            for done in as_completed(under_way):
                done.result()
        except BaseException:
            self._ended.set()
            raise

    def _send(self, stage: Stage, whole: int) -> None:
        """Send the unsent rows of a stage."""
        if self._sent[stage.title] == stage.rows or self._ended.is_set():
            return
        with (
            self._graph.session() as session,
            closing(prefetch_items(stage.batches(self._sent[stage.title]))) as batches,
        ):
            for batch in batches:
                if self._ended.is_set():
                    return
                session.execute_write(self._carried_out, stage, batch)
                self._sent[stage.title] += len(batch.rows)
                all_sent = self._sent.total() / whole
                self._tell(f"{stage.title}: {self._sent[stage.title]:,} of {stage.rows:,}, {all_sent:.0%} of all")

    def _carried_out(self, transaction: neo4j.ManagedTransaction, stage: Stage, batch: bolt.Batch) -> None:
        before = self._sent[stage.title]
        load_checkpoint.advance(transaction, self._at, stage.title, before, before + len(batch.rows))
        found = _done(transaction, stage.statement, rows=batch.rows)
        if found != batch.meant:
            raise _OtherwiseError(f"{stage.title}: {found:,} found of {batch.meant:,}")

    def _clear(self) -> None:
        """Delete all nodes and relationships of the model, in transactions of bounded size."""
        types = [(each.type, cypher.clear_relationships(each.type)) for each in RELATIONSHIPS]
        for name, statement in (*types, *((each.label, cypher.clear_nodes(each.label)) for each in NODES)):
            deleted = 0
            while found := self._session.execute_write(self._cleared, statement):
                deleted += found
                self._tell(f"clearing, {deleted:,} {name} deleted")

    def _cleared(self, transaction: neo4j.ManagedTransaction, statement: str) -> int:
        load_checkpoint.move(transaction, self._at, self._at)
        return _done(transaction, statement, most=CLEARED)

    def _tell(self, said: str) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._log(said)


class _OtherwiseError(Exception):
    """A statement matched an unexpected number of rows; its transaction is rolled back."""


def _done(transaction: neo4j.ManagedTransaction, statement: str, **parameters: Any) -> int:
    """Run the statement and return the number of nodes or relationships that it changed."""
    done = int(transaction.run(statement, **parameters).single(strict=True)["done"])
    if done:
        failpoints.reach("batch")
    return done
