"""Parsing of a site's HTML pages into the years, files and folders that they list."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

from discogs_assets.stores.dumps.sources.dump_file import NAME, Published, named, ordered

YEAR = re.compile(r"data/(\d{4})/?")
SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]?)i?B\b")
WHEN = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)")
ROWS = {"tr", "li", "br", "p", "pre"}
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class _Links(HTMLParser):
    """Each link of a page, with the text of its row if it is the row's only link to a file."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[tuple[list[str], list[str]]] = [([], [])]
        self.lines = False
        self.feed(page)
        self.close()

    @property
    def found(self) -> list[tuple[str, str]]:
        """Links and texts."""
        alone = {id(links) for links, _ in self.rows if len({h for h in links if NAME.search(unquote(h))}) == 1}
        return [(href, " ".join(texts) if id(links) in alone else "") for links, texts in self.rows for href in links]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ROWS:
            self.rows.append(([], []))
        self.lines = self.lines or tag == "pre"
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.rows[-1][0].append(href)

    def handle_endtag(self, tag: str) -> None:
        self.lines = self.lines and tag != "pre"

    def handle_data(self, data: str) -> None:
        first, *others = data.split("\n") if self.lines else [data]
        self.rows[-1][1].append(first)
        self.rows.extend(([], [line]) for line in others)


# Pages are read in two ways, by links and by plain text: nobody promises their form.


def years(page: str) -> list[int]:
    """Return the years that the page links to; without links, the years that it mentions as folders."""
    linked = [YEAR.match(_query(href, "prefix")) for href, _ in _Links(page).found]
    found = {int(each[1]) for each in linked if each}
    return sorted(found or {int(year) for year in YEAR.findall(unquote(page))})


def files(page: str) -> list[Published]:
    """Return the files that the page links to; without links, the files that it names anywhere."""
    linked = [_file(_query(href, "download") or urlsplit(href).path, text) for href, text in _Links(page).found]
    found = linked if any(linked) else [_file(each[0], "") for each in NAME.finditer(unquote(page))]
    return ordered(list({file.name: file for file in found if file}.values()))


def names(page: str) -> list[str]:
    """Return the names of linked folders and files, as on the index pages of web servers."""
    paths = [unquote(urlsplit(href).path).rstrip("/") for href, _ in _Links(page).found]
    return [path.rpartition("/")[2] for path in paths]


def _query(href: str, field: str) -> str:
    return parse_qs(urlsplit(href).query).get(field, [""])[0]


def _file(path: str, text: str) -> Published | None:
    """Return the file at that path. Its place follows from its name, whatever else the link says."""
    name = unquote(path).rpartition("/")[2]
    size, when = SIZE.search(text), WHEN.search(text)
    return named(
        name,
        place(name),
        int(float(size[1]) * UNITS[size[2]]) if size else None,
        None,
        _moment(when) if when else None,
    )


def place(name: str) -> str:
    """Return the location at a site of the file of that name."""
    return f"data/{name.removeprefix('discogs_')[:4]}/{name}"


def _moment(when: re.Match[str]) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{when[1]}T{when[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None
