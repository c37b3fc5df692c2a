"""The head of a document: how its bytes are encoded, and what its root element declares for all records.

What belongs here: the byte order mark, the XML declaration, the root's start tag. What doesn't: the records.
"""

import codecs
import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import lxml.etree as etree

MISC = rb"(?>[ \t\r\n]+|<!--.*?-->|<\?.*?\?>)*+"
"""White space, comments and processing instructions, which say nothing."""

INSIDE = rb"""(?>[^<>"']+|"[^"<]*"|'[^'<]*')*+"""
"""The rest of a tag after its name, up to its end."""

BOM = codecs.BOM_UTF8

WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00")
"""First bytes of UTF-16 and UTF-32."""

SINGLE_BYTE = ("ascii", "iso8859-1", "iso8859-15", "cp1252")
"""Encodings beside UTF-8, by Python's names: of one byte a character, so that a document may be cut anywhere."""


class HeadError(ValueError):
    """The document cannot be read from its beginning; the message says what it begins with and what was expected."""


@dataclass(frozen=True, slots=True)
class Head:
    """`size` is its bytes, `root` the names of the root's attributes, `namespaces` its declarations of prefixes.

    `encoding` is Python's name of it; `whole` says that the root is empty, a tag that closes itself.
    """

    size: int
    encoding: str = "utf-8"
    root: tuple[str, ...] = ()
    namespaces: bytes = b""
    whole: bool = False

    def utf8(self, data: bytes) -> bytes:
        """The bytes as UTF-8; those that are no character of their encoding become what no UTF-8 is."""
        if self.encoding == "utf-8":
            return data
        return data.decode(self.encoding, "surrogateescape").encode("utf-8", "surrogatepass")


def read(data: bytes, root: str) -> Head:
    """The head that these bytes begin with; HeadError if they have none with this root element."""
    start = b"<" + root.encode() + rb"(?=[\s/>])" + INSIDE + b">"
    found = re.match(b"(?:" + BOM + b")?" + MISC + start, data, re.DOTALL)
    if not found:
        wide = ", which is UTF-16 or UTF-32, expected UTF-8" if data.startswith(WIDE) and data.strip(b"\0") else ""
        raise HeadError(f"it begins with {data[:60]!r}{wide or f', not with the root element <{root}>'}")
    return _declared(found[0], root)


def _declared(head: bytes, root: str) -> Head:
    whole = head.endswith(b"/>")
    try:
        node = etree.fromstring(
            head.removeprefix(BOM).lstrip() + (b"" if whole else b"</%b>" % root.encode()),
            etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True),
        )
    except etree.XMLSyntaxError as error:
        raise HeadError(f"its head cannot be read: {error.msg}") from error
    encoding = _encoding(node.getroottree().docinfo.encoding or "utf-8")
    if head.startswith(BOM) and encoding != "utf-8":
        raise HeadError(f"it begins with the byte order mark of UTF-8, but declares the encoding {encoding}")
    prefixes = {prefix: uri for prefix, uri in node.nsmap.items() if prefix}
    return Head(
        len(head),
        encoding,
        (
            *(f"xmlns:{prefix}" if prefix else "xmlns" for prefix in node.nsmap),
            *(written(node, n) for n in node.attrib),
        ),
        "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in prefixes.items()).encode(),
        whole,
    )


def _encoding(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name != "utf-8" and name not in SINGLE_BYTE:
        raise HeadError(f"it declares the encoding {declared}, expected UTF-8 or one of {', '.join(SINGLE_BYTE)}")
    return name


def written(node: etree._Element, name: str | bytes) -> str:
    """The name of an attribute or a child as the document has it: with its prefix instead of its namespace."""
    qualified = etree.QName(name)
    prefixes = {uri: prefix for prefix, uri in node.nsmap.items() if prefix}
    prefix = prefixes.get(qualified.namespace or "") or {"http://www.w3.org/XML/1998/namespace": "xml"}.get(
        qualified.namespace or ""
    )
    return f"{prefix}:{qualified.localname}" if prefix else str(name)
