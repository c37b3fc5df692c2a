"""Data-quality conditions as Polars expressions over the columns of an entity's Parquet.

Each returns a record's offending text: null if it has no finding, empty if a value is missing; findings are joined.
"""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from discogs_assets.schema.quality import QualityRule, Test

SEPARATOR = " | "
"""Separator between several findings of a rule in one record."""

SEPARATES_DIGITS = r"[\s-]"
"""Pattern of the separators between the digits of a printed barcode."""

GTIN = r"^[0-9]{12,13}$"
"""Pattern of UPC-A and EAN-13. EAN-8 is left out: it looks like UPC-E, whose check digit is that of its expansion."""

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
PARTIAL_DATE = r"^[0-9]{4}(-00-00|-(0[1-9]|1[0-2])(-00)?)?$"


def expression(rule: QualityRule) -> pl.Expr:
    """Return the condition of the rule as an expression."""
    part, _, name = rule.field.partition("[].")
    return CONDITIONS[rule.test](part, name, *rule.arguments)


def _item(name: str = "") -> pl.Expr:
    """Return a field of the current list item, or the item itself."""
    return pl.element().struct.field(name) if name else pl.element()


def _where(text: pl.Expr, condition: pl.Expr) -> pl.Expr:
    """Return the text where the condition holds, else null."""
    return pl.when(condition).then(text)


def _nothing(condition: pl.Expr) -> pl.Expr:
    """Return an empty finding where the condition holds."""
    return _where(pl.lit(""), condition)


def _matching(column: str, _: str, pattern: str) -> pl.Expr:
    return _where(pl.col(column), pl.col(column).str.contains(pattern))


def _unknown(column: str, _: str, known: Sequence[str]) -> pl.Expr:
    return _where(pl.col(column), ~pl.col(column).is_in(list(known)))


def _unsound_year(column: str, _: str, *accepted: str) -> pl.Expr:
    return _where(pl.col(column), pl.col("year").is_null() & ~pl.col(column).is_in(list(accepted)))


def _unsound_date(column: str, _: str) -> pl.Expr:
    text = pl.col(column)
    day = _where(text, text.str.contains(DATE)).str.to_date("%Y-%m-%d", strict=False)
    return _where(text, pl.col("year").is_not_null() & ~text.str.contains(PARTIAL_DATE) & day.is_null())


def _main_without_master(column: str, _: str) -> pl.Expr:
    return _where(pl.lit("true"), pl.col(column) & (pl.col("master_id").fill_null(0) == 0))


def _each(part: str, text: pl.Expr) -> pl.Expr:
    """Return the findings in the items of a repeated part, joined."""
    return _join(pl.col(part).list.eval(text.drop_nulls()))


def _join(texts: pl.Expr) -> pl.Expr:
    return _where(texts.list.join(SEPARATOR), texts.list.len() > 0)


def _reproduced_otherwise(part: str, _: str) -> pl.Expr:
    return _each(part, pl.concat_str(_item("path"), pl.lit(" = "), _item("text")))


def _each_matching(part: str, name: str, pattern: str) -> pl.Expr:
    return _each(part, _where(_item(name), _item(name).str.contains(pattern)))


def _each_not_matching(part: str, name: str, pattern: str, kind: str = "") -> pl.Expr:
    among = _item("type") == kind if kind else pl.lit(True)
    return _each(part, _where(_item(name), ~_item(name).str.contains(pattern) & among))


def _each_unknown(part: str, name: str, known: Sequence[str], pattern: str) -> pl.Expr:
    text = _item(name)
    return _each(part, _where(text, ~text.is_in(list(known)) & ~text.str.contains(pattern)))


def _each_empty(part: str, name: str, shown: str) -> pl.Expr:
    return _each(part, _where(_item(shown).fill_null(""), _item(name).is_null()))


def _each_unlinked(part: str, name: str) -> pl.Expr:
    return _each(part, _where(_item("name").fill_null(""), _item(name).fill_null(0) == 0))


def _each_again(part: str, _: str, *names: str) -> pl.Expr:
    """Flag items that repeat an earlier one. Items without any of the values are skipped."""
    values = [_item(name) for name in names] or [_item()]
    same = pl.struct(values) if names else _item()
    shown = pl.concat_str([each.cast(pl.String) for each in values], separator=" ", ignore_nulls=True)
    some = pl.any_horizontal([each.is_not_null() for each in values])
    # is_first_distinct is expensive, so it runs only on lists in which two items have the same hash.
    suspect = _where(pl.col(part), pl.col(part).list.eval(same.hash()).list.n_unique() < pl.col(part).list.len())
    return _join(suspect.list.eval(_where(shown, some & ~same.is_first_distinct()).drop_nulls()))


def _each_unbalanced(part: str, name: str) -> pl.Expr:
    opening, closing = (_item(name).str.count_matches(sign, literal=True) for sign in "[]")
    return _each(part, _where(_item(name), opening != closing))


def _own_id(part: str, name: str) -> pl.Expr:
    column, _, field = part.partition(".")
    same = pl.col(column).struct.field(field) == pl.col("id") if field else _ids(part, name).list.contains(pl.col("id"))
    return _where(pl.col("id").cast(pl.String), same)


def _also_in(part: str, name: str, other: str) -> pl.Expr:
    return _join(_ids(part, name).list.set_intersection(_ids(other, name)).cast(pl.List(pl.String)))


def _ids(part: str, name: str) -> pl.Expr:
    return pl.col(part).list.eval(_item(name).filter(_item(name) > 0))


def _wrong_check_digit(part: str, name: str, kind: str) -> pl.Expr:
    of_type = _item("type") == kind
    printed = pl.col(part).list.eval(
        _where(_item(name), of_type & _digits(_item(name)).str.contains(GTIN)).drop_nulls()
    )
    number = _digits(_item()).cast(pl.Int64)
    weighted = (number // 10**place % 10 * (3 if place % 2 else 1) for place in range(13))
    return _join(printed.list.eval(_where(_item(), pl.sum_horizontal(weighted) % 10 != 0).drop_nulls()))


def _digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(SEPARATES_DIGITS, "")


def _before_first(part: str, name: str, firsts: Mapping[str, int]) -> pl.Expr:
    texts, year = pl.col(part).list.eval(_item(name)), pl.col("year")
    early = [_where(pl.lit(each), (year < first) & texts.list.contains(each)) for each, first in firsts.items()]
    return _join(pl.concat_list(early).list.drop_nulls())


CONDITIONS: Mapping[Test, Callable[..., pl.Expr]] = {
    Test.MISSING: lambda column, _: _nothing(pl.col(column).is_null()),
    Test.EMPTY: lambda part, _: _nothing(pl.col(part).list.len().fill_null(0) == 0),
    Test.UNLINKED: lambda column, _: _nothing(pl.col(column).fill_null(0) == 0),
    Test.MATCHING: _matching,
    Test.UNKNOWN: _unknown,
    Test.UNSOUND_YEAR: _unsound_year,
    Test.UNSOUND_DATE: _unsound_date,
    Test.MAIN_WITHOUT_MASTER: _main_without_master,
    Test.OWN_ID: _own_id,
    Test.ALSO_IN: _also_in,
    Test.REPRODUCED_OTHERWISE: _reproduced_otherwise,
    Test.EACH_MATCHING: _each_matching,
    Test.EACH_NOT_MATCHING: _each_not_matching,
    Test.EACH_UNKNOWN: _each_unknown,
    Test.EACH_EMPTY: _each_empty,
    Test.EACH_UNLINKED: _each_unlinked,
    Test.EACH_AGAIN: _each_again,
    Test.EACH_UNBALANCED: _each_unbalanced,
    Test.WRONG_CHECK_DIGIT: _wrong_check_digit,
    Test.BEFORE_FIRST: _before_first,
}
"""Function of each test, called with the part or column, the name of the field in its items, and the arguments."""
