"""Generator of titles, notes and profiles from words and markup; for names see `names`."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.sample.generated import words
from discogs_assets.sample.generated.columns import Text, grouped, joined, plain
from discogs_assets.sample.generated.draws import (
    Ints,
    Keys,
    below,
    chance,
    dealt,
    deck,
    keyed,
    low,
    ordinals,
    spread,
    zipf,
)

INVENTED, ELSEWHERE = 6_000, 900
"""Numbers of invented words in titles, in Latin and in other scripts."""

LENGTHS = deck({1: 22, 2: 30, 3: 23, 4: 13, 5: 7, 6: 3, 8: 1.5, 11: 0.5})
"""Words of a title: about 17 letters on average."""

ADDITIONS = (
    "", " (Original Mix)", " (Remix)", " (Live)", " (Instrumental)", " (Radio Edit)", " - Part 1", " (Dub)", " EP",
    " (Album Version)", " Vol. 2", " / Intro", " (Extended Mix)", " #2", "...", "!", " (Reprise)", " &amp; More",
    " 1999",
)  # fmt: skip
ADDED = deck({0: 84, **dict.fromkeys(range(1, len(ADDITIONS)), 16 / (len(ADDITIONS) - 1))})


@cache
def _titles() -> pa.Array:
    """Return the words as the first of a title, then as a later one; words in other scripts are at the end of each."""
    found = [word.capitalize() for word in words.PLAIN]
    found += [*words.latin("title", INVENTED), *words.foreign(ELSEWHERE)]
    return pa.array([*found, *(f" {word}" for word in found)])


def titles(keys: Keys) -> Text:
    """Return a title for each key."""
    counts = dealt(keys, "length", LENGTHS)
    rows = spread(keys, counts, "words")
    size, usual = len(_titles()) // 2, len(words.PLAIN)
    codes = np.where(
        chance(rows, "usual", 0.62), zipf(rows, "word", usual, 4), usual + zipf(rows, "invented", INVENTED, 7)
    )
    other = np.repeat(chance(keys, "elsewhere", 0.04), counts)
    codes = np.where(other, size - ELSEWHERE + below(rows, "script", ELSEWHERE), codes)
    codes += np.where(ordinals(counts) > 0, size, 0)
    endings = pa.array(ADDITIONS).take(pa.array(dealt(keys, "addition", ADDED)))
    return plain(joined(grouped(_titles().take(pa.array(codes)), counts), endings))


MARKUP = (
    "[a={0}]", "[a={0} {1}]", "[l={0} Records]", "[a{n}]", "[l{n}]", "[b]{0}[/b]", "[url=http://www.{2}.com]{0}[/url]",
    "[i]{0}[/i]", "[m={n}]", "[r={n}]", "[A={0} {1}]", "[L={0}]", "[m{n}]", "[r{n}]", "[u]{0}[/u]", "[{0}]",
    "© {0} {y}",
    "℗ {y} {0}", "{y}", "{y}", "{n}", "{0}", "{1}", "{0}", "{1}", "{0}", '"{0} {1}"', "({0})",
)  # fmt: skip
"""Text between the words: markup as written by members, names, years and numbers."""

STOPS = (". ", ".&#13;\n", ", ", "&#13;\n", ".&#13;\n&#13;\n", " - ", ": ", " &amp; ", "\u00a0", "; ", "\n")
PIECES, MARKED = 1 << 12, 1 << 11


@cache
def _pieces() -> pa.Array:
    """Return phrases, each with its space or punctuation, followed by markup."""
    keys = keyed(np.arange(PIECES), "phrase")
    counts = 2 + low(keys, "words", 5)
    rows = spread(keys, counts, "words")
    phrases = grouped(
        pa.array([f"{word} " for word in words.PROSE]).take(pa.array(zipf(rows, "word", len(words.PROSE), 4))), counts
    )
    stops = [STOPS[number] for number in low(keys, "stop", len(STOPS)).tolist()]
    ended = [
        f"{text[:1].upper()}{text[1:-1]}{stop}" if number % 5 < 2 else text
        for number, (text, stop) in enumerate(zip(phrases.to_pylist(), stops, strict=True))
    ]
    return pa.array([*ended, *_marked()])


def _marked() -> list[str]:
    keys = keyed(np.arange(MARKED), "markup")
    first, second = words.latin("noun", 3_000), words.latin("family", 9_000)
    return [
        MARKUP[number % len(MARKUP)].format(first[a], second[b], second[b].lower(), n=n, y=1950 + n % 75) + " "
        for number, (a, b, n) in enumerate(
            zip(
                below(keys, "a", len(first)).tolist(),
                below(keys, "b", len(second)).tolist(),
                below(keys, "n", 900_000).tolist(),
                strict=True,
            )
        )
    ]


def prose(keys: Keys, lengths: Ints) -> Text:
    """Return running text for each key, of `lengths` pieces of about 20 letters each."""
    rows = spread(keys, lengths, "pieces")
    codes = np.where(
        chance(rows, "marked", 0.22), PIECES + zipf(rows, "mark", MARKED, 8), zipf(rows, "piece", PIECES, 6)
    )
    return plain(pc.ascii_rtrim(grouped(_pieces().take(pa.array(codes)), lengths), characters=" "))
