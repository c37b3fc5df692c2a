"""Loads of the search index, fixed at publication while the lake goes on."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from discogs_assets.errors import LoadError
from discogs_assets.schema.search_index import ENTITIES, Row
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.lake.s3_lake import ObjectLake
from discogs_assets.stores.search.documents import write_documents
from discogs_assets.stores.search.index_reader import SearchIndex
from discogs_assets.stores.search.loads import SearchLoads, build

MONTH, PARTITION = "2026-11", "2026-11-01"


@pytest.fixture
def loads(tmp_path: Path) -> SearchLoads:
    return SearchLoads(tmp_path / "search", Lake(tmp_path / "lake"))


def write(loads: SearchLoads, name: str, entities: Sequence[str] = ENTITIES) -> None:
    """Write indexes with one document of this name to the lake."""
    for entity in entities:
        with loads.lake.writing(("search", entity), PARTITION) as folder:
            write_documents(folder, [Row(id=1, name=name)])


def identify(loads: SearchLoads) -> str:
    files = {entity: loads.lake.find_files(("search", entity), PARTITION, "*") for entity in ENTITIES}
    return loads.identify(MONTH, {entity: build(found) for entity, found in files.items()})


def test_a_load_stays_as_it_is_while_the_lake_is_written_and_dropped(loads: SearchLoads) -> None:
    write(loads, "first")
    load = identify(loads)
    folder = loads.take(load)
    opened = SearchIndex.open(folder)
    write(loads, "second", ["artists"])
    assert [hit.name for hit in SearchIndex.open(loads.take(load)).search("first", ["artists"]).hits] == ["first"]
    loads.lake.drop(PARTITION)
    assert loads.take(load) == folder
    assert loads.drop(PARTITION)[load] > 0
    assert opened.search("first").total == len(ENTITIES)
    assert loads.months() == []


def test_a_load_is_taken_from_the_lake_only_if_its_parts_are_there(loads: SearchLoads) -> None:
    write(loads, "first")
    load = identify(loads)
    write(loads, "second", ["styles"])
    for _ in range(2):
        with pytest.raises(LoadError, match=rf"{load} is neither in .*search nor in .*lake.*discogs load 2026-11"):
            loads.take(load)
        assert load in loads.missing(load)
        assert loads.months() == []
        shutil.rmtree(loads.lake.root / "search" / "genres", ignore_errors=True)


def test_a_sweep_leaves_the_load_that_is_published(loads: SearchLoads) -> None:
    found = []
    for name in ("first", "second"):
        write(loads, name)
        found.append(identify(loads))
        assert not loads.missing(found[-1])
    old, new = found
    assert old != new
    assert loads.months() == [PARTITION]
    assert loads.sweep(new) == [old]
    assert loads.sweep(new) == []
    assert sorted(place.name for place in (loads.root / MONTH).iterdir()) == [new.partition("/")[2]]


def test_a_lake_on_another_disk_is_copied(loads: SearchLoads, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError("another disk")

    write(loads, "first")
    monkeypatch.setattr("os.link", link)
    assert SearchIndex.open(loads.take(identify(loads))).search("first").total == len(ENTITIES)


def test_a_lake_in_s3_gives_a_load_to_another_machine(bucket: str, tmp_path: Path) -> None:
    here, elsewhere = (
        SearchLoads(tmp_path / name / "search", ObjectLake.at(f"s3://{bucket}/lake", tmp_path / name / "staged"))
        for name in ("here", "elsewhere")
    )
    write(here, "first")
    load = identify(here)
    assert here.take(load).parent.parent == here.root
    assert SearchIndex.open(elsewhere.take(load)).search("first").total == len(ENTITIES)
    write(here, "second", ["labels"])
    assert SearchIndex.open(elsewhere.take(load)).search("first").total == len(ENTITIES)
    assert here.lake.drop(PARTITION).keys() == {f"search/{entity}" for entity in ENTITIES}


def test_a_draft_of_a_killed_process_is_no_load(loads: SearchLoads) -> None:
    write(loads, "first")
    load = identify(loads)
    draft = loads.root / MONTH / f".{load.partition('/')[2]}.draft"
    (draft / "artists").mkdir(parents=True)
    assert loads.months() == []
    assert SearchIndex.open(loads.take(load)).documents == dict.fromkeys(ENTITIES, 1)
    assert not draft.exists()
