"""What generated files say, by a walk over their XML that shares nothing with the generator or with the readers.

What belongs here: lxml and the rules of the truth, spelled out once more. What doesn't: what is expected.
"""

import gzip
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import lxml.etree as etree

NOBODY = {"194", "355", "118760"}
LISTS = {
    "artists": {"urls": "url", "namevariations": "name", "aliases": "name", "members": "name", "groups": "name"},
    "labels": {"urls": "url", "sublabels": "label"},
    "masters": {"artists": "artist", "genres": "genre", "styles": "style", "videos": "video"},
    "releases": {
        "artists": "artist",
        "labels": "label",
        "series": "series",
        "extraartists": "artist",
        "formats": "format",
        "genres": "genre",
        "styles": "style",
        "tracklist": "track",
        "identifiers": "identifier",
        "videos": "video",
        "companies": "company",
    },
}
INNER = {"formats": {"descriptions": "description"}, "tracklist": {"artists": "artist", "extraartists": "artist"}}
RECORDS = {"artists": "artist", "labels": "label", "masters": "master", "releases": "release"}

Edges = dict[tuple[str, str], set[Any]]


RELATIVES = {
    "aliases/name": (("ALIAS_OF", "Artist-Artist"), False),
    "members/name": (("MEMBER_OF", "Artist-Artist"), False),
    "groups/name": (("MEMBER_OF", "Artist-Artist"), True),
}
OWNED = {
    "parentLabel": (("SUBLABEL_OF", "Label-Label"), True),
    "sublabels/label": (("SUBLABEL_OF", "Label-Label"), False),
}
"""Path, type, and whether the record is the start."""


class Month:
    """All that the month's four files say."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self.bytes: dict[str, int] = {}
        self.records: dict[str, dict[int, bytes]] = {}
        self.roots: dict[str, list[etree._Element]] = {}
        for entity in RECORDS:
            data = gzip.decompress((folder / f"discogs_{stamp}_{entity}.xml.gz").read_bytes())
            root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
            self.bytes[entity] = len(data)
            self.roots[entity] = list(root)
            self.records[entity] = {identity(each): etree.tostring(each) for each in root}
        self.known = {entity: {str(each) for each in found} for entity, found in self.records.items()}

    def ids(self) -> dict[str, list[int]]:
        """The ids in the order of the files."""
        return {entity: [identity(each) for each in found] for entity, found in self.roots.items()}

    def rows(self) -> dict[str, dict[str, int]]:
        """Items of repeated parts that say anything, by entity and dotted name."""
        found: dict[str, Counter[str]] = {entity: Counter() for entity in RECORDS}
        for entity, roots in self.roots.items():
            for record in roots:
                _count(record, {**LISTS[entity], "images": "image"}, "", found[entity])
        return {entity: {name: count for name, count in each.items() if count} for entity, each in found.items()}

    @cached_property
    def edges(self) -> Edges:
        """The distinct relationships, by type and ends."""
        found: Edges = defaultdict(set)
        self._relatives("artists", RELATIVES, found)
        self._relatives("labels", OWNED, found)
        for node in ("Master", "Release"):
            for record in self.roots[f"{node.lower()}s"]:
                self._sorts(record, node, found)
        for record in self.roots["releases"]:
            self._release(record, found)
            self._people(record, found)
        return found

    def _relatives(self, entity: str, kinds: dict[str, tuple[tuple[str, str], bool]], found: Edges) -> None:
        for record in self.roots[entity]:
            own = record.findtext("id")
            for path, (kind, outward) in kinds.items():
                for other in self._ids(record.findall(path), entity):
                    if other != own:
                        found[kind].add((own, other) if outward else (other, own))

    def _sorts(self, record: etree._Element, node: str, found: Edges) -> None:
        own = record.get("id")
        for other in self._ids(record.findall("artists/artist"), "artists"):
            found["BY", f"{node}-Artist"].add((own, other))
        texts = {
            tag: {each.text for each in record.iterfind(f"{tag}s/{tag}") if each.text and each.text.strip()}
            for tag in ("genre", "style")
        }
        for tag, named in texts.items():
            found["IS", f"{node}-{tag.capitalize()}"] |= {(own, text) for text in named}
        if node == "Release" and len(texts["genre"]) == 1:
            (genre,) = texts["genre"]
            found["PART_OF", "Style-Genre"] |= {(style, genre) for style in texts["style"]}

    def _release(self, record: etree._Element, found: Edges) -> None:
        own = record.get("id")
        for part, kind in (("labels/label", "ON"), ("series/series", "IN_SERIES")):
            for other in self._ids(record.findall(part), "labels"):
                found[kind, "Release-Label"].add((own, other))
        master = record.findtext("master_id")
        if master in self.known["masters"]:
            found["DERIVED_FROM", "Release-Master"].add((own, master))
        for company in record.iterfind("companies/company"):
            name = company.findtext("entity_type_name")
            for other in self._ids([company], "labels"):
                found["WORKED_ON", "Label-Release"].add((other, own, name if name and name.strip() else None))

    def _people(self, record: etree._Element, found: Edges) -> None:
        own = record.get("id")
        for tracks in ("tracklist/track", "tracklist/track/sub_tracks/track"):
            for other in self._ids(record.findall(f"{tracks}/artists/artist"), "artists"):
                found["APPEARS_ON", "Artist-Release"].add((other, own))
        for credit in record.iter("artist"):
            above = credit.getparent()
            if above is not None and above.tag == "extraartists":
                for other in self._ids([credit], "artists"):
                    found["CREDITED_ON", "Artist-Release"] |= {
                        (other, own, role) for role in roles(credit.findtext("role"))
                    }

    def _ids(self, items: list[etree._Element], entity: str) -> list[str]:
        ids = [item.get("id") or item.findtext("id") for item in items]
        nobody = NOBODY if entity == "artists" else set()
        return [each for each in ids if each is not None and each in self.known[entity] and each not in nobody]


def identity(record: etree._Element) -> int:
    """The id of a record."""
    return int(record.get("id") or record.findtext("id") or "")


def roles(text: str | None) -> set[str]:
    """The roles of a credit, cut at the commas that no bracket holds."""
    found, depth = [""], 0
    for letter in text or "":
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return {each.strip() for each in found} - {""}


def _count(node: etree._Element, lists: dict[str, str], prefix: str, found: Counter[str]) -> None:
    for part, tag in lists.items():
        holder = node.find(part)
        for item in holder.findall(tag) if holder is not None else ():
            if says(item):
                found[f"{prefix}{part}"] += 1
                inner = dict(INNER.get(part, {}))
                if part == "tracklist":
                    inner["sub_tracks"] = "track"
                if part == "sub_tracks":
                    inner = INNER["tracklist"]
                _count(item, inner, f"{prefix}{part}.", found)


def says(item: etree._Element) -> bool:
    """Whether any text or attribute below is more than white space."""
    for each in item.iter():
        if (each.text and each.text.strip()) or any(value.strip() for value in each.attrib.values()):
            return True
    return False
