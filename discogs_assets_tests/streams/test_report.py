"""Tests of `streams.report`."""

from collections import Counter

import pytest

from discogs_assets.schema.discogs import LABELS
from discogs_assets.streams import report
from discogs_assets.streams.quality import Sample, Tally

TALLY = Tally(
    LABELS,
    records=2_000_000,
    flagged=1_003,
    kept=1_003,
    counts=Counter({"name_missing": 1, "name_padded": 1_000, "do_not_use": 2}),
    samples={
        "name_missing": [Sample(212, "")],
        "name_padded": [Sample(1, " a|b")],
        "do_not_use": [Sample(5, "DO NOT USE\n\n[b]<script>[/b]"), Sample(7, "do not use")],
    },
)


def test_a_report_shows_counts_shares_and_linked_samples_the_gravest_first() -> None:
    assert report.markdown(TALLY, "2026-11").splitlines()[:8] == [
        "# Data quality of labels, 2026-11",
        "",
        "1,003 of 2,000,000 records are flagged (0.05 %).",
        "",
        "| severity | rule | records | share | meaning | first records |",
        "| --- | --- | ---: | ---: | --- | --- |",
        "| error | `name_missing` | 1 | < 0.0001 % | It has no name. | [212](https://www.discogs.com/label/212) |",
        "| warning | `do_not_use` | 2 | 0.0001 % | The profile says DO NOT USE: the record is a duplicate or a "
        "mistake. | [5](https://www.discogs.com/label/5) DO NOT USE \\[b\\]\\<script\\>\\[/b\\], "
        "[7](https://www.discogs.com/label/7) do not use |",
    ]


def test_a_report_names_the_rules_that_found_nothing_and_says_whose_bytes_are_kept() -> None:
    text = report.markdown(TALLY, "2026-11")
    assert "The bytes of the first 10,000 records of each rule are kept: 1,003 records in all." in text
    assert "`own_parent`" in text.splitlines()[-1]
    assert "`name_missing`" not in text.splitlines()[-1]


def test_a_report_of_a_clean_or_empty_month_has_no_table() -> None:
    text = report.markdown(Tally(LABELS), "2026-11")
    assert "0 of 0 records are flagged (0 %)." in text
    assert "| --- |" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", "a \\| b"),
        ("[x](javascript:y)", "\\[x\\](javascript\\:y)"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("&lt;", "\\&lt;"),
        ("www.a.se a@b.se", "www\\.a\\.se a\\@b\\.se"),
        ("a\r\n\tb\u2028c", "a b c"),
        ("`_*~$!\\", "\\`\\_\\*\\~\\$\\!\\\\"),
        ("Ã© \u00d6", "Ã© \u00d6"),
    ],
)
def test_any_text_is_shown_as_it_is_on_one_line(text: str, shown: str) -> None:
    assert report.escape(text) == shown


def test_a_long_finding_is_cut() -> None:
    assert report.shorten_text("x" * 61) == "x" * 59 + "…"
    assert report.shorten_text("x" * 60) == "x" * 60


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, "0 %"), (1, 1, "100 %"), (1, 3, "33 %"), (1, 40, "2.5 %"), (3, 10_000, "0.03 %"), (1, 10**8, "< 0.0001 %")],
)
def test_a_share_is_readable_however_small(part: int, whole: int, shown: str) -> None:
    assert report.percent(part, whole) == shown
