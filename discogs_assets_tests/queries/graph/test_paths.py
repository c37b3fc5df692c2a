"""Tests of `queries.graph.paths`: the shortest path, by the ways asked for, never through a placeholder."""

import random
from itertools import pairwise

import pytest

from discogs_assets.queries.graph import paths
from discogs_assets.stores.neo4j.driver import Graph
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.conftest import Served
from discogs_assets_tests.queries.sample import PLACEHOLDERS

pytestmark = pytest.mark.timeout(600)

DEFAULT = {"releases", "credits", "membership", "aliases"}


@pytest.mark.parametrize("ways", [DEFAULT, {"releases", "credits"}, {"membership"}, {"releases", "labels"}], ids=sorted)
def test_a_path_is_as_short_as_a_search_through_the_records_finds_and_each_step_is_stated(
    served: Served, ways: set[str]
) -> None:
    month, lengths = served.month, set[int | None]()
    pairs = [pair for way, *pair in month.edges() if way in ways]
    stated = {frozenset(pair) for pair in pairs}
    linked = sorted({key for pair in pairs for kind, key in pair if kind == "artist"})
    dice = random.Random(3)  # noqa: S311 - examples, no secrets
    for start in dice.choices(linked, k=12):
        distances = month.distances(("artist", start), ways, 12)
        near = sorted(key for kind, key in distances if kind == "artist")
        for end in (dice.choice(near), dice.choice(linked)):
            answer = served.api.answer("path", from_id=start, to_id=end, via=sorted(ways), max_depth=12)
            assert answer["length"] == distances.get(("artist", end))
            assert answer["found"] == (answer["length"] is not None)
            steps = [(each["type"], each["id"]) for each in answer["path"]]
            assert all(frozenset(pair) in stated for pair in pairwise(steps))
            assert not [each for each in steps if each[0] == "artist" and each[1] in PLACEHOLDERS]
            lengths.add(answer["length"])
    assert len(lengths) > 1


def test_a_path_to_itself_is_a_node(api: Api) -> None:
    answer = api.answer("path", from_name="Pink Floyd", to_name="Pink Floyd")
    assert (answer["length"], [each["name"] for each in answer["path"]]) == (0, ["Pink Floyd"])


@pytest.mark.parametrize(("hub", "found"), [(1817, True), (1818, False)])
def test_no_path_passes_a_label_that_stands_for_none(graph: Graph, hub: int, found: bool) -> None:
    asked = paths._statement("release", "release", ["labels"], 4)  # noqa: SLF001
    with graph.session() as session:
        session.run("CREATE (:Release {id: 1})-[:ON]->(:Label {id: $hub})<-[:ON]-(:Release {id: 2})", hub=hub)
        rows = session.run(asked, start=1, end=2, artists=[194], labels=[1818]).data()
    assert bool(rows) == found


def test_of_several_relationships_a_step_shows_the_first_way_whatever_the_order_in_the_store(graph: Graph) -> None:
    kinds = ["CREDITED_ON {role: 'Piano'}", "APPEARS_ON", "BY", "CREDITED_ON {role: 'Arranged By'}"]
    shown = {"releases": ("BY", None), "credits": ("CREDITED_ON", "Arranged By")}
    with graph.session() as session:
        for key, order in enumerate([kinds, kinds[::-1], [*kinds[2:], *kinds[:2]]]):
            session.run(f"CREATE (r:Release {{id: {key}}}), (a:Artist {{id: {key}}})")
            for kind in order:
                session.run(f"MATCH (r:Release {{id: {key}}}), (a:Artist {{id: {key}}}) CREATE (a)-[:{kind}]->(r)")
            ways: list[list[paths.Way]] = [["releases", "credits"], ["credits"]]
            for via in ways:
                asked = paths._statement("release", "artist", via, 2)  # noqa: SLF001
                ((row,),) = session.run(asked, start=key, end=key, artists=[], labels=[]).values()
                assert (row["steps"][1]["rel"], row["steps"][1]["role"]) == shown[via[0]]


def test_no_path_passes_an_artist_that_stands_for_many(graph: Graph) -> None:
    asked = paths._statement("release", "release", ["releases"], 4)  # noqa: SLF001
    with graph.session() as session:
        session.run("CREATE (:Release {id: 1})-[:BY]->(:Artist {id: 194})<-[:BY]-(:Release {id: 2})")
        assert session.run(asked, start=1, end=2, artists=[], labels=[]).data()
        assert not session.run(asked, start=1, end=2, artists=[194], labels=[]).data()


def test_genres_are_passed_only_if_asked_for(api: Api) -> None:
    ends = {"from_name": "Kraftwerk", "to_name": "Miles Davis", "max_depth": 12}
    without = api.answer("path", **ends)
    assert not {"genre", "style"} & {each["type"] for each in without["path"]}
    asked = api.answer("path", **ends, via=["releases", "genres"])
    assert {"genre", "style"} & {each["type"] for each in asked["path"]}
    to_genre = api.answer("path", from_name="Kraftwerk", to_type="genre", to_name="Electronic")
    assert [each["type"] for each in to_genre["path"]][-1] == "genre"


@pytest.mark.parametrize("genre", ["Jazz", "Rock", "Electronic"])
def test_a_path_to_a_genre_passes_no_other_and_is_as_short_as_one_to_its_nearest_release(api: Api, genre: str) -> None:
    records = {"release": sample.releases, "master": sample.masters}
    works = [
        (kind, each["id"])
        for kind, of in records.items()
        for each in of.values()
        if genre in (each.get("genres") or ())
    ]
    for start in sorted(set(sample.artists) - sample.PLACEHOLDERS)[::9]:
        near = sample.SAMPLE.distances(("artist", start), DEFAULT, 5)
        expected = min((near[work] + 1 for work in works if work in near), default=None)
        answer = api.answer("path", from_id=start, to_type="genre", to_name=genre, max_depth=6)
        assert answer["length"] == expected
        assert [each["type"] for each in answer["path"]].count("genre") == (expected is not None)


def test_a_longer_path_than_allowed_is_not_found(api: Api) -> None:
    ends = {"from_name": "Miles Davis", "to_name": "John Coltrane"}
    length = api.answer("path", **ends)["length"]
    assert length > 1
    assert not api.answer("path", **ends, max_depth=length - 1)["found"]


@pytest.mark.parametrize("depth", [0, 13, 10**9, "x", ""])
def test_a_depth_out_of_bounds_is_refused(api: Api, depth: object) -> None:
    refused = api.get("/api/path", params={"from_name": "A", "to_name": "B", "max_depth": str(depth)})
    assert refused.status_code == 422
    assert "max_depth" in refused.json()["detail"]
