"""Links to Discogs: which record a URL names.

What belongs here: the forms of Discogs' addresses. What doesn't: which links a record has.
"""

import re
from collections.abc import Iterable
from functools import cache

PREFIX = r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?"
"""The language of the page."""

BEFORE = r"(?:/(?!(?:artist|label|master|release|user|lists?|group|forum)/)[^/?#]+)?"
"""What may stand between that and the kind of record: `sell`, or artist and title in old addresses."""


@cache
def _form(kind: str) -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[a-z0-9-]+\.)*discogs\.com\.?(?::[0-9]*)?"
        rf"{PREFIX}{BEFORE}/+{kind}/+0*([1-9][0-9]{{0,17}})(?:-[^/?#]*)?(?:[/?#].*)?\s*",
        re.IGNORECASE | re.DOTALL | re.ASCII,
    )


def discogs_id(url: str | None, kind: str) -> int | None:
    """The id of the record that the URL names at Discogs, if it is of this kind: artist, label, master or release.

    Any scheme or none, any host of discogs.com, a language before, a name behind the id, and whatever follows.
    """
    found = _form(kind).fullmatch(url or "")
    return int(found[1]) if found else None


def in_order(links: Iterable[tuple[int | None, bool | None]]) -> list[int]:
    """The distinct ids of links, each with whether it has ended: those that have not come first, then ascending."""
    ended: dict[int, bool] = {}
    for number, over in links:
        if number is not None:
            ended[number] = ended.get(number, True) and bool(over)
    return sorted(ended, key=lambda number: (ended[number], number))
