"""Typed values from texts, a column at a time, and values derived from them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.model import Rule, Type

OLDEST_YEAR = 1860
"""Year of the oldest recordings that can be played (Scott de Martinville's phonautograms)."""

INTEGERS = {Type.INTEGER: r"^-?[0-9]{1,18}$", Type.REFERENCE: r"^[0-9]{1,18}$"}
"""Patterns of integers: ASCII digits, and few enough for 64 bits. A reference is never negative."""

MOST = 10**18 - 1
"""Largest number of 18 digits."""

YEAR = r"^[0-9]{4}([^0-9]|$)"
NUMBER_OF_NAME = r"\s\([0-9]+\)$"


def present(texts: pa.Array) -> pa.Array:
    """Return the texts, with null for empty or blank ones (blank as in Unicode, no-break space included)."""
    blank = pc.or_(pc.utf8_is_space(texts), pc.equal(texts, ""))
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts


def coerce(texts: pa.Array, kind: Type) -> tuple[pa.Array, pa.Array | None]:
    """Return the texts as values of their type, and a mask of texts that the values do not reproduce, or None."""
    if kind is Type.TEXT:
        return texts, None
    values = _booleans(texts) if kind is Type.BOOLEAN else _quick_integers(texts, kind)
    odd = None if values is None else _odd(values, texts)
    if kind is Type.BOOLEAN or (values is not None and odd is None):
        return values, odd
    fits = pc.match_substring_regex(texts, INTEGERS[kind])
    values = pc.cast(pc.if_else(fits, texts, pa.scalar(None, pa.string())), pa.int64())
    return values, _odd(values, texts)


def _odd(values: pa.Array, texts: pa.Array) -> pa.Array | None:
    """Return a mask of the texts that their values do not reproduce, None if there are none."""
    odd = pc.and_(pc.is_valid(texts), pc.fill_null(pc.not_equal(pc.cast(values, pa.string()), texts), True))
    return odd if pc.any(odd).as_py() else None


def _quick_integers(texts: pa.Array, kind: Type) -> pa.Array | None:
    """Return the numbers, None if any text is not a number within bounds.

    Hexadecimal texts also pass; the caller has to reject them.
    """
    try:
        numbers = pc.cast(texts, pa.int64())
    except pa.ArrowInvalid:
        return None
    bounds = pc.min_max(numbers).as_py()
    least = 0 if kind is Type.REFERENCE else -MOST
    return numbers if (bounds["min"] or 0) >= least and (bounds["max"] or 0) <= MOST else None


def _booleans(texts: pa.Array) -> pa.Array:
    known = pc.is_in(texts, pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(texts, "true"), pa.scalar(None, pa.bool_()))


def derive(rule: Rule, source: pa.Array, newest_year: int) -> pa.Array:
    """Return the derived value of each record."""
    return year(source, newest_year) if rule is Rule.YEAR else credit(source)


def year(texts: pa.Array, newest: int) -> pa.Array:
    """Return the year at the start of a date, as int64; null unless it is from 1860 to `newest`."""
    found = pc.match_substring_regex(texts, YEAR)
    digits = pc.if_else(found, pc.utf8_slice_codeunits(texts, 0, 4), pa.scalar(None, pa.string()))
    years = pc.cast(digits, pa.int64())
    sound = pc.and_(pc.greater_equal(years, OLDEST_YEAR), pc.less_equal(years, newest))
    return pc.if_else(sound, years, pa.scalar(None, pa.int64()))


def credit(artists: pa.ListArray) -> pa.Array:
    """Return each record's artists as one line; null if there are none.

    A name variation replaces the name, and a name loses its number. A join text follows every artist but the last, a
    comma by default.
    """
    rows = artists.flatten()
    names = pc.replace_substring_regex(rows.field("name"), NUMBER_OF_NAME, "")
    shown = pc.coalesce(rows.field("anv"), names, pa.scalar(""))
    last = pa.array(_last(artists))
    pieces = pc.binary_join_element_wise(shown, pc.if_else(last, "", _joint(rows.field("join"))), "")
    lines = pc.binary_join(pa.ListArray.from_arrays(_offsets(artists), pieces), "")
    return present(lines)


def _joint(joins: pa.Array) -> pa.Array:
    """Return the text between two artists: spaced, but with no space before a comma."""
    joins = pc.coalesce(pc.utf8_trim_whitespace(joins), pa.scalar(","))
    spaced = pc.binary_join_element_wise(joins, " ", "")
    return pc.if_else(pc.starts_with(joins, ","), spaced, pc.binary_join_element_wise(" ", spaced, ""))


def _offsets(lists: pa.ListArray) -> pa.Array:
    return pc.subtract(lists.offsets, lists.offsets[0])


def _last(lists: pa.ListArray) -> np.ndarray:
    """Return a mask of the elements that end their list."""
    offsets = _offsets(lists).to_numpy()
    last = np.zeros(int(offsets[-1]), dtype=bool)
    last[offsets[1:][offsets[1:] > offsets[:-1]] - 1] = True
    return last
