"""What a document may say: the elements and attributes that the schema declares, each in its place.

What belongs here: finding what no declaration reads, at the speed of the fast parser, which passes over it in silence.
What doesn't: refusing it, since the dumps have grown before and will again.

Records nest to a depth that the declarations state, so one regular expression says what a record may look like, and an
automaton holds megabytes of records against it in one pass. Only records that it does not match are looked into.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import lxml.etree as etree
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.model import Entity
from discogs_assets.schema.xml import Paths, paths

FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f"
"""The characters before the space that XML 1.0 §2.2 does not allow, as a class of a regular expression has them."""

SPACE = r"[ \t\r\n]"
TEXT = f"[^<{FORBIDDEN}]*"
VALUE = f"\"[^\"<{FORBIDDEN}]*\"|'[^'<{FORBIDDEN}]*'"


class Vocabulary:
    """The declared elements and attributes of an entity's records; may be shared by threads."""

    def __init__(self, entity: Entity) -> None:
        self.declared = paths(entity)
        record = _element(self.declared, self.declared.root)
        self._records = rf"\A{SPACE}*(?:{record}{SPACE}*)*\z"

    def knows(self, data: bytes) -> bool:
        """Whether these are whole records, white space between them, with nothing that is undeclared or forbidden.

        Comments, CDATA and text beside elements are nothing that it knows, either.
        """
        return bool(pc.match_substring_regex(_one(data), self._records)[0].as_py())

    def strange(self, records: Sequence[bytes]) -> list[int]:
        """Which of these it does not know, by their places; all at once, since the expression is compiled each time."""
        known = pc.match_substring_regex(pa.array(records, pa.large_binary()), self._records)
        return [place for place, each in enumerate(known.to_pylist()) if not each]

    def undeclared(self, record: etree._Element) -> Counter[str]:
        """The paths in a record that no declaration reads, outermost only, with how often each occurs."""
        return Counter(self._undeclared(record))

    def _undeclared(self, record: etree._Element) -> Iterator[str]:
        below = [(record, f"/{record.tag}")]
        while below:
            node, path = below.pop()
            yield from (f"{path}/@{name!s}" for name in node.attrib if (path, name) not in self.declared.attributes)
            if self.declared.children(path) and any(map(str.strip, _texts(node))):
                yield f"{path}/text()"
            for child in node.iterchildren("*"):
                inner = f"{path}/{child.tag}"
                if inner in self.declared.elements:
                    below.append((child, inner))
                else:
                    yield inner


def _element(declared: Paths, path: str) -> str:
    """The expression of an element with all that it may hold: texts, or else elements in any order."""
    tag, children = path.rpartition("/")[2], declared.children(path)
    names = "|".join(sorted(name for place, name in declared.attributes if place == path))
    attributes = f"(?:{SPACE}+(?:{names}){SPACE}*={SPACE}*(?:{VALUE}))*" if names else ""
    inner = "|".join(_element(declared, f"{path}/{child}") for child in children)
    content = f"(?:{inner}|{SPACE})*" if children else TEXT
    return f"<{tag}{attributes}{SPACE}*(?:/>|>{content}</{tag}{SPACE}*>)"


def _texts(node: etree._Element) -> Iterator[str]:
    """The element's own texts, around its children."""
    yield node.text or ""
    yield from (child.tail or "" for child in node)


def _one(data: bytes) -> pa.Array:
    """An array of one value, which is not copied; as bytes, so that the expression sees each byte as a character."""
    ends = pa.array([0, len(data)], pa.int64())
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends.buffers()[1], pa.py_buffer(data)])
