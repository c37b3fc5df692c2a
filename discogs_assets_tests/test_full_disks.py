"""Each store on a disk that is too small: a clear end, nothing half written, and a later attempt succeeds.

The disk is a tmpfs, most of it taken up until the store has failed on it. Mounting one takes root; elsewhere
these tests are skipped, and the ends of failed writes are shown by the failpoints alone.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets import failpoints
from discogs_assets.cli import run_job, terminal
from discogs_assets.defs import pools
from discogs_assets.errors import DiskFullError
from discogs_assets.faults import disk_full
from discogs_assets.sample import dumps, generator
from discogs_assets.sample.generator import Plan
from discogs_assets.schema.discogs import LABELS, RELEASES
from discogs_assets.schema.graph import node
from discogs_assets.schema.search_index import Row
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.stores.search import documents
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.postgres import record_rows
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.slow

MONTH = "2026-10-01"
COUNT = 4_000


@dataclass(frozen=True)
class Disk:
    """A mounted disk of a size that can be changed."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """A file that takes up room."""
        return self.folder / "ballast"

    def leave(self, kilobytes: int) -> None:
        """Take up all room but so much."""
        self.ballast.write_bytes(bytes(shutil.disk_usage(self.folder).free - (kilobytes << 10)))

    def clear(self) -> None:
        """Give the room back."""
        self.ballast.unlink()


@pytest.fixture
def disk() -> Iterator[Callable[[int], Disk]]:
    """Mounts a disk of so many megabytes."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Disk:
        folder = Path(tempfile.mkdtemp(prefix="discogs_assets_disk_"))
        command = [
            shutil.which("mount") or "mount",
            "-t",
            "tmpfs",
            "-o",
            f"size={megabytes}m,mode=755",
            "tmpfs",
            str(folder),
        ]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            folder.rmdir()
            pytest.skip("mounting a small disk takes root")
        mounted.append(folder)
        return Disk(folder)

    yield mount
    for folder in mounted:
        subprocess.run([shutil.which("umount") or "umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    """Some thousand generated releases and what belongs to them, as dumps and as Parquet."""
    folder = Path(tempfile.mkdtemp(prefix="discogs_assets_source_"))
    generator.write(folder, Plan(COUNT, months=1))
    for entity in (LABELS, RELEASES):
        parse(folder, Lake(folder / "lake"), entity.name)
    yield folder
    shutil.rmtree(folder)


def parse(source: Path, lake: Lake, name: str) -> None:
    """The dump's records into the lake."""
    entity = {each.name: each for each in (LABELS, RELEASES)}[name]
    held = Archive(str(source), source / "home").download(name, MONTH)
    with lake.writing(["parquet", name], MONTH) as good, lake.writing(["quarantine", name], MONTH) as bad:
        convert.write(convert.Source(held.path, entity, held.sha256, held.newest_year), good, bad)


def files(lake: Lake) -> list[str]:
    """What lies in the lake beside locks."""
    return sorted(str(path) for path in lake.root.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def test_a_lake_that_is_full_keeps_what_it_had_and_takes_the_rest_later(
    disk: Callable[[int], Disk], source: Path
) -> None:
    small = disk(64)
    lake = Lake(small.folder / "lake")
    parse(source, lake, "labels")
    small.leave(kilobytes=500)
    before = files(lake)
    with pytest.raises(OSError, match="No space left") as caught:
        parse(source, lake, "releases")
    assert disk_full(caught.value)
    assert files(lake) == before
    small.clear()
    parse(source, lake, "releases")
    whole = Lake(source / "lake").files(["parquet", "releases"], MONTH)
    assert [file.read_bytes() for file in lake.files(["parquet", "releases"], MONTH)] == [f.read_bytes() for f in whole]


@pytest.mark.parametrize("heap", [15 << 20, 96 << 20], ids=["segment", "commit"])
def test_a_search_index_without_room_leaves_none_and_names_the_disk(
    heap: int, disk: Callable[[int], Disk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "HEAP_BYTES", heap)
    lake = Lake(disk(2).folder / "lake")
    rows = (Row(id=number, name=f"{number * 7919} {number * 104_729}") for number in range(40_000))
    with pytest.raises(DiskFullError, match="the disk is full"), lake.writing(["search", "labels"], MONTH) as folder:
        documents.write_documents(folder, rows)
    assert files(lake) == []


def test_an_archive_that_is_full_keeps_no_part_of_a_file(disk: Callable[[int], Disk], source: Path) -> None:
    small = disk(128)
    archive = Archive(str(source), small.folder / "dumps")
    small.leave(kilobytes=500)
    with pytest.raises(OSError, match="67,108,864 to spare are needed") as caught:
        archive.download("releases", MONTH)
    assert disk_full(caught.value)
    assert not [path for path in archive.root.rglob("*") if path.is_file() and path.suffix != ".lock"]
    small.clear()
    assert archive.download("releases", MONTH).size


def test_a_database_that_is_full_keeps_what_it_showed_and_takes_the_load_later(
    disk: Callable[[int], Disk], source: Path
) -> None:
    small, lake = disk(400), Lake(source / "lake")
    server = PostgresServer(small.folder / "home")
    try:
        postgres = Postgres(server.start().url)
        postgres.prepare()
        labels = lake.files(["parquet", "labels"], MONTH)
        postgres.publish({LABELS: postgres.load(LABELS, MONTH, record_rows.rows(LABELS, labels)).table})
        shown = postgres.ask("SELECT count(*) AS n FROM discogs.labels")
        releases = lake.files(["parquet", "releases"], MONTH)
        small.leave(kilobytes=4_000)
        with pytest.raises(Exception, match=r"No space left|closed the connection"):
            postgres.load(RELEASES, MONTH, record_rows.rows(RELEASES, releases))
        small.clear()
        postgres = Postgres(server.start().url)
        assert postgres.ask("SELECT count(*) AS n FROM discogs.labels") == shown
        load = postgres.load(RELEASES, MONTH, record_rows.rows(RELEASES, releases))
        assert load.rows == COUNT
        postgres.publish({RELEASES: load.table})
        postgres.sweep(MONTH, postgres.read_published_loads().values())
        with postgres.connection() as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname LIKE 'discogs_2026%'"
            ).fetchone()
        assert found == (2,)
    finally:
        server.stop()


def test_a_graph_store_that_is_full_leaves_nothing_that_could_be_served(
    disk: Callable[[int], Disk], source: Path, tmp_path: Path
) -> None:
    small = disk(400)
    server = Neo4jServer(small.folder / "home")
    table = tmp_path / "releases.parquet"
    write_nodes(node("Release"), {"releases": Lake(source / "lake").files(["parquet", "releases"], MONTH)}, {}, table)
    store = server.folder / MONTH[:7] / "0001"
    small.leave(kilobytes=600)
    with pytest.raises(Exception, match="No space left") as caught:
        server.import_store(store, {"Release": [table]}, [])
    assert disk_full(caught.value)
    assert not list((store / "data").rglob("neostore*"))
    small.clear()
    assert server.import_store(store, {"Release": [table]}, []).nodes == COUNT


def test_a_disk_that_is_full_of_dagsters_records_ends_a_command_with_one_sentence(
    disk: Callable[[int], Disk], tmp_path: Path
) -> None:
    dumps.write(tmp_path, MONTH)
    small = disk(400)
    project = Project(small.folder)
    try:
        settings = {"DUMPS": str(tmp_path), "MUSICBRAINZ": "off", "TARGETS": "documents"}
        variables = {f"DISCOGS_{name}": value for name, value in settings.items()}
        assert project.run("discogs", "up", **variables).returncode == 0
        small.leave(kilobytes=0)
        for command in (("publish", "2026-10"), ("load", "2026-10")):
            done = project.run("discogs", *command, **variables)
            assert done.returncode == 1
            assert [line for line in done.stderr.splitlines() if line.startswith("discogs: ")] == [
                done.stderr.splitlines()[-1]
            ]
            assert "Traceback" not in done.stderr
            assert "disk is full" in done.stderr
    finally:
        small.clear()
        project.run("discogs", "down")


def test_a_disk_that_fills_up_with_records_in_sqlite_ends_a_run_with_one_sentence(
    disk: Callable[[int], Disk], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = disk(64)
    monkeypatch.setenv("DISCOGS_HOME", str(small.folder / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(small.folder))
    (small.folder / "dagster.yaml").touch()
    with dg.DagsterInstance.get() as instance:
        pools.create(instance)
    small.leave(kilobytes=16)
    with pytest.raises(Exception, match=r"disk I/O error|full") as caught:
        run_job.run("publish", MONTH)
    assert (terminal.sentence(caught.value) or "").startswith("the disk is full: ")


@pytest.mark.parametrize("place", ["copy", "parse", "close", "place"])
def test_a_write_that_finds_the_disk_full_leaves_the_partition_as_it_was(
    place: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(tmp_path / "lake")
    parse(source, lake, "labels")
    before = {path: Path(path).read_bytes() for path in files(lake)}
    monkeypatch.setenv(failpoints.VARIABLE, f"{place}:full")
    with pytest.raises(OSError, match="No space left"):
        parse(source, lake, "labels")
    assert {path: Path(path).read_bytes() for path in files(lake)} == before
