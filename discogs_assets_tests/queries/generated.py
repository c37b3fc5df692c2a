"""The records of a generated month, read from its dumps by the standard library."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from discogs_assets_tests.queries.sample import Month

NUMBERS = ("id", "master_id", "main_release")
LISTS = ("genres", "styles", "descriptions", "urls", "namevariations")


def read_month(folder: Path, partition: str) -> Month:
    """The month's records, in the shape of the sample's."""
    day = partition.replace("-", "")
    found = (folder / "data" / day[:4] / f"discogs_{day}_{name}.xml.gz" for name in Month.__dataclass_fields__)
    return Month(*({each["id"]: each for each in read_records(path)} for path in found))


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a dump, with the values that the questions depend on."""
    with gzip.open(path) as file:
        for element in ET.parse(file).getroot():  # noqa: S314 - our own generator wrote it
            record = read(element)
            yield {**record, "year_raw": record.get("year")}


def read(element: Element) -> dict[str, Any]:
    """The attributes and children of an element as a dict."""
    found: dict[str, Any] = {name: number(name, value) for name, value in element.items()}
    for child in element:
        if child.tag in LISTS:
            found[child.tag] = [each.text for each in child]
        elif len(child):
            found[child.tag] = [read(each) for each in child]
        elif child.attrib and child.tag not in NUMBERS:
            found[child.tag] = read(child)
        else:
            found[child.tag] = number(child.tag, child.text or "")
    return found


def number(name: str, text: str) -> Any:
    """The value as a number if its name says that it is one."""
    return int(text) if name in NUMBERS and text.isdigit() else text
