"""Invented words for names, titles and notes: a list of plain words, and syllables for the rest."""

# ruff: noqa: RUF001 -- letters of other scripts are intended

from collections.abc import Sequence
from functools import cache

import numpy as np

from discogs_assets.sample.generated.draws import below, keyed


def cut(text: str, at: str | None = None) -> tuple[str, ...]:
    """Return the words of a text, or its pieces between separators."""
    return tuple(text.split(at))


SCRIPTS = (
    "ва ко ми лен дар нов ска ти ра бо гри жен лу со пет рин да ку",
    "κα λο μι ρε νο στα θε πα δη γι ου ξα πρι ω",
    "ア イ カ キ サ タ ナ ミ ヨ ラ リ ン ト ノ ク マ シ",
    "さ く ら の み な か ゆ き は る そ ら と わ",
    "가 나 도 리 민 서 유 진 하 선 우 경 태 영",
    "山 川 林 明 风 月 海 天 星 龙 春 雨 石 花 云 光",
    "של אב דו רי נו לי מא כה גל תי",
    "را مي نو سا لي دا كر با حس فا",
    "มา นา ริ ทอ สุ วัน ดี กา พร",
)
"""Syllables of other scripts: Cyrillic, Greek, Katakana, Hiragana, Hangul, Han, Hebrew, Arabic, Thai."""

ONSETS = cut("b br c d dr f g gr h j k kl l m n p pr r s sk st t tr v w z")
MIDDLES = cut("a e i o u a e i o u a e i o u a e i o u a e i o ai au ea ia oo y ö é å á ü í ø")
CODAS = cut("n r l s t m k x nd ck ll rt ss") + ("",) * 14

PLAIN = cut(
    "the of love in a you and to me my on night i it is for time life man world down blue heart day no baby all "
    "one with dance dream fire light black sun we your soul be new this from rain home girl good go away house "
    "what red sweet little rock moon never song blues come so let river star back dark up like long way white "
    "lost do sky old don't know high wild street train summer not water i'm get out over last wind big gone tell "
    "another road morning into green true lady boy ever war free just part end machine sea cry feel only deep "
    "state tonight can silver lonely more sound city happy people after young under run call kiss gold snow "
    "golden here without hard want winter story dead ghost angel mind rose electric eyes stay waiting walk hold "
    "stone broken mother flower ride side crazy by nothing secret space inside bird mountain earth forever "
    "beautiful king queen theme memory garden shadow spring stars hand open hot circle power master paradise "
    "sunday midnight kind wonder cold body magic sleep falling burning voice hell heaven future mirror jungle "
    "glass island bright desert empty ocean rhythm signal static motion velvet paper window thunder tiger horse "
    "wolf letter number second seven three two hundred thousand north south east west"
)
"""Words of titles, roughly by frequency."""

PROSE = cut(
    "the and of in on by for to a is at with from as are this release was track tracks recorded all not credited "
    "label side sleeve cover back printed mixed produced album originally first version band music vinyl songs "
    "was formed founded based after between their his her album members also which one two catalogue number "
    "edition limited copies pressed issued inner centre labels insert poster hand numbered stamped written "
    "performed engineered live session sessions studio published rights reserved distributed made under licence "
    "courtesy special thanks appears however different same only some early late later until since where former "
    "singer songwriter drummer guitarist bassist pianist producer born died city radio station series "
    "compilation bonus previously unreleased remastered original recordings master tapes digital download "
    "included card code sticker shrink wrap black white blue clear coloured heavyweight gatefold picture disc "
    "promo copy white test pressing run time total duration listed durations but spine reads etched runouts "
    "hand-etched machine handwritten company address phone fax email contact"
)
"""Words of notes and profiles."""


@cache
def latin(name: str, count: int) -> tuple[str, ...]:
    """Return invented, capitalised words of one to three syllables; they differ between names."""
    keys = keyed(np.arange(count * 2), f"word {name}")
    syllables = [
        [
            ONSETS[onset] + MIDDLES[middle] + CODAS[coda]
            for onset, middle, coda in zip(
                below(keys, f"onset {place}", len(ONSETS)).tolist(),
                below(keys, f"middle {place}", len(MIDDLES)).tolist(),
                below(keys, f"coda {place}", len(CODAS)).tolist(),
                strict=True,
            )
        ]
        for place in range(3)
    ]
    lengths = (below(keys, "syllables", 5) // 2 + 1).tolist()
    words = ("".join(each[:length]).capitalize() for length, *each in zip(lengths, *syllables, strict=True))
    return tuple(dict.fromkeys(word for word in words if len(word) > 2))[:count]


@cache
def foreign(count: int) -> tuple[str, ...]:
    """Return invented words in other scripts, alternating between scripts."""
    keys = keyed(np.arange(count), "foreign")
    return tuple(
        _foreign(SCRIPTS[number % len(SCRIPTS)].split(), [first, second, third][: 2 + number // len(SCRIPTS) % 2])
        for number, (first, second, third) in enumerate(
            zip(*(below(keys, f"syllable {place}", 1 << 16).tolist() for place in range(3)), strict=True)
        )
    )


def _foreign(syllables: Sequence[str], drawn: Sequence[int]) -> str:
    return "".join(syllables[each % len(syllables)] for each in drawn).capitalize()
