"""Detection of undeclared content in records; the fast parser skips it silently.

It is counted, not refused, since the dumps have grown before and will again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import lxml.etree as etree
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.schema.backends.xml import Paths, paths
from discogs_assets.schema.model import Entity, Field
from discogs_assets.streams.discogs.framing import one_value
from discogs_assets.streams.discogs.head import qualified_name

FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f"
"""Characters before the space that XML 1.0 §2.2 forbids, as a class of a regular expression."""

HIGH = r"\xef(?:[\x80-\xbe]|\xbf[\x80-\xbd])"
"""First bytes of U+F000 to U+FFFF, except U+FFFE and U+FFFF, since they are not XML characters."""

NUMERIC = "9|1[03]|[3-9][2-9]|[1-9][0-9]{2}(?:[0-9](?:[0-9]{2})?)?|x[ADad]"
REFERENCE = f"&(?:amp|lt|gt|quot|apos|#(?:{NUMERIC}));"
"""References to characters of XML: a subset, since all would need a large automaton, but no forbidden ones."""

SPACE = r"[ \t\r\n]"
OTHER = f"{HIGH}|{REFERENCE}"
TEXT = rf"(?:\]*(?:[^<>&\]\xef{FORBIDDEN}]|{OTHER})|>)*\]*"
"""Text without `]>`, since XML 1.0 §2.4 forbids `]]>`."""

VALUE = "|".join(f"{quote}(?:[^{quote}<&\\xef{FORBIDDEN}]|{OTHER})*{quote}" for quote in "\"'")
NUMBER = "0*[1-9][0-9]{0,17}"
"""Number of a record as Discogs writes it, in ASCII digits; leading zeros are allowed."""


class Vocabulary:
    """Declared elements and attributes of an entity's records; may be shared by threads.

    The declarations fix the depth of nesting, so one regular expression describes a record. An automaton matches
    megabytes of records in one pass, at the speed of the fast parser. Only records that do not match are inspected.
    """

    def __init__(self, entity: Entity) -> None:
        self.declared = paths(entity)
        key = entity.part(entity.key)
        assert isinstance(key, Field)
        record = _element(self.declared, self.declared.root, f"{self.declared.root}/{key.path}")
        self._records = rf"\A{SPACE}*(?:{record}{SPACE}*)*\z"

    def knows(self, data: bytes) -> bool:
        """Return True if these are whole records, white space between them, with nothing undeclared or forbidden.

        Comments, CDATA, text next to elements and a key that is not a number are unknown, too. Valid UTF-8, distinct
        attributes and repeated values are not checked.
        """
        return bool(pc.match_substring_regex(one_value(data), self._records)[0].as_py())

    def strange(self, records: Sequence[bytes]) -> list[int]:
        """Return the positions of unknown records; all at once, since each call compiles the expression."""
        known = pc.match_substring_regex(pa.array(records, pa.large_binary()), self._records)
        return [place for place, each in enumerate(known.to_pylist()) if not each]

    def count_undeclared(self, record: etree._Element) -> Counter[str]:
        """Count the undeclared paths in a record, outermost only."""
        return Counter(self._find_undeclared(record))

    def _find_undeclared(self, record: etree._Element) -> Iterator[str]:
        below = [(record, f"/{record.tag}")]
        while below:
            node, path = below.pop()
            names = (name for name in node.attrib if (path, name) not in self.declared.attributes)
            yield from (f"{path}/@{qualified_name(node, name)}" for name in names)
            if self.declared.children(path) and any(map(str.strip, _texts(node))):
                yield f"{path}/text()"
            for child in node.iterchildren("*"):
                inner = f"{path}/{child.tag}"
                if inner in self.declared.elements:
                    below.append((child, inner))
                else:
                    yield f"{path}/{qualified_name(child, child.tag)}"


def _element(declared: Paths, path: str, key: str) -> str:
    """Return the expression of an element and its content: texts, or elements in any order."""
    tag, children = path.rpartition("/")[2], declared.children(path)
    siblings = {(place.rpartition("/")[0], sibling) for place, sibling in declared.preceding}
    names = sorted(name for place, name in declared.attributes if place == path)
    attributes = "|".join(_attribute(name, f"{path}/@{name}" == key) for name in names)
    inner = "|".join(_child(declared, path, child, key) for child in children if (path, child) not in siblings)
    content = f"(?:{inner}|{SPACE})*" if children else NUMBER if path == key else TEXT
    return f"<{tag}{f'(?:{attributes})*' if names else ''}{SPACE}*(?:/>|>{content}</{tag}{SPACE}*>)"


def _child(declared: Paths, path: str, child: str, key: str) -> str:
    """Return the expression of an element within another, after the sibling that may precede it."""
    place = f"{path}/{child}"
    before = [_element(declared, f"{path}/{tag}", key) for each, tag in declared.preceding if each == place]
    return "".join(f"(?:{each}{SPACE}*)?" for each in before) + _element(declared, place, key)


def _attribute(name: str, key: bool) -> str:
    return f"{SPACE}+{name}{SPACE}*={SPACE}*(?:" + (f"\"{NUMBER}\"|'{NUMBER}'" if key else VALUE) + ")"


def _texts(node: etree._Element) -> Iterator[str]:
    """Yield the element's own texts, around its children."""
    yield node.text or ""
    yield from (child.tail or "" for child in node)
