"""Tests of `stores.neo4j.bolt` and `stores.neo4j.load_checkpoint`, against a real server.

A month that has come about by changes, whatever happened on the way, is compared with the same month in an empty
database, and that with its tables.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, LoadError
from discogs_assets.schema.backends import cypher
from discogs_assets.stores.neo4j import bolt, load_checkpoint
from discogs_assets.stores.neo4j.bolt import Order
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets.stores.neo4j.load_checkpoint import Ledger
from discogs_assets.stores.neo4j.sent_tables import SentTables
from discogs_assets.streams.graph import bolt as stages
from discogs_assets.streams.graph.files import Tables
from discogs_assets_tests.contents import contents
from discogs_assets_tests.tables import NEW, OLD, Month

pytestmark = pytest.mark.slow

OCTOBER, NOVEMBER = "2026-10", "2026-11"


class KilledError(Exception):
    """Stands for the end of the process: what it has not committed is rolled back, as by a connection that is cut."""


@dataclass
class Loader:
    """Loads into the database from a lake of its own."""

    graph: Graph
    folder: Path
    lake: dict[str, Tables] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def write(self, month: str, content: Month, dumps: str = "aa") -> Tables:
        """Put a month into the lake, in the place of the one that is there."""
        tables = content.write(self.folder / "lake" / f"{month}-{dumps}", month, dumps)
        self.lake[month] = tables
        return tables

    def load(self, month: str, older: bool = False) -> Ledger:
        """Load a month of the lake."""
        self.said.clear()
        with SentTables(self.folder / "sent").lock_folder() as sent:
            return bolt.load(self.graph, Order(self.lake[month], older), sent, self.lake.get, self.said.append)

    @property
    def how(self) -> str:
        """What the last load has said first."""
        return self.said[0]


@pytest.fixture
def loader(graph: Graph, tmp_path: Path) -> Loader:
    """October and November in the lake, nothing in the database."""
    loader = Loader(graph, tmp_path)
    loader.write(OCTOBER, OLD)
    loader.write(NOVEMBER, NEW)
    return loader


@pytest.fixture(scope="module")
def november(writable_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a database holds of November that has held nothing else."""
    writable_graph.ask("MATCH (n) DETACH DELETE n")
    loader = Loader(writable_graph, tmp_path_factory.mktemp("november"))
    loader.write(NOVEMBER, NEW)
    loader.load(NOVEMBER)
    return contents(writable_graph)


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Lets the process die at a batch, counted from 0, before it is committed."""
    monkeypatch.setattr(stages, "BATCH_ROWS", 2)
    left = [0]

    def reach(place: str) -> None:
        if place == "batch":
            left[0] -= 1
            if left[0] < 0:
                raise KilledError

    def die(batch: int) -> None:
        left[0] = batch
        monkeypatch.setattr(failpoints, "reach", reach)

    yield die
    monkeypatch.undo()


def test_a_first_month_is_made_and_the_next_comes_about_by_changes(loader: Loader, november: list[str]) -> None:
    assert str(loader.load(OCTOBER)) == OCTOBER
    assert loader.how == "full reload: Neo4j has no record of an earlier load"
    kept = loader.graph.ask(
        "MATCH (a:Artist {id: 2}), (r:Release {id: 10}) RETURN elementId(a) AS a, elementId(r) AS r"
    )
    found = loader.load(NOVEMBER)
    assert loader.how == "Neo4j holds 2026-10; loading the differences to 2026-11"
    assert contents(loader.graph) == november
    assert kept == loader.graph.ask(
        "MATCH (a:Artist {id: 2}), (r:Release {id: 10}) RETURN elementId(a) AS a, elementId(r) AS r"
    )
    assert load_checkpoint.read(loader.graph) == found == Ledger(
        NOVEMBER, found.tables, json.dumps({"releases": ["aa"]}), "whole", stages.FORM, load=found.load
    )  # fmt: skip


def test_a_made_month_is_what_its_tables_say(loader: Loader) -> None:
    loader.load(NOVEMBER)
    assert contents(loader.graph) == sorted(
        [
            *(node("Artist", id=key, name=name, namevariations=[name]) for key, name in NEW.artists.items()),
            *(node("Release", id=key, **({"title": title} if title else {})) for key, title in NEW.releases.items()),
            *(node("Genre", name=name, release_count=n) for name, n in (("Rock", 2), ("Jazz", 1), ("Ambient", 1))),
            *(
                describe_relationship("Artist", a, "CREDITED_ON", "Release", r, **({"role": x} if x else {}))
                for a, r, x in NEW.credits
            ),
            *(describe_relationship("Release", release, "IS", "Genre", name) for release, name in NEW.genres),
        ]
    )


def node(label: str, **properties: object) -> str:
    return repr({"labels": [label], "p": sorted(properties.items())})


def describe_relationship(start: str, i: object, kind: str, end: str, j: object, **properties: object) -> str:
    return repr({"a": [start], "i": i, "t": kind, "b": [end], "j": j, "p": sorted(properties.items())})


@pytest.mark.parametrize("first", [OCTOBER, NOVEMBER])
def test_a_load_that_dies_at_every_batch_goes_on_and_doubles_nothing(
    loader: Loader, november: list[str], dying: Callable[[int], None], first: str
) -> None:
    if first == OCTOBER:
        loader.load(OCTOBER)
    before, deaths = -1, 0
    while True:
        dying(1 if deaths else 0)
        try:
            loader.load(NOVEMBER)
            break
        except KilledError:
            deaths += 1
        if deaths > 1:
            assert loader.how.startswith("resuming the load: 2026-11 being loaded over ")
        now = load_checkpoint.read(loader.graph)
        assert now
        assert now.sent > before
        assert now.month == NOVEMBER
        assert not now.whole
        before = now.sent
    assert deaths > 10
    assert contents(loader.graph) == november


def test_a_load_that_dies_while_the_old_is_cleared_away_begins_with_that_again(
    loader: Loader, november: list[str], dying: Callable[[int], None]
) -> None:
    loader.load(OCTOBER)
    loader.graph.ask("MATCH (l:Load) DELETE l")
    dying(2)
    with pytest.raises(KilledError):
        loader.load(NOVEMBER)
    assert str(load_checkpoint.read(loader.graph)) == "2026-11 being loaded over nothing (0 rows sent)"
    dying(1000)
    loader.load(NOVEMBER)
    assert contents(loader.graph) == november


def test_a_process_that_is_killed_has_left_whole_batches(loader: Loader, november: list[str]) -> None:
    loader.load(OCTOBER)
    code = (
        "import sys; from pathlib import Path\n"
        "from discogs_assets_tests.stores.neo4j.test_bolt import *\n"
        "loader = Loader(Graph(*sys.argv[1:4]), Path(sys.argv[4]))\n"
        "loader.write(OCTOBER, OLD); loader.write(NOVEMBER, NEW); loader.load(NOVEMBER)"
    )
    address = [loader.graph.url, loader.graph.user, loader.graph.password, str(loader.folder)]
    environment = {**os.environ, failpoints.VARIABLE: "batch:kill"}
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", code, *address], env=environment, cwd=root, check=False)
    assert killed.returncode == -9
    assert str(load_checkpoint.read(loader.graph)) == "2026-11 being loaded over 2026-10 (0 rows sent)"
    loader.load(NOVEMBER)
    assert loader.how.startswith("resuming the load: 2026-11 being loaded over 2026-10")
    assert contents(loader.graph) == november


def test_a_month_that_is_held_is_not_loaded_again(loader: Loader) -> None:
    first = loader.load(NOVEMBER)
    changed = loader.graph.ask("MATCH (l:Load) RETURN l.changed")
    assert loader.load(NOVEMBER) == first
    assert loader.said == ["Neo4j holds 2026-11 already"]
    assert loader.graph.ask("MATCH (l:Load) RETURN l.changed") == changed


def test_an_older_month_is_refused_unless_it_is_asked_for(loader: Loader, november: list[str]) -> None:
    loader.load(OCTOBER)
    october = contents(loader.graph)
    loader.load(NOVEMBER)
    with pytest.raises(LoadError, match=r'holds 2026-11, which is newer than 2026-10; nothing was changed.*"older"'):
        loader.load(OCTOBER)
    assert contents(loader.graph) == november
    loader.load(OCTOBER, older=True)
    assert loader.how == "Neo4j holds 2026-11; loading the differences to 2026-10"
    assert contents(loader.graph) == october


def test_the_same_month_from_other_dumps_comes_about_by_changes(loader: Loader, november: list[str]) -> None:
    loader.write(NOVEMBER, OLD, dumps="bb")
    loader.load(NOVEMBER)
    loader.write(NOVEMBER, NEW, dumps="cc")
    loader.load(NOVEMBER)
    assert loader.how == "Neo4j holds 2026-11; loading the differences to 2026-11"
    assert contents(loader.graph) == november


def test_tables_that_only_the_lake_has_are_compared_if_they_are_the_same(loader: Loader, november: list[str]) -> None:
    loader.load(OCTOBER)
    (loader.folder / "sent").rename(loader.folder / "lost")
    loader.load(NOVEMBER)
    assert loader.how == "Neo4j holds 2026-10; loading the differences to 2026-11"
    assert contents(loader.graph) == november


def test_without_the_tables_of_what_is_held_all_is_made_anew(loader: Loader, november: list[str]) -> None:
    loader.load(OCTOBER)
    (loader.folder / "sent").rename(loader.folder / "lost")
    loader.write(OCTOBER, OLD, dumps="bb")
    loader.load(NOVEMBER)
    assert loader.how == (
        "full reload: the graph tables of 2026-10 that Neo4j was loaded from are not in the lake any more"
    )
    assert contents(loader.graph) == november


def test_a_load_that_was_cut_off_is_not_gone_on_with_from_other_tables(
    loader: Loader, november: list[str], dying: Callable[[int], None]
) -> None:
    loader.load(OCTOBER)
    dying(5)
    loader.write(NOVEMBER, replace(NEW, credits=NEW.credits[:2]), dumps="bb")
    with pytest.raises(KilledError):
        loader.load(NOVEMBER)
    dying(1000)
    loader.write(NOVEMBER, NEW)
    loader.load(NOVEMBER)
    assert loader.how.startswith("full reload: a load of 2026-11 was interrupted, and the graph tables")
    assert contents(loader.graph) == november


def test_a_database_that_somebody_else_has_changed_is_found_out_and_made_anew(
    loader: Loader, november: list[str]
) -> None:
    loader.load(OCTOBER)
    loader.graph.ask("MATCH (:Artist {id: 3})-[r:CREDITED_ON]->() DELETE r")
    with pytest.raises(LoadError, match=r"deleted: 3 found of 4, first at start_key=3, end_key=\d+\).*Run again"):
        loader.load(NOVEMBER)
    assert "changed by others" in str(load_checkpoint.read(loader.graph))
    loader.load(NOVEMBER)
    assert loader.how == "full reload: another program has changed the graph in Neo4j"
    assert contents(loader.graph) == november


def test_a_month_that_somebody_else_has_changed_is_made_anew_when_it_is_loaded_again(
    loader: Loader, november: list[str]
) -> None:
    loader.load(NOVEMBER)
    loader.graph.ask("MATCH (a:Artist {id: 2}) DETACH DELETE a")
    loader.load(NOVEMBER)
    assert loader.how == "full reload: another program has changed the graph in Neo4j"
    assert contents(loader.graph) == november


@pytest.mark.parametrize("size", [1, 5])
def test_a_row_that_the_server_refuses_is_named(loader: Loader, size: int) -> None:
    names = {number: f"Artist {number}" for number in range(1, 1 + size)}
    loader.write("2026-12", Month(names | {9: "x" * 40_000}, {1: "B"}))
    loader.graph.index()
    with pytest.raises(LoadError, match="refused Artist created id=9: ") as refused:
        loader.load("2026-12")
    assert len(str(refused.value)) < 500


def test_tables_that_are_not_sound_change_nothing(loader: Loader, november: list[str]) -> None:
    loader.load(NOVEMBER)
    loader.write("2026-12", Month({1: "A"}, {1: "B"}, credits=[(1, 2, None)]))
    with pytest.raises(LoadError, match=r"not sound, nothing was changed: 1 ends of CREDITED_ON .* have no Release"):
        loader.load("2026-12")
    assert contents(loader.graph) == november
    assert str(load_checkpoint.read(loader.graph)) == NOVEMBER


def test_of_two_loads_at_once_one_gives_way(loader: Loader, dying: Callable[[int], None]) -> None:
    dying(3)
    with pytest.raises(KilledError):
        loader.load(NOVEMBER)
    found = load_checkpoint.read(loader.graph)
    assert found
    with loader.graph.session() as session:
        session.execute_write(load_checkpoint.move, found, Ledger(NOVEMBER))
        with pytest.raises(BusyError, match="loaded by another process"):
            session.execute_write(load_checkpoint.move, found, Ledger(NOVEMBER))
    assert load_checkpoint.read(loader.graph) == Ledger(NOVEMBER)


def test_a_load_whose_place_another_has_taken_sends_nothing_more(
    loader: Loader, november: list[str], dying: Callable[[int], None]
) -> None:
    dying(1)
    with pytest.raises(KilledError):
        loader.load(NOVEMBER)
    found = load_checkpoint.read(loader.graph)
    assert found
    (touched,), (untouched, *_) = (
        [i for i, rows in enumerate(found.rows) if bool(rows) == sent] for sent in (True, False)
    )
    with loader.graph.session() as session:
        with pytest.raises(BusyError, match=rf"continued the load of 2026-11 from row 0 of stage {touched + 1}"):
            session.execute_write(load_checkpoint.advance, found, touched, 0, 2)
        with pytest.raises(BusyError, match="continued the load"):
            session.execute_write(load_checkpoint.advance, replace(found, load="another"), untouched, 0, 2)
        session.execute_write(load_checkpoint.advance, found, untouched, 0, 0)
    dying(1000)
    loader.load(NOVEMBER)
    assert contents(loader.graph) == november
    assert whole_ledger(loader).rows == []


def whole_ledger(loader: Loader) -> Ledger:
    found = load_checkpoint.read(loader.graph)
    assert found
    assert found.whole
    return found


def test_a_ledger_whose_rows_another_program_has_removed_leads_to_a_full_reload(
    loader: Loader, november: list[str], dying: Callable[[int], None]
) -> None:
    dying(3)
    with pytest.raises(KilledError):
        loader.load(NOVEMBER)
    loader.graph.ask("MATCH (l:Load) REMOVE l.rows")
    dying(1000)
    with pytest.raises(LoadError, match=r"the ledger lacks the rows sent of each stage.*Run again"):
        loader.load(NOVEMBER)
    loader.load(NOVEMBER)
    assert contents(loader.graph) == november


def test_a_node_that_another_program_has_created_leads_to_a_full_reload(loader: Loader, november: list[str]) -> None:
    loader.load(OCTOBER)
    created = min(NEW.artists.keys() - OLD.artists.keys())
    loader.graph.ask(f"CREATE (:Artist {{id: {created}}})")
    with pytest.raises(LoadError, match=r"Artist created: .*already exists.*Run again"):
        loader.load(NOVEMBER)
    loader.load(NOVEMBER)
    assert loader.how == "full reload: another program has changed the graph in Neo4j"
    assert contents(loader.graph) == november


def test_the_checkpoints_of_an_earlier_version_are_deleted_by_a_full_reload(
    loader: Loader, november: list[str]
) -> None:
    loader.graph.ask(
        "CREATE (:Load {source: 'discogs', month: '2026-11', state: 'loading', form: 3, load: 'x'}), "
        "(:Load {source: 'discogs/Artist created', load: 'x', stage: 'Artist created', rows: 2})"
    )
    loader.load(NOVEMBER)
    assert loader.how.startswith("full reload: a load of 2026-11 was interrupted")
    assert loader.graph.ask("MATCH (l:Load) RETURN l.source AS source") == [{"source": "discogs"}]
    assert contents(loader.graph) == november


def test_a_month_that_two_machines_load_at_once_is_there_once(
    loader: Loader, november: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "BATCH_ROWS", 2)
    other = Loader(loader.graph, loader.folder / "other", loader.lake)
    other.folder.mkdir()

    def loaded(one: Loader) -> str:
        try:
            return one.load(NOVEMBER).state
        except BusyError:
            return "busy"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(loaded, [loader, other])) in (["busy", "whole"], ["whole", "whole"])
    assert contents(loader.graph) == november


def test_a_ledger_of_another_form_is_read(loader: Loader, november: list[str]) -> None:
    loader.graph.ask("CREATE (:Load {source: 'discogs', month: '2026-10', strange: 1}), (:Artist {id: 3, name: 'X'})")
    loader.load(NOVEMBER)
    assert loader.how.startswith("full reload")
    assert contents(loader.graph) == november


def test_the_ledger_is_no_part_of_the_model(loader: Loader) -> None:
    loader.load(OCTOBER)
    found = loader.graph.counts()
    assert {name: count for name, count in found.items() if count} == {
        "Artist": 4, "Release": 3, "Genre": 3, "CREDITED_ON": 6, "IS": 4,
    }  # fmt: skip
    assert len(loader.graph.ask(cypher.READ_LEDGER)) == 1
