"""Generated months through the whole platform, with additions, changes, removals and merges between them.

After each, Parquet and both stores hold what the month's truth file says, which no parser has touched, and the disk
holds what the months that are kept need. Two months by default; with `--months 12` it goes through a year.
"""

import pytest

from discogs_assets.sample import generator
from discogs_assets.schema.graph import MUSICBRAINZ
from discogs_assets_tests.fix_months import Generated

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

PEAK, KEPT = 3.2, 2.2
"""The disk at its fullest and after retention, in months: shown, previous and loading; shown and previous."""


def test_months_in_a_row_are_each_what_was_made(generated: Generated) -> None:
    for load in generated.loads:
        truth = generator.truth(generated.dumps, load.partition)
        for entity, parts in load.parts.items():
            found = {name: count for name, count in parts.items() if name != "raw" and count}
            assert found == {name: count for name, count in truth["rows"][entity].items() if count}
        assert {kind: load.pairs[kind] for kind in truth["relationships"]} == truth["relationships"]
        assert load.ids == truth["ids"]
        made = truth["nodes"] | {kind: sum(pairs.values()) for kind, pairs in truth["relationships"].items()}
        assert load.counts == {**dict.fromkeys(MUSICBRAINZ, 0), **made}


def test_months_in_a_row_take_no_more_room(generated: Generated) -> None:
    month = generated.loads[0].kept
    for number, load in enumerate(generated.loads):
        print(f"{load.partition[:7]}: {load.most / month:.2f} months at most, {load.kept / month:.2f} kept")  # noqa: T201
        assert load.most <= PEAK * month
        assert load.kept <= (KEPT if number else 1.0) * month
