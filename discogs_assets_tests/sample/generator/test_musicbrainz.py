"""Tests of `sample.generator.musicbrainz`: the truth is what a walk over the lines finds, and links fit the months."""

import hashlib
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.sample.generator import Plan, counterparts, dumps, musicbrainz
from discogs_assets.sample.generator.world import world
from discogs_assets.schema.backends import json as places
from discogs_assets.schema.musicbrainz import ENTITIES, entity
from discogs_assets.streams.musicbrainz.discogs_urls import discogs_id
from discogs_assets_tests import mbdump

pytestmark = pytest.mark.slow

PLAN = Plan(12_000, months=1)
PARTITION = "2026-10-01"
RUN = "20261003-001001"

Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    musicbrainz.write(folder, PLAN, processes=1)
    return folder


@pytest.fixture(scope="module")
def records(folder: Path) -> Records:
    found: Records = {}
    for each in ENTITIES:
        with tarfile.open(folder / RUN / f"{each.name}.tar.xz") as archive:
            member = archive.extractfile(f"mbdump/{each.name}")
            assert member
            found[each.name] = [json.loads(line) for line in member]
    return found


def _relations(records: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(record, relation) for record in records for relation in record["relations"]]


def test_a_run_has_the_files_of_a_real_one(folder: Path) -> None:
    assert (folder / "LATEST").read_text() == f"{RUN}\n"
    sums = dict(line.split(" *")[::-1] for line in (folder / RUN / "SHA256SUMS").read_text().splitlines())
    assert {f"{each.name}.tar.xz" for each in ENTITIES} == {*sums}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / RUN / name).read_bytes()).hexdigest() == digest
    with tarfile.open(folder / RUN / "label.tar.xz") as archive:
        assert {"TIMESTAMP", "COPYING", "REPLICATION_SEQUENCE", "JSON_DUMPS_SCHEMA_NUMBER"} < {*archive.getnames()}


def test_the_truth_is_what_the_lines_hold(folder: Path, records: Records) -> None:
    truth = musicbrainz.truth(folder, PARTITION)
    for name, found in records.items():
        kinds = Counter(
            "relations" if each["target-type"] != "url" else "discogs" if each["type"] == "discogs" else "urls"
            for _, each in _relations(found)
        )
        kinds["aliases"] = sum(len(record["aliases"]) for record in found)
        assert truth[name]["records"] == len(found) == len({record["id"] for record in found})
        assert truth[name]["rows"] == {kind: count for kind, count in kinds.items() if count}


def test_links_lead_to_records_of_the_same_month(folder: Path, records: Records) -> None:
    for name, found in records.items():
        population = world(PLAN, 0).populations[counterparts.RECORDS[name]]
        known = {population.identify(index) for index in range(population.size) if population.alive(index)}
        kind = counterparts.KINDS[name]
        pairs = {
            (record["id"], number)
            for record, each in _relations(found)
            if each["type"] == "discogs" and (number := discogs_id(each["url"]["resource"], kind))
        }
        assert {number for _, number in pairs} <= known
        truth = musicbrainz.truth(folder, PARTITION)[name]
        assert truth["matched"] == len({mbid for mbid, _ in pairs}) < len(found)
        assert truth["discogs_ids"] == len({number for _, number in pairs})


def test_some_records_share_an_id_and_some_have_several(folder: Path) -> None:
    truth = musicbrainz.truth(folder, PARTITION)["artist"]
    assert truth["several_ids"] > 0
    assert truth["several_mbids"] > 0


def test_both_records_of_a_relation_list_it(records: Records) -> None:
    for name in ("artist", "label", "release-group"):
        sides = {"forward": set[Any](), "backward": set[Any]()}
        for record, each in _relations(records[name]):
            if each["target-type"] != "url":
                target = each[each["target-type"]]["id"]
                pair = (record["id"], target) if each["direction"] == "forward" else (target, record["id"])
                sides[each["direction"]].add((*pair, each["type"], each["begin"], each["end"]))
        assert sides["forward"] == sides["backward"]
        assert sides["forward"]


def test_releases_belong_to_release_groups_of_the_run(records: Records) -> None:
    groups = {record["id"] for record in records["release-group"]}
    assert {record["release-group"]["id"] for record in records["release"]} <= groups


def test_every_key_is_declared_or_left_out_on_purpose(records: Records) -> None:
    for name, found in records.items():
        assert not {key for record in found for key in places.find_undeclared(entity(name), record)}


def test_records_are_about_as_large_as_real_ones(folder: Path) -> None:
    truth = musicbrainz.truth(folder, PARTITION)
    sizes = {name: each["bytes"] / each["records"] for name, each in truth.items()}
    assert 2_000 < sizes["artist"] < 3_500
    assert 1_000 < sizes["label"] < 2_000
    assert 5_000 < sizes["release"] < 20_000


def test_every_line_becomes_the_row_that_a_plain_walk_finds(tmp_path: Path, records: Records) -> None:
    for each in ENTITIES:
        some = records[each.name][:200]
        found = mbdump.rows(tmp_path, each, *some)
        wanted = [mbdump.expected_row(each.name, record) for record in some]
        for part in (*found, *wanted):
            part.pop("discogs")
            part.pop("discogs_ids")
        assert found == wanted


def test_the_same_plan_gives_the_same_bytes_whoever_makes_them(tmp_path: Path, folder: Path) -> None:
    assert musicbrainz.write(tmp_path, PLAN, ["label"], processes=1)
    assert (tmp_path / RUN / "label.tar.xz").read_bytes() == (folder / RUN / "label.tar.xz").read_bytes()


@pytest.mark.slow
def test_several_processes_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(dumps, "ALONE", 0)
    musicbrainz.write(tmp_path, PLAN, ["label"], processes=2)
    assert (tmp_path / RUN / "label.tar.xz").read_bytes() == (folder / RUN / "label.tar.xz").read_bytes()
