"""Tests of `sample.generator.dumps`: the truth is what an independent walk over the files finds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree as etree
import pytest

from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan, dumps
from discogs_assets.sample.generator.plan import ENTITIES, LAYOUTS
from discogs_assets.schema.backends.xml import paths
from discogs_assets.schema.discogs import entity
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets_tests.sample.generator import walk
from discogs_assets_tests.sample.generator.walk import RECORDS, Month

pytestmark = pytest.mark.slow

RELEASES = 2_000
PARTITIONS = ("2026-10-01", "2026-11-01")

EMPTY = (
    "/artists/artist/role",
    "/artists/artist/tracks",
    "extraartists/artist/join",
    "track/extraartists/artist/tracks",
)
"""Elements that the classic layout alone writes, as they never hold anything."""

GONE = {
    "classic": ("/series",),
    "2025": ("/images", "/members/id", *EMPTY),
    "modern": ("/images", "/members/id", *EMPTY, "/@status", "/resource_url", "/label/urls/url"),
}
"""Ends of paths that a layout lacks."""


class Written:
    """The plan of a layout as it was written, with its truth and what the walk finds."""

    def __init__(self, folder: Path, layout: str) -> None:
        self.folder, self.plan = folder, Plan(RELEASES, layout=layout)
        self.files = generator.write(folder, self.plan)
        self.truths = [generator.truth(folder, each) for each in PARTITIONS]
        self.months = [Month(folder / "data" / "2026", each.replace("-", "")) for each in PARTITIONS]

    def both(self) -> Iterator[tuple[dict[str, Any], Month]]:
        """Truth and month, in order."""
        return zip(self.truths, self.months, strict=True)


@pytest.fixture(
    scope="module", params=[LAYOUTS[-1], *(pytest.param(each, marks=pytest.mark.slow) for each in LAYOUTS[:-1])]
)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("generated"), request.param)


def test_records_ids_and_bytes_are_those_of_the_files(written: Written) -> None:
    for truth, month in written.both():
        assert truth["ids"] == month.ids()
        assert all(ids == sorted(set(ids)) for ids in truth["ids"].values())
        assert truth["records"] == {name: len(ids) for name, ids in truth["ids"].items()}
        assert truth["bytes"] == month.bytes


def test_rows_are_the_items_that_say_anything(written: Written) -> None:
    for truth, month in written.both():
        stated = {name: {part: count for part, count in rows.items() if count} for name, rows in truth["rows"].items()}
        assert stated == month.rows()


def test_relationships_are_the_distinct_ones_between_records_of_the_month(written: Written) -> None:
    for truth, month in written.both():
        stated = {
            (kind, ends): count for kind, found in truth["relationships"].items() for ends, count in found.items()
        }
        found = {kind: len(edges) for kind, edges in month.edges.items()}
        assert {kind: count for kind, count in stated.items() if count} == found


def test_nodes_are_the_records_and_the_texts_of_genres_and_styles(written: Written) -> None:
    for truth, month in written.both():
        edges = month.edges
        named = {
            tag: {text for node in ("Release", "Master") for _, text in edges["IS", f"{node}-{tag}"]}
            for tag in ("Genre", "Style")
        }
        counts = {node: truth["records"][f"{node.lower()}s"] for node in ("Artist", "Label", "Master", "Release")}
        assert truth["nodes"] == counts | {tag: len(texts) for tag, texts in named.items()}


def test_changes_are_the_records_whose_xml_differs(written: Written) -> None:
    october, november = written.months
    assert "changes" not in written.truths[0]
    for name, changes in written.truths[1]["changes"].items():
        old, new = october.records[name], november.records[name]
        assert changes["added"] == sorted(new.keys() - old.keys()) != []
        assert changes["removed"] == sorted(old.keys() - new.keys()) != []
        assert changes["changed"] == sorted(each for each in old.keys() & new.keys() if old[each] != new[each]) != []
        for gone, kept in changes["merges"]:
            assert gone in old
            assert gone not in new
            assert kept in new


def test_every_declared_element_occurs_in_a_layout_that_has_it(written: Written) -> None:
    for name in ENTITIES:
        found: set[str] = set()
        for record in written.months[0].roots[name]:
            _collect(record, "", found)
        declared = paths(entity(name))
        wanted = declared.elements | {f"{path}/@{attribute}" for path, attribute in declared.attributes}
        missing = {each for each in wanted - found if not _gone(each, written.plan.layout)}
        assert (missing, found - wanted) == (set(), set())


def _collect(node: etree._Element, path: str, found: set[str]) -> None:
    here = f"{path}/{node.tag}"
    found.add(here)
    found.update(f"{here}/@{name!s}" for name in node.attrib)
    for child in node:
        _collect(child, here, found)


def _gone(path: str, layout: str) -> bool:
    """Whether the layout has no such element, nor the one around it."""
    steps = path.split("/")
    return any("/".join(steps[:length]).endswith(GONE[layout]) for length in range(len(steps) + 1))


def test_an_archive_takes_the_files_and_knows_the_months(written: Written, tmp_path: Path) -> None:
    archive = Archive(str(written.folder), tmp_path)
    assert archive.months() == list(PARTITIONS)
    for name in ENTITIES:
        assert archive.download(name, PARTITIONS[1]).entity == name


def _digests(folder: Path, plan: Plan, processes: int = 1) -> list[str]:
    files = generator.write(folder, plan, processes=processes)
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Digests of the files of a small plan."""
    return _digests(tmp_path_factory.mktemp("made"), Plan(120))


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(made: list[str], tmp_path: Path) -> None:
    assert _digests(tmp_path / "b", Plan(120)) == made
    assert not set(_digests(tmp_path / "c", Plan(120, months=1, seed=8))) & set(made)


def test_a_later_month_is_the_same_whether_another_follows(made: list[str], tmp_path: Path) -> None:
    assert _digests(tmp_path / "a", Plan(120, months=3))[: 2 * 6] == made


def test_how_many_processes_make_the_files_does_not_show(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "ALONE", 0)
    assert _digests(tmp_path / "b", Plan(120), processes=2) == made


def _odd(month: Month) -> dict[str, int]:
    """How often a month holds what a plain one does not."""
    artists = [
        each for name in RECORDS for record in month.roots[name] for each in record.iterfind(".//artists/artist")
    ]
    aliases = [(record.findtext("id"), record.iterfind("aliases/name")) for record in month.roots["artists"]]
    ids = [(own, [each.get("id") for each in found]) for own, found in aliases]
    names = [each.text for name in RECORDS for record in month.roots[name] for each in record.iter("name", "title")]
    return {
        "unlinked": sum(each.findtext("id") is None for each in artists),
        "dangling": sum(each.findtext("id") not in month.known["artists"] | walk.NOBODY | {None} for each in artists),
        "itself": sum(own in found for own, found in ids),
        "again": sum(len(set(found)) < len(found) for _, found in ids),
        "blank": sum(not (text or "").strip() for text in names),
    }


def test_odd_values_occur_and_a_plain_month_has_none(tmp_path: Path) -> None:
    found = {}
    for oddities in (False, True):
        folder = tmp_path / str(oddities)
        generator.write(folder, Plan(RELEASES, months=1, oddities=oddities))
        found[oddities] = _odd(Month(folder / "data" / "2026", "20261001"))
    assert set(found[False].values()) == {0}
    assert 0 not in found[True].values()
