"""What a document may say: the elements and attributes that the schema declares, and where anything else stands.

What belongs here: finding what no declaration reads, at the speed of the fast parser, which passes over it in silence.
What doesn't: refusing it, since the dumps have grown before and will again.

A tag is told by its name, and by whether the declarations let it follow the one before: a child follows its parent's
opening, a sibling or the parent's end follows an end. A name of its own, or a known one in a strange place,
breaks that. Attributes are told by their name together with the tag they stand in. Names are compared as two machine
words, all tags of a block at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import lxml.etree as etree
import numpy as np
import numpy.typing as npt

from discogs_assets.schema.model import Entity
from discogs_assets.schema.xml import paths

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Tokens = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

PAD = 32
"""Bytes around a block, so that the words of its first and last names lie inside the buffer."""

LT, GT, SLASH, SPACE, EQUALS, QUOTE, APOSTROPHE = b"<>/ =\"'"
OPEN, CLOSE, EMPTY, ATTRIBUTED = range(4)
KINDS = 4
"""Kinds of tags. One with attributes may be empty; nothing before its end tells."""

AT_ONCE = 1 << 15
"""Tags read together: as many as the processor's cache holds the words of."""

BUCKETS = 12
"""Bits of the hash table that finds a name's number."""


class Names:
    """Names of at most 16 bytes, found by number among many; 0 is every other name."""

    def __init__(self, names: Iterable[str], backwards: bool = False) -> None:
        self.numbers = {name: number for number, name in enumerate(sorted(names), 1)}
        keys = [_key(name.encode(), backwards) for name in self.numbers]
        self._first = np.array([0, *(first for first, _ in keys)], np.uint64)
        self._second = np.array([0, *(second for _, second in keys)], np.uint64)
        self._factors, self._table = self._perfect(self._first[1:], self._second[1:])

    def __len__(self) -> int:
        """Numbers in use, 0 included."""
        return len(self.numbers) + 1

    def find(self, first: Words, second: Words) -> Tokens:
        """The number of each name."""
        found = self._table[_hash(first, second, self._factors)]
        found[(self._first[found] != first) | (self._second[found] != second)] = 0
        return found

    @staticmethod
    def _perfect(first: Words, second: Words) -> tuple[Words, Tokens]:
        """Factors by which no two names share a bucket, and the number in each bucket."""
        for seed in range(500):
            factors = np.random.default_rng(seed).integers(1, 2**63, 2, np.uint64) | np.uint64(1)
            buckets = _hash(first, second, factors)
            if len(np.unique(buckets)) == len(buckets):
                table = np.zeros(1 << BUCKETS, np.int32)
                table[buckets] = np.arange(1, len(buckets) + 1)
                return factors, table
        raise ValueError("the names are too many for the table")


def _key(name: bytes, backwards: bool) -> tuple[int, int]:
    """A name as two words; backwards, as the words before an attribute's `=` hold it."""
    if backwards:
        name = name[::-1]
    return int.from_bytes(name[:8], "little"), int.from_bytes(name[8:16], "little")


def _hash(first: Words, second: Words, factors: Words) -> Words:
    mixed: Words = (first * factors[0]) ^ (second * factors[1])
    return mixed >> np.uint64(64 - BUCKETS)


def _until(words: Words, ends: Sequence[int]) -> tuple[Words, list[Words], Words]:
    """The bytes of each word before the first that is one of `ends`; where each end is; and the lowest of them.

    A byte is zero where a word's byte minus one borrows while its top bit was not set (Mycroft's test).
    """
    ones, tops = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
    hits = []
    for end in ends:
        zeroed = words ^ (ones * np.uint64(end))
        hits.append((zeroed - ones) & ~zeroed & tops)
    found = np.bitwise_or.reduce(hits)
    lowest = found & (~found + np.uint64(1))
    return words & ((lowest >> np.uint64(7)) - np.uint64(1)), hits, lowest


class Vocabulary:
    """The declared elements and attributes of an entity's records."""

    def __init__(self, entity: Entity) -> None:
        self.declared = paths(entity)
        self._tags = Names({path.rpartition("/")[2] for path in self.declared.elements})
        self._attributes = Names({name for _, name in self.declared.attributes}, backwards=True)
        self._size = np.int32(KINDS * len(self._tags))
        self._may_follow = self._sequences()
        self._may_have = np.zeros((len(self._tags), len(self._attributes)), np.bool_)
        for path, name in self.declared.attributes:
            self._may_have[self._tags.numbers[path.rpartition("/")[2]], self._attributes.numbers[name]] = True

    def strangers(self, data: bytes) -> Ints:
        """Where in the records tags and attributes begin that may be without a declaration, ascending; mostly none.

        Every one that is without is among them, beside tags around it and attributes' values that end in `=`.
        """
        padded = bytes(PAD) + data + bytes(PAD)
        found = np.frombuffer(padded, np.uint8)
        opened = np.flatnonzero(found == LT)
        tokens, strange = self._followed(padded, found, opened)
        attributes = self._strange_attributes(padded, found, opened, tokens // KINDS)
        return np.unique(np.concatenate([*strange, attributes])) - PAD

    def _followed(self, padded: bytes, found: Bytes, opened: Ints) -> tuple[Tokens, list[Ints]]:
        """The token of each tag, and the tags that may not follow the one before them."""
        before = np.int32(self._token(self.declared.root, CLOSE))
        tokens, strange = [np.zeros(0, np.int32)], []
        for start in range(0, len(opened), AT_ONCE):
            tags = opened[start : start + AT_ONCE]
            here = self._read(padded, found, tags)
            allowed = self._may_follow[np.concatenate(([before], here[:-1])) * self._size + here]
            if not allowed.all():
                strange.append(tags[~allowed])
            tokens.append(here)
            before = here[-1]
        return np.concatenate(tokens), strange

    def _token(self, path: str, kind: int) -> int:
        return self._tags.numbers[path.rpartition("/")[2]] * KINDS + kind

    def _read(self, padded: bytes, found: Bytes, tags: Ints) -> Tokens:
        """The token of each tag: its name's number times `KINDS`, plus its kind."""
        closing = found[tags + 1] == SLASH
        starts = tags + 1 + closing
        words = _words(padded, "<u8")
        first, (gt, _, slash), lowest = _until(words[starts], (GT, SPACE, SLASH))
        kinds = np.where(lowest & gt, OPEN, np.where(lowest & slash, EMPTY, ATTRIBUTED)).astype(np.int32)
        second = np.zeros_like(first)
        long = np.flatnonzero(lowest == 0)
        second[long], (gt, _, slash), lowest = _until(words[starts[long] + 8], (GT, SPACE, SLASH))
        after = found[starts[long] + 16]
        whole = lowest == 0
        opens, empties = ((lowest & hit != 0) | (whole & (after == end)) for hit, end in ((gt, GT), (slash, SLASH)))
        kinds[long] = np.where(opens, OPEN, np.where(empties, EMPTY, ATTRIBUTED))
        kinds[closing] = CLOSE
        return self._tags.find(first, second) * np.int32(KINDS) + kinds

    def _strange_attributes(self, padded: bytes, found: Bytes, opened: Ints, names: Tokens) -> Ints:
        """The attributes that the tag they stand in may not have."""
        equals = np.flatnonzero(found[:-1] == EQUALS)
        equals = equals[(found[equals + 1] == QUOTE) | (found[equals + 1] == APOSTROPHE)]
        tags = np.searchsorted(opened, equals) - 1
        words = _words(padded, ">u8")
        first, _, ended = _until(words[equals - 8].astype(np.uint64), (SPACE,))
        second, _, _ = _until(words[equals - 16].astype(np.uint64), (SPACE,))
        second[ended != 0] = 0
        known = self._may_have[names[tags], self._attributes.find(first, second)] & (tags >= 0)
        places = zip(opened[tags[~known]].tolist(), equals[~known].tolist(), strict=True)
        # In a text an equals sign before a quotation mark is but a text.
        return np.array([at for tag, at in places if padded.find(b">", tag, at) < 0], np.int64)

    def _sequences(self) -> npt.NDArray[np.bool_]:
        """Whether a tag may follow another, by their tokens: the one before times the number of tokens plus the one."""
        allowed = np.zeros((self._size, self._size), np.bool_)
        for path in self.declared.elements:
            children = [f"{path}/{tag}" for tag in self.declared.children(path)]
            self._allow(allowed, [self._token(path, kind) for kind in (OPEN, ATTRIBUTED)], children, path)
            ends = [self._token(child, kind) for child in children for kind in (CLOSE, EMPTY, ATTRIBUTED)]
            self._allow(allowed, ends, children, path)
        root = [self._token(self.declared.root, kind) for kind in (CLOSE, EMPTY, ATTRIBUTED)]
        self._allow(allowed, root, [self.declared.root], None)
        return allowed.reshape(-1)

    def _allow(
        self, allowed: npt.NDArray[np.bool_], before: list[int], children: list[str], parent: str | None
    ) -> None:
        """After each of these tokens a child of the parent may begin, or the parent end."""
        after = [self._token(child, kind) for child in children for kind in (OPEN, EMPTY, ATTRIBUTED)]
        after += [self._token(parent, CLOSE)] if parent else []
        if before:
            allowed[np.ix_(before, after)] = True

    def undeclared(self, record: etree._Element) -> Counter[str]:
        """The paths in a record that no declaration reads, outermost only, with how often each occurs."""
        return Counter(self._undeclared(record))

    def _undeclared(self, record: etree._Element) -> Iterator[str]:
        below = [(record, f"/{record.tag}")]
        while below:
            node, path = below.pop()
            yield from (f"{path}/@{name!s}" for name in node.attrib if (path, name) not in self.declared.attributes)
            for child in node.iterchildren("*"):
                inner = f"{path}/{child.tag}"
                if inner in self.declared.elements:
                    below.append((child, inner))
                else:
                    yield inner


def _words(padded: bytes, dtype: str) -> npt.NDArray[np.uint64]:
    """The eight bytes at every place of the buffer as a number, without a copy."""
    return np.ndarray(shape=(len(padded) - 8,), dtype=dtype, buffer=padded, strides=(1,))
