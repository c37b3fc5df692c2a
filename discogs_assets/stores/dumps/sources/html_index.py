"""Parsing of a site's HTML pages into the years, files and folders that they list."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import etree, html

from discogs_assets.stores.dumps.sources.dump_file import NAME, Published, parse_name, sort_files

YEAR = re.compile(r"data/(\d{4})/?")
SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]?)i?B\b")
WHEN = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)")
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def _list_links(page: str) -> Iterator[tuple[str, str]]:
    """Yield each link of a page with its text: its row of a table, or the rest of its line.

    A row with several links to files says nothing about one of them.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    for link in html.document_fromstring(f"<html>{page}".encode(errors="replace"), parser=parser).iter("a"):
        row = next(link.iterancestors("tr", "li"), None)
        if row is None:
            text = (link.tail or "").partition("\n")[0]
        else:
            files = {href for each in row.iter("a") if NAME.search(unquote(href := each.get("href", "")))}
            text = " ".join(map(str, row.itertext())) if len(files) == 1 else ""
        yield link.get("href", ""), text


# Pages are read in two ways, by links and by plain text: nobody promises their form.


def years(page: str) -> list[str]:
    """Return the years that the page links to; without links, the years that it mentions as folders."""
    linked = [YEAR.match(_find_field(href, "prefix")) for href, _ in _list_links(page)]
    return sorted({each[1] for each in linked if each} or {*YEAR.findall(unquote(page))})


def files(page: str) -> list[Published]:
    """Return the files that the page links to; without links, the files that it names anywhere."""
    links = ((_find_field(href, "download") or urlsplit(href).path, text) for href, text in _list_links(page))
    linked = [_parse_file(path, text) for path, text in links]
    found = linked if any(linked) else [_parse_file(each[0], "") for each in NAME.finditer(unquote(page))]
    return sort_files({file.name: file for file in found if file}.values())


def names(page: str) -> list[str]:
    """Return the names of linked folders and files, as on the index pages of web servers."""
    paths = [unquote(urlsplit(href).path).rstrip("/") for href, _ in _list_links(page)]
    return [path.rpartition("/")[2] for path in paths]


def _find_field(href: str, field: str) -> str:
    return parse_qs(urlsplit(href).query).get(field, [""])[0]


def _parse_file(path: str, text: str) -> Published | None:
    """Return the file at that path. Its place follows from its name, whatever else the link says."""
    name = unquote(path).rpartition("/")[2]
    file, size, when = parse_name(name, place(name)), SIZE.search(text), WHEN.search(text)
    if file and size:
        file = replace(file, size=int(float(size[1]) * UNITS[size[2]]))
    return replace(file, last_modified=_parse_time(when)) if file and when else file


def place(name: str) -> str:
    """Return the location at a site of the file of that name."""
    return f"data/{name.removeprefix('discogs_')[:4]}/{name}"


def _parse_time(when: re.Match[str]) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{when[1]}T{when[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None
