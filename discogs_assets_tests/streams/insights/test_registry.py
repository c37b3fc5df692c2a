"""Tests of `streams.insights.registry`."""

import polars as pl
import pytest
from lxml import etree

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.insights import COMPUTATION_LOG, INSIGHTS
from discogs_assets.streams import parquet, plot
from discogs_assets.streams.insights.insight import Insight
from discogs_assets.streams.insights.registry import REGISTRY, find_insight
from discogs_assets_tests.fix_insights import MONTH, Asked

pytestmark = pytest.mark.slow

EACH = pytest.mark.parametrize("each", REGISTRY, ids=lambda each: each.sheet.name)


def test_every_sheet_but_the_log_has_a_question() -> None:
    assert [each.sheet for each in REGISTRY] == [sheet for sheet in INSIGHTS if sheet is not COMPUTATION_LOG]
    with pytest.raises(KeyError):
        find_insight(COMPUTATION_LOG.name)


@EACH
def test_an_answer_has_the_columns_of_its_sheet_and_is_the_same_each_time(each: Insight, asked: Asked) -> None:
    target = asked.folder / "answer.parquet"
    each.write(asked.files, MONTH, target)
    once = target.read_bytes()
    found = pl.read_parquet(target)
    assert found.schema == pl.Schema(arrow.sheet(each.sheet))
    assert found.select(each.sheet.key).is_unique().all()
    assert parquet.versions([target]) == parquet.versions(f for name in each.reads for f in asked.files[name])
    each.write(asked.files, MONTH, target)
    assert target.read_bytes() == once


@EACH
def test_a_question_reads_what_it_says_and_nothing_else(each: Insight, asked: Asked) -> None:
    only = {name: files for name, files in asked.files.items() if name in each.reads}
    assert each.write(only, MONTH, asked.folder / "only.parquet") == len(asked.answer(each.sheet.name))
    for name in each.reads:
        with pytest.raises(KeyError):
            each.write({other: files for other, files in only.items() if other != name}, MONTH, asked.folder / "x")


@EACH
def test_an_answer_is_drawn(each: Insight, asked: Asked) -> None:
    answer = asked.answer(each.sheet.name)
    drawn = each.picture(answer.lazy())
    # A small month may have no anniversary.
    assert drawn.bars or drawn.lines or answer.is_empty()
    texts = [text.text for text in etree.fromstring(plot.svg(drawn)).iter("{*}text")]
    assert texts[0] == drawn.title
    assert len(texts) > max(len(drawn.bars), len(drawn.lines))
