"""Head of an XML document: byte order mark, XML declaration, and the root's start tag."""

import codecs
import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import lxml.etree as etree

MISC = rb"(?>[ \t\r\n]+|<!--.*?-->|<\?.*?\?>)*+"
"""White space, comments and processing instructions, all without data."""

INSIDE = rb"""(?>[^<>"']+|"[^"<]*"|'[^'<]*')*+"""
"""Rest of a tag after its name, up to its end."""

BOM = codecs.BOM_UTF8

WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00")
"""First bytes of UTF-16 and UTF-32."""

SINGLE_BYTE = ("ascii", "iso8859-1", "iso8859-15", "cp1252")
"""Encodings accepted besides UTF-8, by Python's names: one byte per character, so a document may be cut anywhere."""


class HeadError(ValueError):
    """A document's head cannot be read; the message states the first bytes found and the expectation."""


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a document: its `size` in bytes, the root's attribute names, and its declarations of prefixes.

    `encoding` is Python's name for it. `whole` means that the root is empty: its tag closes itself.
    """

    size: int
    encoding: str = "utf-8"
    root: tuple[str, ...] = ()
    namespaces: bytes = b""
    whole: bool = False

    def utf8(self, data: bytes) -> bytes:
        """Return the bytes as UTF-8; bytes invalid in their encoding become invalid UTF-8."""
        if self.encoding == "utf-8":
            return data
        return data.decode(self.encoding, "surrogateescape").encode("utf-8", "surrogatepass")


def read(data: bytes, root: str) -> Head:
    """Return the head at the start of these bytes.

    Raises HeadError if they have another root element, or if the head or its encoding cannot be read.
    """
    start = b"<" + root.encode() + rb"(?=[\s/>])" + INSIDE + b">"
    found = re.match(b"(?:" + BOM + b")?" + MISC + start, data, re.DOTALL)
    if not found:
        wide = ", which is UTF-16 or UTF-32, expected UTF-8" if data.startswith(WIDE) and data.strip(b"\0") else ""
        raise HeadError(f"it begins with {data[:60]!r}{wide or f', not with the root element <{root}>'}")
    return _parse_head(found[0], root)


def _parse_head(head: bytes, root: str) -> Head:
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
            *(qualified_name(node, n) for n in node.attrib),
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


def qualified_name(node: etree._Element, name: str | bytes) -> str:
    """Return the name of an attribute or child as written: with its prefix instead of its namespace."""
    qualified = etree.QName(name)
    prefixes = {uri: prefix for prefix, uri in node.nsmap.items() if prefix}
    prefix = prefixes.get(qualified.namespace or "") or {"http://www.w3.org/XML/1998/namespace": "xml"}.get(
        qualified.namespace or ""
    )
    return f"{prefix}:{qualified.localname}" if prefix else str(name)
