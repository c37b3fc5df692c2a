"""The embedded Neo4j server of a home: start, attach, stop, status, import, and the switch between stores."""

import logging
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, LoadError, ServerError, SettingError
from discogs_assets.servers import artifacts, json_state, os_user, process
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.embedded_server import EmbeddedServer
from discogs_assets.servers.neo4j import aot_cache
from discogs_assets.servers.neo4j.bulk_import import ImportResult, Nodes, Relationships, run_import
from discogs_assets.servers.neo4j.jvm import Java
from discogs_assets.servers.neo4j.server_process import Neo4jAddress, home_argument, launch, wait_for_answer
from discogs_assets.servers.neo4j.store_directory import USER, StoreDirectory, recipe, served_memory, temporary_memory
from discogs_assets.servers.os_user import Account
from discogs_assets.servers.server_state import Record, live_record, read_record

log = logging.getLogger(__name__)

# Longest wait for a store's lock: nobody waits for an import.
_STORE_SECONDS = 1.0
_EMPTY = "empty/0001"


class Neo4jServer(EmbeddedServer):
    """The Neo4j of `home`, with its stores in `home/neo4j`; `cache` replaces the per-user cache of programs.

    With `browser`, the served store has Neo4j's Browser.
    `home/neo4j/served.json` names the store that users see; without it, that is an empty one.
    """

    NAME = "Neo4j"
    PORT = 7687
    STOP = signal.SIGTERM, 120.0
    program = staticmethod(artifacts.neo4j)

    def __init__(self, home: Path, cache: Path | None = None, browser: bool = False) -> None:
        super().__init__(home, "neo4j", cache)
        self._browser = browser
        self._pointer = self.folder / "served.json"

    def start(self) -> Neo4jAddress:
        """Return the address of the served store, starting the server first if it does not run.

        Raises InstallError, ServerError, or BusyError if another process keeps starting or stopping it.
        """
        record = self._record()
        if not record or not self._is_current(record):
            with json_state.exclusive(self._lock, "starting Neo4j"), self._shown_store().noticing_full_disk():
                record = self._make_ready()
        return self._address(record.port)

    def address(self) -> Neo4jAddress:
        """Return the address of the served store. Raises ServerError if the server does not run."""
        return self._address(self._ready_record().port)

    def find_browser(self) -> str | None:
        """Return the URL of Neo4j's Browser, None if it is not served."""
        port = self._shown_store().browser_port if self._browser else None
        return f"http://{process.HOST}:{port}/browser/" if port else None

    def find_served_folder(self) -> Path:
        """Return the store directory that users see, or would see if the server ran."""
        return self._shown_store().folder

    def stores(self) -> list[Path]:
        """Return the imported store directories, including the empty one."""
        return sorted(file.parent for file in self.folder.glob("*/*/imported.json"))

    def import_store(
        self,
        store: Path,
        nodes: Nodes,
        relationships: Relationships,
        log: Callable[[str], None] = log.info,
    ) -> ImportResult:
        """Empty the store directory `store` and fill it from Parquet; see `run_import` for columns and errors.

        `nodes` has the files of each label; `relationships` has pairs of a type and its files, one pair for each
        combination of end labels. Raises BusyError if the store is being served, filled or inspected.
        """
        empty = StoreDirectory(store.absolute())
        with self._alone_with(empty, "importing into"):
            return run_import(self._trained_java(), empty, nodes, relationships, log)

    @contextmanager
    def running(self, store: Path, expected: int = 0) -> Iterator[Neo4jAddress]:
        """Yield the address of a separate server on `store`, on a spare port; it dies with this thread.

        It is sized for the bytes of the store, or for `expected` bytes if it is to be filled. Raises LoadError if the
        store is not the complete result of an import, BusyError as `import_store` does.
        """
        opened = _require_whole(StoreDirectory(store.absolute(), expected))
        with self._alone_with(opened, "inspecting"):
            at, java = self._address(process.free_port([])), self._trained_java()
            self._let_reach(opened, java)
            started = launch(java, opened, at, temporary_memory(opened), bound=True)
            with opened.noticing_full_disk():
                try:
                    wait_for_answer(at, opened, started)
                    yield at
                finally:
                    process.stop(started, *self.STOP)

    def serve(self, store: Path) -> float:
        """Show `store` to users instead of the present one; return the seconds of downtime.

        The port and the password stay the same; users created in Neo4j are lost. After a kill in the middle, the next
        `start` serves one of the two. Raises LoadError if the store is not the complete result of an import, and
        ServerError if it does not start: then the previous one is served again.
        """
        new = StoreDirectory(store.absolute())
        with json_state.exclusive(self._lock, f"serving {self._name(new)}"):
            old, record = self._shown_store(), self._record()
            if new == old and record and self._is_current(record):
                return 0.0
            with self._lock_store(new, "serving"):
                _require_whole(new)
                new.prefetch(served_memory(new)[1])
                begun = time.monotonic()
                self._stop()
                failpoints.reach("serve")
                with new.noticing_full_disk():
                    self._switch(old, new)
                return time.monotonic() - begun

    def remove(self, store: Path) -> int:
        """Delete a store directory; return the bytes of its graph. Raises BusyError as `import_store` does."""
        doomed = StoreDirectory(store.absolute())
        with self._alone_with(doomed, "removing"):
            if doomed == self._shown_store():
                raise BusyError(f"{doomed.folder} is the store that readers of Neo4j see; it is not removed")
            size = doomed.size
            doomed.remove()
            json_state.remove_lock(self._lock_of(doomed))
            return size

    def _switch(self, old: StoreDirectory, new: StoreDirectory) -> None:
        try:
            self._serve(new)
        except (ServerError, OSError) as error:
            self._stop()
            self._serve(self._prepare_store())
            raise ServerError(f"{new.folder} did not start, {old.folder} is served again. {error}") from error
        # Last: after a kill before this line, the next start serves the old store.
        json_state.write(self._pointer, {"store": self._name(new)})

    def _make_ready(self) -> Record:
        """Return a server that answers on the pointed store: the running one, or a new one."""
        record = self._record()
        if record and self._is_current(record):
            return record
        if record and not (record.ready or record.stopping) and record.folder == str(self._shown_store().folder):
            return self._mark_ready(self._wait_for_answer(record))
        self._stop()
        return self._serve(self._prepare_store())

    def _is_current(self, record: Record) -> bool:
        return (
            record.ready and record.recipe == recipe(self._browser) and record.folder == str(self._shown_store().folder)
        )

    def _serve(self, store: StoreDirectory) -> Record:
        return self._mark_ready(self._start_new(lambda port: self._launch(store, port)))

    def _launch(self, store: StoreDirectory, port: int) -> Record:
        java = self._java(self._browser)
        self._let_reach(store, java)
        started = launch(java, store, self._address(port), served_memory(store), readers=True)
        return self._describe(started, home_argument(store), port, store.folder, recipe(self._browser))

    def _let_reach(self, store: StoreDirectory, java: Java) -> None:
        """Let the user of a server of `java` reach the store.

        If that user cannot pass the folders above this home, all stores move to a stand-in, and a link leads there.
        Raises ServerError if they cannot move.
        """
        user = java.account
        if not user:
            return
        if not user.reaches(self.folder.resolve().parent):
            self._move(os_user.fallback(self.folder))
        between = [folder for folder in store.folder.parents if folder.is_relative_to(self.folder)]
        os_user.let_pass(*between)

    def _move(self, into: Path) -> None:
        """Move all stores of this home to `into`, and leave a link."""
        if live_record(self._state):
            raise ServerError(
                f"The stores in {self.folder} must move to {into}, but one is being served. "
                "Stop it with `discogs down`, then start again."
            )
        try:
            os_user.make(into.parent)
            self.folder.rename(into)
            self.folder.symlink_to(into)
        except OSError as error:
            reason = f"Neo4j does not run as root, and its user cannot reach {self.folder}"
            raise ServerError(
                f"{reason}, which cannot move to {into}: {error.strerror}. "
                f"Move it to a place that every user can reach, and leave a link: "
                f"`mv {self.folder} {into} && ln -s {into} {self.folder}`."
            ) from error

    def _wait_for_answer(self, record: Record) -> Record:
        wait_for_answer(self._address(record.port), StoreDirectory(Path(record.folder)), record.process())
        return record

    def _find(self) -> Record | None:
        """Return the record of the process that serves the pointed store."""
        store = self._shown_store()
        found = process.find(home_argument(store)) if store.folder.exists() else None
        return self._describe(found, home_argument(store), store.port, store.folder) if found and store.port else None

    @contextmanager
    def _alone_with(self, store: StoreDirectory, purpose: str) -> Iterator[None]:
        """Keep other processes from `store`. Raises BusyError if one uses it, or if it is served."""
        with self._lock_store(store, purpose):
            record = self._record()
            if record and record.folder == str(store.folder):
                raise BusyError(
                    f"{store.folder} is being served. {purpose.capitalize()} a store needs one that is not."
                )
            yield

    def _lock_store(self, store: StoreDirectory, purpose: str) -> AbstractContextManager[None]:
        return json_state.exclusive(self._lock_of(store), f"{purpose} {self._name(store)}", _STORE_SECONDS)

    def _lock_of(self, store: StoreDirectory) -> Path:
        return self.folder / "locks" / f"{self._name(store).replace('/', '-')}.lock"

    def _shown_store(self) -> StoreDirectory:
        """Return the store that users are to see; point a damaged pointer to the store served last."""
        if not self._pointer.exists():
            return StoreDirectory(self.folder / _EMPTY)
        name = (json_state.read(self._pointer) or {}).get("store")
        if isinstance(name, str):
            return StoreDirectory(self.folder / name)
        last = read_record(self._state)
        if last is None or not Path(last.folder).is_relative_to(self.folder):
            raise ServerError(
                f'{self._pointer} is damaged, expected JSON like {{"store": "2026-11/0001"}}. Delete it, then run '
                "`discogs up` and `discogs publish` with the month to be shown."
            )
        store = StoreDirectory(Path(last.folder))
        log.info("%s was damaged; it is rewritten for %s", self._pointer, store.folder)
        json_state.write(self._pointer, {"store": self._name(store)})
        return store

    def _prepare_store(self) -> StoreDirectory:
        """Return the pointed store, ready to be started."""
        store = self._shown_store()
        if store.folder == self.folder / _EMPTY and not (store.whole and store.size):
            self._make_empty(store)
        return _require_whole(store)

    def _make_empty(self, store: StoreDirectory) -> None:
        """Import no data: a server that may not write starts only on a store that has its files."""
        import pyarrow as pa
        from pyarrow import parquet

        with tempfile.TemporaryDirectory() as folder:
            none = Path(folder) / "none.parquet"
            parquet.write_table(pa.table({"id:ID(None)": pa.array([], pa.int64())}), none)
            run_import(self._java(), store, {"None": [none]}, [], log.debug)

    def _name(self, store: StoreDirectory) -> str:
        if not store.folder.is_relative_to(self.folder):
            raise SettingError(f"{store.folder} is not a store of this home: its stores are in {self.folder}")
        return store.folder.relative_to(self.folder).as_posix()

    def _java(self, browser: bool = False) -> Java:
        pages = artifacts.install(artifacts.neo4j_browser(), self._program_folder()) if browser else None
        java = Java(self._install(), self._account(), browser=pages)
        java.share()
        return java

    def _trained_java(self) -> Java:
        """Return a Java that starts fast; if its cache is missing, create it in the background."""
        java = self._java()
        aot_cache.begin(java)
        return java

    def _account(self) -> Account | None:
        return os_user.choose_account(self.home)

    def _data_folder(self) -> Path:
        return self._shown_store().folder

    def _safe_url(self, record: Record) -> str:
        return self._address(record.port).url

    def _address(self, port: int) -> Neo4jAddress:
        return Neo4jAddress(process.HOST, port, USER, credentials(self.home).password("neo4j/neo4j"))


def _require_whole(store: StoreDirectory) -> StoreDirectory:
    if not store.whole:
        raise LoadError(f"{store.folder} is not the complete result of an import. Load that month again.")
    return store
