"""Discogs ids from URLs."""

import re
from collections.abc import Iterable
from functools import cache

PREFIX = r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?"
"""Language of the page."""

BEFORE = r"(?:/(?!(?:artist|label|master|release|user|lists?|group|forum)/)[^/?#]+)?"
"""Segment between the language and the kind of record: `sell`, or artist and title in old addresses."""


@cache
def _form(kind: str) -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[a-z0-9-]+\.)*discogs\.com\.?(?::[0-9]*)?"
        rf"{PREFIX}{BEFORE}/+{kind}/+0*([1-9][0-9]{{0,17}})(?:-[^/?#]*)?(?:[/?#].*)?\s*",
        re.IGNORECASE | re.DOTALL | re.ASCII,
    )


def discogs_id(url: str | None, kind: str) -> int | None:
    """Return the id of the Discogs record at the URL, None if it is not of this kind.

    Kinds are artist, label, master and release. The URL may have any scheme or none, any host of discogs.com, a
    language before the kind, a name after the id, and any suffix.
    """
    found = _form(kind).fullmatch(url or "")
    return int(found[1]) if found else None


def in_order(links: Iterable[tuple[int | None, bool | None]]) -> list[int]:
    """Return the distinct ids of links, given as pairs of id and ended: not ended first, then ascending.

    An id counts as ended if all its links have ended.
    """
    ended: dict[int, bool] = {}
    for number, over in links:
        if number is not None:
            ended[number] = ended.get(number, True) and bool(over)
    return sorted(ended, key=lambda number: (ended[number], number))
