"""Records as no dump should have them, from a seed: odd texts, numbers, attributes, elements and their combinations.

What belongs here: making them, each by itself a piece that framing finds. What doesn't: what becomes of them.
"""

import random
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from discogs_assets.schema.model import Derived, Entity, Field, One, Part, Texts, Type

TEXTS = (
    "",
    " ",
    "\u00a0",
    "\n\t",
    "a\r\nb\rc&#13;\nd",
    "&amp; &lt; &gt; &quot; &apos;",
    "&#65; &#x41; &#0065; &#xd; &#x0000041; &#128512; &#x1F600; &#9;&#10;&#xFFFD;&#57344;&#55295;",
    "a > b",
    "a ] > ]] b",
    "a ]> b",
    "\ufffd \uf000 \uffef \U0001fffe \ufeff \u200b \u0085 \u2028",
    "5",
    "0",
    "<![CDATA[a < b & c]]>",
    "<![CDATA[]]>",
    "a<!-- b -->c",
    "a<?note </{record}> ?>b",
    "<!-- </{record}>\n<{record}> -->",
    "<![CDATA[</{record}>\n<{record} id='7'>]]>",
)
"""Texts that are well-formed."""

BAD_TEXTS = (
    *(f"&#{number};" for number in (0, 1, 7, 11, 31, 55296, 57343, 65534, 65535, 1114112, 4294967361, 10**30)),
    *("&#x1;", "&#xFFFE;", "&#xffff;", "&#xD800;", "&#x110000;", "&#X41;", "&#x;", "&#;", "&#+65;", "&#6 5;", "&#65"),
    *("a & b", "&", "&lol;", "&amp", "& amp;", "&;", "&nbsp;", "a ]]> b", "]]]>", "\ufffe", "\uffff", "\x01", "\x0b"),
    *("\x00", "a < b", "<", "<b>", "</b>", "<!-- a -- b -->", "<?xml version='1.0'?>", "<1/>", "<!ENTITY a 'b'>"),
)
"""Texts that are not well-formed."""

BAD_BYTES = (b"\xe4", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbf", b"\xf4\x90\x80\x80", b"\xff")
"""Bytes that are no UTF-8; a text has the character U+E000 where they are put."""

NUMBERS = (
    *(
        "0x20",
        "0X1",
        "+5",
        " 5 ",
        "5 ",
        "5.0",
        "1_000",
        "1,000",
        "٣",
        "\uff15",
        "-1",
        "-0",
        "1e3",
        "007",
        "0",
        "00",
        "x",
    ),
    *("9" * 18, "9" * 19, "9223372036854775807", "9223372036854775808", "1" * 52, "", " ", "\u00a0", "&#53;", "5&#32;"),
    *("0b1", "0o7", "inf", "NaN", "true", "5<!-- a -->", "<![CDATA[5]]>", "0" * 20 + "7", "5\n"),
)
BOOLEANS = ("true", "false", "TRUE", "1", "", " true")


class Oddities:
    """Makes records of one entity; `rate` is the share of parts that are odd."""

    def __init__(self, entity: Entity, seed: int, rate: float = 0.02) -> None:
        self.entity = entity
        self.random = random.Random(f"{entity.name} {seed}")  # noqa: S311
        self.rate = rate

    def records(self, count: int) -> Iterator[bytes]:
        """The records, their ids from 1 on where they are not odd themselves."""
        for number in range(1, count + 1):
            self.rate = self.random.choice((0.0, 0.0, 0.01, 0.05, 0.3))
            made = self._record(number).encode("utf-8", "surrogatepass")
            yield made.replace("\ue000".encode(), self.random.choice(BAD_BYTES))

    def _odd(self, factor: float = 1.0) -> bool:
        return self.random.random() < self.rate * factor

    def _record(self, number: int) -> str:
        key = self.entity.part(self.entity.key)
        assert isinstance(key, Field)
        said = self.random.choice(NUMBERS) if self._odd() else str(number)
        lacking = self._odd(0.2)
        attributes = [("id", said)] if key.path == "@id" and not lacking else []
        inner = [f"<id>{said}</id>"] if key.path == "id" and not lacking else []
        parts = [part for part in self.entity.parts if part.name != key.name and not isinstance(part, Derived)]
        attributes += [(part.path[1:], self._value(part)) for part in filter(_attribute, parts) if self._there()]
        return self._element(self.entity.record, attributes, inner + self._inner(parts))

    def _there(self) -> bool:
        return self.random.random() < 0.4

    def _inner(self, parts: Sequence[Part]) -> list[str]:
        made: list[str] = []
        for part in parts:
            if not isinstance(part, Derived) and not _attribute(part) and self._there():
                made += [self._part(part) for _ in range(2 if self._odd(0.3) else 1)]
        if self._odd(0.3):
            self.random.shuffle(made)
        return made

    def _part(self, part: Part) -> str:
        assert not isinstance(part, Derived)
        if isinstance(part, Field):
            return self._element(part.path, [], [self._value(part)])
        if isinstance(part, One):
            return self._holding(part.path, part.fields)
        container, tag = part.path.split("/")
        items: list[str] = []
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            if isinstance(part, Texts):
                items.append(self._element(tag, [], [self._text()]))
                continue
            siblings = [each.preceding for each in part.fields if isinstance(each, Field) and each.preceding]
            items += [f"<{each}>{self._number()}</{each}>" for each in siblings if self._there()]
            items.append(self._holding(tag, part.fields))
            items += [f"<{each}/>" for each in siblings if self._odd()]
        return self._element(container, [], items)

    def _holding(self, tag: str, parts: tuple[Part, ...]) -> str:
        """An element with attributes, a text or further elements of its own."""
        attributes = [(each.path[1:], self._value(each)) for each in filter(_attribute, parts) if self._there()]
        own = [self._value(each) for each in parts if isinstance(each, Field) and each.path == "."]
        return self._element(tag, attributes, own + self._inner([p for p in parts if getattr(p, "path", "") != "."]))

    def _value(self, part: Part) -> str:
        kind = part.type if isinstance(part, Field) else Type.TEXT
        if kind is Type.BOOLEAN:
            return self.random.choice(BOOLEANS)
        return self._text() if kind is Type.TEXT else self._number()

    def _number(self) -> str:
        return self.random.choice(NUMBERS) if self._odd(2) else str(self.random.randrange(1, 10**6))

    def _text(self) -> str:
        if self._odd(0.3):
            return self.random.choice((*BAD_TEXTS, "\ue000"))
        if self._odd(3):
            return self.random.choice(TEXTS).replace("{record}", self.entity.record)
        return self.random.choice(("Ä", "b &amp; c", "Name (2)", "x\ny", "w"))

    def _element(self, tag: str, attributes: list[tuple[str, str]], inner: list[str]) -> str:
        if self._odd(0.3):
            attributes = [*attributes, self.random.choice([*attributes, ("new", "1"), ("id", "8"), ("a:b", "c")])]
        if self._odd(0.3):
            inner = [*inner, self.random.choice(("<new>a</new>", "text", "<name/>", "<id/>", "<id>3</id>", "<a:b/>"))]
            self.random.shuffle(inner)
        start = tag + "".join(self._said(name, value) for name, value in attributes) + self._space()
        if not inner or self._odd(0.1):
            return f"<{start}/>"
        wrong = "wrong" if self._odd(0.02) and tag != self.entity.record else tag
        return f"<{start}>{self._space().join(inner)}</{wrong}{self._space()}>"

    def _said(self, name: str, value: str) -> str:
        if self._odd(0.1):
            return self.random.choice(
                (f" {name}={value}", f" {name}", f'{name}="1"', f' {name}="a<b"', f" {name}='\">'")
            )
        quote = self.random.choice("\"'")
        return f" {name}{self._space()}={self._space()}{quote}{value.replace(quote, '')}{quote}"

    def _space(self) -> str:
        return self.random.choice((" ", "\n", "\r\n", "\t")) if self._odd() else ""


def _attribute(part: Part) -> TypeGuard[Field]:
    return isinstance(part, Field) and part.path.startswith("@")
