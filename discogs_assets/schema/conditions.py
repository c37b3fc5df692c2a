"""Data-quality conditions: Polars expressions over the columns of an entity's Parquet.

Each returns a record's offending text: null if it has no finding, empty if a value is missing; findings are joined.
"""

from collections.abc import Iterable, Mapping

import polars as pl

SEPARATOR = " | "
"""Separator between several findings of a rule in one record."""

SEPARATES_DIGITS = r"[\s-]"
"""Pattern of the separators between the digits of a printed barcode."""

GTIN = r"^[0-9]{12,13}$"
"""Pattern of UPC-A and EAN-13. EAN-8 is left out: it looks like UPC-E, whose check digit is that of its expansion."""


def item(name: str = "") -> pl.Expr:
    """Return a field of the current list item, or the item itself."""
    return pl.element().struct.field(name) if name else pl.element()


def where(text: pl.Expr, condition: pl.Expr) -> pl.Expr:
    """Return the text where the condition holds, else null."""
    return pl.when(condition).then(text)


def nothing(condition: pl.Expr) -> pl.Expr:
    """Return an empty finding where the condition holds."""
    return where(pl.lit(""), condition)


def missing(column: str) -> pl.Expr:
    """Flag a missing value."""
    return nothing(pl.col(column).is_null())


def empty(rows: str) -> pl.Expr:
    """Flag a repeated part without items."""
    return nothing(pl.col(rows).list.len().fill_null(0) == 0)


def matching(column: str, pattern: str) -> pl.Expr:
    """Flag a text that matches the pattern."""
    return where(pl.col(column), pl.col(column).str.contains(pattern))


def none_of(column: str, known: Iterable[str]) -> pl.Expr:
    """Flag a text that is not among the known ones."""
    return where(pl.col(column), ~pl.col(column).is_in(list(known)))


def each(rows: str, text: pl.Expr) -> pl.Expr:
    """Return the findings in the items of a repeated part, joined."""
    return _joined(pl.col(rows).list.eval(text.drop_nulls()))


def _joined(texts: pl.Expr) -> pl.Expr:
    return where(texts.list.join(SEPARATOR), texts.list.len() > 0)


def each_matching(rows: str, name: str, pattern: str, of: pl.Expr | None = None) -> pl.Expr:
    """Flag texts of items that match the pattern, among the items selected by `of`."""
    return each(rows, where(item(name), item(name).str.contains(pattern) & _among(of)))


def each_not_matching(rows: str, name: str, pattern: str, of: pl.Expr | None = None) -> pl.Expr:
    """Flag texts of items that do not match the pattern, among the items selected by `of`."""
    return each(rows, where(item(name), ~item(name).str.contains(pattern) & _among(of)))


def _among(of: pl.Expr | None) -> pl.Expr:
    return pl.lit(True) if of is None else of


def is_unlinked() -> pl.Expr:
    """Return True if an item refers to no record."""
    return item("id").fill_null(0) == 0


def each_unlinked(rows: str) -> pl.Expr:
    """Flag the names of items that refer to no record."""
    return each(rows, where(item("name").fill_null(""), is_unlinked()))


def each_again(rows: str, *names: str) -> pl.Expr:
    """Flag items that repeat an earlier one: equal texts, or equal values of `names`. Items without any are skipped."""
    values = [item(name) for name in names] or [item()]
    same = pl.struct(values) if names else item()
    shown = pl.concat_str([each.cast(pl.String) for each in values], separator=" ", ignore_nulls=True)
    some = pl.any_horizontal([each.is_not_null() for each in values])
    # is_first_distinct is expensive, so it runs only on lists in which two items have the same hash.
    suspect = where(pl.col(rows), pl.col(rows).list.eval(same.hash()).list.n_unique() < pl.col(rows).list.len())
    return _joined(suspect.list.eval(where(shown, some & ~same.is_first_distinct()).drop_nulls()))


def refers_to_itself(rows: str) -> pl.Expr:
    """Flag the record's own id if an item refers to it."""
    return where(pl.col("id").cast(pl.String), _ids(rows).list.contains(pl.col("id")))


def refers_twice(rows: str, others: str) -> pl.Expr:
    """Flag ids that items of both parts refer to."""
    return _joined(_ids(rows).list.set_intersection(_ids(others)).cast(pl.List(pl.String)))


def _ids(rows: str) -> pl.Expr:
    return pl.col(rows).list.eval(item("id").filter(item("id") > 0))


def wrong_check_digit(rows: str, name: str, of: pl.Expr) -> pl.Expr:
    """Flag twelve or thirteen digits, however grouped, if the last is not the check digit of the others."""
    printed = pl.col(rows).list.eval(where(item(name), of & _digits(item(name)).str.contains(GTIN)).drop_nulls())
    number = _digits(item()).cast(pl.Int64)
    weighted = (number // 10**place % 10 * (3 if place % 2 else 1) for place in range(13))
    return _joined(printed.list.eval(where(item(), pl.sum_horizontal(weighted) % 10 != 0).drop_nulls()))


def _digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(SEPARATES_DIGITS, "")


def before_its_time(rows: str, name: str, year: str, firsts: Mapping[str, int]) -> pl.Expr:
    """Flag the named items of a record if its year is before their first one."""
    named = pl.col(rows).list.eval(item(name))
    early = [where(pl.lit(each), (pl.col(year) < first) & named.list.contains(each)) for each, first in firsts.items()]
    return _joined(pl.concat_list(early).list.drop_nulls())
